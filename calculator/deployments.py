"""What one deployment of a hosted offer carries: the serving model, or the platform's own figure, once per question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import asdict, replace

from calculator.costs.capacity import DeployedOffer, LoadLimit, ServingReplica
from calculator.gpu import interpolated_mixture, interpolated_shape
from calculator.numeric import ZERO
from calculator.question.resolved import resolve_corner
from calculator.question.scenario import Scenario
from calculator.serving import (
    CallShape,
    Host,
    Latency,
    Replica,
    ServingOptions,
    interactive_seconds,
    loaded_replica,
    served_host,
)
from pricing import Assumption, Gpu, GpuFacts, ModelShape, Offer, Price, WeightFormat, known_gpu, known_model

DIGITS = ".9g"
"""Format of seconds per token as a Decimal: nine digits."""
MOST_GPUS = 16
MOST_REMEMBERED = 10_000
UNSEEN = Decimal("0.8")
"""Further factor of the interval's ends where only the size of a model is known."""
_HARDWARE = re.compile(r"(?<![\w.])\d+ × ([A-Za-z]+\d+\w*)")
_ACTIVE = re.compile(r"(\d+(?:\.\d+)?)b-a(\d+(?:\.\d+)?)b")

# Question after question asks for the same models on the same GPUs; the facts' version is part of each key.
_SHAPES: dict[tuple[object, ...], ModelShape | None] = {}
_HOSTS: dict[tuple[object, ...], Host] = {}
_GPUS: dict[tuple[str, str], Gpu | None] = {}
_REPLICAS: dict[tuple[object, ...], tuple[ServingReplica, ...]] = {}


class ServedCalls(NamedTuple):
    """The calls of a question, as deployments are sized for them."""

    call: CallShape
    """At the likely numbers."""
    longest: CallShape
    latency: Latency
    adapters: int
    """Tuned models that share a replica; 0 for merged weights."""
    adapter_rank: int
    peak_factor: Decimal


def served_calls(scenario: Scenario, assumptions: Mapping[str, Assumption]) -> ServedCalls:
    """Return the calls that a question's deployments are sized for."""
    shapes = []
    for corner in ("likely", "high"):
        plan = resolve_corner(scenario, corner)
        tokens = ((plan.prompt_after_tokens or ZERO) + plan.call_input_tokens, plan.tuned_output_tokens)
        shapes.append(CallShape(*(float_of(count) for count in tokens)))
    likely, longest = shapes
    if scenario.latency is not None:
        latency = Latency(float_of(scenario.latency), asked=True)
    else:
        first, each = (float_of(assumptions[name].value or ZERO) for name in ("first_token_seconds", "token_seconds"))
        latency = Latency(interactive_seconds(likely, first, each), asked=False)
    adapters = scenario.adapters if scenario.adapters > 1 else 0
    return ServedCalls(
        likely, longest, latency, adapters, scenario.rank, assumptions["peak_factor"].value or Decimal(1)
    )


def float_of(value: Decimal) -> float:
    """Return a float for the serving model, which calculates in floating point."""
    return value.__float__()


def as_deployed(
    offers: Iterable[Offer], scenario: Scenario, facts: GpuFacts, assumptions: Mapping[str, Assumption]
) -> list[Offer]:
    """Return the offers; each one with an hourly deployment states the load that it carries.

    Args:
        offers: Offers of the catalogue.
        scenario: The question; without calls, the offers are returned as they are.
        facts: Known models, GPUs and constants.
        assumptions: The catalogue's, by name.
    """
    if not scenario.calls or not scenario.calls.calls.high:
        return list(offers)
    calls = served_calls(scenario, assumptions)
    return [_deployed(offer, calls, scenario.serving == "dedicated", facts, assumptions) for offer in offers]


