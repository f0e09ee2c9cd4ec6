"""What the cells of a configuration mean: precision, parallelism, optimiser, kernels and tuned matrices.

An unknown or missing value means the usual one; no cell raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.gpu_cells import flag
from calculator.gpu import (
    ALL_LINEAR,
    Checkpointing,
    Offload,
    Optimiser,
    Precision,
    Quantisation,
    Sharding,
    Target,
    TuningMethod,
)
from pricing import AttentionKernel, Framework, Gpu, Link, Loss

OLD_EFA_GB_S = 50.0
MOST_GPUS = 100_000
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


class Degrees(NamedTuple):
    """Numbers of GPUs over which one copy is spread, by kind of parallelism."""

    tensor: int
    pipeline: int
    context: int
    expert: int


def degrees(parallel: str, gpus: int, experts: int) -> Degrees:
    """Return the degrees of parallelism that a text such as `tp4 pp2 ep8` names; 1 where none is named.

    `cpN` and `spN` (Ulysses, ring attention) both divide the sequence. `ep` without a degree spreads the experts over
    as many GPUs as divide them.

    Args:
        parallel: The cell, in lower case.
        gpus: All GPUs.
        experts: Experts of the model; 1 for a dense one.
    """
    tensor, pipeline = _degree(parallel, "tp", gpus), _degree(parallel, "pp", gpus)
    context = max(_degree(parallel, name, gpus) for name in ("cp", "sp", "ulysses", "ring"))
    if tensor * pipeline * context > gpus:
        tensor, pipeline, context = 1, 1, 1
    expert = _degree(parallel, "ep", gpus)
    if expert == 1 and re.search(r"(?<![a-z])ep(?![a-z\d=:])", parallel):
        expert = max(size for size in range(1, min(gpus, experts) + 1) if experts % size == 0 and gpus % size == 0)
    return Degrees(tensor, pipeline, context, expert if experts > 1 and expert <= experts else 1)


def _degree(parallel: str, name: str, gpus: int) -> int:
    found = re.search(rf"(?<![a-z]){name}\s*[-=:(]?\s*(\d{{1,6}})", parallel)
    return min(max(1, int(found[1])), gpus) if found else 1


def method(row: Mapping[str, str]) -> tuple[TuningMethod, Quantisation | None]:
    """Return the tuning method, and the quantisation of the frozen weights."""
    text, quant = row.get("method", "").lower(), row.get("quant", "").lower()
    kind: Quantisation | None = None
    if quant and quant not in ("0", "none", "no", "16", "bf16", "fp16"):
        if "8" in quant and "4" not in quant:
            kind = "int8"
        elif any(word in quant for word in ("gptq", "awq", "int4", "mxfp4", "hqq")):
            kind = "int4"
        else:
            kind = "nf4-dq" if "dq" in quant or "double" in quant else "nf4"
    if "qlora" in text:
        return "qlora", kind or "nf4"
    if any(word in text for word in ("lora", "dora", "peft", "adapter")):
        return ("qlora", kind) if kind else ("lora", None)
    return "full", None


def sharding(parallel: str, gpus: int, tuning: TuningMethod, *, deepspeed: bool) -> Sharding:
    """Return how data-parallel copies share their states."""
    if gpus == 1 and "zero" not in parallel:
        return "zero3" if deepspeed and tuning == "full" else "none"
    if re.search(r"(zero|stage)[\s_-]*3", parallel):
        return "zero3"
    if any(word in parallel for word in ("fsdp", "full_shard", "full shard", "full-shard", "hsdp")):
        return "zero2" if "grad_op" in parallel else "zero3"
    if re.search(r"(zero|stage)[\s_-]*2", parallel):
        return "zero2"
    if re.search(r"(zero|stage)[\s_-]*1", parallel) or "distributed optim" in parallel:
        return "zero1"
    if not parallel or parallel == "?":
        return "zero2" if deepspeed else "zero3"  # not said; a model is spread over its GPUs
    return "zero2" if deepspeed and "ddp" not in parallel else "none"


def precision(text: str) -> Precision:
    """Return the precision of the arithmetic: `amp` for 32-bit weights under mixed precision."""
    word = text.lower()
    if "fp4" in word:
        return "fp4"
    if "fp8" in word or "float8" in word:
        return "fp8"
    wide = any(name in word for name in ("fp32", "float32", "tf32", "32-"))
    if wide and any(name in word for name in ("amp", "auto", "mixed", "bf16", "fp16")):
        return "amp"
    if wide:
        return "fp32"
    return "fp16" if "fp16" in word or "float16" in word else "bf16"


def link(text: str) -> Link | None:
    """Return the link inside a node; None for the GPU's usual one."""
    word = text.lower()
    if "pcie" in word:
        return "pcie"
    return "ethernet" if "ethernet" in word else None


