"""Lines of a bill -> actual amounts of one tuned model, by month and part, with what was measured beside them."""

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
TOGETHER = ("all", "total", "together")
"""How a bill of one's own calls everything together."""


class BillScope(NamedTuple):
    """Whose bill is looked for: one offer's model, since the day of its estimate, as seen today."""

    model: str
    siblings: tuple[str, ...]
    """The other models that the platform sells, so that one is not taken for another."""
    since: date
    today: date

    def model_in(self, item: str) -> bool | None:
        """Whether an item is of this model; None where it names none that is known."""
        text = _bare(item)
        named = [name for name in (self.model, *self.siblings) if _bare(name) in text or _bare(_undated(name)) in text]
        if not named:
            return None
        longest = max(len(_bare(_undated(name))) for name in named)
        return any(len(_bare(_undated(name))) == longest for name in named if name == self.model)


def scope_of(offer: Offer, catalog: Catalog, since: date, today: date) -> BillScope:
    models = {other.model for other in catalog.offers.values() if other.platform == offer.platform}
    return BillScope(offer.model, tuple(sorted(models - {offer.model})), since, today)


class AggregatedBill(NamedTuple):
    """Actual amounts, and what was not taken for them."""

    actuals: tuple[Actual, ...]
    left_out: tuple[str, ...]
    """Items of something else, the dearest first."""
    unnamed: tuple[str, ...]
    """Items that were counted although they name no model."""


@dataclass
class _Sum:
    """What is added up for one month and part."""

    usd: Decimal = Decimal(0)
    counts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def gather(lines: Iterable[BillLine], rules: BillRules, scope: BillScope) -> AggregatedBill:
    """The lines that are of the model, added up by month and part.

    A day before the estimate is left out where the bill is by the day. A month that is not over ends with its last
    charge.
    """
    lines = list(lines)
    daily = {month for month, days in _days(lines).items() if days != {month}}
    sums: dict[tuple[date, Billed], _Sum] = defaultdict(_Sum)
    left_out: dict[str, Decimal] = defaultdict(Decimal)
    unnamed: dict[str, None] = {}
    for line in lines:
        month = line.day.replace(day=1)
        part, named = part_of(line.item, rules, scope)
        if part is None:
            left_out[line.item or "items without a name"] += line.usd
        elif not (line.day < scope.since and month in daily):
            if not named:
                unnamed[line.item] = None
            _add(sums[month, part], line, rules)
    last = {month: max(days) for month, days in _days(lines).items()}
    actuals = [
        Actual(month, part, one.usd, _through(month, last[month], scope.today, by_day=month in daily), _usage(one))
        for (month, part), one in sums.items()
    ]
    dearest = sorted(left_out, key=lambda item: -abs(left_out[item]))
    return AggregatedBill(tuple(sorted(actuals, key=lambda one: (one.month, one.part))), tuple(dearest), tuple(unnamed))


def part_of(item: str, rules: BillRules, scope: BillScope) -> tuple[Billed | None, bool]:
    """(the part that an item is, None where it is something else; whether it names the part or the model)."""
    plain = item.strip().lower()
    if plain in TOGETHER:
        return "all", True
    for part in PARTS:
        if plain == part:
            return part, True
    ours = scope.model_in(item)
    if ours is False or not rules.is_tuned(item):
        return None, False
    return rules.part_of(item), ours is True


def _days(lines: Sequence[BillLine]) -> Mapping[date, set[date]]:
    found: dict[date, set[date]] = defaultdict(set)
    for line in lines:
        found[line.day.replace(day=1)].add(line.day)
    return found


def _through(month: date, last: date, today: date, *, by_day: bool) -> date:
    """The first day that an amount does not cover: the next month, or what there is of this one."""
    end = month_after(month)
    if today >= end:
        return end
    return min(end, (last if by_day else today) + ONE_DAY)


def _add(to: _Sum, line: BillLine, rules: BillRules) -> None:
    to.usd += line.usd
    unit = rules.units.get(line.unit)
    if line.quantity is None or unit is None:
        return
    what: str = unit.measure
    if what == "tokens":
        what = rules.side_of(line.item) or "tokens"
    to.counts[what] += line.quantity * unit.count


def _usage(one: _Sum) -> Usage:
    """Tokens count only where both sides of the calls are known; of training, all of them."""
    counts = one.counts
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
    """Letters and digits alone, without the maker's folder and what every model's name begins with."""
    return re.sub(r"[^a-z0-9]", "", name.rsplit("/", 1)[-1].lower().replace("gpt", ""))


def _undated(name: str) -> str:
    """Without a date of release at its end: `gpt-4.1-mini-2025-04-14`."""
    return re.sub(r"-\d{4}-\d{2}-\d{2}$|-\d{4}$", "", name)
