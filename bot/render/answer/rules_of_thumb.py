"""Tuning or prompting by the rules of thumb of published guides, as text: the cost, then each rule with its figures."""

from __future__ import annotations

from bot.render.answer.uncertainty import percent
from bot.render.parts.money import counted, money, quantity
from bot.render.parts.tables import horizon, offer_name
from bot.render.sentences.verdict import base_end_clause, period_text
from calculator import (
    BreakEven,
    Comparison,
    Estimate,
    RuleOfThumb,
    break_even,
    equal_periods,
    favoured_side,
    rules_of_thumb,
    sample,
    verdict,
)


def rule_sentences(comparison: Comparison, estimate: Estimate) -> list[str]:
    """Return the cheaper side of one offer, then each rule; empty without a base model or a break-even."""
    payback = break_even(comparison, estimate)
    if comparison.base is None or payback is None:
        return []
    bounds = [quantity(comparison.assumptions[name].value) for name in ("calls_for_prompting", "calls_for_tuning")]
    sentences = {"volume": lambda point: _volume(point, *bounds), "changes": _changes, "reasoning": _reasoning}
    return [
        _money(comparison, estimate, payback),
        *(sentences.get(point.rule, _latency)(point) for point in rules_of_thumb(comparison, estimate)),
    ]


def _money(comparison: Comparison, estimate: Estimate, payback: BreakEven) -> str:
    name, favours = offer_name(estimate), favoured_side(comparison, estimate)
    if verdict(comparison).reason == "base_ends":
        return f"The money can't be judged: {base_end_clause(comparison)}."
    over = _period(comparison, estimate)
    if favours is None or payback.net_usd is None:
        after = f": {name} pays back after {counted(payback.calls, 'call')}" if payback.calls is not None else ""
        if comparison.plan.states_calls:
            return f"The money favours prompting: without calls nothing pays for the training{after}."
        return f"The money depends on the number of calls, which isn't given{after}."
    if favours == "neither":
        return f"Money doesn't decide: {over} tuning {name} and prompting cost the same."
    if 0 < payback.net_usd <= equal_periods(comparison).least_saving(estimate):
        return f"Money doesn't decide: {over} {name} saves {money(payback.net_usd)}, too little to matter."
    beside = equal_periods(comparison).sure_saving(estimate)
    if beside is not None and beside < 0 < payback.net_usd:
        cheaper = f"{over} {name} costs {money(-beside)} more than using the base model's successor today"
        return f"The money favours prompting: {cheaper}."
    side = "ahead" if favours == "tuning" else "behind"
    text = f"The money favours {favours}: {over} {name} is {money(abs(payback.net_usd))} {side}"
    ranges = sample(comparison)
    share = ranges.pays_back_share(estimate.offer.id) if ranges else None
    return f"{text}, and paid back by then in {percent(share)} of cases." if share is not None else f"{text}."


def _period(comparison: Comparison, estimate: Estimate) -> str:
    """Return `over 12 months`, or until the end of the tuned model or of what is known of prompting."""
    until = equal_periods(comparison).priced_months
    if until is not None and until < estimate.months:
        return period_text(comparison)
    return "until the model ends" if comparison.plan.months != estimate.months else f"over {horizon(comparison)}"


def _volume(point: RuleOfThumb, few: str, many: str) -> str:
    calls = "less than 1 call a month" if 0 < point.figure < 1 else f"{counted(point.figure, 'call')} a month"
    if point.favours == "tuning":
        return f"Volume favours tuning: {calls}, above the {many} from which published guides favour it."
    if point.favours == "prompting":
        return f"Volume favours prompting: {calls}, below the {few} up to which published guides favour it."
    guides = f"published guides favour prompting below {few} and tuning above {many}"
    return f"Volume doesn't decide: {calls}; {guides}."


def _changes(point: RuleOfThumb) -> str:
    cost = f"each retraining costs {money(point.figure)}"
    if point.against is None:
        return f"Changing requirements favour prompting: {cost}, and calls save nothing to pay for it."
    if point.favours == "prompting":
        return f"Changing requirements favour prompting: {cost}, which is more than the calls save."
    return f"Changing requirements: {cost}, as much as {counted(point.against, 'call')} save."


def _reasoning(point: RuleOfThumb) -> str:
    tuned, prompted = (money(1000 * usd) for usd in (point.figure, point.against) if usd is not None)
    costs = f"100 more tokens in each of 1,000 answers cost {tuned} tuned and {prompted} prompted"
    cheaper = {"tuning": "is cheaper tuned", "prompting": "is cheaper prompted", "neither": "costs the same"}
    return (
        f"A chain of thought {cheaper[point.favours]}: {costs}. Only a test shows whether a tuned model still reasons."
    )


def _latency(point: RuleOfThumb) -> str:
    tuned, prompted = quantity(point.figure), quantity(point.against)
    return (
        f"Latency favours {point.favours}: a call has {tuned} tokens to read instead of {prompted}. "
        "The time saved isn't calculated."
    )
