"""Peak memory of one GPU, by part, in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from calculator.gpu.setup import Setup
from pricing import GpuPhysics

GIB = 2.0**30


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of one GPU at the peak of a training step, in bytes."""

    weights: float
    gradients: float
    optimiser: float
    activations: float
    logits: float
    overhead: float
    slack: float
    """Part of the overhead: memory that the allocator caches, and frees when memory runs short."""

    @property
    def required(self) -> float:
        """Bytes that must fit: the peak without the slack."""
        return self.peak - self.slack

    @property
    def peak(self) -> float:
        """The sum of all parts, bytes."""
        return self.weights + self.gradients + self.optimiser + self.activations + self.logits + self.overhead

    @property
    def required_gib(self) -> float:
        """The memory that must fit, GiB."""
        return self.required / GIB

    def reserved_gib(self, usable_gib: float) -> float:
        """Return the GiB that the process reserves on a GPU.

        Args:
            usable_gib: Memory that a process may fill, GiB. The allocator's cache takes no more than is free.
        """
        return max(self.required, min(self.peak, usable_gib * GIB)) / GIB


def weight_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of weights on one GPU: its shard, and the layers that sharding gathers for the computation."""
    model = setup.model
    outside = model.parameters - model.block_parameters
    kind = setup.quantised
    if kind:
        per_block = {
            "nf4": physics.nf4_bytes,
            "nf4-dq": physics.nf4_double_bytes,
            "int4": physics.int4_bytes,
            "int8": physics.int8_bytes,
        }[kind]
        whole = per_block * model.block_parameters + (4.0 if setup.casts_to_32_bit else 2.0) * outside
        if setup.casts_to_32_bit:
            whole += 2.0 * model.embedding_parameters  # the head's 16-bit copy, which mixed precision computes with
    elif setup.method != "full" and setup.eight_bit:
        whole = physics.fp8_bytes * model.block_parameters + 2.0 * outside
    else:
        whole = (4.0 if setup.method != "full" and setup.precision == "fp32" else 2.0) * model.parameters
    resident = whole / setup.weight_shards
    if setup.method != "full":
        resident += (2.0 if setup.states == "pure" else 4.0) * setup.low_rank_parameters / setup.weight_shards
        resident += 2.0 * setup.whole_parameters / setup.weight_shards  # the trained copy beside the frozen one
    return resident + gathered_bytes(setup, whole, physics)


def loading_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of loading if every GPU loads the whole model before sharding: the model, and its shard."""
    if not setup.loads_whole or setup.weight_shards == 1:
        return 0.0
    return physics.loading_share * 2.0 * setup.model.parameters * (1 + 1 / setup.weight_shards)


def gathered_bytes(setup: Setup, whole: float, physics: GpuPhysics) -> float:
    """Return the bytes of the layers that a GPU holds whole during their computation (ZeRO-3, FSDP)."""
    if setup.sharding != "zero3" or setup.zero_group == 1:
        return 0.0
    model = setup.model
    layer = whole * model.block_parameters / model.parameters / model.layers / setup.model_parallel
    ends = 2.0 * (model.parameters - model.block_parameters) / setup.model_parallel
    share = 1 - 1 / setup.zero_group
    return share * (physics.gathered_layers * layer + physics.gathered_ends * ends)


def gradient_bytes(setup: Setup) -> float:
    """Return the bytes of the gradients, as wide as the trained weights; 0 if it steps in the backward pass."""
    if setup.optimiser == "adamw-in-backward":
        return 0.0
    adapters = (4.0 if setup.states == "mixed" else 2.0) * setup.low_rank_parameters
    return (adapters + 2.0 * setup.whole_parameters) / setup.gradient_shards


def optimiser_bytes(setup: Setup) -> float:
    """Return the bytes of moments and, with mixed states, 32-bit master weights (ZeRO, arXiv 1910.02054)."""
    if setup.cpu_offload:
        return 0.0
    wide = {"adamw": 8.0, "adamw-in-backward": 8.0, "adamw-8bit": 2.0, "adafactor": 0.1, "sgd": 0.0}[setup.optimiser]
    narrow = min(wide, 4.0)
    if setup.method == "full":
        each = wide + 4.0 if setup.states == "mixed" else narrow
        return each * setup.model.parameters / setup.optimiser_shards
    adapters = (wide if setup.states == "mixed" else narrow) * setup.low_rank_parameters
    return (adapters + narrow * setup.whole_parameters) / setup.optimiser_shards


def step_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes that the optimiser step itself allocates for the trained weights."""
    if setup.cpu_offload or setup.stack == "fp8" or setup.optimiser in ("adamw-in-backward", "adamw-8bit"):
        return 0.0  # the fp8 stack's optimiser is one fused kernel
    wide = setup.states == "mixed" and setup.method == "full"
    return (physics.step_copy_mixed if wide else 2.0) * setup.trained_parameters / setup.optimiser_shards


def layer_activation_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes per token of one layer that autograd keeps for the backward pass.

    Counted in tensors of 16 bit (after arXiv 2205.05198, with gated feed-forward layers and grouped queries).
    """
    model = setup.model
    full = setup.method == "full"
    unfused = setup.stack == "eager" and not setup.compiled
    gated = model.mlp_matrices == 3
    # Two norms keep their inputs: models with gates have root-mean-square norms, which unfused code computes in 32 bit.
    hidden = 4.0 if unfused and gated else 2.0
    query, keys = 2.0, 2.0  # query and attention's output; keys and values
    ffn = 3.0 if gated else 1.0
    if full:  # inputs of matrices; attention's output matrix has its input kept already
        hidden += 4.0 if unfused and gated else 2.0  # and the normalised values that unfused norms scale
        ffn += 1.0
    if setup.casts_to_32_bit:
        ffn *= 2.0
    if setup.quantised and setup.stack == "eager":  # matrices that are unpacked keep their inputs, frozen or not
        hidden += 2.0
        ffn += 1.0
    adapters = _adapter_inputs(setup)
    stored = (
        (hidden + adapters[0]) * model.hidden
        + (query + adapters[1]) * model.query_width
        + keys * model.kv_width
        + (ffn + adapters[2]) * model.active_ffn
    )
    if "qkv" in setup.tuned:  # values are a view of one matrix's output, which holds queries and keys as well
        stored += model.query_width + model.kv_width
    if setup.dora:  # output of the matrix, and of its adapter in 32 bit
        stored += 3.0 * setup.tuned_outputs
    scores = 0.0 if setup.flash_attention else physics.score_bytes * model.heads * setup.sequence_length
    each = 2.0 * physics.fp8_kept if setup.eight_bit else setup.hidden_bytes
    return (each * stored + scores) / setup.tensor_parallel


