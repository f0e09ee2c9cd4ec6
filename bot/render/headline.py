"""The headline of a comparison and its question on one line, as plain text."""

from __future__ import annotations

from bot.render.money import each
from bot.render.short import short_money
from bot.render.tables import cost_text, offer_name, total_text
from bot.render.verdict import model_name, saving_text, traffic_text
from calculator import Comparison, RentedGpuOffer, Verdict, verdict


def headline(comparison: Comparison) -> str:
    """Return the sentence that answers the question."""
    result, traffic = verdict(comparison), traffic_text(comparison)
    match result.reason:
        case "none_usable":
            return _none_usable(comparison)
        case "no_calls":
            return _without_traffic(result)
        case "no_base" | "base_unknown":
            return _cheapest(comparison, result)
        case "pays_back":
            return f"Fine-tuning {model_name(result.option)} pays at {traffic}: it {saving_text(comparison, result)}."
        case "other_model_pays":
            other = model_name(result.option)
            if result.like is None:
                return f"Fine-tuning {other} could pay at {traffic}, if it passes your evaluation."
            like = model_name(result.like)
            return f"Fine-tuning {like} won't pay at {traffic}; {other} could, if it passes your evaluation."
        case "too_few_calls" | "never_pays":
            return f"Fine-tuning {model_name(result.like or result.option)} won't pay at {traffic}."


def _none_usable(comparison: Comparison) -> str:
    if not comparison.estimates:
        return "No offer to compare."
    if len(comparison.estimates) == 1:
        (only,) = comparison.estimates
        return f"{offer_name(only)} can't be recommended. {comparison.set_aside[only.offer.id].sentence}"
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
        if any(line.recurrence == "monthly" and line.amount_usd != 0 for line in option.estimate.lines):
            costs.append(f"{cost_text(comparison, option.estimate, 'monthly')} a month")
        return f"{subject}{' is cheapest' if more else ''}: {', '.join(costs)}, without calls."
    return f"{subject}{' is cheapest' if more else ''}: {total_text(comparison, option.estimate)}."


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
