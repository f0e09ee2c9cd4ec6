"""A bill held to an estimate: which of its offers it is of, and what of it counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bot.actuals.aggregate import gather, scope_of
from bot.actuals.bill import Bill
from bot.render.escaping import clip
from calculator import Actual, Comparison, Estimate, UserError
from pricing import BillRules, Catalog

NAMED = 3
"""So many of the items that were left out are named."""


class MatchedBill(NamedTuple):
    """What counts of a bill, of which offer, and what to say beside it."""

    offer: Estimate
    actuals: tuple[Actual, ...]
    source: str
    notes: tuple[str, ...]


def choose_offer(comparison: Comparison, offer: str | None, platform: str | None, whose: str) -> Estimate:
    """The offer that an amount is of: the named one, else the best one of the platform, else the best one. Raises
    UserError.
    """
    priced = [one for one in comparison.estimates if one.lines]
    if offer is not None:
        found = next((one for one in priced if one.offer.id == offer.lower()), None)
        if found is None:
            names = ", ".join(one.offer.id for one in priced[:8])
            raise UserError(f"This estimate has no offer “{offer[:60]}”. It has {names}.")
        return found
    ours = [one for one in priced if platform in (None, one.offer.platform)]
    if not ours:
        raise UserError(
            f"This is {whose}, and the estimate has no offer of that platform. Say which one with on=OFFER."
        )
    return ours[0]


def take_bill(
    bill: Bill, rules: BillRules, comparison: Comparison, offer: str | None, catalog: Catalog, today: date
) -> MatchedBill:
    """The amounts of a bill for one offer of an estimate. Raises UserError where there are none."""
    chosen = choose_offer(comparison, offer, bill.export.platform, bill.export.title)
    if chosen.offer.id in catalog.offers:
        scope = scope_of(chosen.offer, catalog, comparison.as_of, today)
    else:  # one's own rates: any model may be meant
        scope = scope_of(chosen.offer.model_copy(update={"model": ""}), catalog, comparison.as_of, today)
    found = gather(bill.lines, rules, scope)
    if not found.actuals:
        raise UserError(
            f"This is {bill.export.title}, and nothing in it since {comparison.as_of} is of a tuned "
            f"{chosen.offer.title}. It has {_such_as(found.left_out)}."
        )
    notes = []
    if found.left_out:
        notes.append(f"left out: {_such_as(found.left_out)}")
    if found.unnamed:
        notes.append(f"counted although no model is named: {_such_as(found.unnamed)}")
    return MatchedBill(chosen, found.actuals, bill.export.title, tuple(notes))


def _such_as(items: Sequence[str]) -> str:
    named = ", ".join(f"“{clip(item, 60)}”" for item in items[:NAMED]) or "earlier charges alone"
    return f"{named} and {len(items) - NAMED} more" if len(items) > NAMED else named
