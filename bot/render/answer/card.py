"""The card of an answer as plain text: the verdict, the figures behind it, alternatives and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from bot.render.answer.uncertainty import uncertainty_sentences
from bot.render.parts.money import quantity
from bot.render.parts.short import short_day, short_money, short_price, spoken_days
from bot.render.parts.tables import GROUP_TITLES, GROUP_WORDS, LIKE, cost_text, horizon, offer_name
from bot.render.sentences.base_model import base_changes, successor_figures, untuned_base
from bot.render.sentences.headline import headline, run_hours_text
from bot.render.sentences.sources import oldest_price
from bot.render.sentences.verdict import (
    base_end_clause,
    has_ended,
    model_name,
    next_step_sentence,
    prompting_month,
    saved_amount,
    set_aside_sentence,
    threshold_sentence,
)
from calculator import (
    YOUR_RATES,
    Comparison,
    Estimate,
    Figure,
    Option,
    RentedGpuOffer,
    capacity_words,
    equal_periods,
    option,
    options,
    sum_amounts,
    training_range,
    uncached_base,
    verdict,
)

MAX_ALTERNATIVES = 2
MAX_OPTIONS = 4
FIGURES: tuple[Figure, Figure] = ("one_off", "monthly")
NOTHING = "$0"
PROMPTING = "Prompting today"
NEAREST = "Nearest usable"
ALTERNATIVES = "A different model could save, if it passes your evaluation:"


class Card(NamedTuple):
    """An answer in a few lines."""

    verdict: str
    figures: tuple[tuple[str, str], ...]
    """Prompting today and the options that the verdict is about: name and cost."""
    sentences: tuple[str, ...]
    """The threshold, the ends, and what a budget or ranges add."""
    alternatives: tuple[tuple[str, str], ...]
    """Other models that would save: name and cost."""
    next_step: str
    assumes: str
    """The assumptions that move the verdict, and the oldest price of the figures."""


def card(comparison: Comparison) -> Card:
    """Return the answer in at most ten lines.

    Args:
        comparison: The priced offers.
    """
    result = verdict(comparison)
    figures: list[tuple[str, str]] = []
    others: list[Option] = []
    sentences: list[str | None] = []
    shown: list[Option] = []
    match result.reason:
        case "none_usable":
            shown = _nearest_option(comparison)
            if len(comparison.estimates) > 1:
                sentences.append(set_aside_sentence(comparison))
        case "no_calls" | "no_base" | "base_unknown" | "base_ends":
            shown = _closest_options(comparison)
        case _:
            is_judged = result.answer == "yes" or result.reason == "range_decides"
            about = result.option if is_judged else result.like or result.option
            if result.answer == "different_model":
                about, others = result.like, alternatives(comparison)
            shown = [about] if about else []
            facts = [threshold_sentence(comparison), _ends(comparison, shown), base_changes(comparison)]
            sentences.append(" ".join(filter(None, [*facts, untuned_base(comparison)])))
    if comparison.base:
        figures.append((PROMPTING, prompting_text(comparison)))
        figures += successor_figures(comparison)
    is_nearest = result.reason == "none_usable"
    with_class = is_nearest or (result.answer == "not_enough" and len(shown) > 1)
    with_saving = is_nearest or result.answer == "yes"
    figures += [
        (
            f"{NEAREST}, {model_name(item)}" if is_nearest else _tuned_name(item),
            option_text(comparison, item, with_class=with_class, with_saving=with_saving),
        )
        for item in shown
        if item.estimate.lines
    ]
    if shown and shown[0].estimate.lines:
        sentences.append(_rented(comparison, shown[0].estimate))
    if comparison.scenario.ranged and comparison.best:
        sentences.append(" ".join(uncertainty_sentences(comparison, comparison.best)))
    sentences.append(_caveat(comparison, [*shown[:1], *others]))
    priced = [item.estimate for item in (*shown, *others)]
    return Card(
        verdict=headline(comparison).removesuffix("."),
        figures=tuple(figures),
        sentences=tuple(filter(None, sentences)),
        alternatives=tuple(
            (
                offer_name(item.estimate),
                option_text(comparison, item, with_platform=False, with_class=True, with_saving=True),
            )
            for item in others
        ),
        next_step=next_step_sentence(comparison),
        assumes=" · ".join(filter(None, [_assumes(comparison), oldest_price(comparison, priced)])),
    )


def prompting_text(comparison: Comparison) -> str:
    """Return the cost of prompting: `$352 a month with prompt caching ($576 without)`."""
    base = comparison.base
    if base is None or not base.lines:
        return "unknown, because the calls aren't given"
    if has_ended(comparison):
        return f"unknown, because {base_end_clause(comparison)}"
    if base.monthly_usd is None:
        return "unknown, because a price of this model isn't known"
    text = f"{prompting_month(comparison)} a month"
    uncached = uncached_base(comparison)
    if uncached is None or uncached.monthly_usd in (None, base.monthly_usd):
        return text
    if comparison.scenario.ranged:
        return f"{text} with prompt caching"
    return f"{text} with prompt caching ({short_money(uncached.monthly_usd or Decimal(0))} without)"


def option_text(
    comparison: Comparison,
    item: Option,
    *,
    with_platform: bool = True,
    with_class: bool = False,
    with_saving: bool = False,
) -> str:
    """Return `$90 once, $1,449 a month on Azure ($1,224 of it hosting)`.

    Args:
        comparison: The priced offers.
        item: The option.
        with_platform: Name the platform.
        with_class: Add the class of the model.
        with_saving: Add what it saves a month and the day on which it pays back.
    """
    estimate = item.estimate
    once, month = (cost_text(comparison, estimate, figure) for figure in FIGURES)
    costs = ["an unknown amount once" if once == "unknown" else f"{once} once"]
    if any(line.recurrence == "monthly" for line in estimate.lines) and month != NOTHING:
        costs.append("an unknown amount a month" if month == "unknown" else f"{month} a month")
    text = ", ".join(costs)
    if with_platform and estimate.offer.title != estimate.offer.platform_title:
        text += f" on {estimate.offer.platform_title}"
    if with_platform and (hosting := _hosting_usd(estimate)):
        text += f" ({short_money(hosting)} of it hosting)"
    if with_class:
        text += f" · {class_words(item)}"
    if with_saving and (saved := saved_amount(comparison, item)):
        text += f" · saves {saved}"
        if day := pay_back_day(comparison, item):
            text += f" · pays back {day}"
        life = estimate.offer.lifecycle
        if life and life.inference_ends and not with_platform:  # an alternative has no line of its own for it
            text += f" · ends {short_day(life.inference_ends, comparison.as_of)}"
    return text


def pay_back_day(comparison: Comparison, item: Option) -> str:
    """Return the day on which an option pays back: `20 Dec`; empty if it never does or if that is unknown."""
    day = item.pays_back
    if day is None:
        return ""
    return "at once" if day == comparison.as_of else short_day(day, comparison.as_of)


def class_words(item: Option) -> str:
    """Return `same class`, `class B`, or `class unknown`."""
    letter = item.option_class.letter
    return GROUP_WORDS.get(item.group) or (f"class {letter}" if letter else "class unknown")


def short_change(usd: Decimal | None) -> str:
    """Return a difference in a few digits: `−$92.40`, `+$888`, `unknown`."""
    if usd is None:
        return "unknown"
    return "no difference" if usd == 0 else f"{'+' if usd > 0 else '−'}{short_price(abs(usd))}"


def distinct_options(items: Sequence[Option]) -> list[Option]:
    """Return the first option of each model and platform: its tiers and regions differ little."""
    first: dict[tuple[str, str], Option] = {}
    for item in items:
        first.setdefault((model_name(item), item.estimate.offer.platform), item)
    return list(first.values())


def saving_options(comparison: Comparison) -> list[Option]:
    """Return the usable options of other models that save enough to matter, the most alike first."""
    periods = equal_periods(comparison)
    cheaper = [
        item
        for item in options(comparison)
        if item.usable and item.group not in LIKE and item.saving_usd is not None and periods.pays(item.estimate)
    ]
    return sorted(distinct_options(cheaper), key=_distance)


def _distance(item: Option) -> int:
    steps = item.option_class.steps_below
    return len(GROUP_TITLES) if steps is None else steps


def alternatives(comparison: Comparison) -> list[Option]:
    """Return the recommended option and the next one of another model that saves."""
    chosen = verdict(comparison).option
    others = [item for item in saving_options(comparison) if chosen is None or model_name(item) != model_name(chosen)]
    return [*([chosen] if chosen else []), *others][:MAX_ALTERNATIVES]


def _nearest_option(comparison: Comparison) -> list[Option]:
    """Return the nearest usable option of the catalogue, where the question has none."""
    return [option(comparison, comparison.nearest)] if comparison.nearest else []


def _closest_options(comparison: Comparison) -> list[Option]:
    """Return the cheapest usable option of each group, the recommended one first, then the closest models."""
    order = list(GROUP_TITLES)
    by_group: dict[str, Option] = {}
    chosen = verdict(comparison).option
    for item in [*([chosen] if chosen else []), *options(comparison)]:
        if item.usable:
            by_group.setdefault(item.group, item)
    ranked = sorted(by_group.values(), key=lambda item: (item is not chosen, order.index(item.group)))
    return ranked[:MAX_OPTIONS]


def _tuned_name(item: Option) -> str:
    return "Tuned, at your rates" if item.estimate.offer.id == YOUR_RATES else f"Tuned {model_name(item)}"


def _hosting_usd(estimate: Estimate) -> Decimal | None:
    return sum_amounts(line.monthly_usd for line in estimate.lines if line.component == "hosting").usd


def _ends(comparison: Comparison, shown: Sequence[Option]) -> str | None:
    """Return `Training ends 14 Apr 2027, the model 14 Oct 2027.`"""
    life = shown[0].estimate.offer.lifecycle if shown else None
    if life is None:
        return None
    days = (("training", life.training_ends), ("the model", life.inference_ends))
    ends = [(name, day) for name, day in days if day and day >= comparison.as_of]
    if not ends:
        return None
    (name, day), *others = ends
    text = f"{name.capitalize()} ends {short_day(day, comparison.as_of)}"
    return ", ".join([text, *(f"{name} {short_day(day, comparison.as_of)}" for name, day in others)]) + "."


def _caveat(comparison: Comparison, items: Sequence[Option]) -> str | None:
    """Return what the catalogue says against an option on the card, such as that its price is one of a preview."""
    notes = [
        f"{model_name(item)}: {item.estimate.offer.why}" for item in items if item.usable and item.estimate.offer.why
    ]
    return spoken_days(notes[0], comparison.as_of) if notes else None


def _rented(comparison: Comparison, estimate: Estimate) -> str | None:
    """Return the duration and cost of a training run on rented GPUs, and how busy those are that answer calls."""
    hours, usd = run_hours_text(comparison, estimate), training_range(comparison, estimate)
    if hours is None:
        return None
    cost = f" and costs {short_money(usd[0])} to {short_money(usd[1])} in 8 of 10 cases" if usd else ""
    return " ".join(filter(None, [f"Training takes {hours}{cost}.", _load(estimate)]))


def _load(estimate: Estimate) -> str | None:
    """Return how busy rented GPUs are: `1 replica of 1 × H100, 3% loaded at the busiest hour; $6.88 per 1M tokens.`"""
    capacity = estimate.capacity
    if capacity is None or capacity.load is None or not isinstance(estimate.offer, RentedGpuOffer):
        return None
    usd = capacity.usd_per_million_tokens
    served = f"; {short_price(usd)} per 1M tokens served" if usd is not None else ""
    return f"{capacity_words(capacity)}{served}."


def _assumes(comparison: Comparison) -> str:
    """Return the assumptions that move the verdict: `Assumes 3 epochs, 1 run, no staff time`."""
    scenario, plan = comparison.scenario, comparison.plan
    featured = comparison.featured
    epochs = featured.epochs if scenario.epochs == "auto" and featured else scenario.epochs
    parts = [] if epochs in (None, "auto") else [_counted(epochs, "epoch")]
    parts.append(_counted(scenario.runs, "run"))
    if comparison.base and plan.prompt_before_tokens and uncached_base(comparison) is None:
        parts.append("no prompt caching")
    if not plan.preparation_usd:
        parts.append("no staff time")
    if plan.calls_per_month and str(scenario.months) != "12":
        parts.append(horizon(comparison))
    return f"Assumes {', '.join(parts)}"


def _counted(amount: object, noun: str) -> str:
    text = quantity(amount) if isinstance(amount, Decimal) else str(amount)
    return f"{text} {noun}{'' if text == '1' else 's'}"
