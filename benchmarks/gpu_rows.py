"""Rows of a file of measured runs -> setups. Only the configuration is read here; what was measured is read apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from msgspec import structs

from benchmarks import gpu_columns as columns
from benchmarks.gpu_cells import flag, named_size, positive
from calculator.gpu import (
    Precision,
    Setup,
    Sharding,
    find_framework,
    interpolated_mixture,
    interpolated_shape,
    predict,
)
from pricing import Framework, Gpu, GpuFacts, ModelShape, StateRecipe, known_gpu, known_model

# How far a name's size may be from the row's before the row's is believed.
SIZE_MISMATCH = 0.2
SMALLEST_BILLION, LARGEST_BILLION = 0.001, 10_000
TYPICAL_SEQUENCE = 2048
# Active weights of a mixture of which only the size is known: 0.4 × size^0.65, billions (Granite 3B has 0.8 active,
# Qwen3 30B 3, gpt-oss 117B 5, Qwen3 235B 22, DeepSeek 671B 37).
ACTIVE_SHARE, ACTIVE_POWER = 0.4, 0.65

MemoryKind = Literal["tensors", "reserved", "process"]


class Unusable(ValueError):
    """Why a row cannot be predicted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured run: the setup to predict, and what was measured (None where it is not scored)."""

    source: str
    framework: str
    setup: Setup
    tokens_per_second: float | None
    peak_gib: float | None
    leaves_padding_out: bool
    """`tokens_per_second` counts real tokens only, without the padding that was computed."""
    memory_kind: MemoryKind
    """The quantity that `peak_gib` is: tensors allocated, memory reserved by the allocator, or the process's."""


def read_row(row: Mapping[str, str], facts: GpuFacts) -> Row:
    """Return one row. Raises Unusable with the reason."""
    setup = read_setup(row, facts)
    framework = _framework(row, facts)
    return Row(
        source=row.get("source_id") or row.get("source") or "?",
        framework=framework.name,
        setup=setup,
        tokens_per_second=positive(row.get("tokens_per_s_per_gpu")) if flag(row.get("use_time")) else None,
        peak_gib=positive(row.get("peak_mem_gib_per_gpu")) if flag(row.get("use_mem")) else None,
        leaves_padding_out="effective" in row.get("tokens_basis", "").lower(),
        memory_kind=memory_kind(row.get("mem_kind", ""), framework),
    )


def memory_kind(text: str, framework: Framework) -> MemoryKind:
    """Return the quantity that a source measured, as its `mem_kind` says.

    Without a kind it is what the framework's log prints, or the process's memory.
    """
    word = text.lower()
    if word.startswith("reserved") or "torch reserved" in word:
        return "reserved"
    if "alloc" in word or "torch" in word:
        return "tensors"
    if "smi" in word or "process" in word or framework.counts_cache:
        return "process"
    return "tensors"


def read_setup(row: Mapping[str, str], facts: GpuFacts) -> Setup:
    """Return the configuration columns as a setup. Raises Unusable."""
    if "rlhf" in row.get("workload", "").lower():
        raise Unusable("the workload is RLHF, which is not modelled")
    gpu = _gpu(row, facts)
    model = _model(row, facts)
    framework = _framework(row, facts)
    parallel = row.get("parallel", "").lower()
    gpus = max(1, min(columns.MOST_GPUS, round(positive(row.get("n_gpus")) or 1)))
    degrees = columns.degrees(parallel, gpus, model.experts)
    method, quantisation = columns.method(row)
    deepspeed = framework.deepspeed or "deepspeed" in row.get("framework", "").lower() or "zero" in parallel
    sharding = columns.sharding(parallel, gpus, method, deepspeed=deepspeed)
    if sharding == "none" and gpus > 1 and framework.shards_optimiser:
        sharding = "zero1"
    precision = columns.precision(row.get("precision", ""))
    eight_bit = precision in ("fp8", "fp4")
    flash = columns.kernel(row, framework, gpu)
    batch = _batch(row, gpus, degrees.tensor * degrees.pipeline * degrees.context)
    packed = flag(row.get("packed"))
    words = f"{row.get('optimizer', '')}".lower()
    prepared = flag(row.get("prepared"))
    fused = flag(row.get("fused_adapters"))
    setup = Setup(
        model=model,
        gpu=gpu,
        method=method,
        gpus=gpus,
        gpus_per_node=max(1, round(positive(row.get("gpus_per_node")) or min(gpus, 8))),
        link=columns.link(row.get("interconnect", "")),
        node_gb_s=columns.node_gb_s(row.get("interconnect", ""), gpu),
        sharding=sharding,
        tensor_parallel=degrees.tensor,
        pipeline_parallel=degrees.pipeline,
        context_parallel=degrees.context,
        expert_parallel=degrees.expert,
        sequence_length=batch.sequence,
        packed=packed if packed is not None else True,
        mean_length=batch.mean,
        micro_batch=batch.micro,
        grad_accumulation=batch.accumulation,
        precision=precision,
        states=_states(row, framework, sharding, precision, full=method == "full", deepspeed=deepspeed),
        quantisation=quantisation,
        optimiser=columns.optimiser(words),
        steps_in_backward="backward" in words,
        paged_optimiser="paged" in words,
        checkpointing=columns.checkpointing(row.get("grad_ckpt", "")),
        kernel=flash,
        compiled=bool(flag(row.get("compile"))),
        offload=columns.offload(row, deepspeed=deepspeed),
        offloads_activations="offload" in row.get("grad_ckpt", "").lower()
        or bool(flag(row.get("offload_activations"))),
        loss=columns.loss(row, framework),
        deepspeed=deepspeed,
        keeps_8_bit=framework.keeps_8_bit,
        loads_whole=framework.loads_whole,
        prepared=framework.prepares if prepared is None else prepared,
        fused_adapters=framework.fuses_adapters if fused is None else fused,
        transformer_engine=framework.fuses_8_bit and (framework.name != "unknown" or eight_bit),
        stack="fp8" if eight_bit and framework.fuses_8_bit else framework.stack,
        stack_known=framework.name != "unknown",
        lora_rank=max(1, min(4096, round(positive(row.get("lora_rank")) or 16))),
        lora_targets=columns.targets(row.get("lora_targets", "") or framework.default_targets),
        dora="dora" in row.get("lora_targets", "").lower() or "dora" in row.get("method", "").lower(),
    )
    unknown_degree = degrees.tensor == 1 and "tp" in parallel and "tp1" not in parallel
    return _with_some_tensor_parallelism(setup, facts) if unknown_degree else setup


