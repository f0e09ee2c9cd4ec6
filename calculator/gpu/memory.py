"""Peak memory of one GPU, by part, in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from calculator.gpu.setup import Setup
from pricing import GpuPhysics

GIB = 2.0**30
# Weights that DeepSpeed steps together: the default of its `sub_group_size`.
DEEPSPEED_GROUP = 1e9


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of one GPU at the peak of a training step, in bytes."""

    weights: float
    gradients: float
    optimiser: float
    activations: float
    logits: float
    overhead: float
    """Buffers of collectives, copies of the optimiser step, and the process's own."""
    process: float
    """Part of the overhead that no tensor fills: the CUDA context and the buffers of collectives."""
    fragments: float
    """Part of the overhead that the allocator caches and cannot give back in time."""
    cache: float
    """What the allocator caches besides, and frees when memory runs short. Not part of what must fit."""

    @property
    def required(self) -> float:
        """Bytes that must fit: all tensors, the process and the fragments."""
        return self.weights + self.gradients + self.optimiser + self.activations + self.logits + self.overhead

    @property
    def tensors(self) -> float:
        """Bytes of all tensors at the peak, as `torch.cuda.max_memory_allocated` counts."""
        return self.required - self.process - self.fragments

    @property
    def required_gib(self) -> float:
        """The memory that must fit, GiB."""
        return self.required / GIB

    @property
    def tensors_gib(self) -> float:
        """The tensors at the peak, GiB."""
        return self.tensors / GIB

    def process_gib(self, usable_gib: float) -> float:
        """Return the GiB of the process, as nvidia-smi shows.

        Args:
            usable_gib: Memory that a process may fill, GiB. The allocator's cache takes no more than is free.
        """
        return max(self.required, min(self.required + self.cache, usable_gib * GIB)) / GIB

    def reserved_gib(self, usable_gib: float) -> float:
        """Return the GiB that the allocator reserves, as `torch.cuda.max_memory_reserved` counts.

        Args:
            usable_gib: As in `process_gib`.
        """
        return self.process_gib(usable_gib) - self.process / GIB


def weight_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of weights on one GPU: its shard, and the layers that sharding gathers for the computation."""
    resident = 0.0 if setup.offload == "weights" else _copy_bytes(setup, physics) / setup.weight_shards
    if setup.method != "full":
        resident += (2.0 if setup.states == "pure" else 4.0) * setup.low_rank_parameters / setup.weight_shards
        resident += (
            _weight_width(setup) * setup.whole_parameters / setup.weight_shards
        )  # the copy beside the frozen one
    return resident + gathered_bytes(setup, physics)


def _copy_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of one whole copy of the model's weights, without adapters."""
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
        return whole
    if setup.method != "full" and setup.eight_bit:
        return physics.fp8_bytes * model.block_parameters + 2.0 * outside
    return _weight_width(setup) * model.parameters


def _weight_width(setup: Setup) -> float:
    """Return the bytes of an unquantised weight. 32-bit masters of full tuning count as the optimiser's."""
    return 4.0 if setup.has_32_bit_weights and (setup.method != "full" or setup.precision == "fp32") else 2.0


def loading_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of loading if every GPU loads the whole model before sharding: the model, and its shard."""
    if not setup.loads_whole or setup.weight_shards == 1:
        return 0.0
    return physics.loading_share * 2.0 * setup.model.parameters * (1 + 1 / setup.weight_shards)


def gathered_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of the layers that a GPU holds whole during their computation (ZeRO-3, FSDP)."""
    if setup.sharding != "zero3" or setup.zero_group == 1:
        return 0.0
    model = setup.model
    layer = (
        _copy_bytes(setup, physics) * model.block_parameters / model.parameters / model.layers / setup.model_parallel
    )
    layer /= setup.spread_of_experts
    ends = 2.0 * (model.parameters - model.block_parameters) / setup.model_parallel
    share = 1 - 1 / setup.zero_group
    return share * (physics.gathered_layers * layer + physics.gathered_ends * ends)


def gradient_bytes(setup: Setup) -> float:
    """Return the bytes of the gradients, as wide as the trained weights; 0 if it steps in the backward pass."""
    if setup.steps_in_backward or setup.offload == "weights":
        return 0.0
    adapters = (4.0 if setup.states == "mixed" else 2.0) * setup.low_rank_parameters
    width = 4.0 if setup.precision == "fp32" else 2.0
    return (adapters + width * setup.whole_parameters) / setup.gradient_shards


