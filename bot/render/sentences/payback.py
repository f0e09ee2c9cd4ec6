"""The savings of a fine-tuned model against its alternatives, as plain text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.render.parts.money import counted, money
from bot.render.parts.short import short_day, spoken_days
from bot.render.parts.tables import horizon_text, offer_name
from calculator import (
    Comparison,
    Estimate,
    base_change,
    break_even,
    crossover,
    turning_change,
    undone_payback,
)


def break_even_text(comparison: Comparison, estimate: Estimate) -> str:
    """Return when an offer pays back against the base model, in a few words."""
    payback = break_even(comparison, estimate)
    if payback is None:
        return "unknown"
    if payback.calls is None:
        return spoken_days((payback.reason or "never").partition(":")[0], comparison.as_of)
    return payback_text(payback.calls, payback.day, comparison.as_of)


def payback_text(calls: int, day: date | None, as_of: date) -> str:
    """Return `21,053 calls, on 25 Jan 2027`, or the calls alone if no day is known."""
    return f"{counted(calls, 'call')}{f', on {short_day(day, as_of)}' if day else ''}"


def break_even_sentences(comparison: Comparison, estimate: Estimate, *, net: bool = True) -> list[str]:
    """Return when an offer pays back or why it never does, then what a call, a month and the horizon save.

    Args:
        comparison: The priced offers with their base model.
        estimate: The offer.
        net: Whether to add the saving over the horizon.
    """
    payback, base = break_even(comparison, estimate), comparison.base
    if base is None or payback is None:
        return []
    beyond = f", {payback.reason}" if payback.reason else ""
    undone = undone_payback(comparison, estimate)
    likely = "At the likely values " if comparison.scenario.ranged else ""
    name = f"{likely}{offer_name(estimate)}"
    if payback.calls is None:
        reason = (payback.reason or "never").removeprefix("never").removeprefix(": ")
        sentences = [f"{name} never pays back{f': {reason}' if reason else ''}."]
    elif undone:
        sentences = [f"{name} {undone}."]
    else:
        sentences = [f"{name} pays back after {break_even_text(comparison, estimate)}{beyond}."]
    if turn := turning_change(comparison, estimate):
        sentences.append(turn)
    change_day = _next_price_of_prompting(comparison)
    until = f"Until {change_day}, " if change_day else ""
    sentences.append(_upper(f"{until}a call costs {_less(payback.saving_per_call_usd)} than with {base.model}."))
    if payback.monthly_saving_usd is not None:
        month = "each month after that" if payback.calls is not None and not undone else "each month"
        has_hosting = any(line.component in ("hosting", "storage") and line.amount_usd for line in estimate.lines)
        included = ", with hosting and storage" if has_hosting else ""
        sentences.append(_upper(f"{until}{month} costs {_less(payback.monthly_saving_usd)}{included}."))
    if payback.covering_calls_per_month and not change_day:
        sentences.append(f"Hosting and storage are covered from {payback.covering_calls_per_month:,} calls a month.")
    if net and payback.net_usd is not None:
        duration = horizon_text(comparison, estimate)
        if payback.net_usd:
            side = "ahead" if payback.net_usd > 0 else "behind"
            net_text = f"tuning is {money(abs(payback.net_usd))} {side}, training included."
        else:
            net_text = "tuning and prompting cost the same."
        sentences.append(_upper(f"{duration} {net_text}"))
    return [spoken_days(sentence, comparison.as_of) for sentence in sentences]


def _next_price_of_prompting(comparison: Comparison) -> date | None:
    """Return the day within the horizon from which prompting has another price; None if its price stays."""
    change = base_change(comparison)
    if change is None:
        return None
    starts = (step.starts for step in change.steps if step.starts > comparison.as_of)
    return min(filter(None, (change.price_changes, next(starts, None))), default=None)


def _upper(sentence: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}"


def _less(saving: Decimal) -> str:
    return "no less" if saving == 0 else f"{money(abs(saving))} {'less' if saving > 0 else 'more'}"


def crossover_sentence(comparison: Comparison) -> str | None:
    """Return the number of calls a day from which rented GPUs cost less to run than the cheapest offer by the token."""
    volume = crossover(comparison)
    if volume is None:
        return None
    gpus, per_token = offer_name(volume.gpus), offer_name(volume.per_token)
    if volume.calls_per_month is None:
        return f"At any number of calls {per_token}, billed by the token, costs less to run than rented GPUs."
    calls_per_day = counted(volume.calls_per_month / comparison.plan.days_per_month, "call")
    return (
        f"From {calls_per_day} a day, {gpus} costs less to run than {per_token}, "
        "the cheapest offer by the token whose model isn't known to be smaller."
    )
