"""The verdict as text: the answer first, the figure that decides it, what is set aside, and the next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from bot.render.parts.money import UNKNOWN, each
from bot.render.parts.short import short_count, short_day, short_money, span_text, spoken_days
from bot.render.parts.tables import class_text, horizon, offer_name
from calculator import (
    INPUT_LABELS,
    YOUR_RATES,
    Comparison,
    CostSpan,
    Estimate,
    Option,
    RentedGpuOffer,
    SetAsideCode,
    SuccessorStep,
    Verdict,
    VerdictReason,
    average_month,
    base_change,
    customer_of,
    prompting_span,
    saving_range,
    verdict,
)

EVALUATED_EXAMPLES = 200
"""Examples that are enough to compare two models on one task."""

_MISSING: dict[VerdictReason, str] = {
    "no_base": "What do you use today? Add it, such as base=gpt-4.1-mini.",
    "no_calls": "Add your traffic, such as calls=20k/day call=300/150.",
    "base_unknown": "Add the price of the base model, such as base_rates=0.40/1.60.",
}
"""The addition that a question needs, by the reason for its verdict."""

_OTHERWISE: dict[SetAsideCode, str] = {
    "filtered_out": "Ask with weaker filters (class=, size=, licence=, needs=).",
    "filter_unknown": "Ask with weaker filters (class=, size=, licence=, needs=).",
    "method_not_sold": "Ask with another method=, or without one.",
    "over_limits": "Change what is over the limits: the number or the length of the examples, the epochs or the calls.",
    "too_small": "Ask with fewer calls, or with rented GPUs: on=gpu and model=.",
    "refuses_file": "Fix the file first: counting it says why a platform refuses it.",
}
"""The change that most options need, by their commonest reason, where nothing in the catalogue is usable."""


def because_sentence(comparison: Comparison) -> str:
    """Return the figures that decide the verdict."""
    result = verdict(comparison)
    option, base = result.option, comparison.base
    if option is None:
        return set_aside_sentence(comparison) or "No offer is compared."
    if result.reason == "no_base":
        return class_sentence(comparison) or "No base model is given, so there is nothing to compare with."
    if result.reason == "no_calls":
        return "The number of calls isn't given, so what tuning saves isn't known."
    if result.reason == "base_ends":
        return f"{base_end_clause(comparison)}, so a comparison with it doesn't hold."
    if base is None or result.reason == "base_unknown" or base.monthly_usd is None:
        return "The cost of prompting today isn't known, because a price of the base model is unknown."
    about = option if result.answer == "yes" else result.like or option
    today = f"Prompting {base.model} costs {prompting_month(comparison)} a month"
    if (change := base_change(comparison)) and change.successor_monthly_usd is not None:
        then = ", then ".join(step_month(comparison, step) for step in change.steps)
        today = f"{base_end_clause(comparison)}; prompting costs {prompting_month(comparison)} a month, then {then}"
    sentences = [f"{today}; {_figures(about)}."]
    if result.answer == "different_model" and option is not about:
        sentences.append(f"{_upper(_figures(option))}, which {saving_text(comparison, result)}.")
    if threshold := threshold_sentence(comparison):
        sentences.append(threshold)
    return " ".join(sentences)


def class_sentence(comparison: Comparison) -> str | None:
    """Return the cheapest usable option of each class by its average month; None for options of one class."""
    cheapest: dict[str, Estimate] = {}
    for estimate in comparison.usable:
        cheapest.setdefault(class_text(comparison, estimate), estimate)
    if len(cheapest) < 2:
        return None
    parts = []
    for letter, estimate in sorted(cheapest.items(), key=lambda item: (len(item[0]), item[0])):
        month = average_month(comparison, estimate).usd
        name = f"class {letter}" if len(letter) == 1 else f"class {UNKNOWN}"
        parts.append(f"{name} {offer_name(estimate)} {short_money(month) if month is not None else UNKNOWN}")
    return f"The cheapest of each class, an average month with training: {'; '.join(parts)}."


def threshold_sentence(comparison: Comparison) -> str | None:
    """Return the calls a day from which tuning pays, or why it never does; None if that isn't known."""
    result = verdict(comparison)
    limit = result.threshold
    if limit is None or (result.reason == "range_decides" and result.ranges and "calls" in result.ranges.turns_on):
        return None  # the first line says it
    if limit.calls_per_day is not None:
        count = short_count(limit.calls_per_day)
        if result.reason == "no_difference":
            return f"It saves money from about {count} calls a day, but too little to matter here."
        if result.reason == "successor_cheaper":
            return f"Tuning would cost less than the successor from about {count} calls a day."
        name = model_name(result.threshold_option) if result.answer == "different_model" else "It"
        would = "pays" if result.answer == "yes" or result.reason == "range_decides" else "would pay"
        if limit.calls_per_day <= 1:
            return f"{_upper(name)} {would} at any number of calls."
        return f"{_upper(name)} {would} from about {count} calls a day."
    about = result.threshold_option
    reason = about.pays_back_reason if about else None
    cause = spoken_days((reason or "").removeprefix("never").removeprefix(": "), comparison.as_of)
    turn = limit.turn if result.answer != "no" else None  # then the next step says it
    return " ".join(filter(None, [f"More calls don't change that{f': {cause}' if cause else ''}.", turn]))


