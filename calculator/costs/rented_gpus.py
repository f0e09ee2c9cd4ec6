"""GPUs rented by the hour, as an offer: GPU-hours of training and serving, for one scenario or for draws.

`calculator.gpu_rental.search` works out the speed of the GPUs once per question; this module multiplies it by tokens
and calls.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import asdict, replace

from calculator.costs.capacity import SECONDS_AN_HOUR, DeployedOffer
from calculator.numeric import ONE, Numeric, round_up, wall_seconds
from calculator.question.resolved import ResolvedScenario
from pricing import GpuOffer, Offer

STEP_SECONDS = {"second": ONE, "minute": Decimal(60), "hour": SECONDS_AN_HOUR}


class RentedTraining(NamedTuple):
    """A training job on GPUs rented together."""

    gpus: int
    seconds_per_token: Decimal
    """Seconds of wall-clock time per training token, all GPUs together."""
    low_seconds_per_token: Decimal
    """Low bound of its 80 % interval."""
    high_seconds_per_token: Decimal
    """High bound of its 80 % interval."""
    start_seconds: Decimal
    """Seconds of each run before training starts."""
    step_seconds: Decimal
    """Time is billed in whole steps of this many seconds."""
    how: tuple[str, ...]
    """Model, method, software and batch as phrases for the assumptions."""


class AlternativeAssumption(NamedTuple):
    """The offer with one assumption changed."""

    assumption: str
    """The assumption as changed, such as `software stack eager`."""
    offer: Offer


class RentedGpuOffer(DeployedOffer):
    """GPUs of one platform for one question. Built by `gpu_rental.search`, never read from a file."""

    work: RentedTraining | None
    """None if the job doesn't fit; `unfit` says why."""
    unfit: str | None
    rented_from: GpuOffer
    """The offer by the GPU-hour."""


def repriced(offer: RentedGpuOffer, usd: Decimal) -> RentedGpuOffer:
    """Return the offer with another price of a GPU-hour in US dollars, which may be draws."""
    price = offer.prices["training"][0]
    if price.usd is usd or not (isinstance(usd, Numeric) or price.usd != usd):
        return offer
    prices = (replace(price, usd=usd),)
    return RentedGpuOffer(**{**asdict(offer), "prices": {"training": prices, "hosting": prices}})


def run_seconds(
    plan: ResolvedScenario, work: RentedTraining, tokens: Decimal, seconds_per_token: Decimal | None = None
) -> Decimal:
    """Return the billed seconds of one run.

    (tokens × seconds per token + start + idle hours × 3,600), rounded up to whole billing steps.

    Args:
        plan: Scenario with the idle hours of a run.
        work: The training job.
        tokens: Training tokens of the run.
        seconds_per_token: Speed to use instead of the likely one, such as a bound of its interval.
    """
    each = work.seconds_per_token if seconds_per_token is None else seconds_per_token
    seconds = wall_seconds(tokens, each, work.start_seconds) + plan.idle_hours * SECONDS_AN_HOUR
    return round_up(seconds / work.step_seconds) * work.step_seconds


def run_gpu_hours(
    plan: ResolvedScenario, work: RentedTraining, tokens: Decimal
) -> tuple[Decimal, str, tuple[Decimal, ...]]:
    """Return the GPU-hours of one run over `tokens`, their formula as text, and the numbers in that formula."""
    seconds = run_seconds(plan, work, tokens)
    bounds = (work.low_seconds_per_token, work.high_seconds_per_token)
    low, high = (run_seconds(plan, work, tokens, bound) for bound in bounds)
    text = "{} GPU" + ("s" if work.gpus > 1 else "") + " × {} seconds ÷ 3,600 (8 of 10 cases: {} to {} seconds)"
    gpus = Decimal(work.gpus)
    return seconds * gpus / SECONDS_AN_HOUR, text, (gpus, seconds, low, high)
