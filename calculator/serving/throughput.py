"""Serving throughput of a group of GPUs that holds a tuned model.

Not fitted to measurements: bounds of bandwidth and arithmetic, times the usual share of each (docs/gpu.md, chapter 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from calculator.gpu.memory import GIB
from pricing import Gpu, GpuPhysics, ModelShape

MAX_BATCH = 512


@dataclass(frozen=True, slots=True)
class ServedCall:
    """The longest call to answer, in tokens."""

    input_tokens: float
    output_tokens: float
    seconds_a_call: float | None = None
    """Longest duration of a call, seconds; None for no limit."""


@dataclass(frozen=True, slots=True)
class ReplicaThroughput:
    """A group of GPUs that holds the model once, and its time per call."""

    gpus: int
    batch: int
    """Most calls answered at the same time."""
    seconds_per_input_token: float
    seconds_per_output_token: float
    """The replica's time at a full batch: a call occupies it for the sum over its tokens."""
    seconds_a_call: float
    """Duration of a call at that batch."""
    weights_gib: float
    """Weights of the base model and all adapters, GiB."""


class ModelHost(NamedTuple):
    """A model with its adapters on a group of GPUs."""

    model: ModelShape
    gpu: Gpu
    gpus: int
    weight_bytes: float
    overhead: float
    """Factor on every duration: 1, or more with adapters."""


def kv_bytes_per_token(model: ModelShape) -> float:
    """Return the bytes of keys and values of all layers for one token, in 16 bit."""
    return 2.0 * 2.0 * model.kv_width * model.layers


def replica_weights(model: ModelShape, bytes_per_weight: float, adapters: int, adapter_rank: int) -> float:
    """Return the bytes of one base model and its adapters on all linear layers."""
    width = 4.0 * model.hidden + 2.0 * (model.query_width + model.kv_width)
    width += model.mlp_matrices * (model.hidden + model.active_ffn)
    return bytes_per_weight * model.parameters + adapters * 2.0 * adapter_rank * width * model.layers


def prefill_seconds(model: ModelShape, gpu: Gpu, gpus: int, tokens: float, physics: GpuPhysics) -> float:
    """Return the seconds to read a prompt: 2 FLOPs per weight and token, and causal attention."""
    flops = 2.0 * model.matmul_parameters * tokens + 2.0 * tokens * tokens * model.query_width * model.layers
    return flops / (gpus * gpu.bf16_tflops * 1e12 * physics.serving_matmul_share)


def decode_seconds(host: ModelHost, batch: int, context: float, physics: GpuPhysics) -> float:
    """Return the seconds to write one token of every call in a batch.

    Reading the weights and each call's keys and values, or the arithmetic if that takes longer; and the host's time.

    Args:
        host: The model on its GPUs.
        batch: Calls answered at the same time.
        context: Average tokens per call in the cache.
        physics: Bandwidth and arithmetic shares.
    """
    model, gpu, gpus = host.model, host.gpu, host.gpus
    moved = host.weight_bytes + batch * context * kv_bytes_per_token(model)
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
    """Yield the throughput of 1, 2, 4 and 8 GPUs, as far as they hold the model and are fast enough.

    Args:
        model: Shape of the base model.
        gpu: The GPU.
        call: The longest call, and the longest duration allowed for it.
        physics: Bandwidth and arithmetic shares.
        most_gpus: Most GPUs of a replica.
        bytes_per_weight: 2 for 16 bit.
        adapters: Tuned models that share one base; 0 to serve one tuned model with merged weights.
        adapter_rank: Rank of each adapter.
    """
    weights = replica_weights(model, bytes_per_weight, adapters, adapter_rank)
    overhead = 1.0 + (physics.serving_adapter_overhead if adapters else 0.0)
    cache_bytes = max(1.0, call.input_tokens + call.output_tokens) * kv_bytes_per_token(model)
    for gpus in (1, 2, 4, 8):
        free = gpus * gpu.memory_gb * physics.usable_share * physics.serving_memory_share * GIB - weights
        room = min(MAX_BATCH, int(free / cache_bytes)) if free > 0 and gpus <= most_gpus else 0
        throughput = _largest_batch(ModelHost(model, gpu, gpus, weights, overhead), room, call, physics)
        if throughput is not None:
            yield throughput


def _largest_batch(host: ModelHost, room: int, call: ServedCall, physics: GpuPhysics) -> ReplicaThroughput | None:
    """Return the throughput at the largest batch that fits in memory and time; None if not even one call does."""
    prefill = prefill_seconds(host.model, host.gpu, host.gpus, call.input_tokens, physics) * host.overhead
    context = call.input_tokens + call.output_tokens / 2
    batch = 1 << (room.bit_length() - 1) if room > 0 else 0
    while batch >= 1:
        step = decode_seconds(host, batch, context, physics) * host.overhead
        # The prefills of the other calls delay the steps of a call.
        seconds = batch * prefill + call.output_tokens * step
        if call.seconds_a_call is None or seconds <= call.seconds_a_call:
            each = prefill / call.input_tokens if call.input_tokens else 0.0
            return ReplicaThroughput(host.gpus, batch, each, step / batch, seconds, host.weight_bytes / GIB)
        batch //= 2
    return None
