"""The calls a day from which an option costs less than the baseline over the horizon, found by pricing it again."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import asdict

from calculator.answer.usability import set_aside
from calculator.comparison import Comparison, computed_once
from calculator.costs.base_model import cached_from
from calculator.costs.capacity import ServingReplica, deployment_of
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.offer_estimate import EstimateContext, estimate_offer
from calculator.payback.break_even import break_even
from calculator.payback.least import least_between
from calculator.payback.periods import EqualPeriods, equal_periods
from calculator.payback.turning_change import turning_change
from calculator.question.resolved import ResolvedScenario
from calculator.result import BreakEvenCause, Estimate
from pricing import Offer

MOST_CALLS_PER_DAY = 10**12
"""The search ends here: more calls a day than all providers together answer."""

TURNED_BY_CALLS: tuple[BreakEvenCause, ...] = ("ends", "shrinking", "hosting", "slow")
"""Causes that only more calls would turn, which is ruled out where no volume pays."""


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

    Where the successor of a base model that ends costs less today, the option costs less than switching to it, too.
    The option and the baseline are priced again at each volume that is tried, so steps of capacity count. Where each
    further deployment makes the option dearer than the baseline again for a while, it is the volume from which it keeps
    paying, or that from which it pays up to the question's own.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The threshold; None without a baseline or calls, or if a price is unknown.
    """
    plan = comparison.plan
    if comparison.base is None or not plan.calls_per_month or equal_periods(comparison).saving(estimate) is None:
        return None
    cases = _Volumes(comparison, estimate)
    volume = math.floor(plan.calls_per_month / plan.days_per_month)
    calls = least_volume(cases.keeps_saving) if cases.may_save() else None
    if volume and (calls is None or calls > volume) and cases.saves(volume):
        calls = _start_of_step(cases, volume)
    if calls is not None:
        return Threshold(calls, None, None)
    payback = break_even(comparison, estimate)
    cause = payback.cause if payback else None
    return Threshold(None, cause, turning_change(comparison, estimate) if cause not in TURNED_BY_CALLS else None)


class _Volumes:
    """An option and the baseline, priced at any number of calls a day."""

    def __init__(self, comparison: Comparison, estimate: Estimate) -> None:
        self._plan, self._pricing = comparison.context.plan_for(comparison.plan, estimate.offer), comparison.context
        self._context = comparison.context.estimate_context(comparison.plan)
        self._model = comparison.context.models.get(estimate.offer.id)
        self._offer_at = _offer_at(comparison, estimate.offer)
        base = comparison.context.base_price(comparison.plan)
        self._cached_from = cached_from(base) if base and self._plan.cached_share is None else 0

    def priced(self, calls_per_day: int) -> tuple[EstimateContext, Estimate]:
        """Return the option at a number of calls a day, and what it was priced with."""
        plan = self._plan._replace(calls_per_month=calls_per_day * self._plan.days_per_month)
        context = self._context._replace(plan=plan)
        return context, estimate_offer(context, self._offer_at(plan))

    def saves(self, calls_per_day: int) -> bool:
        """Return whether the option is usable, and costs less than the baseline over the horizon."""
        return self._saves(*self.priced(calls_per_day))

    def may_save(self) -> bool:
        """Return False if the most calls save nothing, whatever carries them: then fewer calls don't either.

        With graduated prices this isn't certain, because the first tokens of a month cost something else.
        """
        context, estimate = self.priced(MOST_CALLS_PER_DAY)
        graduated = any(price.tiers for history in estimate.offer.prices.values() for price in history)
        saving = EqualPeriods(self._pricing, context.plan).sure_saving(estimate)
        return graduated or saving is None or saving > 0

    def keeps_saving(self, calls_per_day: int) -> bool:
        """Return whether the option saves, also where the next deployment is needed.

        With traffic that doesn't grow, each further deployment is paid back more easily than the one before it, so an
        option that saves at the start of the next one saves at any number of calls above. The same holds at the volume
        from which today's prompt stays in the seller's cache.
        """
        context, estimate = self.priced(calls_per_day)
        if not self._saves(context, estimate):
            return False
        if calls_per_day < self._cached_from and not self.saves(self._cached_from):
            return False  # it only saves where prompting isn't cached
        most = _most_calls(estimate)
        return most is None or bool(self._plan.growth_per_month) or self.saves(self._days(most) + 1)

    def step_below(self, calls_per_day: int) -> int:
        """Return the most calls a day that one deployment less than here carries; 0 for the first."""
        _, estimate = self.priced(calls_per_day)
        fewer = _most_calls(estimate, fewer=1)
        return 0 if fewer is None else min(self._days(fewer), calls_per_day - 1)

    def _days(self, calls_per_month: Decimal) -> int:
        return math.floor(calls_per_month / self._plan.days_per_month)

    def _saves(self, context: EstimateContext, tuned: Estimate) -> bool:
        saving = EqualPeriods(self._pricing, context.plan).sure_saving(tuned)
        return saving is not None and saving > 0 and not set_aside(context, tuned, self._model)


def _most_calls(estimate: Estimate, *, fewer: int = 0) -> Decimal | None:
    """Return the most calls a month that an option's deployments carry at their price, or with some fewer of them.

    None for an option without deployments, or if what they carry isn't known.
    """
    capacity, replica = estimate.capacity, deployment_of(estimate.offer)
    if capacity is None or replica is None or not capacity.replicas or not capacity.calls_per_month:
        return None
    rented = -(-capacity.replicas * replica.gpus // replica.rented_in)  # what is rented together holds more replicas
    return (rented - fewer) * replica.rented_in // replica.gpus * capacity.calls_per_month


def _offer_at(comparison: Comparison, offer: Offer) -> Callable[[ResolvedScenario], Offer]:
    """Return a function that gives the offer for a volume: rented GPUs serve with the replica that suits it."""
    if not isinstance(offer, RentedGpuOffer):
        return lambda _: offer
    from calculator.gpu_rental.search import fewest_gpus, serving_choices  # imports the GPU model

    context = comparison.context
    choices = serving_choices(comparison.scenario, offer, context.gpu_facts, context.assumptions, context.as_of)
    fields = asdict(offer)
    offers: dict[ServingReplica | None, Offer] = {
        choice: RentedGpuOffer(**{**fields, "deployment": choice}) for choice in (None, *choices)
    }
    return lambda plan: offers[fewest_gpus(plan, choices)]


def least_volume(pays: Callable[[int], bool]) -> int | None:
    """Return the smallest number of calls a day that pays, where more pays if less does; None if none does."""
    low, high = 0, 1
    while not pays(high):
        low, high = high, high * 2
        if high > MOST_CALLS_PER_DAY:
            return None
    return least_between(pays, low, high)


def _start_of_step(cases: _Volumes, volume: int) -> int:
    """Return the smallest volume from which an option saves up to a volume at which it saves."""
    below = cases.step_below(volume)
    while below and cases.saves(below + 1):
        if not cases.saves(below):
            return below + 1
        volume, below = below, cases.step_below(below)
    return least_between(cases.saves, below + 1 if below else 0, volume)
