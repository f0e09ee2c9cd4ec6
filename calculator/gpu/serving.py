"""GPUs that serve a tuned model for so many calls a day.

Not fitted to measurements: bounds of bandwidth and arithmetic with usual shares of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from calculator.gpu.memory import GIB
from pricing import Gpu, GpuPhysics, ModelShape

SECONDS_A_DAY = 86_400.0
MAX_BATCH = 512


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls to serve."""

    calls_a_day: float
    input_tokens: float
    output_tokens: float
    peak_factor: float = 3.0
    """The busiest time over the average."""
    seconds_a_call: float | None = None
    """The longest that a call may take; None: as long as it takes."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What serves the traffic."""

    gpus: int
    replicas: int
    gpus_per_replica: int
    batch: int
    """Calls that one replica works on at a time, at most."""
    calls_per_second_per_replica: float
    seconds_a_call: float
    """At that batch."""
    weights_gib: float
    """Of one replica: the base, and all adapters."""
    share_used: float
    """Of the replicas' capacity, on average over the day."""


def kv_bytes_per_token(model: ModelShape) -> float:
    """Keys and values of all layers, 16 bit."""
    return 2.0 * 2.0 * model.kv_width * model.layers


def replica_weights(model: ModelShape, bytes_per_weight: float, adapters: int, adapter_rank: int) -> float:
    """Bytes of one base and its adapters on all linear layers."""
    width = 4.0 * model.hidden + 2.0 * (model.query_width + model.kv_width)
    width += model.mlp_matrices * (model.hidden + model.active_ffn)
    return bytes_per_weight * model.parameters + adapters * 2.0 * adapter_rank * width * model.layers


def prefill_seconds(model: ModelShape, gpu: Gpu, gpus: int, tokens: float, physics: GpuPhysics) -> float:
    """2 FLOPs a weight and token, and causal attention."""
    flops = 2.0 * model.matmul_parameters * tokens + 2.0 * tokens * tokens * model.query_width * model.layers
    return flops / (gpus * gpu.bf16_tflops * 1e12 * physics.serving_matmul_share)


def decode_seconds(
    model: ModelShape, gpu: Gpu, gpus: int, batch: int, context: float, weights: float, physics: GpuPhysics
) -> float:
    """One token for every call of the batch: the weights and each call's keys and values are read, or the arithmetic
    takes longer; and the host's time for a step.
    """
    moved = weights + batch * context * kv_bytes_per_token(model)
    reading = moved / (gpus * gpu.memory_gb_s * 1e9 * physics.serving_bandwidth_share)
    flops = 2.0 * model.matmul_parameters * batch
    arithmetic = flops / (gpus * gpu.bf16_tflops * 1e12 * physics.serving_matmul_share)
    return max(reading, arithmetic) + physics.serving_step_seconds


def serving(
    model: ModelShape,
    gpu: Gpu,
    traffic: Traffic,
    physics: GpuPhysics,
    *,
    bytes_per_weight: float = 2.0,
    adapters: int = 0,
    adapter_rank: int = 16,
) -> Serving | None:
    """The fewest GPUs that carry the traffic's peak; None where no replica of up to 8 GPUs holds the model or is quick
    enough. `adapters` tuned models share one base; without any, the tuned model is served whole.
    """
    weights = replica_weights(model, bytes_per_weight, adapters, adapter_rank)
    slower = 1.0 + (physics.serving_adapter_overhead if adapters else 0.0)
    rate = traffic.calls_a_day / SECONDS_A_DAY
    best: Serving | None = None
    for gpus in (1, 2, 4, 8):
        free = gpus * gpu.memory_gb * physics.usable_share * physics.serving_memory_share * GIB - weights
        held = (traffic.input_tokens + traffic.output_tokens) * kv_bytes_per_token(model)
        room = min(MAX_BATCH, int(free / held)) if free > 0 else 0
        sized = _largest_batch(model, gpu, gpus, room, weights, slower, traffic, physics)
        if sized is None:
            continue
        batch, capacity, seconds = sized
        replicas = max(1, math.ceil(rate * traffic.peak_factor / capacity))
        made = Serving(
            replicas * gpus, replicas, gpus, batch, capacity, seconds, weights / GIB, rate / (replicas * capacity)
        )
        if best is None or made.gpus < best.gpus:
            best = made
    return best


def _largest_batch(
    model: ModelShape,
    gpu: Gpu,
    gpus: int,
    room: int,
    weights: float,
    slower: float,
    traffic: Traffic,
    physics: GpuPhysics,
) -> tuple[int, float, float] | None:
    """(batch, calls a second, seconds a call) of the largest batch in memory and time; None where not even one is."""
    prefill = prefill_seconds(model, gpu, gpus, traffic.input_tokens, physics) * slower
    context = traffic.input_tokens + traffic.output_tokens / 2
    batch = 1 << (room.bit_length() - 1) if room > 0 else 0
    while batch >= 1:
        step = decode_seconds(model, gpu, gpus, batch, context, weights, physics) * slower
        # The other calls' prefills stand between a call's steps.
        seconds = batch * prefill + traffic.output_tokens * step
        if traffic.seconds_a_call is None or seconds <= traffic.seconds_a_call:
            return batch, batch / seconds, seconds
        batch //= 2
    return None
