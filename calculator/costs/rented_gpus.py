"""GPUs rented by the hour as an offer like any other: GPU-hours of training and of serving, for one plan or for draws.

What the GPUs can do is worked out once for a question (`renting.py`); here are only numbers a token and a call.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, NamedTuple

from pydantic import ConfigDict

from calculator.numeric import ONE, ZERO, Numeric, larger, rounded_up, wall_seconds
from calculator.question.resolved import ResolvedScenario
from pricing import GpuOffer, Offer

SECONDS_AN_HOUR = Decimal(3_600)
STEP_SECONDS = {"second": ONE, "minute": Decimal(60), "hour": SECONDS_AN_HOUR}


class RentedTraining(NamedTuple):
    """How a training job goes forward on GPUs rented together."""

    gpus: int
    seconds_per_token: Decimal
    """Wall clock of all GPUs together, for each token of the examples."""
    quick: Decimal
    """The same at the quick end of the 80 % interval."""
    slow: Decimal
    start_seconds: Decimal
    step_seconds: Decimal
    """Time is billed in whole steps of this length."""
    how: tuple[str, ...]
    """Model, method, software and batch, in words."""


class ServingReplica(NamedTuple):
    """How a group of GPUs that holds the model once answers calls."""

    gpus: int
    rented_in: int
    """GPUs are rented in multiples of this."""
    seconds_per_input_token: Decimal
    seconds_per_output_token: Decimal
    peak_factor: Decimal
    how: str


class AlternativeAssumption(NamedTuple):
    """The same offer, had one thing that was taken for granted been otherwise."""

    what: str
    offer: Offer


class RentedGpuOffer(Offer):
    """GPUs of one platform for one question. Made by `renting.self_hosted`, never from a file."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, defer_build=True, arbitrary_types_allowed=True)

    work: RentedTraining | None
    """None where the job cannot be run there; `unfit` says why."""
    deployment: ServingReplica | None
    """None where the model cannot be served there."""
    unfit: str | None
    rented_from: GpuOffer
    """The offer by the GPU-hour."""


def repriced(offer: RentedGpuOffer, usd: Decimal) -> RentedGpuOffer:
    """The same GPUs with one price of a GPU-hour, which may be draws."""
    price = offer.prices["training"][0]
    if price.usd is usd or not (isinstance(usd, Numeric) or price.usd != usd):
        return offer
    prices = (price.model_copy(update={"usd": usd}),)
    return RentedGpuOffer.model_construct(**{**dict(offer), "prices": {"training": prices, "hosting": prices}})


def run_seconds(
    plan: ResolvedScenario, work: RentedTraining, tokens: Decimal, seconds_per_token: Decimal | None = None
) -> Decimal:
    """Seconds that are billed of one run over `tokens`: wall clock, and idle hours, in whole steps."""
    each = work.seconds_per_token if seconds_per_token is None else seconds_per_token
    seconds = wall_seconds(tokens, each, work.start_seconds) + plan.idle_hours * SECONDS_AN_HOUR
    return rounded_up(seconds / work.step_seconds) * work.step_seconds


def run_gpu_hours(
    plan: ResolvedScenario, work: RentedTraining, tokens: Decimal
) -> tuple[Decimal, str, tuple[Decimal, ...]]:
    """GPU-hours of one run, and how they come about."""
    seconds = run_seconds(plan, work, tokens)
    quick, slow = (run_seconds(plan, work, tokens, each) for each in (work.quick, work.slow))
    text = "{} GPU" + ("s" if work.gpus > 1 else "") + " × {} seconds ÷ 3,600 (8 of 10 cases: {} to {} seconds)"
    gpus = Decimal(work.gpus)
    return seconds * gpus / SECONDS_AN_HOUR, text, (gpus, seconds, quick, slow)


def serves(plan: ResolvedScenario) -> bool:
    """Whether GPUs are kept up to answer: where there are calls, or where capacity is asked for."""
    return bool(plan.calls_per_month) or plan.serving == "dedicated"


def busy_seconds(plan: ResolvedScenario, deployment: ServingReplica) -> Decimal:
    """How long one call keeps a deployment busy."""
    input_tokens = (plan.prompt_after_tokens or ZERO) + plan.call_input_tokens
    return (
        input_tokens * deployment.seconds_per_input_token
        + plan.call_output_tokens * deployment.seconds_per_output_token
    )


def serving_gpus(plan: ResolvedScenario, deployment: ServingReplica, calls_per_month: Decimal) -> Decimal:
    """GPUs that carry the busiest time of so many calls a month of each model that shares them; at least one
    deployment.
    """
    up_seconds = plan.hosted_hours_per_month * SECONDS_AN_HOUR
    calls = calls_per_month * plan.models_sharing * deployment.peak_factor
    deployments = larger(ONE, rounded_up(calls * busy_seconds(plan, deployment) / up_seconds))
    rented_in = Decimal(deployment.rented_in)
    return rounded_up(deployments * Decimal(deployment.gpus) / rented_in) * rented_in


def serving_gpu_hours(plan: ResolvedScenario, deployment: ServingReplica, calls_per_month: Decimal) -> Decimal:
    """GPU-hours of one month, this model's share of them."""
    gpus = serving_gpus(plan, deployment, calls_per_month)
    return gpus * plan.hosted_hours_per_month / plan.models_sharing
