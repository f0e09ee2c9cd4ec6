"""The findings of a refresh: what a feed says beside what is recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from pricing.refresh.price_targets import PriceTarget

Outcome = Literal["unchanged", "changed", "implausible", "disputed", "new", "gone"]

MAX_FACTOR = 3
"""A larger change is more likely a misread unit than a price, so a person has to check it."""
# Catalogues round to four digits; no list price moves by less.
SAME_TOLERANCE = Decimal("0.0005")


class Finding(NamedTuple):
    """One row of the report: a feed's price or end date beside the recorded one."""

    outcome: Outcome
    feed: str
    name: str
    """The name in the feed."""
    subject: str
    """Offer and kind of price; for an unmapped name, the feed's description."""
    recorded: str = ""
    observed: str = ""
    note: str = ""
    target: PriceTarget | None = None
    """The price to write; None if a person has to decide."""
    usd: Decimal | None = None
    """The observed price, per unit of the recorded one."""

    @property
    def applies(self) -> bool:
        """Return whether the finding may be written without a decision by a person."""
        return self.target is not None and self.outcome in ("unchanged", "changed")


def same_price(amount: Decimal, reference: Decimal) -> bool:
    """Return whether two amounts are the same price within 0.05 %."""
    return abs(amount - reference) <= SAME_TOLERANCE * max(abs(amount), abs(reference))


def usd_text(usd: Decimal | None, per: str) -> str:
    """Return a price with its unit, such as `5.5 / GPU-hour`."""
    return "unknown" if usd is None else f"{usd.normalize():f} / {per}"
