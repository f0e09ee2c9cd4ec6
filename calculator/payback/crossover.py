"""The volume from which rented GPUs cost less to run than calls that are billed by the token."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from calculator.comparison import Comparison, computed_once
from calculator.costs.capacity import unit_hours
from calculator.costs.hosting import is_dedicated
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.numeric import ONE, ZERO
from calculator.offer_estimate import EstimateContext, estimate_offer
from calculator.payback.least import least_between, least_that_pays
from calculator.result import Estimate, RankGroup
from pricing import Offer

SIMILAR = Decimal("0.8")
MANY_CALLS = 1_000_000


class Crossover(NamedTuple):
    """Volume at which rented GPUs and billing by the token cost the same to run, training left out."""

    calls_per_month: int | None
    """The smallest volume at which GPUs cost no more; None if they never do."""
    gpus: Estimate
    """The GPUs that are cheapest there; if they never are, those that are cheapest at the question's calls."""
    per_token: Estimate
    """The cheapest offer that bills by the token, of those whose model is not known to be smaller."""


@computed_once
def crossover(comparison: Comparison) -> Crossover | None:
    """Return the volume from which rented GPUs cost less to run than the cheapest offer billed by the token.

    Args:
        comparison: The answer to the question.

    Returns:
        The crossover at the likely values; None without calls, or with only one of the two kinds of offers.
    """
    plan = comparison.plan
    context = comparison.context.estimate_context(plan)
    ranked = [
        estimate
        for estimate in comparison.estimates
        if estimate.standing == RankGroup.LASTS and estimate.monthly_usd is not None
    ]
    rented = [(estimate, estimate.offer) for estimate in ranked if isinstance(estimate.offer, RentedGpuOffer)]
    size = max((offer.parameters_billion or ZERO for _, offer in rented), default=ZERO)
    billed = [
        estimate
        for estimate in ranked
        if not is_dedicated(plan, estimate.offer) and not _is_smaller(estimate.offer, size)
    ]
    if not plan.calls_per_month or not rented or not billed:
        return None
    per_token = min(billed, key=lambda estimate: estimate.monthly_usd or ZERO)

    def cheapest(calls: Decimal) -> tuple[Decimal, Estimate]:
        costs = ((_gpus_usd(offer, context, calls), estimate) for estimate, offer in rented)
        return min(costs, key=lambda cost: (cost[0], cost[1].offer.id))

    def billed_usd(calls: int) -> Decimal:
        at_volume = context._replace(plan=plan._replace(calls_per_month=Decimal(calls)))
        return estimate_offer(at_volume, per_token.offer).monthly_usd or ZERO

    def pays(calls: int) -> bool:
        return cheapest(Decimal(calls))[0] <= billed_usd(calls)

    calls = _least_calls(pays, [_gpus_usd(offer, context, ONE) for _, offer in rented], billed_usd(MANY_CALLS))
    return Crossover(calls, cheapest(Decimal(calls) if calls else plan.calls_per_month)[1], per_token)


def _least_calls(pays: Callable[[int], bool], gpus_usd: Iterable[Decimal], many_calls_usd: Decimal) -> int | None:
    """Return the smallest number of calls that pays.

    Each offer's first GPUs are paid at one number of calls. If none of these pays, a larger one seldom does.
    """
    call_usd = many_calls_usd / MANY_CALLS
    candidates = sorted(math.ceil(usd / call_usd) for usd in gpus_usd if call_usd and usd.is_finite())
    paying = next((calls for calls in candidates if pays(calls)), None)
    return least_that_pays(pays, ZERO) if paying is None else least_between(pays, 0, paying)


def _is_smaller(offer: Offer, parameters_billion: Decimal) -> bool:
    """Return whether a model is known to have clearly fewer parameters."""
    return offer.parameters_billion is not None and offer.parameters_billion < SIMILAR * parameters_billion


def _gpus_usd(offer: RentedGpuOffer, context: EstimateContext, calls: Decimal) -> Decimal:
    """Return the cost of the GPUs that serve a number of calls a month, US dollars; infinity if it is unknown."""
    price = offer.price_on("hosting", context.as_of)
    if offer.deployment is None or price is None or price.usd is None:
        return Decimal("Infinity")
    return unit_hours(context.plan, offer.deployment, calls) * price.usd