def _adapter_inputs(setup: Setup) -> tuple[int, int, int]:
    """Return the number of inputs that adapters keep: of hidden, query and feed-forward width.

    Frozen matrices keep no input. The eager stack casts a copy per adapter; in others, adapters of one input share it.
    """
    tuned = setup.tuned
    reading = len([target for target in tuned if target in ("q", "k", "v", "qkv")])
    gates = len([target for target in tuned if target in ("gate", "up")])
    if setup.stack == "eager":
        return reading + gates, int("o" in tuned), int("down" in tuned)
    return min(reading, 1) + min(gates, 1), 0, int("down" in tuned)


def activation_bytes(setup: Setup, physics: GpuPhysics) -> tuple[float, float]:
    """Return the bytes on one GPU kept from the forward pass, and of the layer that the backward pass recomputes."""
    tokens = setup.peak_tokens / setup.pipeline_cuts
    layers = setup.model.layers / setup.pipeline_parallel
    layer = layer_activation_bytes(setup, physics) * tokens
    in_flight = setup.pipeline_parallel if setup.pipeline_parallel > 1 else 1
    boundary = (4.0 if setup.casts_to_32_bit else setup.hidden_bytes) * setup.model.hidden * tokens
    if setup.checkpointing == "full":
        stored = in_flight * layers * boundary
        return stored, physics.recompute_copies * layer
    if setup.checkpointing == "selective":
        return in_flight * layers * (boundary + physics.selective_kept * layer), layer
    return in_flight * layers * layer, 0.0


def logit_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of the logits with their 32-bit copies and gradient."""
    per_logit = {
        "plain": physics.logit_bytes_plain,
        "in-place": physics.logit_bytes_in_place,
        "chunked": physics.logit_bytes_chunked,
    }[setup.loss]
    return per_logit * setup.peak_tokens / setup.pipeline_cuts * setup.model.vocabulary / setup.tensor_parallel


def fixed_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes that do not depend on tokens: DeepSpeed's buckets, and the context if the cache is counted."""
    deepspeed = setup.deepspeed and (setup.gpus == 1 or setup.sharding in ("zero2", "zero3"))
    buckets = physics.deepspeed_buckets if deepspeed else 0.0
    if not setup.counts_cache:
        return buckets
    return buckets + physics.context_bytes + (physics.collective_bytes if setup.gpus > 1 else 0.0)


def loose_bytes(setup: Setup, logits: float, physics: GpuPhysics) -> float:
    """Return the bytes of logits that the allocator caches besides those in use.

    A cached block is too small for a longer micro-step, so with changing lengths the allocator holds the largest
    tensors several times over: those of the average length, because few are of the full one.
    """
    if not setup.lengths_change:
        return 0.0
    return (physics.fragmentation - 1) * logits * min(1.0, setup.step_tokens / setup.peak_tokens)


def peak_memory(setup: Setup, physics: GpuPhysics) -> Memory:
    """Return the memory of one GPU at the peak of a training step.

    The peak is the largest of four moments: the end of the forward pass, the first layer of the backward pass, the
    optimiser step, and loading. Equations: docs/gpu.md, chapter 3.

    Args:
        setup: Model, GPU, parallelism and batch.
        physics: The fitted constants.

    Returns:
        Bytes by part.
    """
    weights = weight_bytes(setup, physics)
    gradients = gradient_bytes(setup)
    optimiser = optimiser_bytes(setup)
    stored, working = activation_bytes(setup, physics)
    logits = logit_bytes(setup, physics)
    # Gradients coexist with the activations only if an earlier micro-step has accumulated some.
    accumulated = gradients if setup.grad_accumulation > 1 else 0.0
    buffer = max(accumulated, 0.5 * gradients)
    forward = (accumulated, stored, logits, 0.0)
    moments = (
        forward,
        (buffer, stored + working, 0.0, 0.0),
        (gradients, 0.0, 0.0, step_bytes(setup, physics)),
        (0.0, 0.0, 0.0, max(0.0, loading_bytes(setup, physics) - weights - optimiser)),
    )
    fullest = max(moments, key=sum)
    peak_gradients, activations, peak_logits, extra = fullest
    slack = 0.0
    if setup.counts_cache:
        slack = max(0.0, sum(forward) + loose_bytes(setup, logits, physics) - sum(fullest))
        slack += physics.reserve_share * (weights + optimiser + sum(fullest) + slack)
    overhead = fixed_bytes(setup, physics) + extra + slack
    return Memory(weights, peak_gradients, optimiser, activations, peak_logits, overhead, slack)
