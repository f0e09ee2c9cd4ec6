"""A comparison as tables of text, for Slack and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from bot.render.parts.money import (
    UNKNOWN,
    foreign,
    money,
    money_span,
    parts_of_total,
    places_for,
    quantity,
    unit_price,
)
from bot.render.parts.short import short_day, span_text
from calculator import (
    BreakEven,
    Comparison,
    CostSpan,
    Estimate,
    Figure,
    LineItem,
    OptionGroup,
    Total,
    average_month,
    break_even,
    comparable_span,
    equal_periods,
    estimate_warnings,
    horizon_total,
    undone_payback,
)

Align = Literal["left", "right"]
GROUP_WORDS: dict[OptionGroup, str] = {"same_model": "same model", "same_class": "same class", "smaller": "smaller"}
LIKE = ("same_model", "same_class")
"""Groups that are compared like with like."""
GROUP_TITLES: dict[OptionGroup, str] = {
    "same_model": "The same model, tuned",
    "same_class": "Same class or above",
    "smaller": "Smaller: evaluate first",
    **{cast("OptionGroup", f"class_{letter.lower()}"): f"Class {letter}" for letter in "ABCDEF"},
    "unknown_class": "Not comparable by class",
}


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
    """Return `12 months`, or `6 to 12 months`."""
    months = str(comparison.scenario.months).replace("..", " to ")
    return "1 month" if months == "1" else f"{months} months"


def horizon_text(comparison: Comparison, estimate: Estimate) -> str:
    """Return `over 12 months`, or `until it ends on 14 Jan 2027` if the model ends inside the horizon."""
    lifecycle = estimate.offer.lifecycle
    if estimate.months < comparison.plan.months and lifecycle and lifecycle.inference_ends:
        return f"until it ends on {short_day(lifecycle.inference_ends, comparison.as_of)}"
    return f"over {horizon(comparison)}"


def has_other_period(comparison: Comparison, estimates: Sequence[Estimate]) -> bool:
    """Return whether an option ends inside the horizon, and there is no prompting to fill the remaining months."""
    months = comparison.plan.months
    return not equal_periods(comparison).has_baseline and any(
        estimate.lines and estimate.months != months for estimate in estimates
    )


def period_header(comparison: Comparison, estimates: Sequence[Estimate]) -> str:
    """Return the heading of the column in which options are compared: `12 months`, or `Average month`."""
    return "Average month" if has_other_period(comparison, estimates) else horizon(comparison)


def period_total(comparison: Comparison, estimate: Estimate, *, per_month: bool) -> CostSpan:
    """Return the cost in which options are compared, from the cheap to the expensive corner.

    Args:
        comparison: The priced offers.
        estimate: An estimate of the comparison.
        per_month: The average month until the model ends, one-off cost included; else the whole horizon, with prompting
            after the model ends.
    """
    cost = average_month(comparison, estimate) if per_month else horizon_total(comparison, estimate)
    return comparable_span(comparison, estimate, per_month=per_month) or CostSpan(cost.usd, cost.usd, cost.whole)


def period_figure(comparison: Comparison, estimate: Estimate, *, per_month: bool) -> str:
    """Return the cost in which options are compared as text."""
    span = period_total(comparison, estimate, per_month=per_month)
    return money_span(span.low, span.high, whole=span.whole)


def total_text(comparison: Comparison, estimate: Estimate) -> str:
    """Return `$1,080 over 12 months`, or `$90 in an average month until it ends on 14 Jan 2027`."""
    per_month = has_other_period(comparison, [estimate])
    total = span_text(period_total(comparison, estimate, per_month=per_month))
    if per_month:
        return f"{total} in an average month {horizon_text(comparison, estimate)}"
    life = estimate.offer.lifecycle
    if estimate.months < comparison.plan.months and life and life.inference_ends:
        end = short_day(life.inference_ends, comparison.as_of)
        return f"{total} over {horizon(comparison)}, with prompting from {end} on, when it ends"
    return f"{total} over {horizon(comparison)}"


def figure(comparison: Comparison, estimate: Estimate, name: Figure) -> str:
    """Return a total of an estimate, as a range if the scenario has ranges."""
    total: Total = getattr(estimate, name)
    span = comparison.span(estimate, name)
    return money_span(span.low, span.high, whole=span.whole) if span else money(total.usd, whole=total.whole)


def cost_text(comparison: Comparison, estimate: Estimate, figure: Figure) -> str:
    """Return a total of an estimate in a few digits, as a range if the scenario has ranges: `$120 to $200`."""
    total: Total = getattr(estimate, figure)
    return span_text(comparison.span(estimate, figure) or CostSpan(total.usd, total.usd, total.whole))


def foreign_figure(comparison: Comparison, estimate: Estimate, name: Figure, per_usd: Decimal) -> str:
    """Return a figure in another currency, of which one US dollar buys `per_usd`."""
    total: Total = getattr(estimate, name)
    return foreign_span(comparison.span(estimate, name) or CostSpan(total.usd, total.usd, total.whole), per_usd)


def foreign_span(span: CostSpan, per_usd: Decimal) -> str:
    """Return a cost in another currency, of which one US dollar buys `per_usd`."""
    low, high, whole = span
    if low is None or high is None:
        return UNKNOWN
    low_text, high_text = foreign(low * per_usd), foreign(high * per_usd)
    return f"{'' if whole else '≥ '}{low_text if low_text == high_text else f'{low_text} – {high_text}'}"


def _ended(comparison: Comparison, estimate: Estimate) -> str:
    """Return `ended 23 Oct`, or `training ended 5 Jan 2026` while tuned models still answer."""
    life = estimate.offer.lifecycle
    if life and life.inference_ends and life.inference_ends <= comparison.as_of:
        return f"ended {short_day(life.inference_ends, comparison.as_of)}"
    if life and life.training_ends:
        return f"training ended {short_day(life.training_ends, comparison.as_of)}"
    return "ended"


def remark(comparison: Comparison, estimate: Estimate) -> str:
    """Return the limits of an offer in a few words: `existing customers only`."""
    codes = {warning.code for warning in estimate_warnings(comparison, estimate)}
    life = estimate.offer.lifecycle
    if estimate.status == "not offered":
        return "not offered"
    if estimate.status == "closed":
        return _ended(comparison, estimate)
    if "does_not_fit" in codes:
        return "doesn't fit"
    remarks = []
    if "closed_to_new_customers" in codes:
        remarks.append("existing customers only")
    if "model_ends" in codes and life and life.inference_ends:
        cut = estimate.months < comparison.plan.months
        remarks.append(f"{'only to' if cut else 'ends'} {short_day(life.inference_ends, comparison.as_of)}")
    elif "training_ends" in codes and life and life.training_ends:
        remarks.append(f"training ends {short_day(life.training_ends, comparison.as_of)}")
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

    per_month = has_other_period(comparison, estimates)

    def cells(estimate: Estimate) -> tuple[str, ...]:
        return (
            figure(comparison, estimate, "one_off"),
            figure(comparison, estimate, "monthly") if _recurs(estimate) else "none",
            period_figure(comparison, estimate, per_month=per_month),
            *((foreign_span(period_total(comparison, estimate, per_month=per_month), per_usd),) if currency else ()),
            class_text(comparison, estimate),
            remark(comparison, estimate),
        )

    rows = offer_rows(estimates, cells)
    total = period_header(comparison, estimates)
    header = ("Offer", "One-off", "A month", total, *((currency,) if currency else ()), "Class", "Note")
    width = len(header) if any(row[-1] for row in rows) else len(header) - 1
    numbers: list[Align] = ["right"] * (len(header) - 3)
    align: tuple[Align, ...] = ("left", *numbers, "left", "left")
    return Table(
        header=header[:width],
        align=align[:width],
        rows=tuple(row[:width] for row in rows),
    )


def class_text(comparison: Comparison, estimate: Estimate) -> str:
    """Return a model's class against the baseline's in a few words; without a baseline, its letter."""
    found = comparison.classes[estimate.offer.id]
    return GROUP_WORDS.get(found.group, found.letter or "unknown")


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
            return UNKNOWN, UNKNOWN, ""
        if payback.calls is None or undone_payback(comparison, estimate):
            return "never", _saved(payback), ""
        day = short_day(payback.day, comparison.as_of) if payback.day else "beyond the horizon"
        return day, _saved(payback), f"{payback.calls:,}"

    return Table(
        ("Offer", "Pays back", f"Saves, {horizon(comparison)}", "After, calls"),
        ("left", "right", "right", "right"),
        tuple(offer_rows(estimates, cells)),
    )


def _saved(payback: BreakEven) -> str:
    return "" if payback.net_usd is None else money(payback.net_usd)


def group_options(comparison: Comparison) -> list[tuple[str, list[Estimate]]]:
    """Return the usable options, the closest models first, and those that are set aside; no empty groups."""
    order = list(GROUP_TITLES) if comparison.base else []
    usable = sorted(
        comparison.usable,
        key=lambda estimate: order.index(comparison.classes[estimate.offer.id].group) if order else 0,
    )
    apart = [estimate for estimate in comparison.estimates if estimate.offer.id in comparison.set_aside]
    period = "an average month" if has_other_period(comparison, usable) else horizon(comparison)
    first = "closest model first, then the cheapest" if comparison.base else "cheapest first"
    groups = ((f"Usable, over {period}, {first}", usable), ("Set aside", apart))
    return [(caption, estimates) for caption, estimates in groups if estimates]


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


def item_rows(lines: Sequence[LineItem]) -> list[tuple[str, str, str, str]]:
    """Return label, quantity, unit price and amount of line items. The printed amounts add up to the printed sum."""
    amounts = [amount for line in lines if (amount := line.amount_usd) is not None]
    printed = iter(parts_of_total(amounts, places_for(sum(amounts, Decimal(0)))))
    return [
        (
            line.label,
            amount_of(line),
            f"{unit_price(line.unit_price_usd)} / {line.unit.removesuffix(' tokens')}"
            if line.unit_price_usd is not None
            else UNKNOWN,
            next(printed) if line.amount_usd is not None else UNKNOWN,
        )
        for line in lines
    ]


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
