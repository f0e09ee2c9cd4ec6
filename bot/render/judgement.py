"""Tune or prompt, in sentences: what the figures say, and each rule of the guides with the figure it rests on."""

from __future__ import annotations

from bot.render.money import money, quantity
from bot.render.sureness import percent
from bot.render.tables import horizon, offer_name
from calculator import Comparison, Estimate, Point, verdict


def judgement(comparison: Comparison, estimate: Estimate) -> list[str]:
    """The verdict on one offer, the money first; nothing where there is no base model or no break-even."""
    found, back = verdict(comparison, estimate), estimate.break_even
    if found is None or back is None:
        return []
    return [_money(comparison, estimate, found.favours), *(_SAY[point.rule](point) for point in found.points)]


def _money(comparison: Comparison, estimate: Estimate, favours: str) -> str:
    back, name = estimate.break_even, offer_name(estimate)
    assert back is not None  # noqa: S101 - the caller looked
    if favours == "neither":
        return f"The money decides nothing: over {horizon(comparison)} tuning {name} and prompting cost the same."
    if back.net_usd is None:
        when = f"it pays back after {back.calls:,} calls" if back.calls is not None else "it never pays back"
        return f"The money favours {favours}: {when}; how many calls there are is not given."
    side = "ahead" if favours == "tuning" else "behind"
    to_end = comparison.plan.months != estimate.months
    over = "until the model ends" if to_end else f"over {horizon(comparison)}"
    text = f"The money favours {favours}: {over} {name} is {money(abs(back.net_usd))} {side}"
    share = comparison.ranges.pays_back_share(estimate.offer.id) if comparison.ranges else None
    return f"{text}, and pays back in {percent(share)} of cases." if share is not None else f"{text}."


def _volume(point: Point) -> str:
    calls = f"{quantity(point.figure)} calls a month"
    if point.favours == "tuning":
        return f"Volume favours tuning: {calls} are more than the {quantity(point.against)} the guides name."
    if point.favours == "prompting":
        return f"Volume favours prompting: {calls} are fewer than the {quantity(point.against)} the guides name."
    return f"Volume decides nothing: {calls} lie between the bounds that the guides name."


def _changes(point: Point) -> str:
    cost = f"each change is a retraining, {money(point.figure)}"
    if point.against is None:
        return f"Requirements that change favour prompting: {cost}, and calls save nothing to pay it from."
    if point.favours == "prompting":
        return f"Requirements that change favour prompting: {cost}, and they cost more than the calls save."
    return f"Should requirements change: {cost}, as much as {quantity(point.against.to_integral_value())} calls save."


def _reasoning(point: Point) -> str:
    told = f"100 more answer tokens cost {money(point.figure)} tuned and {money(point.against)} prompted"
    cheaper = {"tuning": "is cheaper tuned", "prompting": "is cheaper prompted", "neither": "costs the same"}
    return (
        f"A chain of thought {cheaper[point.favours]}: {told}. Whether a tuned model still reasons, only a test says."
    )


def _latency(point: Point) -> str:
    tuned, prompted = quantity(point.figure), quantity(point.against)
    return (
        f"Latency favours {point.favours}: a call has {tuned} tokens to read instead of {prompted}. "
        "How much sooner it answers is not calculated."
    )


_SAY = {"volume": _volume, "changes": _changes, "reasoning": _reasoning, "latency": _latency}
