"""Time of one micro-step of training by part, and tokens a second."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calculator.gpu.setup import Setup
from pricing import GpuPhysics


@dataclass(frozen=True, slots=True)
class MicroStep:
    """Seconds of one micro-step on one GPU, by part."""

    matmul: float
    attention: float
    elementwise: float
    loss: float
    dequantisation: float
    launch: float
    """The host's time to start the kernels; counts if the GPU would finish sooner."""
    communication: float
    """Collectives, before any overlap."""
    bubble: float
    """Share of the pipeline's time in which a stage waits (not seconds)."""
    optimiser: float
    """This micro-step's share of the optimiser step."""
    seconds: float
    """The whole micro-step, with overlap."""
    tokens: float
    """Tokens of the micro-step, divided by the GPUs that share a copy."""

    @property
    def tokens_per_second_per_gpu(self) -> float:
        """Tokens a second of one GPU."""
        return self.tokens / self.seconds


def passes(setup: Setup, physics: GpuPhysics) -> tuple[float, float]:
    """Return the forward passes with recomputation, and the backward pass in units of a forward one's arithmetic.

    Backward costs two forwards with full fine-tuning (gradients of inputs and of weights) and one with adapters.
    """
    recomputed_share = {"none": 0.0, "selective": physics.selective_recompute, "full": 1.0}[setup.checkpointing]
    return 1.0 + recomputed_share, 2.0 if setup.method == "full" else 1.0


def tensor_tflops(setup: Setup, physics: GpuPhysics) -> float:
    """Return the best sustained matrix throughput for the precision, TFLOP/s."""
    gpu = setup.gpu
    fraction = gpu.matmul_fraction or physics.matmul_fraction_default
    if setup.precision == "fp4" and gpu.fp4_tflops:
        return gpu.fp4_tflops * fraction * physics.fp4_share
    if setup.precision in ("fp8", "fp4") and gpu.fp8_tflops:
        return gpu.fp8_tflops * fraction * physics.fp8_share
    return gpu.bf16_tflops * fraction


def matmul_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of matrix products: 2 FLOPs per weight, token and pass, more for small micro-steps."""
    forward, backward = passes(setup, physics)
    adapters = setup.low_rank_parameters
    model = setup.model
    tokens = setup.step_tokens / setup.model_parallel
    flops = 2.0 * tokens * ((forward + backward) * model.matmul_parameters + 3.0 * adapters / model.experts)
    # A matrix product over few tokens is slowed by starting up and by a last wave that fills the GPU badly.
    fill = setup.step_tokens / (setup.step_tokens + physics.half_speed_tokens)
    arithmetic = flops / (tensor_tflops(setup, physics) * 1e12 * physics.matmul_efficiency * fill)
    reading = 2.0 * model.block_parameters / setup.model_parallel * (forward + backward)
    return max(arithmetic, reading / (setup.gpu.memory_gb_s * 1e9))


def attention_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of attention: 2·s·q FLOPs per token and layer, causal.

    Without flash attention the score matrix goes through memory.
    """
    model = setup.model
    forward, _ = passes(setup, physics)
    tokens = setup.step_tokens * model.layers / setup.model_parallel
    length = setup.sequence_length if setup.mean_length is None else min(setup.mean_length, setup.sequence_length)
    flops = 2.0 * length * model.query_width * tokens * (forward + 2.5)
    rate = setup.gpu.bf16_tflops * (setup.gpu.matmul_fraction or physics.matmul_fraction_default) * 1e12
    # Attention kernels follow new tensor cores late: their share falls as the peak rises above an A100's.
    power = physics.attention_lag_fp8 if setup.stack == "fp8" else physics.attention_lag
    lag = math.pow(min(1.0, physics.attention_reference_tflops / setup.gpu.bf16_tflops), power)
    seconds = flops / (rate * physics.attention_efficiency * lag)
    if not setup.flash_attention:
        traffic = physics.score_traffic * model.heads * length * tokens * (forward + 1.0)
        seconds = 2.0 * flops / (rate * physics.matmul_efficiency) + traffic / (setup.gpu.memory_gb_s * 1e9)
    return seconds


def elementwise_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of norms, activations, residuals and rotary embedding, which are memory traffic."""
    model = setup.model
    forward, _ = passes(setup, physics)
    traffic = {
        "eager": physics.traffic_eager,
        "optimised": physics.traffic_optimised,
        "fp8": physics.traffic_fp8,
    }[setup.stack]
    if setup.compiled:
        traffic *= physics.traffic_compiled
    width = 4.0 * model.hidden + model.query_width + model.kv_width + model.mlp_matrices * model.active_ffn
    if setup.stack != "fp8":
        unfused = 1.0 if setup.stack == "eager" and setup.states == "mixed" else physics.adapter_fused
        traffic *= 1.0 + unfused * physics.traffic_adapter * setup.matrices_tuned
    if setup.casts_to_32_bit:
        traffic *= physics.traffic_cast
    bytes_moved = 2.0 * traffic * width * setup.step_tokens * model.layers / setup.model_parallel
    return bytes_moved * (forward + 1.5) / (setup.gpu.memory_gb_s * 1e9)


def loss_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of softmax and cross-entropy over the logits."""
    moved = physics.loss_traffic * setup.step_tokens * setup.model.vocabulary / setup.model_parallel
    return moved * (1.0 if setup.loss == "plain" else 0.5) / (setup.gpu.memory_gb_s * 1e9)


