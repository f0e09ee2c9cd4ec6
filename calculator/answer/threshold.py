"""The calls a day from which an option costs less than the baseline over the horizon, found by pricing it again."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from calculator.answer.usability import set_aside
from calculator.comparison import Comparison, computed_once
from calculator.costs.base_model import estimate_base
from calculator.costs.capacity import ServingReplica
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.numeric import ZERO
from calculator.offer_estimate import estimate_offer
from calculator.payback.break_even import break_even
from calculator.payback.least import least_between
from calculator.payback.turning_change import turning_change
from calculator.question.resolved import ResolvedScenario
from calculator.result import BreakEvenCause, Estimate
from pricing import Offer

MOST_CALLS_PER_DAY = 10**12
"""The search ends here: more calls a day than all providers together answer."""
PROBES = tuple(Decimal(factor) for factor in ("1.01", "1.02", "1.05", "1.1", "1.2", "1.35", "1.5", "1.75", "2", "3"))
"""Multiples of a threshold at which the option must still cost less: more deployments may be needed there."""
MOST_STEPS = 40


class Threshold(NamedTuple):
    """The volume from which an option costs less than the baseline over the horizon."""

    calls_per_day: int | None
    """None if there is no such volume."""
    cause: BreakEvenCause | None
    """Why there is none."""
    turn: str | None
    """The one change of the question that would make it pay, where there is none."""


@computed_once
def threshold(comparison: Comparison, estimate: Estimate) -> Threshold | None:
    """Return the calls a day from which an option costs less than the baseline over the horizon.

    The option and the baseline are priced again at each volume that is tried, so steps of capacity count. Where the
    cost crosses the baseline's more than once, it is the crossing that leads to the question's own volume if the option
    pays there, else the one above which it keeps paying.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The threshold; None without a baseline or calls, or if a price is unknown.
    """
    plan = comparison.plan
    if comparison.base is None or not plan.calls_per_month or not comparison.base.complete or not estimate.complete:
        return None
    saves = _saves(comparison, estimate)
    volume = math.floor(plan.calls_per_month / plan.days_per_month)
    calls = _start_of_window(saves, volume) if volume and saves(volume) else _lasting_crossing(saves, volume)
    if calls is not None:
        return Threshold(calls, None, None)
    payback = break_even(comparison, estimate)
    return Threshold(None, payback.cause if payback else None, turning_change(comparison, estimate))


def _saves(comparison: Comparison, estimate: Estimate) -> Callable[[int], bool]:
    """Return a function that tells whether the option costs less than the baseline at a number of calls a day."""
    plan, base = comparison.plan, comparison.context.base_price(comparison.plan)
    context, offer_at = comparison.context.estimate_context(plan), _offer_at(comparison, estimate.offer)

    def saves(calls_per_day: int) -> bool:
        there = plan._replace(calls_per_month=calls_per_day * plan.days_per_month)
        at_volume = context._replace(plan=there)
        tuned = estimate_offer(at_volume, offer_at(there))
        if base is None or tuned.total_usd is None or set_aside(at_volume, tuned, comparison.classes[tuned.offer.id]):
            return False
        prompted = estimate_base(there._replace(months=tuned.months), base, comparison.as_of)
        return tuned.total_usd < (prompted.total_usd or ZERO)

    return saves


def _offer_at(comparison: Comparison, offer: Offer) -> Callable[[ResolvedScenario], Offer]:
    """Return a function that gives the offer for a volume: rented GPUs serve with the replica that suits it."""
    if not isinstance(offer, RentedGpuOffer):
        return lambda _: offer
    from calculator.gpu_rental.search import fewest_gpus, serving_choices  # imports the GPU model

    context = comparison.context
    choices = serving_choices(comparison.scenario, offer, context.gpu_facts, context.assumptions, context.as_of)
    fields = dict(offer)
    offers: dict[ServingReplica | None, Offer] = {
        choice: RentedGpuOffer.model_construct(**{**fields, "deployment": choice}) for choice in (None, *choices)
    }
    return lambda plan: offers[fewest_gpus(plan, choices)]


def _start_of_window(saves: Callable[[int], bool], volume: int) -> int:
    """Return the smallest volume from which the option saves up to a volume at which it saves."""
    high = low = volume
    while low:
        low = low // 2
        if not low or not saves(low):
            return least_between(saves, low, high)
        high = low
    return high


def _lasting_crossing(saves: Callable[[int], bool], volume: int) -> int | None:
    """Return the smallest volume above one that doesn't save, from which the option keeps saving."""
    low = volume
    for _ in range(MOST_STEPS):
        high = max(1, low * 2)
        while not saves(high):
            low, high = high, high * 2
            if high > MOST_CALLS_PER_DAY:
                return None
        calls = least_between(saves, low, high)
        above = (math.ceil(calls * factor) for factor in PROBES)
        loses = next((probe for probe in above if not saves(probe)), None)
        if loses is None:
            return calls
        low = loses
    return None
