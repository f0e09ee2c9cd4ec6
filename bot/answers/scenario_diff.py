"""What a change of scenario files costs: each scenario before and after, as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from bot.render.answer.results import period_usd
from bot.render.parts.escaping import clip
from bot.render.parts.money import counted, money, signed
from bot.render.parts.tables import Table, plain
from bot.render.sentences.scenario_changes import field_changes
from bot.results import SavedResult

MARKER = "<!-- ftcost diff -->"
"""The first line of the Markdown, by which a script finds an earlier comment to replace."""
_HEADER = ("Scenario", "Before", "After", "Difference")
_MAX_CELL = 120


class ScenarioChange(NamedTuple):
    """A scenario file before and after a change."""

    name: str
    before: SavedResult | None
    """None for a new file."""
    after: SavedResult | None
    """None for a removed file."""
    fault: str | None = None
    """Why the file could not be priced before the change."""


class ScenarioCost(Struct, frozen=True, kw_only=True):
    """The cost of a scenario's recommended option, in its period: the horizon, or a month where models end early."""

    headline: str
    option: str | None
    """The recommended option's title; None if no option is usable."""
    usd: Decimal | None


class ScenarioDifference(Struct, frozen=True, kw_only=True):
    """The cost of a scenario before and after a change, and what changed in its question."""

    name: str
    period: str
    """`12 months`, `average month`, or `different horizons` where no amounts can be compared."""
    before: ScenarioCost | None
    after: ScenarioCost | None
    fault: str | None
    """Why the scenario could not be priced before the change."""
    changes: tuple[str, ...]
    """The keys of the question that differ."""
    difference_usd: Decimal | None
    """After − before, US dollars; None if either is unknown or absent."""
    increase_percent: Decimal | None


class DiffReport(Struct, frozen=True, kw_only=True):
    """The differences of all scenarios, and the limits that they exceed."""

    base: str
    scenarios: tuple[ScenarioDifference, ...]
    """The scenarios whose cost, option or question changed."""
    unchanged: int
    exceeded: tuple[str, ...]
    """A sentence for each limit that a scenario exceeds."""


class Limits(NamedTuple):
    """What a change may cost."""

    usd: Decimal | None = None
    """The most that a scenario may cost in its period, US dollars."""
    increase_percent: Decimal | None = None


def diff_report(base: str, changes: Iterable[ScenarioChange], limits: Limits) -> DiffReport:
    """Return what a change costs.

    Args:
        base: The name of the state before, such as `main`.
        changes: Every scenario, changed or not.
        limits: The limits that a changed scenario must keep.
    """
    differences = [_difference(change) for change in changes]
    changed = [item for item in differences if item.before != item.after or item.changes]
    return DiffReport(
        base=base,
        scenarios=tuple(changed),
        unchanged=len(differences) - len(changed),
        exceeded=tuple(sentence for item in changed for sentence in _exceeded(item, limits)),
    )


def report_text(report: DiffReport) -> str:
    """Return a report for a terminal."""
    rows = tuple(_row(item) for item in report.scenarios)
    lines = [_summary(report)]
    if rows:
        lines += ["", plain(Table(_HEADER, ("left", "right", "right", "right"), rows))]
    for item in report.scenarios:
        lines += ["", item.name, *(f"  {line}" for line in _details(item))]
    return "\n".join([*lines, *(["", *report.exceeded] if report.exceeded else [])])


def report_markdown(report: DiffReport) -> str:
    """Return a report as Markdown, for a comment on a pull request."""
    lines = [MARKER, f"**Fine-tuning costs**: {_summary(report)}"]
    if report.scenarios:
        lines += ["", _markdown_row(_HEADER), "| --- | ---: | ---: | ---: |"]
        lines += [_markdown_row(_row(item)) for item in report.scenarios]
    for item in report.scenarios:
        lines += ["", f"**{_escaped(item.name)}**", *(f"- {_escaped(line)}" for line in _details(item))]
    lines += ["", *(f"❌ {_escaped(sentence)}" for sentence in report.exceeded)] if report.exceeded else []
    return "\n".join(lines)


def _difference(change: ScenarioChange) -> ScenarioDifference:
    results = [result for result in (change.before, change.after) if result]
    per_month = any(_horizon_usd(result) is None for result in results)
    months = {result.scenario.get("months", "12") for result in results}
    before, after = (_cost(result, per_month=per_month) for result in (change.before, change.after))
    is_comparable = per_month or len(months) == 1
    difference = None
    if is_comparable and before and after and before.usd is not None and after.usd is not None:
        difference = after.usd - before.usd
    return ScenarioDifference(
        name=change.name,
        period="average month" if per_month else f"{months.pop()} months" if is_comparable else "different horizons",
        before=before,
        after=after,
        fault=change.fault,
        changes=tuple(field_changes(change.before.scenario, change.after.scenario))
        if change.before and change.after
        else (),
        difference_usd=difference,
        increase_percent=100 * difference / before.usd if difference is not None and before and before.usd else None,
    )


def _horizon_usd(result: SavedResult) -> Decimal | None:
    offer = result.recommended
    return period_usd(result, offer.offer, per_month=False) if offer else None


def _cost(result: SavedResult | None, *, per_month: bool) -> ScenarioCost | None:
    if result is None:
        return None
    offer = result.recommended
    return ScenarioCost(
        headline=result.headline,
        option=offer.title if offer else None,
        usd=period_usd(result, offer.offer, per_month=per_month) if offer else None,
    )


def _exceeded(item: ScenarioDifference, limits: Limits) -> Iterable[str]:
    usd = item.after.usd if item.after else None
    if limits.usd is not None and usd is not None and usd > limits.usd:
        yield f"{item.name}: {money(usd)} ({item.period}) is above the limit of {money(limits.usd)}."
    increase = item.increase_percent
    if limits.increase_percent is not None and increase is not None and increase > limits.increase_percent:
        yield f"{item.name}: {increase:.0f}% more is above the limit of {limits.increase_percent:f}%."


def _summary(report: DiffReport) -> str:
    count, unchanged = len(report.scenarios), report.unchanged
    if not count:
        return f"No scenario costs more or less than on {report.base} ({counted(unchanged, 'scenario')} unchanged)."
    rest = f" {counted(unchanged, 'scenario')} unchanged." if unchanged else ""
    return f"{counted(count, 'scenario')} changed against {report.base}.{rest}"


def _row(item: ScenarioDifference) -> tuple[str, ...]:
    difference = "–" if item.difference_usd is None else signed(item.difference_usd)
    if item.increase_percent is not None:
        difference += f" ({item.increase_percent:+.0f}%)"
    return (
        f"{item.name} ({item.period})",
        _amount(item.before, "invalid" if item.fault else "new"),
        _amount(item.after, "removed"),
        difference,
    )


def _amount(cost: ScenarioCost | None, absent: str) -> str:
    if cost is None:
        return absent
    return money(cost.usd) if cost.option else "no usable option"


def _details(item: ScenarioDifference) -> list[str]:
    lines = [f"Changed: {'; '.join(item.changes)}"] if item.changes else []
    if item.fault:
        lines.append(f"Before: {' '.join(item.fault.split())}")
    if item.before and item.after and item.before.option != item.after.option:
        lines.append(f"Recommended: {item.before.option or 'none'} → {item.after.option or 'none'}")
    shown = item.after or item.before
    return [*lines, shown.headline] if shown else lines


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(clip(_escaped(cell), _MAX_CELL) for cell in cells)} |"


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is; a file may have any name."""
    return "".join(f"\\{character}" if character in r"\`*_[]<>|#@!" else character for character in text)
