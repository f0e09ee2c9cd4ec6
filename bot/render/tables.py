"""A comparison as tables of text, for Slack and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.render.money import (
    UNKNOWN,
    foreign,
    money,
    money_span,
    parts_of_total,
    places_for,
    quantity,
    signed,
    unit_price,
)
from calculator import (
    BreakEven,
    Comparison,
    Estimate,
    Figure,
    LineItem,
    RankGroup,
    Total,
    break_even,
    customer_of,
    estimate_warnings,
)

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Table:
    """A table of text. Every row has as many cells as the header."""

    header: tuple[str, ...]
    align: tuple[Align, ...]
    rows: tuple[tuple[str, ...], ...]
    ids: bool = False
    """Cells contain ids of users and channels, which Slack shows as names."""


def offer_name(estimate: Estimate) -> str:
    """Return the model and its platform: `GPT-4.1 mini (OpenAI)`."""
    offer = estimate.offer
    return offer.title if offer.title == offer.platform_title else f"{offer.title} ({offer.platform_title})"


def horizon(comparison: Comparison) -> str:
    """Return `12 months`."""
    months = comparison.scenario.months
    return "1 month" if str(months) == "1" else f"{months} months"


def duration_text(comparison: Comparison, estimate: Estimate) -> str:
    """Return `over 12 months`, or `until it ends on 2027-01-14` if the model ends inside the horizon."""
    lifecycle = estimate.offer.lifecycle
    if estimate.months < comparison.plan.months and lifecycle:
        return f"until it ends on {lifecycle.inference_ends}"
    return f"over {horizon(comparison)}"


def figure(comparison: Comparison, estimate: Estimate, name: Figure) -> str:
    """Return a total of an estimate, as a range if the scenario has ranges."""
    total: Total = getattr(estimate, name)
    span = comparison.span(estimate, name)
    return money_span(span.low, span.high, whole=span.whole) if span else money(total.usd, whole=total.whole)


def foreign_figure(comparison: Comparison, estimate: Estimate, name: Figure, per_usd: Decimal) -> str:
    """Return a total in another currency, of which one US dollar buys `per_usd`."""
    total: Total = getattr(estimate, name)
    span = comparison.span(estimate, name)
    low, high, whole = (span.low, span.high, span.whole) if span else (total.usd, total.usd, total.whole)
    if low is None or high is None:
        return UNKNOWN
    low_text, high_text = foreign(low * per_usd), foreign(high * per_usd)
    return f"{'' if whole else '≥ '}{low_text if low_text == high_text else f'{low_text} – {high_text}'}"


def remark(comparison: Comparison, estimate: Estimate) -> str:
    """Return the limits of an offer in a few words: `existing customers only`."""
    codes = {warning.code for warning in estimate_warnings(comparison, estimate)}
    life = estimate.offer.lifecycle
    if estimate.status == "not offered":
        return "not offered"
    if estimate.status == "closed":
        return f"ended {life.inference_ends}" if life and life.inference_ends else "ended"
    if "does_not_fit" in codes:
        return "doesn't fit"
    remarks = []
    if "closed_to_new_customers" in codes:
        remarks.append("existing customers only")
    if "model_ends" in codes and life:
        cut = estimate.months < comparison.plan.months
        remarks.append(f"{'only to' if cut else 'ends'} {life.inference_ends}")
    elif "training_ends" in codes and life:
        remarks.append(f"training ends {life.training_ends}")
    if "deployment_deleted" in codes:
        remarks.append("not for production")
    if not estimate.complete:
        remarks.append("a price is unknown")
    return ", ".join(remarks)


def comparison_table(
    comparison: Comparison, estimates: Sequence[Estimate], currency: str = "", per_usd: Decimal = Decimal(1)
) -> Table:
    """Return offers side by side; neighbours of one platform at one price share a row.

    Args:
        comparison: The priced offers.
        estimates: The offers to show, in this order.
        currency: A currency to show the total in too.
        per_usd: What one US dollar buys in it.
    """

    def cells(estimate: Estimate) -> tuple[str, ...]:
        return (
            figure(comparison, estimate, "one_off"),
            figure(comparison, estimate, "monthly") if _recurs(estimate) else "none",
            figure(comparison, estimate, "total"),
            *((foreign_figure(comparison, estimate, "total", per_usd),) if currency else ()),
            remark(comparison, estimate),
        )

    rows = offer_rows(estimates, cells)
    header = ("Offer", "One-off", "A month", horizon(comparison), *((currency,) if currency else ()), "Note")
    width = len(header) if any(row[-1] for row in rows) else len(header) - 1
    numbers: list[Align] = ["right"] * (len(header) - 2)
    align: tuple[Align, ...] = ("left", *numbers, "left")
    return Table(
        header=header[:width],
        align=align[:width],
        rows=tuple(row[:width] for row in rows),
    )


def offer_rows(estimates: Sequence[Estimate], cells: Callable[[Estimate], tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return a row for each offer, its name first; neighbours of one platform with equal cells share a row."""
    groups: list[tuple[tuple[str, ...], list[Estimate]]] = []
    for estimate in estimates:
        row = cells(estimate)
        if groups and groups[-1][0] == row and groups[-1][1][0].offer.platform == estimate.offer.platform:
            groups[-1][1].append(estimate)
        else:
            groups.append((row, [estimate]))
    return [(_names(group), *row) for row, group in groups]


