"""Time of one micro-step of training by part, and tokens a second."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calculator.gpu.collectives import communication_seconds
from calculator.gpu.setup import Setup
from pricing import GpuPhysics

A100_TFLOPS = 312.0


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


def _lag(setup: Setup, physics: GpuPhysics) -> float:
    """Return the share that PyTorch's kernels lose on a GPU with a higher peak than an A100's, 1 for none.

    Software and power follow new tensor cores late.
    """
    return math.pow(min(1.0, A100_TFLOPS / setup.gpu.bf16_tflops), physics.matmul_lag)


def tensor_tflops(setup: Setup, physics: GpuPhysics) -> float:
    """Return the best sustained throughput of a large 16-bit matrix product, TFLOP/s."""
    fraction = setup.gpu.matmul_fraction or physics.matmul_fraction_default
    if not setup.transformer_engine:
        fraction *= _lag(setup, physics)
    if setup.precision == "fp32":
        fraction *= physics.fp32_share
    if setup.quantised == "int8":
        fraction *= physics.int8_share
    return setup.gpu.bf16_tflops * fraction


def narrow_speedup(setup: Setup, physics: GpuPhysics) -> float:
    """Return how much faster than in 16 bit the products of the blocks run in 8 or 4 bit.

    The share below the ratio of the peaks is the time of scaling and casting. 8 bit in Transformer Engine is never
    faster than PyTorch's 16 bit by more than the peaks allow.
    """
    gpu = setup.gpu
    peak = gpu.fp4_tflops if setup.precision == "fp4" and gpu.fp4_tflops else gpu.fp8_tflops
    if setup.precision not in ("fp8", "fp4") or not peak:
        return 1.0
    if setup.transformer_engine:
        share = min(physics.fp8_share, _lag(setup, physics))
    else:
        share = physics.fp8_share if setup.compiled else physics.fp8_share_unfused
    return max(1.0, peak / gpu.bf16_tflops * share)


def matmul_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of matrix products: 2 FLOPs per weight, token and pass, and reading the weights.

    Every weight that any token visits is read once a pass, which few tokens (or few an expert) don't amortise.
    """
    forward, backward = passes(setup, physics)
    model = setup.model
    tokens = setup.step_tokens / setup.model_parallel
    rate = tensor_tflops(setup, physics) * 1e12 * physics.matmul_efficiency
    head = model.embedding_parameters
    blocks = (model.matmul_parameters - head) / narrow_speedup(setup, physics)
    low_rank = 3.0 * setup.low_rank_parameters / model.experts * model.active_experts
    arithmetic = 2.0 * tokens * ((forward + backward) * (blocks + head) + low_rank) / rate
    read = 2.0 * (model.block_parameters / setup.expert_parallel + head) / setup.model_parallel * (forward + backward)
    return arithmetic + physics.weight_reads * read / (setup.gpu.memory_gb_s * 1e9)


def attention_tflops(setup: Setup, physics: GpuPhysics) -> float:
    """Return what attention reaches over long sequences, forward and backward, TFLOP/s.

    Published benchmarks of the kernels, which follow new tensor cores late; never more than a share of what matrix
    products reach on the card.
    """
    reached = {
        ("ampere", "flash1"): physics.attention_ampere_flash1,
        ("ampere", "flash2"): physics.attention_ampere,
        ("hopper", "flash1"): physics.attention_hopper_flash1,
        ("hopper", "flash2"): physics.attention_hopper_flash2,
        ("hopper", "flash3"): physics.attention_hopper_flash3,
        ("hopper", "cudnn"): physics.attention_hopper_cudnn,
        ("blackwell", "flash2"): physics.attention_hopper_flash2,
        ("cdna", "flash2"): physics.attention_cdna,
        ("cdna", "flash3"): physics.attention_cdna,
        ("cdna", "cudnn"): physics.attention_cdna,
    }.get((setup.gpu.generation, setup.kernel))
    best = tensor_tflops(setup, physics) * physics.attention_share
    return best if reached is None else min(reached, best)


