"""Match a bill with an estimate: the offer that it is for, and the amounts that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from bot.actuals.aggregate import aggregate_bill, bill_scope
from bot.actuals.bill import Bill
from bot.render.parts.escaping import clip
from bot.render.parts.short import full_day
from calculator import Actual, Comparison, Estimate, UserError
from pricing import BillRules, Catalog

MAX_EXAMPLES = 3
"""The number of skipped items that a note names."""


class MatchedBill(NamedTuple):
    """The amounts of a bill that belong to an offer, with notes for the user."""

    offer: Estimate
    actuals: tuple[Actual, ...]
    source: str
    notes: tuple[str, ...]


def choose_offer(comparison: Comparison, offer: str | None, platform: str | None, bill_title: str) -> Estimate:
    """Return the offer that an amount is for: the named one, else the best one on the platform.

    Args:
        comparison: Offers without line items are ignored.
        offer: The offer's id; None: the best one.
        platform: Restricts the choice to one platform; None: any.
        bill_title: The bill's name in the error message.

    Raises:
        UserError: The comparison has no such offer.
    """
    priced = [estimate for estimate in comparison.estimates if estimate.lines]
    if offer is not None:
        named = next((estimate for estimate in priced if estimate.offer.id == offer.lower()), None)
        if named is None:
            names = ", ".join(estimate.offer.id for estimate in priced[:8])
            raise UserError(f"Offer “{offer[:60]}” isn't in this estimate. Its offers: {names}.")
        return named
    candidates = [estimate for estimate in priced if platform in (None, estimate.offer.platform)]
    if not candidates:
        raise UserError(
            f"This is {bill_title}, but the estimate has no offer on that platform. Choose an offer with on=OFFER."
        )
    return candidates[0]


def match_bill(
    bill: Bill, rules: BillRules, comparison: Comparison, offer: str | None, catalog: Catalog, today: date
) -> MatchedBill:
    """Return the amounts of a bill for one offer of an estimate.

    Args:
        bill: The charges.
        rules: Assign items to parts.
        comparison: The estimate.
        offer: The offer's id; None: the best one on the bill's platform.
        catalog: Names the platform's other models.
        today: The end of a month that isn't over.

    Raises:
        UserError: The estimate has no such offer, or the bill has no amount for it.
    """
    chosen = choose_offer(comparison, offer, bill.export.platform, bill.export.title)
    if chosen.offer.id in catalog.offers:
        scope = bill_scope(chosen.offer, catalog, comparison.as_of, today)
    else:  # with your own rates, any model on the bill may be meant
        scope = bill_scope(replace(chosen.offer, model=""), catalog, comparison.as_of, today)
    aggregated = aggregate_bill(bill.lines, rules, scope)
    if not aggregated.actuals:
        raise UserError(
            f"This is {bill.export.title}, but it has no charges for a tuned {chosen.offer.title} since "
            f"{full_day(comparison.as_of)}. It has {_such_as(aggregated.skipped_items)}."
        )
    notes = []
    if aggregated.skipped_items:
        notes.append(f"not counted: {_such_as(aggregated.skipped_items)}")
    if aggregated.unattributed_items:
        notes.append(f"counted without a model name: {_such_as(aggregated.unattributed_items)}")
    return MatchedBill(chosen, aggregated.actuals, bill.export.title, tuple(notes))


def _such_as(items: Sequence[str]) -> str:
    """Return the names of some items, and the number of further ones."""
    examples = ", ".join(f"“{clip(item, 60)}”" for item in items[:MAX_EXAMPLES]) or "only earlier charges"
    return f"{examples} and {len(items) - MAX_EXAMPLES} more" if len(items) > MAX_EXAMPLES else examples