def break_even_table(comparison: Comparison, estimates: Sequence[Estimate]) -> Table:
    """Return when each offer pays back, and what it saves over the horizon."""

    def cells(estimate: Estimate) -> tuple[str, ...]:
        payback = break_even(comparison, estimate)
        if payback is None:
            return UNKNOWN, "", UNKNOWN
        return "never" if payback.calls is None else f"{payback.calls:,}", str(payback.day or ""), _net(payback)

    return Table(
        ("Offer", "Pays back after, calls", "On", f"Net, {horizon(comparison)}"),
        ("left", "right", "right", "right"),
        tuple(offer_rows(estimates, cells)),
    )


def _net(payback: BreakEven) -> str:
    return "" if payback.net_usd is None else signed(payback.net_usd)


def group_by_standing(comparison: Comparison) -> list[tuple[str, list[Estimate]]]:
    """Return the estimates in groups that can be ranked, each with its caption, without empty groups."""
    captions = {
        RankGroup.LASTS: f"For the whole {horizon(comparison)}, cheapest first",
        RankGroup.ENDS: "Ending earlier, or not for production",
        RankGroup.INCOMPLETE: "With an unknown price",
        RankGroup.APART: _apart(comparison),
    }
    groups = {
        standing: [estimate for estimate in comparison.estimates if estimate.standing == standing]
        for standing in RankGroup
    }
    return [(captions[standing], estimates) for standing, estimates in groups.items() if estimates]


def _apart(comparison: Comparison) -> str:
    small = any(too_small(comparison, estimate) for estimate in comparison.estimates)
    sold = f"Not sold, or not to {customer_of(comparison.scenario.customer)} customers"
    if not small:
        return sold
    others = any(
        estimate.standing == RankGroup.APART and not too_small(comparison, estimate)
        for estimate in comparison.estimates
    )
    return f"{sold}, or too small" if others else "Too small for the job"


def too_small(comparison: Comparison, estimate: Estimate) -> bool:
    """Return whether the job doesn't fit these GPUs."""
    return any(warning.code == "does_not_fit" for warning in estimate_warnings(comparison, estimate))


def _recurs(estimate: Estimate) -> bool:
    return not estimate.lines or any(line.recurrence == "monthly" for line in estimate.lines)


def _names(group: Sequence[Estimate]) -> str:
    cheapest, *others = group
    if not others:
        return offer_name(cheapest)
    return f"{cheapest.offer.title} and {len(others)} more ({cheapest.offer.platform_title})"


def priced_lines(estimate: Estimate) -> list[LineItem]:
    """Return the line items without deployments that are free."""
    return [line for line in estimate.lines if line.component != "hosting" or line.unit_price_usd != 0]


def breakdown_table(estimate: Estimate) -> Table:
    """Return the line items over the horizon. The printed amounts add up to the printed total in the last row."""
    lines = priced_lines(estimate)
    amounts = [amount for line in lines if (amount := line.amount_usd) is not None]
    total = estimate.total_usd
    printed = iter(parts_of_total(amounts, places_for(total) if total is not None else 2))
    rows = [
        (
            line.label,
            amount_of(line),
            f"{unit_price(line.unit_price_usd)} / {line.unit}" if line.unit_price_usd is not None else UNKNOWN,
            next(printed) if line.amount_usd is not None else UNKNOWN,
        )
        for line in lines
    ]
    label = "Total" if estimate.complete else "Total, at least"
    rows.append((label, f"{quantity(estimate.months)} months", "", money(total)))
    return Table(
        header=("Item", "Quantity", "Unit price", "USD"), align=("left", "right", "right", "right"), rows=tuple(rows)
    )


def amount_of(line: LineItem) -> str:
    """Return `1,800M tokens`, `8,640 hours`, `1 job`."""
    if line.quantity is None:
        return UNKNOWN
    if line.unit == "1M tokens":
        return f"{quantity(line.quantity)}M tokens"
    if line.unit == "once":
        return "once"
    return f"{quantity(line.quantity)} {line.unit}{'' if line.quantity == 1 else 's'}"


def plain(table: Table) -> str:
    """Return the table as aligned text."""
    widths = [max(len(row[i]) for row in (table.header, *table.rows)) for i in range(len(table.header))]

    def line(cells: tuple[str, ...]) -> str:
        padded = (
            cell.rjust(width) if align == "right" else cell.ljust(width)
            for cell, width, align in zip(cells, widths, table.align, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(table.header), "  ".join("-" * width for width in widths), *map(line, table.rows)])