def next_step_sentence(comparison: Comparison) -> str:
    """Return what to do next."""
    result = verdict(comparison)
    option = result.option
    if option is None:
        if comparison.nearest:
            return f"Ask again with {_nearest_keys(comparison, comparison.nearest)}, the nearest usable option."
        reasons = Counter(reason.code for reason in comparison.set_aside.values())
        if "refuses_file" in reasons:
            return _OTHERWISE["refuses_file"]
        advice = (_OTHERWISE.get(code) for code, _ in reasons.most_common(1))
        return next(advice, None) or "Choose other platforms or models with on=."
    if result.reason in _MISSING:
        return _MISSING[result.reason]
    if result.reason == "base_ends":
        change = base_change(comparison)
        successor = change.successor if change else None
        return (
            f"Ask again with {f'its successor, base={successor}' if successor else 'the model that you use instead'}."
        )
    if successor := _successor_step(comparison, result):
        return successor
    if result.reason == "range_decides":
        return _narrowing_step(result)
    if result.answer == "yes":
        cost = option.estimate.one_off_usd
        once = f" ({short_money(cost)})" if cost else ""
        return f"Train {offer_name(option.estimate)}{once} and compare it with your prompt on {_examples()}."
    if result.answer == "different_model":
        most = saved_amount(comparison, option).removeprefix("at most ")
        saving = f"; {most} is the most it can save" if most and not result.ranges else ""
        return f"Test {model_name(option)} on {_examples()} before you spend more{saving}."
    if result.reason == "no_difference":
        return (
            "Keep prompting, unless tuning makes the answers better: so small a saving is within the estimate's error."
        )
    limit = result.threshold
    if limit and limit.calls_per_day is not None:
        return f"Keep prompting, and ask again at about {short_count(limit.calls_per_day)} calls a day."
    return f"Keep prompting. {limit.turn}" if limit and limit.turn else "Keep prompting."


def _nearest_keys(comparison: Comparison, nearest: Estimate) -> str:
    """Return the keys that turn the question into one about the nearest usable offer: `on=your-gpus gpus=8`."""
    offer, scenario = nearest.offer, comparison.scenario
    keys = [] if comparison.find(offer.id) else [f"on={offer.id}"]
    if isinstance(offer, RentedGpuOffer) and offer.work:
        if scenario.gpu and scenario.gpu != offer.rented_from.gpu:
            keys.append(f"gpu={offer.rented_from.gpu}")
        if scenario.gpus != offer.work.gpus:
            keys.append(f"gpus={offer.work.gpus}")
    return " ".join(keys) or f"on={offer.id}"


