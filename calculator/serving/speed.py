"""Seconds of a prefill and of a decoding step on a group of GPUs; the equations are in docs/serving.md."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, log2
from typing import Literal

from calculator.serving.weights import ServedModel
from pricing import Gpu, ServingPhysics, WeightFormat

Engine = Literal["vllm", "sglang", "tensorrt", "unknown"]
A100_TFLOPS = 312.0


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
    call_step_seconds: float
    """The server's time for a call and step, to send its token; 0 if the engine is called directly."""


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
    flops = together * physics.matmul_share * 1e12 * _sustained(model.narrow, gpu, physics)
    slowdown = physics.engine_tensorrt if engine == "tensorrt" else 1.0
    if adapters:
        slowdown *= 1.0 + physics.adapter_overhead
    return Host(
        model=model,
        gpus=gpus,
        bytes_per_second=together * gpu.memory_gb_s * 1e9 * physics.bandwidth_share,
        cache_bytes_per_second=together * gpu.memory_gb_s * 1e9 * physics.cache_bandwidth_share,
        flops=flops,
        expert_flops=flops * physics.expert_share,
        attention_flops=together * physics.attention_share * 1e12 * _sustained("16 bit", gpu, physics),
        slowdown=slowdown,
        physics=physics,
        reduce_bytes_per_second=gpu.link_gb_s * 1e9 * physics.link_share,
        call_seconds=0.0 if offline else physics.call_seconds,
        call_step_seconds=0.0 if offline else physics.call_step_seconds,
    )


def _sustained(narrow: WeightFormat, gpu: Gpu, physics: ServingPhysics) -> float:
    """Return the sustained TFLOP/s of products with weights of a format; it grows less than the peak above an A100.

    Power and software don't follow a higher peak in proportion, whether it comes from a newer GPU or a narrower format.
    A format that the GPU has no products for is widened to 16 bit first.
    """
    peak = {
        "16 bit": gpu.bf16_tflops,
        "fp8": gpu.fp8_tflops,
        "int8": gpu.fp8_tflops,
        "fp4": gpu.fp4_tflops,
        "mxfp4": gpu.fp8_tflops if gpu.fp4_tflops else None,
    }.get(narrow)
    share = 1.0 if peak else physics.widening_share
    peak = peak or gpu.bf16_tflops
    lag: float = min(1.0, A100_TFLOPS / peak) ** physics.peak_lag
    return peak * share * lag


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
    return gpu * host.slowdown + physics.step_seconds + batch * host.call_step_seconds


def throughput_spread(experts: int, physics: ServingPhysics) -> float:
    """Return half the width of the 80 % interval of the throughput, in logarithms.

    Args:
        experts: Experts of the model, 1 for a dense one.
        physics: The fitted constants.
    """
    return hypot(physics.spread, physics.spread_mixture if experts > 1 else 0.0)
