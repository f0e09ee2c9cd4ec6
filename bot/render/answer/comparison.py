"""The comparison of an answer as one short table: the baseline, then the options by their group."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.answer.card import (
    alternatives,
    class_words,
    distinct_options,
    pay_back_day,
    short_change,
)
from bot.render.parts.money import UNKNOWN
from bot.render.parts.short import span_text, spoken_days
from bot.render.parts.tables import (
    GROUP_TITLES,
    Align,
    Table,
    cost_text,
    has_other_period,
    offer_name,
    period_figure,
    period_header,
    period_total,
)
from bot.render.sentences.base_model import successor_steps
from bot.render.sentences.verdict import has_ended, prompting_month, set_aside_sentence
from calculator import Comparison, Estimate, Option, base_change, option, options, saving_range, verdict

MAX_ROWS = 8
"""The baseline and the rows between groups included."""
NONE = "–"
MAX_REASONS = 3


def short_table(comparison: Comparison) -> Table:
    """Return at most eight rows: the baseline, the recommended option, and the cheapest options of every group.

    With a baseline, each option is shown against it. Without one, the costs over equal periods are shown.
    The class comes last: a phone shows about five columns.

    Args:
        comparison: The priced offers.
    """
    listed = listed_options(comparison)
    if comparison.base is None:
        return _costs(comparison, listed)
    rows = [_baseline_row(comparison), *_successor_rows(comparison)]
    for previous, item in zip([None, *listed], listed, strict=False):
        if previous and previous.group != item.group:
            rows.append((GROUP_TITLES[item.group], "", "", "", "", ""))
        rows.append(_against_baseline(comparison, item))
    numbers: tuple[Align, ...] = ("right",) * 4
    return Table(
        ("Option", "Once", "A month", "Against today", "Pays back", "Class"), ("left", *numbers, "left"), tuple(rows)
    )


def listed_options(comparison: Comparison) -> list[Option]:
    """Return the options of the short table: usable ones, or the nearest of the catalogue if none is usable.

    Other tiers and regions of a listed model are added where there is room.
    """
    chosen = verdict(comparison).option
    if chosen is None:
        return [option(comparison, comparison.nearest)] if comparison.nearest else []
    recommended = [chosen]
    others = [item for item in options(comparison) if item.usable and item is not chosen]
    ranked = [*recommended, *distinct_options(others)]
    picked: list[Option] = []
    on_card = [item for item in alternatives(comparison) if item in ranked]
    for candidates, one_each in (
        (on_card, False),
        (_first_of_groups(ranked), True),
        (ranked, False),
        (others, False),
    ):
        for item in candidates:
            is_group_listed = one_each and any(item.group == listed.group for listed in picked)
            if item not in picked and not is_group_listed and _row_count(comparison, [*picked, item]) <= MAX_ROWS:
                picked.append(item)
    order = list(GROUP_TITLES)
    return sorted(picked, key=lambda item: (order.index(item.group), [*recommended, *others].index(item)))


def _first_of_groups(ranked: Sequence[Option]) -> list[Option]:
    first: dict[str, Option] = {}
    for item in ranked:
        first.setdefault(item.group, item)
    order = list(GROUP_TITLES)
    return sorted(first.values(), key=lambda item: (item is not ranked[0], order.index(item.group)))


def _row_count(comparison: Comparison, items: Sequence[Option]) -> int:
    """Return the rows of some options: with a baseline, it and the rows between the groups count too."""
    if comparison.base is None:
        return len(items)
    return len(items) + len({item.group for item in items}) + len(_successor_rows(comparison))


def _baseline_row(comparison: Comparison) -> tuple[str, ...]:
    base = comparison.base
    known = base is not None and base.monthly_usd is not None and not has_ended(comparison)
    unknown = "unknown" if base and base.lines else NONE
    change = base_change(comparison)
    name = change.model if change and has_ended(comparison) else base.model if base else ""
    return (
        f"Today: prompting {name}",
        NONE,
        prompting_month(comparison) if known else unknown,
        NONE,
        NONE,
        "reference",
    )


def _successor_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    return [
        (f"{start or 'Now'}: {model}", NONE, month, NONE, NONE, "successor")
        for start, model, month in successor_steps(comparison)
    ]


def _against_baseline(comparison: Comparison, item: Option) -> tuple[str, ...]:
    known = comparison.base is not None and comparison.base.monthly_usd is not None and not has_ended(comparison)
    return (
        offer_name(item.estimate),
        *_once_and_month(comparison, item.estimate),
        _month_against_baseline(comparison, item) if known else NONE,
        (pay_back_day(comparison, item) or "never") if known and verdict(comparison).reason != "base_ends" else NONE,
        class_words(item),
    )


def _month_against_baseline(comparison: Comparison, item: Option) -> str:
    """Return `−$92.40`, or `−$634 to −$63.36` over the question's ranges."""
    ranges = saving_range(comparison, item.estimate)
    if ranges is None:
        return short_change(item.monthly_vs_baseline_usd)
    least, most = short_change(-ranges.high_month_usd), short_change(-ranges.low_month_usd)
    return least if least == most else f"{least} to {most}"