def _successor_step(comparison: Comparison, result: Verdict) -> str | None:
    """Return the step to take if the base model ends within the horizon, so that another one answers the calls."""
    change, option = base_change(comparison), result.option
    if change is None or change.ends is None:
        return None
    if change.successor_monthly_usd is None:
        return (
            f"Ask again once you know what replaces {change.model}, which ends {_day(comparison, change.ends)}."
            if result.answer == "no"
            else None
        )
    before = f"before {_day(comparison, change.ends)}"
    again = f"ask again with base={change.successor} and the tokens that it takes"
    if result.answer == "yes" and option:
        name = offer_name(option.estimate)
        return f"Before you train {name}, test {change.successor} with your prompt, and {again}."
    if result.answer == "different_model":
        return f"Test {change.successor} and {model_name(option)} on {_examples()} {before}, and {again}."
    return f"Test {change.successor} with your prompt {before}, and {again}."


def _narrowing_step(result: Verdict) -> str:
    """Return the range to narrow, where the ends of a range decide."""
    names = inputs_text(result.ranges.turns_on) if result.ranges and result.ranges.turns_on else "your ranges"
    return f"Narrow {names}, and ask again before you train."


def inputs_text(inputs: Sequence[str]) -> str:
    """Return `your calls`, `your prompt today and output of a call`."""
    names = [INPUT_LABELS[name].short for name in inputs]
    return "your " + " and ".join(name[:1].lower() + name[1:] for name in names)


def base_end_clause(comparison: Comparison) -> str:
    """Return `gpt-4.1-mini ends 14 Jan 2027`; empty if the base model answers over the horizon."""
    change, end = base_change(comparison), base_end_text(comparison)
    return f"{change.model} {end}" if change and end else ""


def base_end_text(comparison: Comparison) -> str:
    """Return `ends 14 Jan 2027`, or `ended 23 Oct`; empty if the base model answers over the horizon."""
    change = base_change(comparison)
    if change is None or change.ends is None:
        return ""
    return f"{'ended' if has_ended(comparison) else 'ends'} {_day(comparison, change.ends)}"


def has_ended(comparison: Comparison) -> bool:
    """Return whether the base model no longer answers."""
    change = base_change(comparison)
    return change is not None and change.ends is not None and change.ends <= comparison.as_of


def step_month(comparison: Comparison, step: SuccessorStep) -> str:
    """Return a month of the same calls at a successor: `$168`, or `$82 to $818` over the ranges."""
    span = prompting_span(comparison, step.starts)
    return span_text(span) if span else short_money(step.monthly_usd)


def _day(comparison: Comparison, day: date) -> str:
    return short_day(day, comparison.as_of)


def prompting_month(comparison: Comparison) -> str:
    """Return a month of prompting today: `$352`, or `$82 to $818` over the question's ranges; `unknown`."""
    base, span = comparison.base, prompting_span(comparison)
    if span:
        return span_text(span)
    usd = base.monthly_usd if base else None
    return UNKNOWN if usd is None else short_money(usd)


def set_aside_sentence(comparison: Comparison) -> str | None:
    """Return `31 set aside: 14 with an unknown price, 8 closed to new customers.`; None if nothing is set aside."""
    counts = Counter(reason.code for reason in comparison.set_aside.values())
    if not counts:
        return None
    parts = [f"{count} {_set_aside_words(code, comparison)}" for code, count in counts.most_common()]
    return f"{counts.total()} set aside: {', '.join(parts)}."


