"""The replica that a latency allows: a group of GPUs that holds a model once, and the calls it answers together."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import NamedTuple

from calculator.serving.speed import Engine, Host, host_on, throughput_spread
from calculator.serving.throughput import CallShape, Throughput, cache_room, most_calls, throughput
from calculator.serving.weights import served_model
from pricing import Gpu, ModelShape, ServingPhysics, WeightFormat

GROUPS = (1, 2, 4, 8)
"""GPUs of one node that can hold a model together (tensor parallelism divides the heads)."""
TRIES = 4
LEAST_STEP = 0.02
SLOWEST = 2.0
"""Without a limit of the asker's, a call may take this many times what it takes alone, where that is above the
interactive limit."""


class Latency(NamedTuple):
    """The longest time per call."""

    seconds: float
    asked: bool
    """True for the asker's own limit, which no GPU may miss; False for the interactive default."""


class ServingOptions(NamedTuple):
    """How a model is served."""

    weights: WeightFormat = "16 bit"
    engine: Engine = "vllm"
    adapters: int = 0
    """Tuned models that share one base; 0 to serve one tuned model with merged weights."""
    adapter_rank: int = 16


PLAIN = ServingOptions()


class Replica(NamedTuple):
    """A group of GPUs that holds a model once, at the load that its latency allows."""

    gpus: int
    weights: WeightFormat
    weight_bytes: float
    throughput: Throughput
    most_seconds: float
    """The longest time per call that was allowed: the asker's, the interactive one, or SLOWEST times a lone call."""
    low: float
    """Low end of the 80 % interval of the calls a second, over the likely value."""
    high: float
    """High end."""


def interactive_seconds(call: CallShape, first_token: float, token: float) -> float:
    """Return the time per call of an interactive service: a wait for the first token, and a pace for the others."""
    return first_token + token * call.output_tokens


def replicas(
    model: ModelShape,
    gpu: Gpu,
    call: CallShape,
    latency: Latency,
    physics: ServingPhysics,
    *,
    groups: tuple[int, ...] = GROUPS,
    options: ServingOptions = PLAIN,
) -> Iterator[Replica]:
    """Yield a replica for each group of GPUs that holds the model and is fast enough.

    Args:
        model: Shape of the base model.
        gpu: The GPU.
        call: The call, in tokens.
        latency: The longest time per call.
        physics: The fitted constants.
        groups: Numbers of GPUs to try.
        options: Precision, engine and adapters.
    """
    for gpus in groups:
        host = served_host(model, gpu, gpus, physics, options)
        if replica := loaded_replica(host, gpu, call, latency, options):
            yield replica


def served_host(model: ModelShape, gpu: Gpu, gpus: int, physics: ServingPhysics, options: ServingOptions) -> Host:
    """Return a model with its adapters on a group of GPUs, whatever the calls."""
    base = served_model(model, options.weights)
    if options.adapters:
        base = base._replace(bytes=base.bytes + options.adapters * adapter_bytes(model, options.adapter_rank))
    return host_on(base, gpu, gpus, options.engine, physics, adapters=bool(options.adapters))


def loaded_replica(
    host: Host, gpu: Gpu, call: CallShape, latency: Latency, options: ServingOptions = PLAIN
) -> Replica | None:
    """Return the replica at the most calls that memory and latency allow; None if not even one call fits."""
    physics = host.physics
    room = min(cache_room(host, gpu, physics, call), most_calls(options.engine, gpu))
    if room < 1:
        return None
    alone = throughput(host, call, 1.0)
    limit = latency.seconds if latency.asked else max(latency.seconds, SLOWEST * alone.call_seconds)
    done = _most(host, call, room, alone, limit)
    if done is None:
        return None
    factor = exp(throughput_spread(host.model.experts, physics))
    return Replica(host.gpus, options.weights, host.model.bytes, done, limit, 1.0 / factor, factor)


def adapter_bytes(model: ModelShape, rank: int) -> float:
    """Return the bytes of one adapter on all linear layers, in 16 bit."""
    width = 4.0 * model.hidden + 2.0 * (model.query_width + model.kv_width)
    width += model.mlp_matrices * (model.hidden + model.active_ffn)
    return 2.0 * rank * width * model.layers


def _most(host: Host, call: CallShape, room: float, alone: Throughput, limit: float) -> Throughput | None:
    """Return the throughput at the most calls within a time per call, seconds; None if one call alone misses it."""
    if alone.call_seconds > limit:
        return None
    full = throughput(host, call, room)
    if full.call_seconds <= limit:
        return full
    # The time of a call grows almost in proportion to the calls, so that a straight line finds the limit soon.
    quick, slow = alone, full
    for _ in range(TRIES):
        share = (limit - quick.call_seconds) / (slow.call_seconds - quick.call_seconds)
        between = throughput(host, call, quick.calls + max(share, LEAST_STEP) * (slow.calls - quick.calls))
        if between.call_seconds <= limit:
            quick = between
        else:
            slow = between
    return quick
