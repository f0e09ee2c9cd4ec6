"""What a group of GPUs that holds a tuned model can answer.

Not fitted to measurements: bounds of bandwidth and arithmetic with usual shares of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calculator.gpu.memory import GIB
from pricing import Gpu, GpuPhysics, ModelShape

MAX_BATCH = 512


@dataclass(frozen=True, slots=True)
class ServedCall:
    """The longest call to answer, in tokens."""

    input_tokens: float
    output_tokens: float
    seconds_a_call: float | None = None
    """The longest that a call may take; None: as long as it takes."""


@dataclass(frozen=True, slots=True)
class ReplicaThroughput:
    """GPUs that hold the model once, and how long they work on a call."""

    gpus: int
    batch: int
    """Calls worked on at a time, at most."""
    seconds_per_input_token: float
    seconds_per_output_token: float
    """Of the replica's time, where its batch is full: a call keeps it busy for the sum over its tokens."""
    seconds_a_call: float
    """How long a caller waits at that batch."""
    weights_gib: float
    """The base, and all adapters."""


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


def replicas(
    model: ModelShape,
    gpu: Gpu,
    call: ServedCall,
    physics: GpuPhysics,
    *,
    most_gpus: int = 8,
    bytes_per_weight: float = 2.0,
    adapters: int = 0,
    adapter_rank: int = 16,
) -> Iterator[ReplicaThroughput]:
    """What 1, 2, 4 and 8 GPUs can do, as far as they hold the model and are quick enough. `adapters` tuned models share
    one base; without any, the tuned model is served whole.
    """
    weights = replica_weights(model, bytes_per_weight, adapters, adapter_rank)
    slower = 1.0 + (physics.serving_adapter_overhead if adapters else 0.0)
    cache_bytes = max(1.0, call.input_tokens + call.output_tokens) * kv_bytes_per_token(model)
    for gpus in (1, 2, 4, 8):
        free = gpus * gpu.memory_gb * physics.usable_share * physics.serving_memory_share * GIB - weights
        room = min(MAX_BATCH, int(free / cache_bytes)) if free > 0 and gpus <= most_gpus else 0
        batch = _largest_batch(model, gpu, gpus, room, weights, slower, call, physics)
        if batch is not None:
            yield batch


def _largest_batch(
    model: ModelShape,
    gpu: Gpu,
    gpus: int,
    room: int,
    weights: float,
    slower: float,
    call: ServedCall,
    physics: GpuPhysics,
) -> ReplicaThroughput | None:
    """The largest batch in memory and time; None where not even one call is."""
    prefill = prefill_seconds(model, gpu, gpus, call.input_tokens, physics) * slower
    context = call.input_tokens + call.output_tokens / 2
    batch = 1 << (room.bit_length() - 1) if room > 0 else 0
    while batch >= 1:
        step = decode_seconds(model, gpu, gpus, batch, context, weights, physics) * slower
        # The other calls' prefills stand between a call's steps.
        seconds = batch * prefill + call.output_tokens * step
        if call.seconds_a_call is None or seconds <= call.seconds_a_call:
            each = prefill / call.input_tokens if call.input_tokens else 0.0
            return ReplicaThroughput(gpus, batch, each, step / batch, seconds, weights / GIB)
        batch //= 2
    return None