def _deployed(
    offer: Offer, calls: ServedCalls, asked: bool, facts: GpuFacts, assumptions: Mapping[str, Assumption]
) -> Offer:
    endpoint, provisioned = offer.sells_endpoint, bool(offer.history("provisioned"))
    if offer.sells_calls and not asked:  # the platform scales what is billed by the token, up to its quota
        has_fee = any(price.usd for price in offer.history("hosting"))
        has_quota = offer.serving is not None and offer.serving.rate_limit is not None
        return _limited(offer, calls, assumptions) if has_fee or has_quota else offer
    if not (endpoint or provisioned):
        return offer
    terms = offer.serving
    sharing = terms.adapters_per_deployment.value if terms and terms.adapters_per_deployment else 1
    if provisioned:
        return _provisioned(offer, calls, sharing, assumptions)
    price = offer.history("hosting")[-1]
    gpu, model = _gpu(price, facts), offer_shape(offer, facts)
    if gpu is None or model is None:
        return _limited(offer, calls, assumptions)
    if model.interpolated:  # the price's note says in which format so large a model is deployed
        model = replace(model, published=_format(price))
    gpus = price.units_per_deployment
    groups = tuple(count for count in (gpus, 2 * gpus, 4 * gpus, 8 * gpus) if count <= max(gpus, MOST_GPUS))
    shared = calls._replace(adapters=min(calls.adapters, sharing) if sharing > 1 else 0)
    found = (replica for count in groups for replica in served_replicas(model, gpu, (count,), shared, facts))
    replica = next(found, None)
    if replica is None:
        return _limited(offer, calls, assumptions)
    return _with(offer, replica._replace(most_sharing=sharing), None)


def _with(offer: Offer, replica: ServingReplica | None, limit: LoadLimit | None) -> DeployedOffer:
    """Return the offer with its deployment. Its fields were checked when it was loaded."""
    deployed = DeployedOffer(**asdict(offer), deployment=replica, limit=limit)
    deployed.__dict__.update(offer.__dict__)  # the histories are sorted already
    return deployed


def _limited(offer: Offer, calls: ServedCalls, assumptions: Mapping[str, Assumption]) -> DeployedOffer:
    """Return the offer with the load that the platform's quota allows, or that one deployment plausibly carries."""
    quota = offer.serving.rate_limit if offer.serving else None
    if quota:
        ordinary, requests = _decimal(quota.tokens_per_minute), _decimal(quota.requests_per_minute)
        most = _decimal(quota.most_tokens_per_minute) or ordinary
        return _with(offer, None, LoadLimit(most, True, calls.peak_factor, quota.source, ordinary, requests))
    assumption = assumptions["deployment_tokens_per_minute"]
    most = assumption.value or Decimal(1)
    return _with(offer, None, LoadLimit(most, False, calls.peak_factor, assumption.source))


def _decimal(count: int | None) -> Decimal | None:
    return None if count is None else Decimal(count)


def _provisioned(
    offer: Offer, calls: ServedCalls, sharing: int, assumptions: Mapping[str, Assumption]
) -> DeployedOffer:
    """Return the offer with the tokens a minute of a provisioned unit."""
    terms = offer.serving
    stated = terms.unit_tokens_per_minute if terms else None
    if stated is None:
        return _limited(offer, calls, assumptions)
    seconds = Decimal(60) / stated.value
    units = offer.history("provisioned")[-1].units_per_deployment
    return _with(
        offer,
        ServingReplica(
            name="provisioned unit" if units == 1 else f"{units} provisioned units",
            gpus=units,
            rented_in=units,
            seconds_per_input_token=seconds / units,
            seconds_per_output_token=seconds / units,
            low=Decimal(1),
            high=Decimal(1),
            peak_factor=calls.peak_factor,
            most_sharing=sharing,
            how=f"a provisioned unit carries {stated.value:,} tokens a minute ({stated.source.title})",
        ),
        None,
    )


def _gpu(price: Price, facts: GpuFacts) -> Gpu | None:
    """Return the GPU of a GPU-hour, which the price's note names, such as `4 × H100: …`."""
    named = _HARDWARE.search(price.note or "")
    if named is None:
        return None
    key = (facts.version, named[1])
    if key not in _GPUS:
        _GPUS[key] = known_gpu(named[1], facts)
    return _GPUS[key]


def _format(price: Price) -> WeightFormat:
    """Return the format of the deployed weights, which the price's note names, such as `1 byte (FP8) a parameter`."""
    note = (price.note or "").lower()
    return "mxfp4" if "mxfp4" in note else "fp8" if "fp8" in note else "16 bit"


def offer_shape(offer: Offer, facts: GpuFacts) -> ModelShape | None:
    """Return the shape of an offer's model: by its name, else by its sizes; None if neither is known."""
    key = (facts.version, offer.id, offer.model, offer.parameters_billion)
    if key not in _SHAPES:
        _SHAPES[key] = _shape(offer, facts)
    return _SHAPES[key]


