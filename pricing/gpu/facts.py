"""Facts for training on rented GPUs: model shapes, GPUs, frameworks and constants, frozen and sourced."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pricing.files.record import Limits, Record
from pricing.gpu.physics import GpuConstant, GpuPhysics
from pricing.gpu.serving import ServingPhysics
from pricing.names.index import NameEntry, NameIndex, index_names
from pricing.price import SourceRef

# How far the parameters counted from a shape may be from the published number.
MAX_COUNT_ERROR = 0.02

StackClass = Literal["eager", "optimised", "fp8"]
Loss = Literal["plain", "in-place", "chunked", "fused"]
AttentionKernel = Literal["math", "flash1", "flash2", "flash3", "cudnn"]
Generation = Literal["ampere", "consumer", "hopper", "blackwell", "cdna", "other"]
StateRecipe = Literal["pure", "mixed"]
WeightFormat = Literal["16 bit", "fp8", "fp4", "mxfp4", "int4", "int8"]
Link = Literal["nvlink", "infinity-fabric", "fabric", "pcie", "ethernet"]


class LatentAttention(Record):
    """Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): keys and values are cached compressed."""

    query_rank: Annotated[int, Limits(ge=0, le=100_000)]
    """Width of the compressed query; 0 if queries are not compressed."""
    kv_rank: Annotated[int, Limits(gt=0, le=100_000)]
    """Width of the compressed keys and values, which is cached."""
    plain_dim: Annotated[int, Limits(gt=0, le=2_000)]
    """Query and key width of a head without position."""
    position_dim: Annotated[int, Limits(ge=0, le=2_000)]
    """Query width of a head with position; the key's is shared by all heads, and cached."""
    value_dim: Annotated[int, Limits(gt=0, le=2_000)]
    """Value width of a head."""


class LinearAttention(Record):
    """Layers whose memory of the past has a fixed size: linear attention, state-space layers, convolutions."""

    layers: Annotated[int, Limits(gt=0, le=1_000)]
    """Layers that have such a mixer."""
    parameters: Annotated[int, Limits(gt=0)]
    """Weights of one such mixer's projections."""
    state: Annotated[int, Limits(ge=0)]
    """Numbers that one layer keeps for a sequence."""