def optimiser_bytes(setup: Setup) -> float:
    """Return the bytes of moments and, with mixed states, 32-bit master weights (ZeRO, arXiv 1910.02054)."""
    if setup.offload != "none" or setup.paged_optimiser:
        return 0.0
    wide = {"adamw": 8.0, "adamw-8bit": 2.0, "adafactor": 0.1, "sgd": 0.0}[setup.optimiser]
    narrow = min(wide, 4.0)
    if setup.precision == "fp32":
        narrow = wide
    if setup.method == "full":
        masters = 0.0 if setup.precision == "fp32" else 4.0
        each = wide + masters if setup.states == "mixed" else narrow
        return each * setup.model.parameters / setup.optimiser_shards
    adapters = (wide if setup.states == "mixed" else narrow) * setup.low_rank_parameters
    return (adapters + narrow * setup.whole_parameters) / setup.optimiser_shards


def step_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes that the optimiser step itself allocates for the trained weights."""
    elsewhere = setup.offload != "none" or setup.steps_in_backward or setup.optimiser == "adamw-8bit"
    if elsewhere or setup.transformer_engine:
        return 0.0  # Megatron's optimiser is one fused kernel
    wide = setup.states == "mixed" and setup.method == "full"
    copies = (physics.step_copy_mixed if wide else 2.0) * setup.trained_parameters / setup.optimiser_shards
    return min(copies, DEEPSPEED_GROUP * physics.step_copy_mixed) if setup.deepspeed else copies


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
    if setup.precision == "amp":
        each = 3.0  # norms and residuals in 32 bit, inputs of matrices in 16
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
    boundary = setup.boundary_bytes * setup.model.hidden * tokens
    kept = 0.0 if setup.offloads_activations else in_flight * layers * boundary
    if setup.checkpointing == "full":
        copies = physics.recompute_copies
        if setup.model.experts > 1 and setup.stack == "eager":  # one expert at a time has gradients
            copies = 1.0 + (copies - 1.0) / setup.model.active_experts
        return kept, copies * layer
    if setup.checkpointing == "selective":
        return kept + in_flight * layers * physics.selective_kept * layer, layer
    if setup.offloads_activations:
        return 0.0, 2.0 * layer
    return in_flight * layers * layer, 0.0


def logit_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of the logits with their 32-bit copies and gradient.

    A fused loss (Liger, Unsloth, cut cross-entropy) holds a chunk of logits, and the gradient of the hidden states.
    """
    tokens = setup.peak_tokens / setup.pipeline_cuts
    if setup.loss == "fused":
        return physics.fused_loss_bytes * tokens * setup.model.hidden / setup.tensor_parallel
    per_logit = {
        "plain": physics.logit_bytes_plain,
        "in-place": physics.logit_bytes_in_place,
        "chunked": physics.logit_bytes_chunked,
    }[setup.loss]
    return per_logit * tokens * setup.model.vocabulary / setup.tensor_parallel


def bucket_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Return the bytes of DeepSpeed's communication buckets."""
    deepspeed = setup.deepspeed and (setup.gpus == 1 or setup.sharding in ("zero2", "zero3"))
    return physics.deepspeed_buckets if deepspeed else 0.0


def cache_bytes(setup: Setup, idle: float, logits: float, physics: GpuPhysics) -> float:
    """Return what the allocator caches beyond the tensors, in bytes.

    Blocks of one moment don't fit the tensors of the next, so part of the activations and logits stays cached. With
    changing lengths a cached block is too small for a longer micro-step, so the logits of the usual micro-step are held
    several times over.

    Args:
        setup: The setup.
        idle: Bytes of the largest activations and logits that are cached at the peak.
        logits: Bytes of the logits of a full micro-step.
        physics: The fitted constants.
    """
    loose = 0.0
    if setup.lengths_change:
        loose = (physics.fragmentation - 1) * logits * min(1.0, setup.step_tokens / setup.peak_tokens)
    return idle + loose


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
    transient = stored + max(logits, working)
    # Where the optimiser step is fullest, all activations of before are cached; else what fits no other tensor.
    share = 1.0 if fullest is moments[2] and setup.grad_accumulation == 1 else physics.cache_share
    # Gathered weights are freed on another stream, and cached once more.
    cache = cache_bytes(setup, share * transient + gathered_bytes(setup, physics), logits, physics)
    process = physics.context_bytes + (physics.collective_bytes if setup.gpus > 1 else 0.0)
    fragments = physics.cache_kept * cache
    overhead = bucket_bytes(setup, physics) + extra + process + fragments
    return Memory(
        weights=weights,
        gradients=peak_gradients,
        optimiser=optimiser,
        activations=activations,
        logits=peak_logits,
        overhead=overhead,
        process=process,
        fragments=fragments,
        cache=cache - fragments,
    )