def attention_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of attention: 2·s·q FLOPs per token and layer, causal.

    Without a fused kernel all scores are computed, and go through memory.
    """
    model = setup.model
    forward, _ = passes(setup, physics)
    length = setup.sequence_length if setup.mean_length is None else min(setup.mean_length, setup.sequence_length)
    # A causal layer computes half of all scores; one with a window, as many as a layer over twice the window.
    windowed = model.window_layers * min(length, 2.0 * model.window)
    scored = ((model.attending_layers - model.window_layers) * length + windowed) / setup.model_parallel
    flops = 2.0 * model.query_width * setup.step_tokens * scored * (forward + 2.5)
    if setup.flash_attention:
        ramp = length / (length + physics.attention_half_length)
        return flops / (attention_tflops(setup, physics) * 1e12 * ramp)
    rate = tensor_tflops(setup, physics) * 1e12 * physics.matmul_efficiency
    # Windows are masks then: all scores of every layer are computed.
    whole = model.attending_layers * length / setup.model_parallel
    flops = 2.0 * model.query_width * setup.step_tokens * whole * (forward + 2.5)
    traffic = physics.score_traffic * model.heads * setup.step_tokens * whole * (forward + 1.0)
    return 2.0 * flops / rate + traffic / (setup.gpu.memory_gb_s * 1e9)


def elementwise_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of norms, activations, residuals, rotary embedding and adapters, which are memory traffic."""
    model = setup.model
    forward, _ = passes(setup, physics)
    traffic = physics.traffic_eager
    if setup.transformer_engine:
        traffic *= physics.traffic_engine
    elif setup.compiled or setup.stack != "eager":
        traffic *= physics.traffic_fused
    if setup.casts_to_32_bit or setup.has_32_bit_weights:
        traffic *= physics.traffic_cast
    width = 4.0 * model.hidden + model.query_width + model.kv_width + model.mlp_matrices * model.active_ffn
    if model.experts > 1:  # a token is gathered for each of its experts, weighted and added
        width += 3.0 * model.active_experts * model.hidden
    tokens = setup.step_tokens * model.layers / setup.model_parallel
    moved = 2.0 * traffic * width * (forward + 1.5) * tokens + _weight_traffic(setup, physics)
    return moved / (setup.gpu.memory_gb_s * 1e9) + _adapter_seconds(setup, physics, tokens)


def _adapter_seconds(setup: Setup, physics: GpuPhysics, tokens: float) -> float:
    """Return the seconds of casts, scaling and sums around adapters, by the widths of the tuned matrices.

    In fused kernels at most what the gradients of all weights would take. Separate operations can take longer: NVIDIA's
    recipe with PEFT and adapters on all matrices reaches fewer tokens a second than full tuning in other recipes.
    """
    forward, _ = passes(setup, physics)
    traffic = physics.adapter_traffic * (physics.adapter_fused if setup.fused_adapters else 1.0)
    seconds = traffic * setup.adapter_width * (forward + 1.5) * tokens / (setup.gpu.memory_gb_s * 1e9)
    model = setup.model
    saved = 2.0 * setup.step_tokens / setup.model_parallel * (model.matmul_parameters - model.embedding_parameters)
    rate = tensor_tflops(setup, physics) * physics.matmul_efficiency * narrow_speedup(setup, physics)
    return min(seconds, saved / (rate * 1e12)) if setup.fused_adapters else seconds


def _weight_traffic(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes that a micro-step moves for each weight: gradients written or added, gathered weights copied."""
    trained = physics.gradient_traffic * setup.trained_parameters
    copied = physics.gather_traffic * setup.model.parameters if setup.sharding == "zero3" and setup.gpus > 1 else 0.0
    return (trained + copied) / setup.model_parallel / setup.spread_of_experts


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
    extra = 1.0
    if setup.quantised:
        extra += physics.launch_quantised
    if setup.sharding == "zero3":
        extra += physics.launch_sharded
    if setup.compiled or setup.stack != "eager":
        extra *= physics.launch_fused
    layers = setup.model.layers / setup.pipeline_parallel
    return physics.launch_eager * extra * layers * (forward + 2.0)


def expert_loop_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds in which the GPU waits for a loop over the experts, in the eager stack.

    The host reads which tokens each expert gets, so nothing hides the loop.
    """
    model = setup.model
    if setup.stack != "eager" or model.experts == 1:
        return 0.0
    forward, _ = passes(setup, physics)
    layers = (model.layers - model.dense_layers) / setup.pipeline_parallel
    each = physics.launch_eager * physics.launch_expert
    return each * model.experts / setup.expert_parallel * layers * (forward + 2.0)


def optimiser_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of the optimiser step, divided by the micro-steps that share it."""
    trained = setup.trained_parameters / setup.optimiser_shards
    if setup.offload != "none":
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
    communication = communication_seconds(setup, physics, passes(setup, physics)[0])
    optimiser = optimiser_seconds(setup, physics)
    work = matmul + attention + elementwise + loss + dequantisation
    busy = (work**4 + launch**4) ** 0.25 + expert_loop_seconds(setup, physics)
    exposed = max(communication - busy, 0.0) + physics.exposed_share * min(communication, busy)
    stages = setup.pipeline_parallel
    bubble = (stages - 1) / (setup.grad_accumulation * setup.pipeline_cuts) * physics.bubble_share
    seconds = (busy + exposed) * (1 + bubble) + optimiser
    tokens = setup.step_tokens / setup.model_parallel
    return MicroStep(
        matmul, attention, elementwise, loss, dequantisation, launch, communication, bubble, optimiser, seconds, tokens
    )