def node_gb_s(text: str, gpu: Gpu) -> float | None:
    """Return what a node's network cards carry: `8x400G`, or old EFA of 400 Gb/s. None: as usual for the GPU."""
    word = text.lower()
    cards = re.search(r"(\d+)\s*x\s*(\d+)\s*g", word)
    if cards and 0 < int(cards[1]) * int(cards[2]) < 100_000:
        return int(cards[1]) * int(cards[2]) / 8
    return OLD_EFA_GB_S if "efa" in word and gpu.fp8_tflops is None else None


def optimiser(text: str) -> Optimiser:
    """Return the optimiser's kind, by the states that it keeps."""
    word = text.lower()
    if "8" in word and "bit" in word:
        return "adamw-8bit"
    if "adafactor" in word:
        return "adafactor"
    return "sgd" if "sgd" in word else "adamw"


def offload(row: Mapping[str, str], *, deepspeed: bool) -> Offload:
    """Return what the host holds: everything under FSDP; the optimiser's states under DeepSpeed, if no parameters."""
    cell, parallel = row.get("cpu_offload", "").lower(), row.get("parallel", "").lower()
    named = "offload" in parallel and "activation" not in parallel
    if not (flag(cell) or named or any(word in cell for word in ("optim", "param", "weight", "all"))):
        return "none"
    if "param" in cell + parallel or "weight" in cell:
        return "weights"
    return "optimiser" if deepspeed or "optim" in cell else "weights"


def checkpointing(text: str) -> Checkpointing:
    """Return which activations are computed again; all if the cell says nothing."""
    word = text.strip().lower()
    if "sel" in word or "partial" in word:
        return "selective"
    return "none" if flag(word) is False else "full"


def kernel(row: Mapping[str, str], framework: Framework, gpu: Gpu) -> AttentionKernel:
    """Return the attention kernel: the one named, else the framework's. PyTorch picks cuDNN on Blackwell."""
    word = f"{row.get('kernel', '')} {row.get('flash_attn', '')} {row.get('attention', '')}".lower()
    if "cudnn" in word or "fused_attn" in word:
        return "cudnn"
    if re.search(r"(flash|fa)[\s_-]*(attn|attention)?[\s_-]*v?3", word) or word.strip() == "3":
        return "flash3"
    if flag(row.get("flash_attn")) is False or any(name in word for name in ("eager", "math", "naive")):
        return "math"
    if framework.kernel == "flash2" and gpu.generation == "blackwell" and framework.stack != "eager":
        return "cudnn"
    return framework.kernel


def loss(row: Mapping[str, str], framework: Framework) -> Loss:
    """Return the kind of loss: `ce_chunked` if it says anything, else the framework's."""
    word = f"{row.get('ce_chunked', '')} {row.get('loss', '')}".lower()
    if any(name in word for name in ("liger", "fused", "cut", "cce", "unsloth")):
        return "fused"
    if "chunk" in word:
        return "chunked"
    chunked = flag(row.get("ce_chunked"))
    spares = framework.loss in ("chunked", "fused")
    if chunked:
        return framework.loss if spares else "chunked"
    if chunked is False and spares:
        return "plain" if framework.stack == "eager" else "in-place"
    if framework.loss == "plain" and flag(row.get("compile")):
        return "in-place"  # compilation fuses the casts and the softmax
    return framework.loss


def targets(text: str) -> tuple[Target, ...]:
    """Return the matrices with an adapter; all seven if the cell says nothing that is known."""
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