def _shape(offer: Offer, facts: GpuFacts) -> ModelShape | None:
    names = (offer.model, offer.id.partition("/")[2].partition("@")[0], *offer.aliases)
    for name in names:
        if model := known_model(name, facts):
            return model
    sizes = next((match for name in names if (match := _ACTIVE.search(name.lower()))), None)
    if sizes:
        return interpolated_mixture(_number(sizes[1]), _number(sizes[2]), facts.models)
    billion = offer.parameters_billion
    return interpolated_shape(float_of(billion), facts.models) if billion else None


def _number(text: str) -> float:
    return float_of(Decimal(text))


def served_replicas(
    model: ModelShape, gpu: Gpu, groups: tuple[int, ...], calls: ServedCalls, facts: GpuFacts
) -> tuple[ServingReplica, ...]:
    """Return a replica for each number of GPUs that holds the model and is fast enough.

    Args:
        model: Shape of the base model.
        gpu: The GPU.
        groups: Numbers of GPUs to try.
        calls: The calls to answer.
        facts: Constants of the serving model.

    Returns:
        None of them if a call is longer than the model's context.
    """
    if calls.longest.input_tokens + calls.longest.output_tokens > model.context:
        return ()
    key = (facts.version, model.name, model.parameters_billion, model.published, gpu.name, groups, calls)
    if key not in _REPLICAS:
        if len(_REPLICAS) >= MOST_REMEMBERED:
            _REPLICAS.clear()
        options = ServingOptions(weights=model.published, adapters=calls.adapters, adapter_rank=calls.adapter_rank)
        found = (
            loaded_replica(_host(model, gpu, gpus, options, facts), gpu, calls.call, calls.latency, options)
            for gpus in groups
        )
        _REPLICAS[key] = tuple(serving_replica(replica, model, gpu, calls) for replica in found if replica)
    return _REPLICAS[key]


def _host(model: ModelShape, gpu: Gpu, gpus: int, options: ServingOptions, facts: GpuFacts) -> Host:
    key = (facts.version, model.name, model.parameters_billion, gpu.name, gpus, options)
    if key not in _HOSTS:
        if len(_HOSTS) >= MOST_REMEMBERED:
            _HOSTS.clear()
        _HOSTS[key] = served_host(model, gpu, gpus, facts.serving, options)
    return _HOSTS[key]


def _limit(replica: Replica, calls: ServedCalls) -> str:
    """Return the longest time per call that was allowed, and where it comes from."""
    most = f"limit {replica.most_seconds:.1f} s"
    if calls.latency.asked:
        return f"{most} as asked"
    is_lone = replica.most_seconds > calls.latency.seconds
    rule = "twice what one call alone takes" if is_lone else "as in an interactive service"
    return f"{most}, {rule}"


def serving_replica(replica: Replica, model: ModelShape, gpu: Gpu, calls: ServedCalls) -> ServingReplica:
    """Return a replica of the serving model in the cost model's numbers."""
    call, done = calls.call, replica.throughput
    reading = done.reading_seconds / call.input_tokens if call.input_tokens else 0.0
    writing = (done.busy_seconds - done.reading_seconds) / call.output_tokens if call.output_tokens else 0.0
    low, high = Decimal(f"{replica.low:{DIGITS}}"), Decimal(f"{replica.high:{DIGITS}}")
    size = " (shape interpolated from its size)" if model.interpolated else ""
    quick = f", a call takes {done.call_seconds:.1f} s then ({_limit(replica, calls)})" if call.output_tokens else ""
    name = f"{replica.gpus} × {gpu.title}"
    return ServingReplica(
        name=name,
        gpus=replica.gpus,
        rented_in=replica.gpus,
        seconds_per_input_token=Decimal(f"{reading:{DIGITS}}"),
        seconds_per_output_token=Decimal(f"{writing:{DIGITS}}"),
        low=low * UNSEEN if model.interpolated else low,
        high=high / UNSEEN if model.interpolated else high,
        peak_factor=calls.peak_factor,
        most_sharing=None,
        how=f"served: {model.name}{size} in {replica.weights} on {name}, up to {done.calls:.0f} calls together{quick}",
    )
