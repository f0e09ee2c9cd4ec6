"""From how many calls on GPUs of one's own cost less to run than calls that are billed by the token."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.hosting import is_dedicated
from calculator.costs.price_history import price_on
from calculator.costs.rented_gpus import RentedGpuOffer, serving_gpu_hours
from calculator.numeric import ONE, ZERO
from calculator.offer_estimate import EstimateContext, estimate_offer
from calculator.payback.break_even import first_that_pays, least_between
from calculator.result import Estimate, RankGroup
from pricing import Offer

SIMILAR = Decimal("0.8")
MANY = 1_000_000


class Crossover(NamedTuple):
    """Running costs of a month, training left out."""

    calls_per_month: int | None
    """The least at which GPUs cost no more; None where they never do."""
    gpus: Estimate
    """The GPUs that are cheapest there (or, where they never are, at the calls that were asked for)."""
    per_token: Estimate
    """The cheapest offer that bills calls by the token, of those whose model is not known to be smaller."""


def crossover(estimates: Sequence[Estimate], frame: EstimateContext) -> Crossover | None:
    """None where there are no calls, or only one of the two kinds of offers."""
    plan = frame.plan
    ranked = [one for one in estimates if one.standing == RankGroup.LASTS and one.monthly_usd is not None]
    own = [(one, one.offer) for one in ranked if isinstance(one.offer, RentedGpuOffer)]
    size = max((offer.parameters_billion or ZERO for _, offer in own), default=ZERO)
    billed = [one for one in ranked if not is_dedicated(plan, one.offer) and not _smaller(one.offer, size)]
    if not plan.calls_per_month or not own or not billed:
        return None
    per_token = min(billed, key=lambda one: one.monthly_usd or ZERO)

    def cheapest(calls: Decimal) -> tuple[Decimal, Estimate]:
        return min(
            ((_gpus_usd(offer, frame, calls), one) for one, offer in own), key=lambda pair: (pair[0], pair[1].offer.id)
        )

    def billed_usd(calls: int) -> Decimal:
        asked = frame._replace(plan=plan._replace(calls_per_month=Decimal(calls)))
        return estimate_offer(asked, per_token.offer).monthly_usd or ZERO

    def pays(calls: int) -> bool:
        return cheapest(Decimal(calls))[0] <= billed_usd(calls)

    calls = _first(pays, [_gpus_usd(offer, frame, ONE) for _, offer in own], billed_usd(MANY) / MANY)
    return Crossover(calls, cheapest(Decimal(calls) if calls else plan.calls_per_month)[1], per_token)


def _first(pays: Callable[[int], bool], gpus_usd: Iterable[Decimal], call_usd: Decimal) -> int | None:
    """The least calls that pay. Each offer's first GPUs are paid at one number of calls: if not there, seldom later."""
    once = sorted(math.ceil(usd / call_usd) for usd in gpus_usd if call_usd and usd.is_finite())
    found = next((calls for calls in once if pays(calls)), None)
    return first_that_pays(pays, ZERO) if found is None else least_between(pays, 0, found)


def _smaller(offer: Offer, parameters_billion: Decimal) -> bool:
    """Whether a model is known to have clearly fewer parameters."""
    return offer.parameters_billion is not None and offer.parameters_billion < SIMILAR * parameters_billion


def _gpus_usd(offer: RentedGpuOffer, frame: EstimateContext, calls: Decimal) -> Decimal:
    """A month of the GPUs that carry so many calls."""
    price = price_on(offer.history("hosting"), frame.as_of)
    if offer.deployment is None or price is None or price.usd is None:
        return Decimal("Infinity")
    return serving_gpu_hours(frame.plan, offer.deployment, calls) * price.usd