@dataclass(frozen=True, slots=True)
class _Batch:
    sequence: int
    micro: int
    accumulation: int
    mean: float | None


def _batch(row: Mapping[str, str], gpus: int, shards: int) -> _Batch:
    """Return lengths and batches, from whichever of the columns are filled in."""
    sequence = positive(row.get("seq_len"))
    micro = positive(row.get("micro_batch"))
    step_tokens = positive(row.get("micro_tokens_per_gpu"))
    if sequence is None:
        sequence = step_tokens * shards / (micro or 1) if step_tokens else TYPICAL_SEQUENCE
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
    mean = step_tokens * shards / micro_batch if step_tokens else None
    if mean is not None and abs(mean / sequence - 1) < 0.05:
        mean = None
    return _Batch(max(1, round(sequence)), micro_batch, max(1, round(accumulation)), mean)


def _states(
    row: Mapping[str, str],
    framework: Framework,
    sharding: Sharding,
    precision: Precision,
    *,
    full: bool,
    deepspeed: bool,
) -> StateRecipe:
    """Return whether masters and moments are in 32 bit; adapters are, unless the row says pure 16 bit."""
    pure = any(word in row.get("precision", "").lower() for word in ("pure", "true"))
    if pure:
        return "pure"
    if not full or sharding != "none" or deepspeed or precision in ("fp16", "amp", "fp32"):
        return "mixed"  # sharded optimisers and loss scaling keep 32-bit masters
    return framework.states


def _framework(row: Mapping[str, str], facts: GpuFacts) -> Framework:
    """Return the framework's defaults; an unknown one that trains in 8 bit is no eager one."""
    megatron = "megatron" if "megatron" in row.get("parallel", "").lower() else ""
    framework = find_framework(megatron or row.get("framework", ""), facts.frameworks)
    if framework.name == "unknown" and columns.precision(row.get("precision", "")) in ("fp8", "fp4"):
        return structs.replace(framework, stack="optimised", loss="in-place", kernel="cudnn", fuses_8_bit=True)
    return framework


def _with_some_tensor_parallelism(setup: Setup, facts: GpuFacts) -> Setup:
    """Return the setup with the least tensor parallelism that fits, where it is named without its degree."""
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
    return structs.replace(gpu, memory_gb=memory) if memory else gpu


def _model(row: Mapping[str, str], facts: GpuFacts) -> ModelShape:
    text = row.get("model", "")
    named, active = named_size(text)
    size = positive(row.get("params_b")) or named
    model = known_model(text, facts)
    if model is None or not (size is None or abs(size / model.parameters_billion - 1) < SIZE_MISMATCH):
        if size is None or not SMALLEST_BILLION <= size <= LARGEST_BILLION:
            raise Unusable(f"the model {text!r} is not known and has no size")
        if flag(row.get("moe")) and active is None:
            active = ACTIVE_SHARE * size**ACTIVE_POWER
        if active and active < size:
            model = interpolated_mixture(size, active, facts.models)
        else:
            model = interpolated_shape(size, facts.models)
        model = structs.replace(model, vocabulary=_family_vocabulary(text, facts) or model.vocabulary)
    vocabulary = positive(row.get("vocabulary"))
    if vocabulary and 100 <= vocabulary <= 2_000_000:
        model = structs.replace(model, vocabulary=round(vocabulary))
    return model


def _family_vocabulary(text: str, facts: GpuFacts) -> int | None:
    """Return the vocabulary of the known models whose names begin like this one's; None without such models."""
    name = re.sub(r"[\s_]+", "-", text.strip().lower().rsplit("/", 1)[-1])
    shared = {known: _shared_prefix(name, known) for known in facts.models}
    longest = max(shared.values(), default=0)
    if longest < 3:
        return None
    kin = sorted(facts.models[known].vocabulary for known, length in shared.items() if length == longest)
    return kin[len(kin) // 2]


def _shared_prefix(left: str, right: str) -> int:
    length = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        length += 1
    return length
