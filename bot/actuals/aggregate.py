"""Aggregate the lines of a bill into actual amounts and usage of one tuned model, by month and part."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.actuals.bill import BillLine
from calculator import PARTS, Actual, Billed, Usage, month_after
from pricing import BillRules, Catalog, Offer

ONE_DAY = timedelta(days=1)
ALL_PARTS = ("all", "total", "together")
"""Names for the sum of all parts, in a bill that a user wrote."""


class BillScope(NamedTuple):
    """The charges to look for in a bill: those of one model, from the date of its estimate on."""

    model: str
    siblings: tuple[str, ...]
    """The platform's other models, to tell similar names apart."""
    since: date
    today: date

    def names_model(self, item: str) -> bool | None:
        """Return whether an item names this model; None if it names no known model."""
        text = _bare(item)
        names = [name for name in (self.model, *self.siblings) if _bare(name) in text or _bare(_undated(name)) in text]
        if not names:
            return None
        longest = max(len(_bare(_undated(name))) for name in names)  # gpt-4.1 is a part of gpt-4.1-mini
        return any(len(_bare(_undated(name))) == longest for name in names if name == self.model)


def bill_scope(offer: Offer, catalog: Catalog, since: date, today: date) -> BillScope:
    """Return the scope of an offer's bill.

    Args:
        offer: Its model is looked for.
        catalog: Names the platform's other models.
        since: The date of the estimate; earlier charges don't count.
        today: The end of a month that isn't over.
    """
    models = {candidate.model for candidate in catalog.offers.values() if candidate.platform == offer.platform}
    return BillScope(offer.model, tuple(sorted(models - {offer.model})), since, today)


class AggregatedBill(NamedTuple):
    """The actual amounts of a bill, and the items that need a note."""

    actuals: tuple[Actual, ...]
    skipped_items: tuple[str, ...]
    """Items that don't belong to the model, most expensive first."""
    unattributed_items: tuple[str, ...]
    """Items that count although they name no model."""


@dataclass
class _Totals:
    """The totals of one month and part: US dollars, and counts by measure."""

    usd: Decimal = Decimal(0)
    counts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def aggregate_bill(lines: Iterable[BillLine], rules: BillRules, scope: BillScope) -> AggregatedBill:
    """Return the sums of a model's charges by month and part.

    Days before the estimate are skipped if the bill has daily charges. A month that isn't over ends with the bill's
    latest charge.

    Args:
        lines: The charges of a bill.
        rules: Assign items to parts.
        scope: The model and dates to look for.
    """
    lines = list(lines)
    daily = {month for month, days in _days(lines).items() if days != {month}}
    totals_by_part: dict[tuple[date, Billed], _Totals] = defaultdict(_Totals)
    skipped_usd: dict[str, Decimal] = defaultdict(Decimal)
    unattributed: dict[str, None] = {}
    for line in lines:
        month = line.day.replace(day=1)
        part, has_name = part_of(line.item, rules, scope)
        if part is None:
            skipped_usd[line.item or "items without a name"] += line.usd
        elif not (line.day < scope.since and month in daily):
            if not has_name:
                unattributed[line.item] = None
            _add(totals_by_part[month, part], line, rules)
    latest_days = {month: max(days) for month, days in _days(lines).items()}
    actuals = [
        Actual(
            month,
            part,
            totals.usd,
            _through(month, latest_days[month], scope.today, by_day=month in daily),
            _usage(totals.counts),
        )
        for (month, part), totals in totals_by_part.items()
    ]
    actuals.sort(key=lambda actual: (actual.month, actual.part))
    by_cost = sorted(skipped_usd, key=lambda item: -abs(skipped_usd[item]))
    return AggregatedBill(tuple(actuals), tuple(by_cost), tuple(unattributed))


def part_of(item: str, rules: BillRules, scope: BillScope) -> tuple[Billed | None, bool]:
    """Return an item's part, or None if it isn't the model's, and whether it names the part or the model."""
    plain = item.strip().lower()
    if plain in ALL_PARTS:
        return "all", True
    for part in PARTS:
        if plain == part:
            return part, True
    is_model = scope.names_model(item)
    if is_model is False or not rules.is_tuned(item):
        return None, False
    return rules.part_of(item), is_model is True


def _days(lines: Sequence[BillLine]) -> Mapping[date, set[date]]:
    """Return the days with charges, by month."""
    days: dict[date, set[date]] = defaultdict(set)
    for line in lines:
        days[line.day.replace(day=1)].add(line.day)
    return days


def _through(month: date, latest_day: date, today: date, *, by_day: bool) -> date:
    """Return the day after the period that an amount covers: the whole month, or the part of it that has passed."""
    end = month_after(month)
    if today >= end:
        return end
    return min(end, (latest_day if by_day else today) + ONE_DAY)


def _add(totals: _Totals, line: BillLine, rules: BillRules) -> None:
    totals.usd += line.usd
    unit = rules.units.get(line.unit)
    if line.quantity is None or unit is None:
        return
    measure: str = unit.measure
    if measure == "tokens":
        measure = rules.side_of(line.item) or "tokens"
    totals.counts[measure] += line.quantity * unit.count


def _usage(counts: Mapping[str, Decimal]) -> Usage:
    """Return the measured usage. Tokens of calls count only if both input and output are on the bill."""
    sides = "input" in counts and "output" in counts
    return Usage(
        calls=counts.get("calls"),
        input_tokens=counts["input"] + counts.get("cached", Decimal(0)) if sides else None,
        cached_tokens=counts.get("cached", Decimal(0)) if sides else None,
        output_tokens=counts["output"] if sides else None,
        trained_tokens=counts.get("tokens"),
        hours=counts.get("hours"),
    )


def _bare(name: str) -> str:
    """Return the letters and digits of a model's name, without its owner and `gpt`, which many names share."""
    return re.sub(r"[^a-z0-9]", "", name.rsplit("/", 1)[-1].lower().replace("gpt", ""))


def _undated(name: str) -> str:
    """Return a name without the release date at its end, as in `gpt-4.1-mini-2025-04-14`."""
    return re.sub(r"-\d{4}-\d{2}-\d{2}$|-\d{4}$", "", name)
