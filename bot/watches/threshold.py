"""The threshold of a watch: a share of the total last reported (`5%`), an amount (`$50`), or either."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from calculator import UserError, parse_number

HUNDRED = Decimal(100)
MAX_TEXT = 18  # characters
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)


class Threshold(NamedTuple):
    """A share of a total, an amount in US dollars, or both; exceeding either one counts."""

    text: str
    """Its normal form: `5%`, `$50`, `5% or $50`."""
    share: Decimal | None = None
    usd: Decimal | None = None

    def is_exceeded(self, change_usd: Decimal, total_usd: Decimal) -> bool:
        """Return whether a change of a total exceeds the threshold, up or down.

        Args:
            change_usd: The change.
            total_usd: The total before the change.
        """
        limits = (None if self.share is None else total_usd * self.share, self.usd)
        return any(limit_usd is not None and abs(change_usd) > limit_usd for limit_usd in limits)


def read_threshold(text: str) -> Threshold:
    """Return the threshold in a text such as `5%`, `$50`, `$1.5k` or `5% or $50`.

    Raises:
        UserError: The text isn't a threshold.
    """
    try:
        limits = [_limit(part.strip()) for part in _OR.split(text.strip())]
        if len(limits) > len({of_total for _, of_total, _ in limits}):
            raise ValueError("A threshold can have one percentage and one amount.")
    except ValueError as error:
        raise UserError(f"{error} Write the threshold like `over 5%`, `over $50` or `over 5% or $50`.") from None
    amounts = {"share" if of_total else "usd": amount for _, of_total, amount in limits}
    return Threshold(" or ".join(written for written, _, _ in limits), **amounts)


def _limit(text: str) -> tuple[str, bool, Decimal]:
    """Return a limit's normal form, whether it is a share of the total, and its size. Raise ValueError."""
    of_total = text.endswith("%")
    if not of_total and not text.startswith("$"):
        raise ValueError(f"“{text[:40]}” isn't a percentage or an amount.")
    amount = parse_number(text)
    if not amount:
        raise ValueError("A threshold can't be zero.")
    written = f"{(amount * HUNDRED).normalize():f}%" if of_total else f"${amount.normalize():,f}"
    if len(written) > MAX_TEXT:
        raise ValueError(f"“{text[:40]}” has too many digits.")
    return written, of_total, amount


DEFAULT_THRESHOLD = read_threshold("5%")


def read_watch(argument: str) -> tuple[str, Threshold]:
    """Return the estimate id and the threshold in `ID` or `ID over 5%`; the id is empty if the argument is.

    Raises:
        UserError: The argument has another form.
    """
    estimate_id, _, over = argument.strip().partition(" ")
    if not over.strip():
        return estimate_id.strip("`"), DEFAULT_THRESHOLD
    word, _, amount = over.strip().partition(" ")
    if word.lower() != "over":
        raise UserError("Write it like `watch k7m2…`, `watch k7m2… over 5%` or `watch k7m2… over $50`.")
    return estimate_id.strip("`"), read_threshold(amount)
