"""From which change on somebody wants to hear of it: `5%` of the total that was last told, `$50`, or either."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from calculator import UserError
from calculator.question.quantities import parse_number

HUNDRED = Decimal(100)
MAX_TEXT = 18  # characters of a limit
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)


class Threshold(NamedTuple):
    """A share of a total, US dollars, or one of each, of which the first to be passed counts."""

    text: str
    """As it is said: `5%`, `$50`, `5% or $50`."""
    share: Decimal | None = None
    usd: Decimal | None = None

    def passed(self, change_usd: Decimal, total_usd: Decimal) -> bool:
        """Whether a total of `total_usd` has changed by more than this, up or down."""
        limits = (None if self.share is None else total_usd * self.share, self.usd)
        return any(limit is not None and abs(change_usd) > limit for limit in limits)


def read_threshold(text: str) -> Threshold:
    """`5%`, `$50`, `$1.5k`, `5% or $50`. Raises UserError."""
    try:
        limits = [_limit(part.strip()) for part in _OR.split(text.strip())]
        if len(limits) > len({of_total for _, of_total, _ in limits}):
            raise ValueError("One share and one amount are as much as a threshold can be.")
    except ValueError as error:
        raise UserError(f"{error} Write the threshold like `over 5%`, `over $50` or `over 5% or $50`.") from None
    amounts = {"share" if of_total else "usd": amount for _, of_total, amount in limits}
    return Threshold(" or ".join(shown for shown, _, _ in limits), **amounts)


def _limit(text: str) -> tuple[str, bool, Decimal]:
    """As it is said, whether it is a share of the total, and how much. Raises ValueError."""
    of_total = text.endswith("%")
    if not of_total and not text.startswith("$"):
        raise ValueError(f"“{text[:40]}” is neither a share nor an amount.")
    amount = parse_number(text)
    if not amount:
        raise ValueError("Over nothing would be told of every day.")
    shown = f"{(amount * HUNDRED).normalize():f}%" if of_total else f"${amount.normalize():,f}"
    if len(shown) > MAX_TEXT:
        raise ValueError(f"“{text[:40]}” has more digits than anybody needs.")
    return shown, of_total, amount


DEFAULT_THRESHOLD = read_threshold("5%")


def read_watch(argument: str) -> tuple[str, Threshold]:
    """`ID`, `ID over 5%`; an empty id where nothing is said. Raises UserError."""
    estimate_id, _, over = argument.strip().partition(" ")
    if not over.strip():
        return estimate_id.strip("`"), DEFAULT_THRESHOLD
    word, _, amount = over.strip().partition(" ")
    if word.lower() != "over":
        raise UserError("Write it like `watch k7m2…`, `watch k7m2… over 5%` or `watch k7m2… over $50`.")
    return estimate_id.strip("`"), read_threshold(amount)
