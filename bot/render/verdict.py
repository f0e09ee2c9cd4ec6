"""The verdict on tuning or prompting as text: the cost, then each rule of the published guides with its figures."""

from __future__ import annotations

from bot.render.money import counted, money, quantity
from bot.render.tables import horizon, offer_name
from bot.render.uncertainty import percent
from calculator import Comparison, Estimate, VerdictRule, break_even, sample, verdict


def verdict_sentences(comparison: Comparison, estimate: Estimate) -> list[str]:
    """Return the verdict on one offer, the cost first; empty without a base model or a break-even."""
    result, payback = verdict(comparison, estimate), break_even(comparison, estimate)
    if result is None or payback is None:
        return []
    bounds = [quantity(comparison.assumptions[name].value) for name in ("calls_for_prompting", "calls_for_tuning")]
    sentences = {"volume": lambda point: _volume(point, *bounds), "changes": _changes, "reasoning": _reasoning}
    return [
        _money(comparison, estimate, result.favours),
        *(sentences.get(point.rule, _latency)(point) for point in result.points),
    ]


def _money(comparison: Comparison, estimate: Estimate, favours: str) -> str:
    payback, name = break_even(comparison, estimate), offer_name(estimate)
    assert payback is not None  # noqa: S101 - checked by the caller
    to_end = comparison.plan.months != estimate.months
    over = "until the model ends" if to_end else f"over {horizon(comparison)}"
    if favours == "neither":
        return f"Money doesn't decide: {over} tuning {name} and prompting cost the same."
    if payback.net_usd is None:
        when = (
            f"it pays back after {counted(payback.calls, 'call')}"
            if payback.calls is not None
            else "it never pays back"
        )
        return f"The money favours {favours}: {when}; the number of calls isn't given."
    side = "ahead" if favours == "tuning" else "behind"
    text = f"The money favours {favours}: {over} {name} is {money(abs(payback.net_usd))} {side}"
    ranges = sample(comparison)
    share = ranges.pays_back_share(estimate.offer.id) if ranges else None
    return f"{text}, and paid back by then in {percent(share)} of cases." if share is not None else f"{text}."


def _volume(point: VerdictRule, few: str, many: str) -> str:
    calls = f"{counted(point.figure, 'call')} a month"
    if point.favours == "tuning":
        return f"Volume favours tuning: {calls}, above the {many} that the guides name."
    if point.favours == "prompting":
        return f"Volume favours prompting: {calls}, below the {few} that the guides name."
    return f"Volume doesn't decide: {calls}, between the {few} and the {many} that the guides name."


def _changes(point: VerdictRule) -> str:
    cost = f"each change is a retraining, {money(point.figure)}"
    if point.against is None:
        return f"Changing requirements favour prompting: {cost}, and calls save nothing to pay it from."
    if point.favours == "prompting":
        return f"Changing requirements favour prompting: {cost}, and the retrainings cost more than the calls save."
    return f"If requirements change: {cost}, what {counted(point.against, 'call')} would save."


def _reasoning(point: VerdictRule) -> str:
    tuned, prompted = (money(1000 * usd) for usd in (point.figure, point.against) if usd is not None)
    costs = f"100 more tokens in each of 1,000 answers cost {tuned} tuned and {prompted} prompted"
    cheaper = {"tuning": "is cheaper tuned", "prompting": "is cheaper prompted", "neither": "costs the same"}
    return (
        f"A chain of thought {cheaper[point.favours]}: {costs}. Only a test shows whether a tuned model still reasons."
    )


def _latency(point: VerdictRule) -> str:
    tuned, prompted = quantity(point.figure), quantity(point.against)
    return (
        f"Latency favours {point.favours}: a call has {tuned} tokens to read instead of {prompted}. "
        "The time saved isn't calculated."
    )
