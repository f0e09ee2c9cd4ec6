"""The verdict as text: the answer first, the figure that decides it, what is set aside, and the next step."""

from __future__ import annotations

from collections import Counter

from bot.render.money import UNKNOWN, each
from bot.render.short import short_count, short_day, short_money
from bot.render.tables import class_text, offer_name
from calculator import (
    YOUR_RATES,
    Comparison,
    Estimate,
    Option,
    RentedGpuOffer,
    SetAsideCode,
    Verdict,
    VerdictReason,
    average_month,
    base_change,
    customer_of,
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
    if base is None or result.reason == "base_unknown" or base.monthly_usd is None:
        return "The cost of prompting today isn't known, because a price of the base model is unknown."
    about = option if result.answer == "yes" else result.like or option
    today = f"Prompting {base.model} costs {short_money(base.monthly_usd)} a month"
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
    if limit is None:
        return None
    if limit.calls_per_day is not None:
        name = model_name(result.threshold_option) if result.answer == "different_model" else "It"
        would = "pays" if result.answer == "yes" else "would pay"
        if limit.calls_per_day <= 1:
            return f"{name} {would} at any number of calls."
        return f"{name} {would} from about {short_count(limit.calls_per_day)} calls a day."
    about = result.threshold_option
    reason = about.pays_back_reason if about else None
    cause = (reason or "").removeprefix("never").removeprefix(": ")
    turn = limit.turn if result.answer != "no" else None  # then the next step says it
    return " ".join(filter(None, [f"More calls don't change that{f': {cause}' if cause else ''}.", turn]))


def next_step_sentence(comparison: Comparison) -> str:
    """Return what to do next."""
    result = verdict(comparison)
    option = result.option
    if option is None:
        if comparison.nearest:
            nearest = comparison.nearest
            return f"The nearest usable option is {offer_name(nearest)}: ask with on={nearest.offer.id}."
        return "Choose other platforms or models with on=."
    if result.reason in _MISSING:
        return _MISSING[result.reason]
    if successor := _successor_step(comparison):
        return successor
    if result.answer == "yes":
        cost = option.estimate.one_off_usd
        once = f" ({short_money(cost)})" if cost else ""
        return f"Train {offer_name(option.estimate)}{once} and compare it with your prompt on {_examples()}."
    if result.answer == "different_model":
        most = option.monthly_vs_baseline_usd
        saving = f"; {short_money(-most)} a month is the most it can save" if most is not None and most < 0 else ""
        return f"Test {model_name(option)} on {_examples()} before you spend more{saving}."
    limit = result.threshold
    if limit and limit.calls_per_day is not None:
        return f"Keep prompting, and ask again at about {short_count(limit.calls_per_day)} calls a day."
    return f"Keep prompting. {limit.turn}" if limit and limit.turn else "Keep prompting."


def _successor_step(comparison: Comparison) -> str | None:
    """Return the step to take if the base model ends within the horizon, over which a comparison with it can't hold."""
    change = base_change(comparison)
    if change is None or change.ends is None:
        return None
    verb = "ended" if change.ends <= comparison.as_of else "ends"
    successor = (
        f"its successor, base={change.successor}," if change.successor else "the model that you will use instead"
    )
    day = short_day(change.ends, comparison.as_of)
    return f"{change.model} {verb} {day}. Ask again with {successor} before you decide."


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
    """Return `saves $92.40 a month, and pays back on 20 Dec`."""
    option = result.option
    month = option.monthly_vs_baseline_usd if option else None
    if month is not None and month < 0:
        saved = f"saves {short_money(-month)} a month"
    else:
        saved = f"saves {short_money(result.saving_usd)} in all" if result.saving_usd else "saves money"
    day = option.pays_back if option else None
    return f"{saved} and pays back on {short_day(day, comparison.as_of)}" if day else saved


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
