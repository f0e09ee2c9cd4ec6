"""A comparison as rows of text: what the Slack table, the terminal and the tests share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.render.money import UNKNOWN, money, money_span, parts_of_total, places_for, quantity, unit_price
from calculator import Comparison, Estimate, Figure, LineItem, Standing, Total

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Table:
    """Header, rows and the alignment of each column; every row has as many cells as the header."""

    header: tuple[str, ...]
    align: tuple[Align, ...]
    rows: tuple[tuple[str, ...], ...]


def offer_name(estimate: Estimate) -> str:
    """`GPT-4.1 mini (OpenAI)`."""
    offer = estimate.offer
    return offer.title if offer.title == offer.platform_title else f"{offer.title} ({offer.platform_title})"


def horizon(comparison: Comparison) -> str:
    months = comparison.scenario.months
    return "1 month" if str(months) == "1" else f"{months} months"


def figure(comparison: Comparison, estimate: Estimate, name: Figure) -> str:
    """One of the totals of an estimate, as a span where the scenario is ranged."""
    total: Total = getattr(estimate, name)
    span = comparison.span(estimate, name)
    return money_span(span.low, span.high, whole=total.whole) if span else money(total.usd, whole=total.whole)


def remark(estimate: Estimate) -> str:
    """What sets an offer apart from those above it, in a few words."""
    codes = {warning.code: warning for warning in estimate.warnings}
    life = estimate.offer.lifecycle
    remarks = []
    if "closed_to_new_customers" in codes:
        remarks.append("existing customers only")
    if estimate.status in ("closed", "not offered"):
        return (
            "not offered"
            if estimate.status == "not offered"
            else f"ended{f' {life.inference_ends}' if life and life.inference_ends else ''}"
        )
    if "model_ends" in codes and life:
        remarks.append(f"ends {life.inference_ends}")
    elif "training_ends" in codes and life:
        remarks.append(f"training ends {life.training_ends}")
    if "deployment_deleted" in codes:
        remarks.append("not for production")
    if not estimate.complete:
        remarks.append("a price is unknown")
    return ", ".join(remarks)


def comparison_table(comparison: Comparison, estimates: Sequence[Estimate]) -> Table:
    """Offers side by side, in the order of `estimates`; neighbours of one platform at one price share a row."""
    rows: list[tuple[str, ...]] = []
    names: list[list[Estimate]] = []
    for estimate in estimates:
        cells = (
            figure(comparison, estimate, "one_off"),
            figure(comparison, estimate, "monthly") if _recurs(estimate) else "none",
            figure(comparison, estimate, "total"),
            remark(estimate),
        )
        if rows and rows[-1] == cells and names[-1][0].offer.platform == estimate.offer.platform:
            names[-1].append(estimate)
        else:
            rows.append(cells)
            names.append([estimate])
    return Table(
        header=("Offer", "One-off", "A month", f"{horizon(comparison)}, USD", "Note"),
        align=("left", "right", "right", "right", "left"),
        rows=tuple((_names(group), *cells) for group, cells in zip(names, rows, strict=True)),
    )


def _recurs(estimate: Estimate) -> bool:
    return not estimate.lines or any(line.recurrence == "monthly" for line in estimate.lines)


def _names(group: Sequence[Estimate]) -> str:
    first, *others = group
    if not others:
        return offer_name(first)
    return f"{first.offer.title} and {len(others)} more ({first.offer.platform_title})"


def shown_estimates(comparison: Comparison, limit: int) -> list[Estimate]:
    """The best `limit` to show: mostly those that can be bought for the whole horizon, a few of each that cannot."""
    by_standing = {standing: [e for e in comparison.estimates if e.standing == standing] for standing in Standing}
    quota = dict.fromkeys(Standing, max(2, limit // 6))
    kept = {standing: found[: quota[standing]] for standing, found in by_standing.items()}
    spare = limit - sum(map(len, kept.values()))
    for standing, found in by_standing.items():
        more = found[len(kept[standing]) : len(kept[standing]) + max(0, spare)]
        kept[standing] = kept[standing] + more
        spare -= len(more)
    return [estimate for standing in Standing for estimate in kept[standing]]


def breakdown_table(estimate: Estimate) -> Table:
    """Line by line over the horizon; the printed amounts add up to the printed total, which is the last row."""
    known = [amount for line in estimate.lines if (amount := line.amount_usd) is not None]
    total = estimate.total_usd
    printed = iter(parts_of_total(known, places_for(total) if total is not None else 2))
    rows = [
        (
            line.label,
            f"{quantity(line.quantity)} × {unit_name(line)}" if line.quantity is not None else UNKNOWN,
            unit_price(line.unit_price_usd),
            next(printed) if line.amount_usd is not None else UNKNOWN,
        )
        for line in estimate.lines
    ]
    rows.append(
        ("Total" if estimate.complete else "Total, at least", f"{quantity(estimate.months)} months", "", money(total))
    )
    return Table(
        header=("Item", "Quantity", "Unit price", "USD"), align=("left", "right", "right", "right"), rows=tuple(rows)
    )


def unit_name(line: LineItem) -> str:
    return {"1M tokens": "1M tokens", "unit-hour": "unit-hour", "once": "once"}.get(line.unit, line.unit)


def plain(table: Table) -> str:
    """The table as aligned text."""
    widths = [max(len(row[i]) for row in (table.header, *table.rows)) for i in range(len(table.header))]

    def line(cells: tuple[str, ...]) -> str:
        padded = (
            cell.rjust(width) if align == "right" else cell.ljust(width)
            for cell, width, align in zip(cells, widths, table.align, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(table.header), "  ".join("-" * width for width in widths), *map(line, table.rows)])
