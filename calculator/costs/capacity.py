"""Capacity: the replicas of a deployment that carry the calls, and how loaded they are.

One mechanism for every deployment that is billed by the hour: rented GPUs, dedicated endpoints, provisioned units,
hosting fees. `calculator.deployments` and `calculator.gpu_rental.search` work out once per question what one replica
carries; this module multiplies it by the calls of a scenario or of draws.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from calculator.numeric import ONE, ZERO, Numeric, larger, round_up, smaller
from calculator.question.resolved import ResolvedScenario
from calculator.result import Capacity
from pricing import Offer, Source

SECONDS_AN_HOUR = Decimal(3_600)
MINUTES_AN_HOUR = Decimal(60)
MILLION = Decimal(1_000_000)


class ServingReplica(NamedTuple):
    """A group of GPUs that holds the model once, or a provisioned unit, and answers calls."""

    name: str
    """Such as `1 × H100 80 GB SXM`."""
    gpus: int
    """GPUs or units that are billed for one replica."""
    rented_in: int
    """They are rented in multiples of this number."""
    seconds_per_input_token: Decimal
    seconds_per_output_token: Decimal
    """The time that a token occupies the replica at the latency that is allowed."""
    low: Decimal
    """Low end of the 80 % interval of the calls a second, over the likely value."""
    high: Decimal
    """High end."""
    peak_factor: Decimal
    """Calls in the busiest hour divided by calls on average, unless the question gives it."""
    most_sharing: int | None
    """Tuned models that can share a replica; None for no limit."""
    how: str
    """Model, precision, calls together and latency as a phrase for the assumptions."""


class LoadLimit(NamedTuple):
    """The load that a deployment plausibly carries, where its throughput isn't known."""

    tokens_per_minute: Decimal | None
    """None if only requests are limited."""
    published: bool
    """True for the platform's own figure, False for an assumption of this project."""
    peak_factor: Decimal
    source: Source
    ordinary_tokens_per_minute: Decimal | None = None
    """The limit without a special agreement, where the platform publishes both."""
    requests_per_minute: Decimal | None = None
    """None if only tokens are limited."""


class DeployedOffer(Offer):
    """An offer with a deployment by the hour, for one question. Built by `calculator.deployments` or `gpu_rental`."""

    deployment: ServingReplica | None
    """None if its throughput isn't known, or the model can't be served."""
    limit: LoadLimit | None = None
    """The load that it plausibly carries; None unless its throughput isn't known."""


def deployment_of(offer: Offer) -> ServingReplica | None:
    """Return the replica that an offer for one question is served on; None if it has none or isn't known."""
    return offer.deployment if isinstance(offer, DeployedOffer) else None


def busy_seconds(plan: ResolvedScenario, replica: ServingReplica) -> Decimal:
    """Return the seconds that one call occupies a replica."""
    seconds = (
        _input_tokens(plan) * replica.seconds_per_input_token
        + plan.tuned_output_tokens * replica.seconds_per_output_token
    )
    return seconds / _throughput_factor(plan, replica)


def models_sharing(plan: ResolvedScenario, replica: ServingReplica) -> Decimal:
    """Return how many of the scenario's tuned models share a replica."""
    if replica.most_sharing is None:
        return plan.models_sharing
    return ONE if replica.most_sharing == 1 else smaller(Decimal(replica.most_sharing), plan.models_sharing)


def replicas_needed(plan: ResolvedScenario, replica: ServingReplica, calls_per_month: Decimal) -> Decimal:
    """Return the replicas that carry the busiest hour; at least as many as the scenario asks for.

    Args:
        plan: Scenario with tokens per call, hours up, peak and the models that share the replicas.
        replica: The replica.
        calls_per_month: Calls a month of each model.
    """
    return larger(plan.least_replicas, round_up(_load(plan, replica, calls_per_month)))


def units_needed(plan: ResolvedScenario, replica: ServingReplica, calls_per_month: Decimal) -> Decimal:
    """Return the GPUs or provisioned units that are billed, in multiples of `rented_in`."""
    rented_in = Decimal(replica.rented_in)
    units = replicas_needed(plan, replica, calls_per_month) * Decimal(replica.gpus)
    return units if replica.rented_in == replica.gpus else round_up(units / rented_in) * rented_in


def unit_hours(plan: ResolvedScenario, replica: ServingReplica, calls_per_month: Decimal) -> Decimal:
    """Return this model's share of the GPU-hours or unit-hours of one month."""
    hours = units_needed(plan, replica, calls_per_month) * plan.hosted_hours_per_month
    sharing = models_sharing(plan, replica)
    return hours if sharing is ONE else hours / sharing


def capacity_of(plan: ResolvedScenario, offer: Offer, hosting_usd: Decimal | None) -> Capacity | None:
    """Return the deployment of an offer and its load; None without a deployment or without calls.

    Args:
        plan: The scenario.
        offer: The offer, with its deployment.
        hosting_usd: Hosting of one month, US dollars; None if unknown.
    """
    if not plan.calls_per_month or not plan.hosted_hours_per_month or isinstance(plan.calls_per_month, Numeric):
        return None
    if not isinstance(offer, DeployedOffer):
        return None
    if offer.deployment:
        return _replica_capacity(plan, offer.deployment, hosting_usd)
    return _limit_capacity(plan, offer.limit) if offer.limit else None


