"""Peak memory of one GPU, by part, in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from calculator.gpu.setup import Setup
from pricing import GpuPhysics

GIB = 2.0**30


@dataclass(frozen=True, slots=True)
class Memory:
    """What one GPU holds at its fullest moment, in bytes."""

    weights: float
    gradients: float
    optimiser: float
    activations: float
    logits: float
    overhead: float
    slack: float
    """Of the overhead: what the allocator keeps beyond the tensors, and gives back when memory runs short."""

    @property
    def required(self) -> float:
        """Without the slack: what must fit."""
        return self.peak - self.slack

    @property
    def peak(self) -> float:
        return self.weights + self.gradients + self.optimiser + self.activations + self.logits + self.overhead

    @property
    def required_gib(self) -> float:
        return self.required / GIB

    def seen_gib(self, usable_gib: float) -> float:
        """What the process is seen to hold on a GPU with that much memory: slack fills no more than is there."""
        return max(self.required, min(self.peak, usable_gib * GIB)) / GIB


def weight_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Weights on one GPU: resident shard, and what sharding gathers for the layers at work."""
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
    elif setup.method != "full" and setup.stack == "fp8" and setup.keeps_8_bit:
        whole = physics.fp8_bytes * model.block_parameters + 2.0 * outside
    else:
        whole = (4.0 if setup.method != "full" and setup.precision == "fp32" else 2.0) * model.parameters
    resident = whole / setup.weight_shards
    if setup.method != "full":
        resident += (2.0 if setup.states == "pure" else 4.0) * setup.low_rank_parameters / setup.weight_shards
        resident += 2.0 * setup.whole_parameters / setup.weight_shards  # the trained copy beside the frozen one
    return resident + gathered_bytes(setup, whole, physics)