def dequantisation_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of unpacking quantised weights: once per pass, whatever the number of tokens.

    Integers (GPTQ) are unpacked by separate operations, whose result is kept for the backward pass.
    """
    if not setup.quantised:
        return 0.0
    forward, _ = passes(setup, physics)
    if setup.quantised in ("int4", "int8"):
        moved = physics.unpacking_bytes * forward
    else:
        moved = physics.dequantisation_bytes * (forward + 1.0)
    return moved * setup.model.block_parameters / setup.model_parallel / (setup.gpu.memory_gb_s * 1e9)


def launch_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the host's seconds to start the kernels of every layer and pass."""
    forward, _ = passes(setup, physics)
    each = physics.launch_eager if setup.stack == "eager" else physics.launch_optimised
    extra = 1.0
    if setup.quantised:
        extra += physics.launch_quantised
    if setup.sharding == "zero3":
        extra += physics.launch_deepspeed if setup.deepspeed else physics.launch_sharded
    if setup.compiled:
        extra *= 0.5
    if setup.stack == "eager":  # experts run one after another
        extra += physics.launch_expert * (setup.model.experts - 1)
    layers = setup.model.layers / setup.pipeline_parallel
    return each * extra * layers * (forward + 2.0)


def link_gb_s(setup: Setup, group: int, physics: GpuPhysics) -> float:
    """Return the bandwidth of a collective over `group` GPUs, GB/s per GPU."""
    gpu = setup.gpu
    link = setup.link or gpu.link
    share = physics.pcie_share if link in ("pcie", "ethernet") else physics.nvlink_share
    inside = (gpu.link_gb_s if link not in ("pcie", "ethernet") else min(gpu.link_gb_s, 32.0)) * share
    if group <= setup.gpus_per_node:
        return inside
    between = setup.node_gb_s or (physics.ethernet_gb_s if link == "ethernet" else gpu.node_gb_s)
    return min(inside, between * physics.node_share)


def communication_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of collectives: gathering sharded weights, reducing gradients, tensor parallelism."""
    model = setup.model
    forward, _ = passes(setup, physics)
    seconds = 0.0
    group = setup.zero_group
    if group > 1:
        share = (group - 1) / group
        speed = link_gb_s(setup, setup.gpus, physics) * 1e9
        trained = setup.trained_parameters / setup.model_parallel
        each_step = trained * 2.0 * share / speed
        if setup.sharding == "zero3":
            bytes_each = 2.0 * model.parameters / setup.model_parallel
            if setup.quantised:
                bytes_each *= 0.3
            seconds += 2.0 * bytes_each * share / speed + each_step
        elif setup.sharding == "zero2":
            seconds += each_step + each_step / setup.grad_accumulation
        else:
            seconds += 2.0 * each_step / setup.grad_accumulation
    if setup.tensor_parallel > 1:
        tp = setup.tensor_parallel
        speed = link_gb_s(setup, tp, physics) * 1e9
        layers = model.layers / setup.pipeline_parallel
        moved = 2.0 * (forward + 1.0) * layers * setup.step_tokens * model.hidden * 2.0
        seconds += 2.0 * moved * (tp - 1) / tp / speed
    return seconds


def optimiser_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of the optimiser step, divided by the micro-steps that share it."""
    trained = setup.trained_parameters / setup.optimiser_shards
    if setup.cpu_offload:
        # The host's processor updates the states of all GPUs of its node.
        moved = trained * min(setup.gpus_per_node, setup.gpus) * physics.offload_bytes
        return moved / (physics.host_gb_s * 1e9) / setup.grad_accumulation
    return physics.optimiser_traffic * trained / (setup.gpu.memory_gb_s * 1e9) / setup.grad_accumulation


def micro_step(setup: Setup, physics: GpuPhysics) -> MicroStep:
    """Return the time of one micro-step, by part and in all.

    The GPU's work or the host's, whichever is longer (as a soft maximum), plus the communication that it does not
    hide. Equations: docs/gpu.md, chapter 4.

    Args:
        setup: Model, GPU, parallelism and batch.
        physics: The fitted constants.

    Returns:
        Seconds by part.
    """
    matmul = matmul_seconds(setup, physics)
    attention = attention_seconds(setup, physics)
    elementwise = elementwise_seconds(setup, physics)
    loss = loss_seconds(setup, physics)
    dequantisation = dequantisation_seconds(setup, physics)
    launch = launch_seconds(setup, physics)
    communication = communication_seconds(setup, physics)
    optimiser = optimiser_seconds(setup, physics)
    work = matmul + attention + elementwise + loss + dequantisation
    busy = (work**4 + launch**4) ** 0.25
    exposed = max(communication - busy, 0.0) + physics.exposed_share * min(communication, busy)
    stages = setup.pipeline_parallel
    bubble = (stages - 1) / (setup.grad_accumulation * setup.pipeline_cuts) * physics.bubble_share
    seconds = (busy + exposed) * (1 + bubble) + optimiser
    tokens = setup.step_tokens / setup.model_parallel
    return MicroStep(
        matmul, attention, elementwise, loss, dequantisation, launch, communication, bubble, optimiser, seconds, tokens
    )