def _replica_capacity(plan: ResolvedScenario, replica: ServingReplica, hosting_usd: Decimal | None) -> Capacity:
    calls = plan.calls_per_month
    load = _load(plan, replica, calls)
    least, factor = plan.least_replicas, _throughput_factor(plan, replica)
    replicas = larger(least, round_up(load))
    low, high = (larger(least, round_up(load * factor / end)) for end in (replica.high, replica.low))
    tokens = calls * (_input_tokens(plan) + plan.tuned_output_tokens) / MILLION
    return Capacity(
        replica=replica.name,
        replicas=replicas,
        low_replicas=low,
        high_replicas=high,
        load=load / replicas,
        calls_per_month=calls / load if load else None,
        usd_per_million_tokens=hosting_usd / tokens if hosting_usd is not None and tokens else None,
        carries=True,
        reason=None,
    )


def _limit_capacity(plan: ResolvedScenario, limit: LoadLimit) -> Capacity:
    peak = limit.peak_factor if plan.peak is None else plan.peak
    minutes = plan.hosted_hours_per_month * MINUTES_AN_HOUR
    busiest, growth, months = plan.calls_per_month, plan.growth_per_month, plan.months
    if isinstance(growth, Decimal) and isinstance(months, Decimal) and growth > 0:
        busiest *= (ONE + growth) ** int(months - 1)  # one deployment has to carry the last month too
    requests = busiest * peak / minutes
    tokens = requests * (_input_tokens(plan) + plan.tuned_output_tokens)
    limits = (
        (requests, limit.requests_per_minute, "requests a minute"),
        (tokens, limit.tokens_per_minute, "tokens a minute"),
    )
    shares = [(used / most, f"{most:,f} {unit}") for used, most, unit in limits if most is not None]
    load, most = max(shares, key=lambda share: share[0]) if isinstance(tokens, Decimal) else shares[-1]
    carries = bool(load <= ONE) if isinstance(load, Decimal) else None
    return Capacity(
        replica="deployment",
        replicas=ONE,
        low_replicas=None,
        high_replicas=None,
        load=load,
        calls_per_month=busiest / load if load else None,
        usd_per_million_tokens=None,
        carries=carries,
        reason=_overload(plan, limit, most, busiest, load) if carries is False else None,
        limit=most,
        tokens_per_minute=tokens,
    )


def _overload(plan: ResolvedScenario, limit: LoadLimit, most: str, busiest: Decimal, load: Decimal) -> str:
    """Return what a deployment, or the largest quota, carries, and how many of it the busiest month needs."""
    calls = f"about {Decimal(f'{busiest / load / plan.days_per_month:.3g}'):,.0f} calls of this length a day"
    needed = f"{round_up(load):,.0f}"
    if limit.published:
        return (
            f"The largest quota that the platform publishes is {most}, {calls}; the busiest hour needs {needed} of it."
        )
    return f"One deployment carries about {most}, {calls} (its throughput isn't published); these calls need {needed}."


def capacity_words(capacity: Capacity) -> str:
    """Return a replica's load as a phrase: `2 replicas of 1 × H100, 63 % loaded at the busiest hour`."""
    if capacity.replicas is None or capacity.load is None:
        return capacity.reason or "the calls that it carries aren't known"
    count = f"{capacity.replicas.normalize():,f} replica{'' if capacity.replicas == 1 else 's'} of {capacity.replica}"
    words = f"{count}, {capacity.load:.0%} loaded at the busiest hour"
    low, high = capacity.low_replicas, capacity.high_replicas
    if low is not None and high is not None and low != high:
        words += f" ({low.normalize():,f} to {high.normalize():,f} in 8 of 10 cases)"
    return words


def _load(plan: ResolvedScenario, replica: ServingReplica, calls_per_month: Decimal) -> Decimal:
    """Return the replicas that the busiest hour keeps busy, not rounded."""
    peak = replica.peak_factor if plan.peak is None else plan.peak
    up_seconds = plan.hosted_hours_per_month * SECONDS_AN_HOUR
    calls = calls_per_month * models_sharing(plan, replica) * peak
    return calls * busy_seconds(plan, replica) / up_seconds


def _throughput_factor(plan: ResolvedScenario, replica: ServingReplica) -> Decimal:
    """Return the throughput over its likely value: its interval's ends at −1 and 1, straight lines between."""
    place = plan.throughput
    if isinstance(place, Decimal) and not place:
        return ONE
    return ONE + larger(ZERO, place) * (replica.high - ONE) + smaller(ZERO, place) * (ONE - replica.low)


def _input_tokens(plan: ResolvedScenario) -> Decimal:
    return (plan.prompt_after_tokens or ZERO) + plan.call_input_tokens