def _once_and_month(comparison: Comparison, estimate: Estimate) -> tuple[str, str]:
    if not estimate.lines:
        return NONE, NONE
    recurs = any(line.recurrence == "monthly" for line in estimate.lines)
    return cost_text(comparison, estimate, "one_off"), cost_text(comparison, estimate, "monthly") if recurs else NONE


def _costs(comparison: Comparison, listed: Sequence[Option]) -> Table:
    estimates = [item.estimate for item in listed]
    per_month = has_other_period(comparison, estimates)
    has_calls = bool(comparison.plan.calls_per_month)

    def period_cells(estimate: Estimate) -> tuple[str, ...]:
        if not has_calls:
            return ()
        return (span_text(period_total(comparison, estimate, per_month=per_month)) if estimate.lines else NONE,)

    rows = tuple(
        (
            offer_name(item.estimate),
            *_once_and_month(comparison, item.estimate),
            *period_cells(item.estimate),
            class_words(item),
        )
        for item in listed
    )
    period = (period_header(comparison, estimates),) if has_calls else ()
    header = ("Option", "Once", "A month", *period, "Class")
    numbers: list[Align] = ["right"] * (len(header) - 2)
    align: tuple[Align, ...] = ("left", *numbers, "left")
    return Table(header, align, rows)


def set_aside_sentences(comparison: Comparison) -> list[str]:
    """Return `31 set aside: …`; a few options are named with their reasons."""
    reasons = comparison.set_aside
    if len(comparison.estimates) == len(reasons) == 1:
        return []  # the headline says it
    if len(reasons) > MAX_REASONS:
        return list(filter(None, [set_aside_sentence(comparison)]))
    estimates = [estimate for estimate in comparison.estimates if estimate.offer.id in reasons]
    return [f"Set aside: {offer_name(estimate)}. {_reason(comparison, estimate)}" for estimate in estimates]


def _reason(comparison: Comparison, estimate: Estimate) -> str:
    return spoken_days(comparison.set_aside[estimate.offer.id].sentence, comparison.as_of)


def reasons_table(comparison: Comparison, estimates: Sequence[Estimate]) -> Table:
    """Return the options that are set aside, each with its cost and the reason."""
    per_month = has_other_period(comparison, estimates)
    rows = tuple(
        (
            offer_name(item),
            period_figure(comparison, item, per_month=per_month) if item.lines else UNKNOWN,
            _reason(comparison, item),
        )
        for item in estimates
    )
    period = period_header(comparison, estimates)
    return Table(("Offer", period, "Why it's set aside"), ("left", "right", "left"), rows)