def _set_aside_words(code: SetAsideCode, comparison: Comparison) -> str:
    words: dict[SetAsideCode, str] = {
        "filtered_out": "outside your filters",
        "filter_unknown": "not known to pass your filters",
        "labels_only": "for classification only",
        "not_offered": "not sold",
        "ended": "no longer sold",
        "closed_to_new_customers": f"closed to {customer_of(comparison.scenario.customer)} customers",
        "not_for_production": "not for production",
        "cannot_be_deployed": "that can't be deployed",
        "method_not_sold": "not sold with this method",
        "does_not_fit": "too small for the training job",
        "over_limits": "whose limits the job exceeds",
        "refuses_file": "that refuse the file",
        "too_small": f"that can't carry {traffic_text(comparison)}",
        "unknown_price": "with an unknown price",
        "ends_soon": "ending too soon",
        "training_ends": "whose training ends before a planned retraining",
    }
    return words[code]


def saving_text(comparison: Comparison, result: Verdict) -> str:
    """Return `saves $92.40 a month, and pays back on 20 Dec`, over the horizon where months differ."""
    option = result.option
    month, day = (option.monthly_vs_baseline_usd, option.pays_back) if option else (None, None)
    saved = f"saves {saved_amount(comparison, option)}" if option else "saves money"
    if month is not None and month > 0 and not result.ranges:
        saved += f", although a month costs {short_money(month)} more at first,"
    likely = " at the likely values" if result.ranges else ""
    return f"{saved} and pays back on {short_day(day, comparison.as_of)}{likely}" if day else saved.rstrip(",")


def saved_amount(comparison: Comparison, option: Option) -> str:
    """Return `$92.40 a month`, or `$1,445 over 12 months` where the months differ; empty if it doesn't save.

    Over a question's ranges it is the least and the most, or only the most.
    """
    ranges, month = saving_range(comparison, option.estimate), option.monthly_vs_baseline_usd
    plan = comparison.plan
    differs = plan.growth_per_month or plan.retrain_months or base_change(comparison)
    if ranges:
        low, high = (ranges.low_usd, ranges.high_usd) if differs else (ranges.low_month_usd, ranges.high_month_usd)
        period = period_text(comparison) if differs else "a month"
        if high <= 0:
            return ""
        span = span_text(CostSpan(low, high, whole=True)) if low > 0 else f"at most {short_money(high)}"
        return f"{span} {period}"
    if month is not None and month < 0 and not differs:
        return f"{short_money(-month)} a month"
    usd = option.saving_usd
    return f"{short_money(usd)} {period_text(comparison)}" if usd is not None and usd > 0 else ""


def period_text(comparison: Comparison) -> str:
    """Return `over 12 months`, or `until then` where no price of prompting is known from the base model's end on."""
    change = base_change(comparison)
    if change and change.priced_until:
        return f"until {_day(comparison, change.priced_until)}"
    return f"over {horizon(comparison)}"


def _figures(option: Option) -> str:
    """Return `tuned GPT-4.1 mini (Azure) costs $90 once and $1,449 a month`."""
    estimate = option.estimate
    once, month = estimate.one_off_usd, estimate.monthly_usd
    parts = [f"{short_money(once)} once"] if once else []
    parts += [f"{short_money(month)} a month"] if month else []
    return f"tuned {offer_name(estimate)} costs {' and '.join(parts) or 'nothing'}"


def model_name(option: Option | None) -> str:
    """Return the model without the tier of its platform: `GPT-4.1 mini`, `qwen3-14b on 1 × H100-80`."""
    if option is None:
        return "a model"
    offer = option.estimate.offer
    if isinstance(offer, RentedGpuOffer):
        return f"{offer.model} on {offer.title}"
    return "the model at your rates" if offer.id == YOUR_RATES else offer.title.partition(",")[0]


def traffic_text(comparison: Comparison) -> str:
    """Return the question's calls: `20k calls a day`."""
    calls = comparison.scenario.calls
    return f"{str(calls.calls).replace('..', ' to ')} calls {each(calls.period)}" if calls else "these calls"


def _examples() -> str:
    return f"{EVALUATED_EXAMPLES} of your examples"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
