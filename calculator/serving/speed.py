"""Seconds of a prefill and of a decoding step on a group of GPUs; the equations are in docs/serving.md."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Literal

from calculator.serving.weights import ServedModel
from pricing import Gpu, ServingPhysics

Engine = Literal["vllm", "sglang", "tensorrt", "unknown"]
ENGINES: tuple[Engine, ...] = ("vllm", "sglang", "tensorrt", "unknown")


@dataclass(frozen=True, slots=True)
class Host:
    """A model on a group of GPUs under one engine, with the rates that its times follow from."""

    model: ServedModel
    gpus: int
    bytes_per_second: float
    cache_bytes_per_second: float
    flops: float
    """Multiplications and additions a second in the weights' precision."""
    expert_flops: float
    attention_flops: float
    slowdown: float
    """Factor of the engine, and of adapters, on the GPU's time."""
    physics: ServingPhysics
    reduce_bytes_per_second: float
    call_seconds: float
    """The server's time for a call; 0 if the engine is called directly."""


def host_on(
    model: ServedModel,
    gpu: Gpu,
    gpus: int,
    engine: Engine,
    physics: ServingPhysics,
    *,
    adapters: bool = False,
    offline: bool = False,
) -> Host:
    """Return a model on a group of GPUs.

    Args:
        model: The model in its precision.
        gpu: The GPU.
        gpus: GPUs that hold the model together (tensor parallelism).
        engine: The class of software.
        physics: The fitted constants.
        adapters: Adapters are applied beside the weights.
        offline: The engine is called directly, not through its server.
    """
    together = gpus * physics.parallel_keeps ** log2(gpus)
    flops = together * physics.matmul_share * 1e12 * _peak(model.narrow, gpu, physics)
    engines = (physics.engine_vllm, physics.engine_sglang, physics.engine_tensorrt, physics.engine_unknown)
    slowdown = engines[ENGINES.index(engine)] * (1.0 + (physics.adapter_overhead if adapters else 0.0))
    if engine == "tensorrt" and not offline:
        slowdown *= physics.tensorrt_server
    return Host(
        model=model,
        gpus=gpus,
        bytes_per_second=together * gpu.memory_gb_s * 1e9 * physics.bandwidth_share,
        cache_bytes_per_second=together * gpu.memory_gb_s * 1e9 * physics.cache_bandwidth_share,
        flops=flops,
        expert_flops=flops * physics.expert_share,
        attention_flops=together * gpu.bf16_tflops * 1e12 * physics.attention_share,
        slowdown=slowdown,
        physics=physics,
        reduce_bytes_per_second=gpu.link_gb_s * 1e9 * physics.link_share,
        call_seconds=0.0 if offline else physics.call_seconds,
    )


def _peak(narrow: str, gpu: Gpu, physics: ServingPhysics) -> float:
    """Return the TFLOP/s of products with weights of a format: the narrow peak where the GPU has one."""
    wide = gpu.bf16_tflops
    if narrow == "16 bit":
        return wide
    if narrow in ("fp8", "int8"):
        narrow_peak = gpu.fp8_tflops
    elif narrow == "fp4":
        narrow_peak = gpu.fp4_tflops
    elif narrow == "mxfp4" and gpu.fp4_tflops:
        narrow_peak = gpu.fp8_tflops
    else:
        narrow_peak = None
    if narrow_peak is None:
        return wide * physics.widening_share
    return wide + (narrow_peak - wide) * physics.narrow_share


def _products(host: Host, tokens: float, heads: float) -> float:
    """Return the seconds of all matrix products of a step over `tokens`, of which `heads` pass the output head."""
    model, physics = host.model, host.physics
    read = model.shared_bytes / host.bytes_per_second
    done = 2.0 * model.shared_weights * (tokens + physics.half_tokens) / host.flops
    done += 2.0 * model.head_weights * heads / host.flops
    seconds: float = (read * read + done * done) ** 0.5
    if model.all_expert_weights:
        visited: float = 1.0 - (1.0 - model.active_experts / model.experts) ** tokens
        read = model.expert_bytes * visited / host.bytes_per_second
        padded = model.expert_weights * tokens + model.all_expert_weights * visited * physics.half_tokens / 4.0
        done = 2.0 * padded / host.expert_flops
        seconds += (read * read + done * done) ** 0.5
    return seconds


def _around(host: Host, tokens: float) -> float:
    """Return the seconds of elementwise work, launches and reductions over `tokens`."""
    model, physics = host.model, host.physics
    values = model.layers * model.hidden * physics.traffic + model.routed_width * physics.expert_traffic
    seconds = 2.0 * tokens * values / host.bytes_per_second
    seconds += model.layers * physics.layer_seconds
    if host.gpus > 1:
        moved = 2.0 * tokens * model.hidden * 2.0 * (host.gpus - 1) / host.gpus
        seconds += 2.0 * model.layers * (physics.reduce_seconds + moved / host.reduce_bytes_per_second)
    return seconds


def prefill_seconds(host: Host, tokens: float, together: float = 1.0) -> float:
    """Return the seconds that reading one prompt occupies the group.

    Args:
        host: The model on its GPUs.
        tokens: Tokens of the prompt.
        together: Prompts that are read in one step; each then takes its share.
    """
    model = host.model
    if tokens <= 0:
        return host.call_seconds
    batch = tokens * together
    steps = (_products(host, batch, together) + _around(host, batch)) / together
    pairs = tokens * tokens * model.attention_width
    pairs += tokens * min(tokens, 2.0 * model.window) * model.window_width
    return (steps + 2.0 * pairs / host.attention_flops) * host.slowdown + host.call_seconds


def step_seconds(host: Host, batch: float, context: float) -> float:
    """Return the seconds to write one token of every call in a batch.

    Args:
        host: The model on its GPUs.
        batch: Calls answered at the same time.
        context: Average tokens of a call in the cache.
    """
    physics = host.physics
    gpu = _products(host, batch, batch) + _around(host, batch)
    gpu += batch * host.model.cached(context) / host.cache_bytes_per_second
    return gpu * host.slowdown + physics.step_seconds + batch * physics.call_step_seconds