class ModelShape(Record):
    """The dimensions of a transformer that decide its memory and arithmetic."""

    name: str
    parameters_billion: Annotated[float, Limits(gt=0, lt=100_000, allow_inf_nan=False)]
    """All weights, of all experts, embeddings included."""
    layers: Annotated[int, Limits(gt=0, le=1_000)]
    hidden: Annotated[int, Limits(gt=0, le=200_000)]
    heads: Annotated[int, Limits(gt=0, le=2_000)]
    kv_heads: Annotated[int, Limits(gt=0, le=2_000)]
    head_dim: Annotated[int, Limits(gt=0, le=2_000)]
    ffn: Annotated[int, Limits(gt=0, le=1_000_000)]
    """Width of the feed-forward part of a dense layer."""
    vocabulary: Annotated[int, Limits(gt=0, le=2_000_000)]
    tied_embeddings: bool
    """One matrix serves as embedding and as output head."""
    context: Annotated[int, Limits(gt=0)]
    """The longest sequence, in tokens."""
    mlp_matrices: Annotated[int, Limits(ge=2, le=3)]
    """3 if the feed-forward part is gated (gate, up, down), else 2."""
    experts: Annotated[int, Limits(ge=1, le=4_096)] = 1
    active_experts: Annotated[int, Limits(ge=1, le=4_096)] = 1
    """Routed experts that one token visits."""
    expert_ffn: Annotated[int, Limits(ge=0)] = 0
    shared_ffn: Annotated[int, Limits(ge=0)] = 0
    """Width that every token visits in addition to its routed experts."""
    dense_layers: Annotated[int, Limits(ge=0)] = 0
    """Layers without experts, in a mixture of experts."""
    mlp_layers: Annotated[int | None, Limits(gt=0, le=1_000)] = None
    """Layers with a feed-forward part; None for all."""
    attention_layers: Annotated[int | None, Limits(ge=0, le=1_000)] = None
    """Layers with attention that grows with the context; None for all that are not `linear`."""
    window: Annotated[int, Limits(ge=0)] = 0
    """Tokens that a layer with a sliding window attends to."""
    window_layers: Annotated[int, Limits(ge=0, le=1_000)] = 0
    """Attention layers that have a sliding window."""
    attention_sinks: bool = False
    """Attention has learned sinks (gpt-oss), for which eager code has no fused kernel."""
    attention_gate: bool = False
    """Attention's output passes a gate as wide as the queries (Qwen3-Next)."""
    latent: LatentAttention | None = None
    """Multi-head latent attention, in all attention layers."""
    linear: LinearAttention | None = None
    other_billion: Annotated[float, Limits(ge=0, lt=100_000, allow_inf_nan=False)] = 0
    """Weights that text tokens are not multiplied with, such as vision towers and per-layer embeddings."""
    published: WeightFormat = "16 bit"
    """The format of the published weights, in which the model is served."""
    verified: bool = True
    """False: entered from knowledge, without a copy of the published configuration at hand."""
    config: Annotated[str, Limits(pattern=r"^https?://\S+$", max_length=500)]
    """The publication of the shape."""
    source: SourceRef
    aliases: tuple[str, ...] = ()
    interpolated: bool = False
    """Whether the shape is interpolated between known ones, because only the number of parameters is known."""

    def _check(self) -> None:
        if self.kv_heads > self.heads:
            raise ValueError(f"kv_heads {self.kv_heads} is more than heads {self.heads}; exchange them")
        if self.experts > 1 and not (self.expert_ffn and self.active_experts <= self.experts):
            raise ValueError("a mixture of experts needs expert_ffn, and active_experts no larger than experts")
        if self.window_layers > self.attending_layers or bool(self.window_layers) != bool(self.window):
            raise ValueError("window_layers needs window, and is at most the number of attention layers")
        if not self.interpolated and abs(self.counted / (self.parameters_billion * 1e9) - 1) > MAX_COUNT_ERROR:
            raise ValueError(
                f"the shape counts {self.counted / 1e9:.3f} billion parameters, not {self.parameters_billion:g}; "
                "check layers, hidden, ffn, vocabulary and tied_embeddings"
            )

    @cached_property
    def parameters(self) -> float:
        """Return the number of all weights."""
        return self.parameters_billion * 1e9

    @cached_property
    def query_width(self) -> int:
        """Return the width of the queries, all heads together."""
        return self.heads * self.head_dim

    @cached_property
    def kv_width(self) -> int:
        """Return the width of the keys; the values are as wide."""
        return self.kv_heads * self.head_dim

    @cached_property
    def attending_layers(self) -> int:
        """Return the number of layers whose keys and values are cached."""
        if self.attention_layers is not None:
            return self.attention_layers
        return self.layers - (self.linear.layers if self.linear else 0)

    @cached_property
    def attention_parameters(self) -> float:
        """Return the parameters of a layer's attention or linear mixer, averaged over all layers."""
        latent = self.latent
        if latent is None:
            gates = 1 if self.attention_gate else 0
            each = self.hidden * ((2 + gates) * self.query_width + 2 * self.kv_width)
        else:
            query = self.heads * (latent.plain_dim + latent.position_dim)
            each = latent.query_rank * (self.hidden + query) if latent.query_rank else self.hidden * query
            each += self.hidden * (latent.kv_rank + latent.position_dim)
            each += latent.kv_rank * self.heads * (latent.plain_dim + latent.value_dim)
            each += self.heads * latent.value_dim * self.hidden
        if self.linear is None and self.attention_layers is None:
            return each
        mixers = self.linear.layers * self.linear.parameters if self.linear else 0
        return (self.attending_layers * each + mixers) / self.layers

    @cached_property
    def embedding_parameters(self) -> int:
        """Return the parameters of the input embedding; an untied head has as many again."""
        return self.vocabulary * self.hidden

    @cached_property
    def head_parameters(self) -> int:
        """Return the parameters of the output head; 0 if it is tied to the embedding."""
        return 0 if self.tied_embeddings else self.embedding_parameters

    @cached_property
    def counted(self) -> float:
        """Return the parameters that the shape implies, without biases and norms."""
        outside = self.embedding_parameters + self.head_parameters + self.other_billion * 1e9
        return self._blocks(self.experts) + outside

    @cached_property
    def block_parameters(self) -> float:
        """Return the parameters of the linear layers of all blocks, which are the ones that get quantised."""
        outside = self.embedding_parameters + self.head_parameters + self.other_billion * 1e9
        return max(self.parameters - outside, 0.1 * self.parameters)

    @cached_property
    def matmul_parameters(self) -> float:
        """Return the weights that one token is multiplied with: active blocks and the output head."""
        return self.block_parameters * self._blocks(self.active_experts) / self._blocks(self.experts) + (
            self.embedding_parameters
        )

    @cached_property
    def active_ffn(self) -> int:
        """Return the feed-forward width that one token passes in an ordinary layer."""
        return self.ffn if self.experts == 1 else self.active_experts * self.expert_ffn + self.shared_ffn

    def _blocks(self, experts: int) -> float:
        with_mlp = self.layers if self.mlp_layers is None else self.mlp_layers
        dense = with_mlp if self.experts == 1 else self.dense_layers
        mlp = self.mlp_matrices * self.hidden
        routed = mlp * (experts * self.expert_ffn + self.shared_ffn)
        routed += self.hidden * self.experts  # the router
        return self.layers * self.attention_parameters + dense * mlp * self.ffn + (with_mlp - dense) * routed


