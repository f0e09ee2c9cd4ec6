"""The headline of a comparison and its question on one line, as plain text."""

from __future__ import annotations

from decimal import Decimal

from bot.render.parts.money import each
from bot.render.parts.short import duration, hours_text, short_count, short_money, spoken_days
from bot.render.parts.tables import LIKE, cost_text, horizon, offer_name, total_text
from bot.render.sentences.verdict import (
    base_end_clause,
    base_end_text,
    inputs_text,
    model_name,
    saving_text,
    traffic_text,
)
from calculator import Comparison, Estimate, RentedGpuOffer, Verdict, base_change, equal_periods, run_hours, verdict

ZERO = Decimal(0)


def headline(comparison: Comparison) -> str:
    """Return the sentence that answers the question."""
    result = verdict(comparison)
    match result.reason:
        case "none_usable":
            return _none_usable(comparison)
        case "no_calls":
            return _without_traffic(result)
        case "no_base" | "base_unknown":
            return _cheapest(comparison, result)
        case "base_ends":
            return _base_ends(comparison)
        case "successor_cheaper":
            return _successor_cheaper(comparison, result)
        case _:
            return _with_base_end(comparison, _decided(comparison, result))


def _base_ends(comparison: Comparison) -> str:
    """Return that the base model can't be compared with, because it has ended or soon does."""
    change, clause = base_change(comparison), base_end_clause(comparison)
    if change and change.ends and change.ends <= comparison.as_of:
        successor = f" Compare with its successor, {change.successor}." if change.successor else ""
        return f"{clause}, so fine-tuning can't be compared with it.{successor}"
    return f"{clause}: whether fine-tuning pays depends on the model that you use instead."


def _successor_cheaper(comparison: Comparison, result: Verdict) -> str:
    """Return that tuning won't pay, because switching to the base model's successor costs less, or as much."""
    change, about = base_change(comparison), result.threshold_option
    base, successor = (change.model, change.successor) if change else ("", "")
    saved = equal_periods(comparison).sure_saving(about.estimate) if about else None
    costs = "costs about as much" if saved is not None and saved > 0 else "costs less"
    switching = f"switching from {base}, which {base_end_text(comparison)}, to {successor} {costs}"
    return f"Fine-tuning {model_name(about)} won't pay at {traffic_text(comparison)}: {switching}."


def _decided(comparison: Comparison, result: Verdict) -> str:
    """Return the verdict of a question with a baseline and calls."""
    traffic, option = traffic_text(comparison), result.option
    match result.reason:
        case "pays_back":
            base = comparison.base.model if comparison.base else ""
            like = f", of the same class as {base} or above," if option and option.group == "same_class" else ""
            passes = ", if it passes your evaluation" if like else ""
            saves = saving_text(comparison, result)
            return f"Fine-tuning {model_name(option)}{like} pays at {traffic}{passes}: it {saves}."
        case "other_model_pays":
            other = model_name(option)
            if result.like is None:
                return (
                    f"Fine-tuning could pay at {traffic} only with a different model, {other}, "
                    "if it passes your evaluation."
                )
            like = model_name(result.like)
            if (result.like.saving_usd or ZERO) > 0:
                return (
                    f"Fine-tuning {like} saves too little to matter at {traffic}; {other} could save more, "
                    "if it passes your evaluation."
                )
            return f"Fine-tuning {like} won't pay at {traffic}; {other} could, if it passes your evaluation."
        case "range_decides":
            return _depends(comparison, result)
        case "no_difference":
            about = result.threshold_option
            saved = short_money((result.saving_usd or ZERO) / comparison.plan.months)
            name = model_name(about)
            return f"Fine-tuning {name} makes no practical difference at {traffic}: it saves {saved} a month."
        case _:
            return f"Fine-tuning {model_name(result.like or option)} won't pay at {traffic}."


def _depends(comparison: Comparison, result: Verdict) -> str:
    """Return what the verdict depends on, where it turns inside the question's ranges."""
    option, ranges, limit = result.option, result.ranges, result.threshold
    assert option is not None and ranges is not None  # noqa: S101, PT018 - the caller checked
    passes = "" if option.group in LIKE else ", if it passes your evaluation"
    name = model_name(option)
    if "calls" in ranges.turns_on and limit and limit.calls_per_day is not None:
        calls = short_count(limit.calls_per_day)
        given = traffic_text(comparison)
        return f"Whether fine-tuning {name} pays depends on your {given}: it does from about {calls} a day{passes}."
    inputs = inputs_text(ranges.turns_on) if ranges.turns_on else "your ranges"
    beside = ", beside a switch today," if (ranges.sure_low_usd, ranges.sure_high_usd) != ranges[:2] else ""
    return (
        f"Whether fine-tuning {name} pays depends on {inputs}: over {horizon(comparison)}{beside} it saves at most "
        f"{short_money(ranges.sure_high_usd)}{passes}, and costs {short_money(-ranges.sure_low_usd)} more at worst."
    )