def loading_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Where every GPU loads the whole model before it is sharded: the model, and the shard made of it."""
    if not setup.loads_whole or setup.weight_shards == 1:
        return 0.0
    return physics.loading_share * 2.0 * setup.model.parameters * (1 + 1 / setup.weight_shards)


def gathered_bytes(setup: Setup, whole: float, physics: GpuPhysics) -> float:
    """Layers that a GPU holds whole while it works on them, under fully sharded weights (zero3, FSDP)."""
    if setup.sharding != "zero3" or setup.zero_group == 1:
        return 0.0
    model = setup.model
    layer = whole * model.block_parameters / model.parameters / model.layers / setup.model_parallel
    ends = 2.0 * (model.parameters - model.block_parameters) / setup.model_parallel
    share = 1 - 1 / setup.zero_group
    return share * (physics.gathered_layers * layer + physics.gathered_ends * ends)


def gradient_bytes(setup: Setup) -> float:
    """Gradients of what is trained, as wide as it is kept; none where the optimiser steps in the backward pass."""
    if setup.optimiser == "adamw-in-backward":
        return 0.0
    adapters = (4.0 if setup.states == "mixed" else 2.0) * setup.low_rank_parameters
    return (adapters + 2.0 * setup.whole_parameters) / setup.gradient_shards


def optimiser_bytes(setup: Setup) -> float:
    """Moments and, with mixed states, 32-bit masters of what is trained (ZeRO, 1910.02054)."""
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
    """What the optimiser step itself allocates for each trained weight."""
    if setup.cpu_offload or setup.stack == "fp8" or setup.optimiser in ("adamw-in-backward", "adamw-8bit"):
        return 0.0  # the fp8 stack's optimiser is one fused kernel
    wide = setup.states == "mixed" and setup.method == "full"
    return (physics.step_copy_mixed if wide else 2.0) * setup.trained_parameters / setup.optimiser_shards


def layer_activation_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """What the backward pass needs of one layer, for each token (after 2205.05198, with gates and grouped queries)."""
    model = setup.model
    tuned = setup.lora_targets if setup.method != "full" else ()
    full = setup.method == "full"
    gated = model.mlp_matrices == 3
    # Frozen matrices need no input for their weights: only what is not linear is kept, and the inputs of adapters.
    hidden = physics.hidden_kept + (2.0 if full else 0.0)
    if gated:  # models with gates have root-mean-square norms, which the eager stack computes in 32 bit
        hidden += physics.eager_norm_kept if setup.stack == "eager" and not setup.compiled else 0.0
    ffn = (3.0 if gated else 1.0) + (1.0 if full else 0.0)
    copy = physics.adapter_input_copy if setup.stack == "eager" and setup.states == "mixed" else 1.0
    hidden += copy * len([target for target in tuned if target in ("q", "k", "v", "qkv", "gate", "up")])
    query = 2.0 + (copy if "o" in tuned else 0.0)
    ffn += copy if "down" in tuned else 0.0
    if setup.quantised and setup.stack == "eager":
        hidden += physics.quantised_kept
    if setup.dora:
        hidden += 1.0
    kept = hidden * model.hidden + query * model.query_width + 2.0 * model.kv_width + ffn * model.active_ffn
    scores = 0.0
    if not setup.flash_attention:
        scores = physics.score_bytes * model.heads * setup.sequence_length
    each = 2.0 * physics.fp8_kept if setup.stack == "fp8" and setup.keeps_8_bit else 2.0
    return (each * kept + scores) / setup.tensor_parallel


def activation_bytes(setup: Setup, physics: GpuPhysics) -> tuple[float, float]:
    """(kept from the forward pass, the layer at work in the backward pass), whole GPU."""
    tokens = setup.peak_tokens / setup.pipeline_cuts
    layers = setup.model.layers / setup.pipeline_parallel
    layer = layer_activation_bytes(setup, physics) * tokens
    in_flight = setup.pipeline_parallel if setup.pipeline_parallel > 1 else 1
    boundary = 2.0 * setup.model.hidden * tokens
    if setup.casts_to_32_bit:
        boundary *= 2.0
    if setup.checkpointing == "full":
        kept = in_flight * layers * boundary
        return kept, physics.recompute_copies * layer
    if setup.checkpointing == "selective":
        return in_flight * layers * (boundary + physics.selective_kept * layer), layer
    return in_flight * layers * layer, 0.0


def logit_bytes(setup: Setup, physics: GpuPhysics) -> float:
    """Logits with their 32-bit copies and gradient."""
    per_logit = {
        "plain": physics.logit_bytes_plain,
        "in-place": physics.logit_bytes_in_place,
        "chunked": physics.logit_bytes_chunked,
    }[setup.loss]
    return per_logit * setup.peak_tokens / setup.pipeline_cuts * setup.model.vocabulary / setup.tensor_parallel


def peak_memory(setup: Setup, physics: GpuPhysics) -> Memory:
    """The fullest moment of a step: the end of the forward pass, the first layer of the backward pass, or the
    optimiser step, whichever is largest.
    """
    weights = weight_bytes(setup, physics)
    gradients = gradient_bytes(setup)
    optimiser = optimiser_bytes(setup)
    kept, working = activation_bytes(setup, physics)
    logits = logit_bytes(setup, physics)
    # Gradients meet the activations only when an earlier micro-step left some behind.
    met = gradients if setup.grad_accumulation > 1 else 0.0
    held = max(met, 0.5 * gradients)
    step = step_bytes(setup, physics)
    # Blocks of changing size cannot be used again. Where activations are kept there are many to choose from.
    steady = setup.packed or setup.checkpointing == "none"
    loose = (physics.fragmentation_packed if steady else physics.fragmentation_unpacked) - 1
    loose_logits = (physics.fragmentation_packed if steady else physics.fragmentation_logits) - 1
    slack = {
        "forward": kept * loose + logits * loose_logits,
        "backward": (kept + working) * loose,
        "step": 0.0,
        "load": 0.0,
    }
    moments = {
        "forward": (met, kept, logits, 0.0),
        "backward": (held, kept + working, 0.0, 0.0),
        "step": (gradients, 0.0, 0.0, step),
        "load": (0.0, 0.0, 0.0, max(0.0, loading_bytes(setup, physics) - weights - optimiser)),
    }
    fullest = max(moments, key=lambda name: sum(moments[name]) + slack[name])
    there, activations, logits_there, extra = moments[fullest]
    buckets = physics.deepspeed_buckets if setup.deepspeed and setup.sharding in ("zero2", "zero3") else 0.0
    fixed = physics.context_bytes + (physics.collective_bytes if setup.gpus > 1 else 0.0) + buckets + extra
    filled = weights + optimiser + there + activations + logits_there + extra
    loosely = slack[fullest] + physics.reserve_share * filled / (1.0 + filled / physics.reserve_saturation)
    return Memory(weights, there, optimiser, activations, logits_there, fixed + loosely, loosely)
