"""From which change on somebody wants to hear of it: `5%` of the total that was last told, or `$50`."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from calculator import UserError
from calculator.quantities import parse_number

HUNDRED = Decimal(100)
MAX_TEXT = 20  # characters


class Threshold(NamedTuple):
    """A share of a total, or US dollars."""

    text: str
    """As it is said: `5%`, `$50`."""
    amount: Decimal
    of_total: bool

    def passed(self, change_usd: Decimal, total_usd: Decimal) -> bool:
        """Whether a total of `total_usd` has changed by more than this, up or down."""
        return abs(change_usd) > (total_usd * self.amount if self.of_total else self.amount)


def read_threshold(text: str) -> Threshold:
    """`5%`, `$50`, `$1.5k`. Raises UserError."""
    plain = text.strip()
    of_total = plain.endswith("%")
    try:
        if not of_total and not plain.startswith("$"):
            raise ValueError(f"“{plain[:40]}” is neither a share nor an amount.")
        amount = parse_number(plain)
        if not amount:
            raise ValueError("Over nothing would be told of every day.")
        shown = f"{(amount * HUNDRED).normalize():f}%" if of_total else f"${amount.normalize():,f}"
        if len(shown) > MAX_TEXT:
            raise ValueError(f"“{plain[:40]}” has more digits than anybody needs.")
    except ValueError as error:
        raise UserError(f"{error} Write the threshold like `over 5%` or `over $50`.") from None
    return Threshold(shown, amount, of_total)


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