def _with_base_end(comparison: Comparison, sentence: str) -> str:
    """Return the verdict, with the end of the base model and what it is compared with from then on."""
    change = base_change(comparison)
    if change is None or change.ends is None:
        return sentence
    clause = base_end_clause(comparison)
    limits = f"until {clause}" if change.successor_monthly_usd is None else f"{clause}, then {change.successor}"
    return f"{sentence.removesuffix('.')} ({limits})."


def _none_usable(comparison: Comparison) -> str:
    if not comparison.estimates:
        return "No offer to compare."
    if len(comparison.estimates) == 1:
        (only,) = comparison.estimates
        reason = spoken_days(comparison.set_aside[only.offer.id].sentence, comparison.as_of)
        return f"{offer_name(only)} can't be recommended. {reason}"
    return f"None of these {len(comparison.estimates)} offers can be recommended."


def _without_traffic(result: Verdict) -> str:
    option = result.option
    once = option.estimate.one_off_usd if option else None
    cost = f"costs {short_money(once)} once" if once else "costs nothing once"
    return f"Fine-tuning {model_name(option)} {cost}. Whether it pays depends on your traffic."


def _cheapest(comparison: Comparison, result: Verdict) -> str:
    option = result.option
    assert option is not None  # noqa: S101 - the caller checked
    offer = option.estimate.offer
    subject = f"{offer.model} on " if isinstance(offer, RentedGpuOffer) else ""
    subject += offer_name(option.estimate)
    more = len(comparison.usable) > 1
    if not comparison.plan.calls_per_month:
        costs = [f"{cost_text(comparison, option.estimate, 'one_off')} once"]
        if hours := run_hours_text(comparison, option.estimate):
            costs.insert(0, f"it fits, a run takes {hours}")
        if any(line.recurrence == "monthly" and line.amount_usd != 0 for line in option.estimate.lines):
            costs.append(f"{cost_text(comparison, option.estimate, 'monthly')} a month")
        return f"{subject}{' is cheapest' if more else ''}: {', '.join(costs)}, without calls."
    return f"{subject}{' is cheapest' if more else ''}: {total_text(comparison, option.estimate)}."


def run_hours_text(comparison: Comparison, estimate: Estimate) -> str | None:
    """Return `2.8 hours (1.9 to 4.1)`: a training run on rented GPUs; None for other offers."""
    hours = run_hours(comparison, estimate)
    if hours is None:
        return None
    low, high = (duration(float(end), of=float(hours.likely)) for end in (hours.low, hours.high))
    return f"{hours_text(float(hours.likely))} ({low} to {high})"


def question(comparison: Comparison) -> str:
    """Return the scenario on one line."""
    scenario = comparison.scenario
    epochs = "epochs by each platform's rule" if scenario.epochs == "auto" else _count(scenario.epochs, "epoch")
    parts = [f"{_count(scenario.examples, 'example')} × {_count(scenario.example, 'token')} × {epochs}"]
    if str(scenario.runs) != "1":
        parts.append(f"{scenario.runs} runs")
    if scenario.calls:
        length = f" of {scenario.call} tokens" if scenario.call else ""
        parts.append(f"{_count(scenario.calls.calls, 'call')} {each(scenario.calls.period)}{length}")
    else:
        parts.append("no calls given")
    if change := scenario.prompt:
        is_shorter = str(change.after) != str(change.before)
        parts.append(f"prompt of {change.before} tokens" + (f", {change.after} once tuned" if is_shorter else ""))
    if scenario.like:
        parts.append("same class or above" if scenario.like == "base" else f"like {scenario.like}")
    omitted = {
        "prompt",
        "like",
        "on",
        "examples",
        "example",
        "lengths",
        "acceptance",
        "epochs",
        "runs",
        "calls",
        "call",
        "currency",
        "name",
        "rates",
        "share",
    }
    parts += [f"{key} {text}" for key, text in scenario.fields().items() if key not in omitted]
    return " · ".join(parts)


def _count(amount: object, noun: str) -> str:
    """Return `1 epoch`, `3..5 epochs`."""
    return f"{amount} {noun}{'' if str(amount) == '1' else 's'}"