class Gpu(Record):
    """The figures of one GPU, as its maker publishes them."""

    name: str
    title: str
    memory_gb: Annotated[float, Limits(gt=0, le=10_000, allow_inf_nan=False)]
    """As sold."""
    bf16_tflops: Annotated[float, Limits(gt=0, le=1e6, allow_inf_nan=False)]
    """Dense, with 32-bit accumulation; fp16 where there is no bf16."""
    fp8_tflops: Annotated[float | None, Limits(gt=0, le=1e6, allow_inf_nan=False)] = None
    fp4_tflops: Annotated[float | None, Limits(gt=0, le=1e6, allow_inf_nan=False)] = None
    memory_gb_s: Annotated[float, Limits(gt=0, le=1e6, allow_inf_nan=False)]
    link: Link
    """The link between the GPUs of one node."""
    link_gb_s: Annotated[float, Limits(gt=0, le=1e5, allow_inf_nan=False)]
    """To the other GPUs of the node, one direction."""
    node_gb_s: Annotated[float, Limits(gt=0, le=1e5, allow_inf_nan=False)]
    """The bandwidth of all network cards of its usual node together, one direction."""
    matmul_fraction: Annotated[float | None, Limits(gt=0, le=1)] = None
    """The best share of the bf16 peak measured in a large matrix product."""
    bf16: bool = True
    """False: the card supports fp16 only."""
    source: SourceRef
    aliases: tuple[str, ...] = ()

    @cached_property
    def generation(self) -> Generation:
        """Return the family of tensor cores, which decides what attention kernels reach.

        Derived from what the card can do: cards without 8-bit arithmetic are of the A100's family; those with it are
        Hopper or Blackwell if their memory is stacked (over 1.9 TB/s), else consumer and workstation cards.
        """
        if self.name.startswith("mi"):
            return "cdna"
        if not self.bf16:
            return "other"
        if self.fp8_tflops is None:
            return "ampere" if self.memory_gb_s > 1_100 else "consumer"
        if self.memory_gb_s < 1_900:
            return "consumer"
        return "blackwell" if self.fp4_tflops else "hopper"


class Framework(Record):
    """The defaults of a training framework that affect time and memory."""

    name: str
    matches: Annotated[tuple[str, ...], Limits(min_length=1)]
    """Words in a framework's name that mean this one."""
    stack: StackClass
    states: StateRecipe
    """Full fine-tuning without sharding: weights and moments in 16 bit (pure), or with 32-bit masters (mixed)."""
    loss: Loss
    """plain: 32-bit copies of all logits; in-place: a fused cross-entropy over them; chunked: 16-bit logits, 32 bit for
    one chunk at a time; fused: head and loss in one kernel.
    """
    kernel: AttentionKernel = "flash2"
    prepares: bool = False
    """It calls PEFT's `prepare_model_for_kbit_training` for quantised models."""
    default_targets: str = ""
    """The matrices that LoRA tunes where nothing else is said, such as `q,v`; empty for all linear layers."""
    fuses_adapters: bool = False
    """Adapters run in fused kernels."""
    deepspeed: bool = False
    shards_optimiser: bool = False
    """Whether a distributed optimiser (ZeRO-1) is the default."""
    fuses_8_bit: bool = False
    """In fp8, its kernels fuse the casts (the fp8 stack); otherwise the stack is the same as in 16 bit."""
    keeps_8_bit: bool = False
    """In fp8, frozen weights and inputs of matrices are kept in 8 bit too (Transformer Engine)."""
    loads_whole: bool = False
    """Every GPU loads the whole checkpoint before it is sharded."""
    counts_cache: bool = True
    """The memory in its log includes the allocator's cache (reserved); False: tensors only (allocated)."""
    source: SourceRef


@dataclass(frozen=True)
class GpuFacts:
    """The input of the GPU cost model: models, GPUs, frameworks and constants by name."""

    models: dict[str, ModelShape]
    gpus: dict[str, Gpu]
    frameworks: dict[str, Framework]
    constants: dict[str, GpuConstant]
    physics: GpuPhysics
    serving: ServingPhysics
    serving_constants: dict[str, GpuConstant]
    version: str

    @cached_property
    def gpu_index(self) -> NameIndex:
        """Return the names of the GPUs."""
        return NameIndex(
            "GPU", index_names(NameEntry(gpu.name, (gpu.title, *gpu.aliases)) for gpu in self.gpus.values())
        )

    @cached_property
    def model_index(self) -> NameIndex:
        """Return the names of the models."""
        entries = (NameEntry(model.name, model.aliases) for model in self.models.values())
        return NameIndex("model", index_names(entries))
