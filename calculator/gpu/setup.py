"""A training setup: model, method, GPUs, parallelism and batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pricing import AttentionKernel, Gpu, Link, Loss, ModelShape, StackClass, StateRecipe

TuningMethod = Literal["full", "lora", "qlora"]
Sharding = Literal["none", "zero1", "zero2", "zero3"]
Precision = Literal["bf16", "fp16", "fp32", "amp", "fp8", "fp4"]
Quantisation = Literal["nf4", "nf4-dq", "int4", "int8"]
Optimiser = Literal["adamw", "adamw-8bit", "adafactor", "sgd"]
Offload = Literal["none", "optimiser", "weights"]
Checkpointing = Literal["none", "selective", "full"]
Target = Literal["q", "k", "v", "qkv", "o", "gate", "up", "down", "embedding", "head"]

ATTENTION: tuple[Target, ...] = ("q", "k", "v", "o")
ALL_LINEAR: tuple[Target, ...] = (*ATTENTION, "gate", "up", "down")


@dataclass(frozen=True)
class Setup:
    """One way to run a training job. Lengths in tokens, batches in sequences."""

    model: ModelShape
    gpu: Gpu
    method: TuningMethod = "lora"
    gpus: int = 1
    gpus_per_node: int = 8
    link: Link | None = None
    """Link between the GPUs of a node; None for the GPU's usual one."""
    node_gb_s: float | None = None
    """GB/s between nodes per GPU, one direction; None for the assumption for the link."""
    sharding: Sharding = "none"
    """States shared by data-parallel copies: none (DDP), optimiser states (zero1), also gradients (zero2), also weights
    (zero3, FSDP).
    """
    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    context_parallel: int = 1
    expert_parallel: int = 1
    """GPUs over which the experts of a mixture are spread; tokens travel to them instead of their weights."""
    sequence_length: int = 2048
    packed: bool = True
    mean_length: float | None = None
    """Tokens of an average sequence with its padding, if sequences are not packed; None for the full length."""
    micro_batch: int = 1
    grad_accumulation: int = 1
    precision: Precision = "bf16"
    """Precision of the arithmetic. amp: 32-bit weights under automatic mixed precision; fp32: 32 bit throughout."""
    states: StateRecipe = "mixed"
    """pure: 16-bit weights, gradients and moments; mixed: 32-bit master weights. For full tuning and adapters."""
    quantisation: Quantisation | None = None
    """Quantisation of the frozen weights; qlora without one means nf4."""
    optimiser: Optimiser = "adamw"
    steps_in_backward: bool = False
    """The optimiser steps during the backward pass, so that no gradients are kept."""
    paged_optimiser: bool = False
    """The optimiser's states move to the host when memory runs short."""
    checkpointing: Checkpointing = "full"
    kernel: AttentionKernel = "flash2"
    compiled: bool = False
    offload: Offload = "none"
    """What the host holds instead of the GPU: optimiser states (ZeRO-Offload), or also weights and gradients (FSDP)."""
    offloads_activations: bool = False
    """Checkpointed activations wait in the host's memory."""
    loss: Loss = "in-place"
    """plain: 32-bit copies of all logits; in-place: a fused cross-entropy over them; chunked: 16-bit logits and
    gradients, 32 bit for one chunk at a time; fused: head and loss in one kernel, never all logits.
    """
    deepspeed: bool = False
    keeps_8_bit: bool = True
    """In fp8: frozen weights and inputs of matrices are kept in 8 bit too (Transformer Engine)."""
    loads_whole: bool = False
    """Every GPU loads the whole checkpoint before it is sharded."""
    prepared: bool = False
    """`prepare_model_for_kbit_training` cast what is not quantised, and so the hidden states, to 32 bit."""
    fused_adapters: bool = False
    """Adapters run in kernels of their own (Unsloth, fms-acceleration, NeMo), without separate casts and sums."""
    transformer_engine: bool = False
    """Norms, activations, rotary embedding and casts are single kernels (Transformer Engine in NeMo and Megatron)."""
    stack: StackClass = "optimised"
    stack_known: bool = True
    """False if the framework is unknown, which widens the intervals."""
    lora_rank: int = 16
    lora_targets: tuple[Target, ...] = ALL_LINEAR
    dora: bool = False

    @cached_property
    def model_parallel(self) -> int:
        """Number of pieces into which tensor and pipeline parallelism cut one copy of the weights."""
        return self.tensor_parallel * self.pipeline_parallel

    @cached_property
    def spread_of_experts(self) -> float:
        """How many times smaller the weights are that a GPU computes with, where experts are spread over GPUs."""
        if self.expert_parallel == 1:
            return 1.0
        model = self.model
        matrices = model.mlp_matrices * model.hidden * model.expert_ffn * model.experts
        routed = min((model.layers - model.dense_layers) * matrices / model.parameters, 1.0)
        return 1 / (1 - routed + routed / self.expert_parallel)

    @cached_property
    def weight_shards(self) -> int:
        """Number of shards of a copy's weights."""
        return self.model_parallel * (self.zero_group if self.sharding == "zero3" else 1)

    @cached_property
    def gradient_shards(self) -> int:
        """Number of shards of a copy's gradients."""
        return self.model_parallel * (self.zero_group if self.sharding in ("zero2", "zero3") else 1)

    @cached_property
    def optimiser_shards(self) -> int:
        """Number of shards of a copy's optimiser states."""
        return self.model_parallel * (1 if self.sharding == "none" else self.zero_group)

    @cached_property
    def zero_group(self) -> int:
        """GPUs that share one set of states: all GPUs, divided by the pieces of one copy."""
        return max(1, self.gpus // self.model_parallel)

    @cached_property
    def step_tokens(self) -> float:
        """Tokens, padding included, that one context shard of a copy computes in an average micro-step."""
        length = self.sequence_length if self.mean_length is None else min(self.mean_length, self.sequence_length)
        return self.micro_batch * length / self.context_parallel

    @cached_property
    def peak_tokens(self) -> float:
        """Tokens of the largest micro-step, which memory must hold."""
        return self.micro_batch * self.sequence_length / self.context_parallel

    @cached_property
    def pipeline_cuts(self) -> int:
        """Number of pieces of a micro-batch: a pipeline with a single batch cuts it into its sequences."""
        return self.micro_batch if self.pipeline_parallel > 1 and self.grad_accumulation == 1 else 1

    @cached_property
    def eight_bit(self) -> bool:
        """True if frozen weights and inputs of matrices are kept in 8 bit."""
        return self.precision in ("fp8", "fp4") and self.keeps_8_bit

    @cached_property
    def flash_attention(self) -> bool:
        """True unless the scores of all heads go through memory."""
        return self.kernel != "math"

    @cached_property
    def has_32_bit_weights(self) -> bool:
        """True for 32-bit weights, under mixed precision or not."""
        return self.precision in ("fp32", "amp")

    @cached_property
    def hidden_bytes(self) -> float:
        """Bytes of a number that autograd keeps: 4 with 32-bit weights, mixed precision or not, else 2."""
        return 4.0 if self.has_32_bit_weights else 2.0

    @cached_property
    def lengths_change(self) -> bool:
        """True for micro-steps of changing length in a stack whose allocator fragments by it."""
        return not self.packed and self.stack == "eager"

    @cached_property
    def casts_to_32_bit(self) -> bool:
        """True if preparing a k-bit model casts unquantised weights, and so the hidden states, to 32 bit.

        PEFT leaves GPTQ models as they are, and FSDP casts everything back.
        """
        return self.prepared and self.sharding != "zero3" and self.quantised in ("nf4", "nf4-dq", "int8")

    @cached_property
    def boundary_bytes(self) -> float:
        """Bytes of a hidden unit that a checkpointed layer keeps: 4 where hidden states stay in 32 bit.

        FSDP under mixed precision (Accelerate) returns the outputs of layers in 32 bit.
        """
        wraps = self.sharding == "zero3" and not self.deepspeed and self.gpus > 1
        accelerate = wraps and self.stack == "eager" and self.method != "full" and self.states == "mixed"
        return 4.0 if self.casts_to_32_bit or self.has_32_bit_weights or accelerate else 2.0

    @cached_property
    def quantised(self) -> Quantisation | None:
        """Quantisation of the frozen weights; None for 16 bit."""
        return self.quantisation or ("nf4" if self.method == "qlora" else None)

    @cached_property
    def tuned(self) -> tuple[Target, ...]:
        """Matrices with an adapter; none for full fine-tuning."""
        return () if self.method == "full" else self.lora_targets

    @cached_property
    def tuned_outputs(self) -> int:
        """Sum of the output widths of one layer's tuned matrices."""
        model = self.model
        width = {
            **{"q": model.query_width, "k": model.kv_width, "v": model.kv_width, "o": model.hidden},
            **{"qkv": model.query_width + 2 * model.kv_width, "down": model.hidden},
            **{"gate": model.active_ffn, "up": model.active_ffn},
        }
        return sum(width.get(target, 0) for target in self.tuned)

    @cached_property
    def low_rank_parameters(self) -> float:
        """Weights of the adapters: rank × (in + out) of every tuned matrix (LoRA, arXiv 2106.09685); 0 for full tuning.

        In a mixture of experts every expert's matrices get an adapter.
        """
        if self.method == "full":
            return 0.0
        model = self.model
        width = {
            "q": model.hidden + model.query_width,
            "k": model.hidden + model.kv_width,
            "v": model.hidden + model.kv_width,
            "qkv": model.hidden + model.query_width + 2 * model.kv_width,  # one matrix for all three
            "o": model.query_width + model.hidden,
        }
        attention = sum(width[target] for target in self.lora_targets if target in width)
        mlp = [target for target in self.lora_targets if target in ("gate", "up", "down")]
        if model.mlp_matrices == 2 and "gate" in mlp:
            mlp.remove("gate")
        fan = model.hidden + model.ffn if model.experts == 1 else model.experts * (model.hidden + model.expert_ffn)
        return self.lora_rank * model.layers * (attention + len(mlp) * fan)

    @cached_property
    def whole_parameters(self) -> float:
        """Weights trained without an adapter: all for full fine-tuning, else tuned embeddings and heads."""
        if self.method == "full":
            return self.model.parameters
        return self.model.embedding_parameters * sum(target in ("embedding", "head") for target in self.lora_targets)

    @cached_property
    def trained_parameters(self) -> float:
        """Number of trained weights."""
        return self.low_rank_parameters + self.whole_parameters

    @cached_property
    def adapter_width(self) -> int:
        """Sum of the input and output widths that one token passes in a layer's tuned matrices."""
        model = self.model
        width = {
            "q": model.hidden + model.query_width,
            "k": model.hidden + model.kv_width,
            "v": model.hidden + model.kv_width,
            "qkv": model.hidden + model.query_width + 2 * model.kv_width,
            "o": model.query_width + model.hidden,
        }
        visits = model.active_experts if model.experts > 1 else 1
        matrix = visits * model.hidden + model.active_ffn
        width |= dict.fromkeys(("gate", "up", "down"), matrix)
        return sum(width.get(target, 0) for target in self.tuned)


def shard(setup: Setup, sharding: Sharding) -> Setup:
    """Return a setup with other sharding. Sharded optimisers keep 32-bit masters of a full fine-tune's weights.

    Args:
        setup: The setup.
        sharding: How data-parallel copies share their states.
    """
    masters = setup.method == "full" and sharding != "none"
    return replace(setup, sharding=sharding, states="mixed" if masters else setup.states)
