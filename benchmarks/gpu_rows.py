"""Rows of a file of measured runs -> setups. Only the configuration is read here; what was measured is read apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from benchmarks.gpu_cells import flag, named_size, positive
from calculator.gpu import (
    ALL_LINEAR,
    Checkpointing,
    Optimiser,
    Precision,
    Quantisation,
    Setup,
    Sharding,
    Target,
    TuningMethod,
    find_framework,
    interpolated_mixture,
    interpolated_shape,
    predict,
)
from pricing import Gpu, GpuFacts, Link, ModelShape, StackClass, known_gpu, known_model

# How far a name's size may be from the row's before the row's is believed.
SIZE_MISMATCH = 0.2
SMALLEST_BILLION, LARGEST_BILLION = 0.001, 10_000
TYPICAL_SEQUENCE = 2048
OLD_EFA_GB_S = 50.0
_TARGETS: Mapping[str, tuple[Target, ...]] = {
    "q": ("q",), "k": ("k",), "v": ("v",), "o": ("o",), "gate": ("gate",), "up": ("up",), "down": ("down",),
    "q_proj": ("q",), "k_proj": ("k",), "v_proj": ("v",), "o_proj": ("o",), "gate_proj": ("gate",),
    "up_proj": ("up",), "down_proj": ("down",), "qkv": ("qkv",), "c_attn": ("qkv",), "attn": ("qkv",),
    "query_key_value": ("qkv",), "c_proj": ("o",), "attn.c_proj": ("o",), "w1": ("gate",), "w2": ("up",),
    "mlp.c_proj": ("down",), "dense": ("o",), "fc1": ("up",), "fc2": ("down",), "mlp": ("gate", "up", "down"),
    "dense_h_to_4h": ("gate", "up"), "dense_4h_to_h": ("down",), "emb": ("embedding",), "embed": ("embedding",),
    "embed_tokens": ("embedding",), "wte": ("embedding",), "head": ("head",), "lm_head": ("head",),
    "attention": ("q", "k", "v", "o"), "w_pack": ("qkv",), "wqkv": ("qkv",), "qkv_proj": ("qkv",),
    "linear_qkv": ("qkv",), "linear_proj": ("o",), "linear_fc1": ("gate", "up"), "linear_fc2": ("down",),
}  # fmt: skip


class Unusable(ValueError):
    """Why a row cannot be predicted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured run: the setup to predict, and what was measured (None where it is not scored)."""

    source: str
    setup: Setup
    tokens_per_second: float | None
    peak_gib: float | None
    memory_gib: float


def read_row(row: Mapping[str, str], facts: GpuFacts) -> Row:
    """One row. Raises Unusable with the reason."""
    setup = read_setup(row, facts)
    return Row(
        source=row.get("source_id") or row.get("source") or "?",
        setup=setup,
        tokens_per_second=positive(row.get("tokens_per_s_per_gpu")) if flag(row.get("use_time")) else None,
        peak_gib=positive(row.get("peak_mem_gib_per_gpu")) if flag(row.get("use_mem")) else None,
        memory_gib=setup.gpu.memory_gb,
    )


def read_setup(row: Mapping[str, str], facts: GpuFacts) -> Setup:
    """The configuration columns as a setup. Raises Unusable."""
    if "rlhf" in row.get("workload", "").lower():
        raise Unusable("the workload is RLHF, which is not modelled")
    gpu = _gpu(row, facts)
    model = _model(row, facts)
    framework = find_framework(_megatron(row) or row.get("framework", ""), facts.frameworks)
    words = row.get("framework", "").lower()
    precision_text = row.get("precision", "").lower()
    method, quantisation = _method(row)
    parallel = row.get("parallel", "").lower()
    gpus = max(1, min(100_000, round(positive(row.get("n_gpus")) or 1)))
    tensor, pipeline, context = (_degree(parallel, name, gpus) for name in ("tp", "pp", "cp"))
    if tensor * pipeline * context > gpus:
        tensor, pipeline, context = 1, 1, 1
    by_deepspeed = framework.deepspeed or "deepspeed" in words or "zero" in parallel
    sharding = _sharding(parallel, gpus, method, deepspeed=by_deepspeed)
    if sharding == "none" and gpus > 1 and framework.shards_optimiser:
        sharding = "zero1"
    stack: StackClass = framework.stack
    precision = _precision(precision_text)
    if precision in ("fp8", "fp4") and framework.fuses_8_bit:
        stack = "fp8"
    sequence = positive(row.get("seq_len"))
    micro = positive(row.get("micro_batch"))
    step_tokens = positive(row.get("micro_tokens_per_gpu"))
    if sequence is None:
        sequence = step_tokens * tensor * pipeline * context / (micro or 1) if step_tokens else TYPICAL_SEQUENCE
    shards = tensor * pipeline * context
    accumulation = positive(row.get("grad_accum"))
    whole = positive(row.get("global_batch"))
    copies = max(1, gpus // shards)
    if micro is None:
        if step_tokens:
            micro = step_tokens * shards / sequence
        elif whole:
            micro = whole / copies / (accumulation or 1)
    micro_batch = max(1, round(micro or 1))
    if accumulation is None:
        accumulation = whole / copies / micro_batch if whole else 1
    packed = flag(row.get("packed"))
    mean = step_tokens * shards / micro_batch if step_tokens else None
    if mean is not None and abs(mean / sequence - 1) < 0.05:
        mean = None
    zero = sharding in ("zero1", "zero2", "zero3")
    pure = any(word in precision_text for word in ("pure", "true"))
    recipe = "pure" if pure else framework.states
    if method == "full" and recipe == "pure" and not pure and (zero or by_deepspeed or "fp16" in precision_text):
        recipe = "mixed"  # sharded optimisers and loss scaling keep 32-bit masters
    if method != "full" and not pure:
        recipe = "mixed"  # adapters are kept in 32 bit
    checkpointing = _checkpointing(row.get("grad_ckpt", ""), method, model)
    fused = flag(row.get("ce_chunked"))
    flash = flag(row.get("flash_attn"))
    setup = Setup(
        model=model,
        gpu=gpu,
        method=method,
        gpus=gpus,
        gpus_per_node=max(1, round(positive(row.get("gpus_per_node")) or min(gpus, 8))),
        link=_link(row.get("interconnect", ""), gpu),
        node_gb_s=_node_gb_s(row.get("interconnect", ""), gpu),
        sharding=sharding,
        tensor_parallel=tensor,
        pipeline_parallel=pipeline,
        context_parallel=context,
        sequence_length=max(1, round(sequence)),
        packed=packed if packed is not None else True,
        mean_length=mean,
        micro_batch=micro_batch,
        grad_accumulation=max(1, round(accumulation)),
        precision=precision,
        states="pure" if recipe == "pure" else "mixed",
        quantisation=quantisation,
        optimiser=_optimiser(row.get("optimizer", "")),
        checkpointing=checkpointing,
        flash_attention=flash if flash is not None else True,
        compiled=bool(flag(row.get("compile"))),
        cpu_offload=bool(flag(row.get("cpu_offload"))) or "offload" in parallel,
        loss="chunked" if fused else framework.loss,
        deepspeed=by_deepspeed,
        keeps_8_bit=framework.keeps_8_bit,
        loads_whole=framework.loads_whole,
        counts_cache=framework.counts_cache,
        stack=stack,
        lora_rank=max(1, min(4096, round(positive(row.get("lora_rank")) or 16))),
        lora_targets=_targets(row.get("lora_targets", "")),
        dora="dora" in row.get("lora_targets", "").lower(),
    )
    return (
        _with_some_tensor_parallelism(setup, facts)
        if tensor == 1 and "tp" in parallel and "tp1" not in parallel
        else setup
    )


def _with_some_tensor_parallelism(setup: Setup, facts: GpuFacts) -> Setup:
    """Tensor parallelism is named without its degree: the least that fits."""
    for degree in (2, 4, 8):
        if setup.gpus % degree == 0:
            cut = replace(setup, tensor_parallel=degree)
            if predict(cut, facts.physics).fits:
                return cut
    return setup


def _gpu(row: Mapping[str, str], facts: GpuFacts) -> Gpu:
    text = row.get("gpu", "")
    if not text:
        raise Unusable("no GPU is named")
    memory = positive(row.get("gpu_mem_gb"))
    gpu = known_gpu(text, facts, memory)
    if gpu is None:
        raise Unusable(f"the GPU {text!r} is not known")
    return gpu.model_copy(update={"memory_gb": memory}) if memory else gpu


def _model(row: Mapping[str, str], facts: GpuFacts) -> ModelShape:
    text = row.get("model", "")
    named, active = named_size(text)
    size = positive(row.get("params_b")) or named
    model = known_model(text, facts)
    if model and (size is None or abs(size / model.parameters_billion - 1) < SIZE_MISMATCH):
        return model
    if size is None or not SMALLEST_BILLION <= size <= LARGEST_BILLION:
        raise Unusable(f"the model {text!r} is not known and has no size")
    if active and active < size:
        return interpolated_mixture(size, active, facts.models)
    return interpolated_shape(size, facts.models)


def _method(row: Mapping[str, str]) -> tuple[TuningMethod, Quantisation | None]:
    method = row.get("method", "").lower()
    quant = row.get("quant", "").lower()
    kind: Quantisation | None = None
    if quant and quant not in ("0", "none", "no"):
        kind = "int8" if "8" in quant else "nf4-dq" if "dq" in quant or "double" in quant else "nf4"
        kind = "int4" if kind == "nf4" and any(word in quant for word in ("gptq", "awq", "int4")) else kind
    if "qlora" in method:
        return "qlora", kind or "nf4"
    if any(word in method for word in ("lora", "dora", "peft", "adapter")):
        return ("qlora", kind) if kind else ("lora", None)
    return "full", None


def _degree(parallel: str, name: str, gpus: int) -> int:
    found = re.search(rf"{name}\s*[=:]?\s*(\d+)", parallel)
    return min(max(1, int(found[1])), gpus) if found else 1


def _megatron(row: Mapping[str, str]) -> str:
    return "megatron" if "megatron" in row.get("parallel", "").lower() else ""


def _sharding(parallel: str, gpus: int, method: TuningMethod, *, deepspeed: bool) -> Sharding:
    if gpus == 1 and "zero" not in parallel:
        return "zero3" if deepspeed and method == "full" else "none"
    if "zero3" in parallel or "zero-3" in parallel or "stage3" in parallel or "stage 3" in parallel:
        return "zero3"
    if "fsdp" in parallel or "full_shard" in parallel or "full shard" in parallel:
        return "zero2" if "grad_op" in parallel else "zero3"
    if "zero2" in parallel or "zero-2" in parallel:
        return "zero2"
    if "zero1" in parallel or "zero-1" in parallel or "distributed optim" in parallel:
        return "zero1"
    if not parallel or parallel == "?":
        return "zero2" if deepspeed else "zero3"  # not said; a model is spread over its GPUs
    return "zero2" if deepspeed and "ddp" not in parallel else "none"


def _precision(text: str) -> Precision:
    if "fp4" in text:
        return "fp4"
    if "fp8" in text or "float8" in text:
        return "fp8"
    if "fp32" in text or "float32" in text or "tf32" in text:
        return "fp32"
    return "fp16" if "fp16" in text or "float16" in text else "bf16"


def _link(text: str, gpu: Gpu) -> Link | None:
    word = text.lower()
    if "pcie" in word:
        return "pcie"
    if "ethernet" in word:
        return "ethernet"
    return None


def _node_gb_s(text: str, gpu: Gpu) -> float | None:
    """`8x400G` says what the node's network cards carry; EFA on older nodes is 400 Gb/s. None: as usual for the GPU."""
    word = text.lower()
    cards = re.search(r"(\d+)\s*x\s*(\d+)\s*g", word)
    if cards and 0 < int(cards[1]) * int(cards[2]) < 100_000:
        return int(cards[1]) * int(cards[2]) / 8
    return OLD_EFA_GB_S if "efa" in word and gpu.fp8_tflops is None else None


def _optimiser(text: str) -> Optimiser:
    word = text.lower()
    if "8" in word and "bit" in word:
        return "adamw-8bit"
    if "backward" in word:
        return "adamw-in-backward"
    if "adafactor" in word:
        return "adafactor"
    return "sgd" if "sgd" in word else "adamw"


def _checkpointing(text: str, method: TuningMethod, model: ModelShape) -> Checkpointing:
    word = text.strip().lower()
    if "sel" in word or "partial" in word:
        return "selective"
    said = flag(word)
    return "full" if said or (said is None) else "none"


def _targets(text: str) -> tuple[Target, ...]:
    word = text.lower()
    if "all" in word or not word:
        return ALL_LINEAR
    if "default" in word and "(" in word and not re.search(r"[qv],", word):
        word = word.partition("(")[2].rstrip(")").split("/")[-1]
    word = re.sub(r"\(.*?\)", "", word)
    found: list[Target] = []
    for part in re.split(r"[,+;\s]+", word):
        for target in _TARGETS.get(part.strip(), ()):
            if target not in found:
                found.append(target)
    return tuple(found) or ALL_LINEAR
