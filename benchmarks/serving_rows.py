"""Rows of published serving benchmarks as the serving model's input."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.gpu_cells import named_size, positive
from benchmarks.gpu_rows import Unusable
from calculator.gpu import interpolated_mixture, interpolated_shape
from calculator.serving import (
    CallShape,
    Engine,
    cache_room,
    host_on,
    most_calls,
    served_model,
    step_seconds,
    throughput,
)
from pricing import Gpu, GpuFacts, ModelShape, ServingPhysics, WeightFormat, known_gpu, known_model

_OFFLINE = re.compile(
    r"trtllm-bench|offline|static batch|benchmark_throughput|bench throughput|max(imum)? throughput", re.I
)
MOST_PARALLEL = 16
LONGEST_ANSWER = 4.0
"""The longest answer over the mean of conversations such as ShareGPT's."""
TAIL_CALLS = 8.0
EIGHTS_ACTIVE = 0.28
"""Active share of a mixture called `8x7b`: Mixtral 8x7B uses 12.9 of 46.7 billion weights."""


@dataclass(frozen=True, slots=True)
class ServingRow:
    """One measured configuration."""

    source: str
    model: ModelShape
    gpu: Gpu
    gpus: int
    parallel: int
    """GPUs that hold the model together."""
    engine: Engine
    weights: WeightFormat
    cache_bytes: float
    """Bytes of one cached key or value."""
    call: CallShape
    calls: float | None
    """Calls at the same time; None for as many as the engine takes."""
    requests: float | None
    """Calls that were sent at once."""
    varied: bool
    """The answers differ in length."""
    offline: bool
    """The engine was called directly, not through its server."""
    measured: float
    """Output tokens a second of all GPUs."""


def read_serving_row(raw: Mapping[str, str], facts: GpuFacts) -> ServingRow:
    """Return a row as the model's input. Raises Unusable with the reason."""
    model = _model(raw, facts)
    gpu = known_gpu(raw.get("gpu", ""), facts)
    if gpu is None:
        raise Unusable(f"unknown GPU {raw.get('gpu')!r}")
    parallel = int(_number(raw.get("tp"), 0.0)) or int(_number(raw.get("n_gpus"), 1.0))
    gpus = max(int(_number(raw.get("n_gpus"), float(parallel))), parallel)
    outputs = _number(raw.get("output_tokens"), 0.0)
    inputs = _number(raw.get("input_tokens"), 0.0)
    measured = _number(raw.get("output_tok_s_total"), 0.0)
    if not measured:
        measured = _number(raw.get("output_tok_s_per_gpu"), 0.0) * gpus
    if measured <= 0 or outputs < 1 or inputs < 0:
        raise Unusable("tokens or throughput are missing")
    engine, weights = _engine(raw.get("engine", "")), _weights(raw.get("precision", ""))
    narrow_cache = engine == "tensorrt" and weights in ("fp8", "fp4")
    concurrency = _number(raw.get("concurrency"), 0.0)
    requests = _number(raw.get("requests"), 0.0)
    return ServingRow(
        source=raw.get("source_id", ""),
        model=model,
        gpu=gpu,
        gpus=gpus,
        parallel=parallel,
        engine=engine,
        weights=weights,
        cache_bytes=1.0
        if narrow_cache or re.search(r"kv[ _-]?(cache)?[ _-]*fp8", raw.get("note", "").lower())
        else 2.0,
        call=CallShape(inputs, outputs),
        calls=concurrency or None,
        requests=requests or None,
        varied=outputs != int(outputs),
        offline=_is_offline(engine, raw),
        measured=measured,
    )


def _is_offline(engine: Engine, raw: Mapping[str, str]) -> bool:
    words = f"{raw.get('metric', '')} {raw.get('note', '')} {raw.get('engine', '')}"
    if _OFFLINE.search(words):
        return True
    # NVIDIA publishes what its own benchmark tool reaches without a server.
    return engine == "tensorrt" and not re.search(r"serv|nim|http|triton", words, re.I)


def _number(text: str | None, default: float) -> float:
    try:
        number = float((text or "").replace(",", "").strip())
    except ValueError:
        return default
    return number if 0 <= number < 1e12 else default


def _model(raw: Mapping[str, str], facts: GpuFacts) -> ModelShape:
    name = raw.get("model", "")
    if known := known_model(name, facts):
        return known
    named = named_size(name)
    total = positive(raw.get("params_b") or raw.get("parameters_billion")) or named[0] or 0.0
    active = positive(raw.get("active_params_b") or raw.get("active_billion")) or named[1]
    if active is None and re.search(r"\d+x\d", name):
        active = total * EIGHTS_ACTIVE
    if not 0.01 <= total <= 10_000:
        raise Unusable(f"unknown model {name!r}")
    if active and active < total:
        return interpolated_mixture(total, active, facts.models)
    return interpolated_shape(total, facts.models)


def _engine(text: str) -> Engine:
    name = text.lower()
    if "sglang" in name or "sgl" in name:
        return "sglang"
    if "trt" in name or "tensorrt" in name or ("nim" in name and "vllm" not in name):
        return "tensorrt"
    return "vllm" if "vllm" in name else "unknown"


def _weights(text: str) -> WeightFormat:
    name = text.lower().replace("-", "").replace("_", "").replace(" ", "")
    if "mxfp4" in name:
        return "mxfp4"
    if "fp4" in name:
        return "fp4"
    if any(word in name for word in ("awq", "gptq", "int4", "w4a16", "4bit", "q4", "nf4")):
        return "int4"
    if "int8" in name or "w8a8int8" in name:
        return "int8"
    return "fp8" if "fp8" in name or "w8a8" in name else "16 bit"


def predict_row(row: ServingRow, physics: ServingPhysics) -> float:
    """Return the output tokens a second that the model predicts for a row, of all its GPUs."""
    replicas = max(1, row.gpus // row.parallel)
    model = served_model(row.model, row.weights, cache_bytes_per_value=row.cache_bytes)
    parallel = row.parallel
    while model.bytes > parallel * row.gpu.memory_gb * 1e9 * physics.memory_share and parallel < MOST_PARALLEL:
        parallel *= 2  # it ran, so it was spread over more GPUs than the row says
    host = host_on(model, row.gpu, parallel, row.engine, physics, offline=row.offline)
    sent = (row.calls or row.requests or float("inf")) / replicas
    room = max(1.0, cache_room(host, row.gpu, physics, row.call))
    # NVIDIA's benchmark tool sets the most calls as it needs; in a server they are the engine's default.
    most = float("inf") if row.offline and row.engine == "tensorrt" else most_calls(row.engine, row.gpu)
    calls = max(1.0, min(sent, room, most))
    steady = throughput(host, row.call, calls).output_tokens_per_second
    if row.calls is None and row.requests and row.varied:
        # Few calls are left at the end of a burst whose answers differ in length.
        longer = (LONGEST_ANSWER - 1.0) * row.call.output_tokens
        tail = longer * step_seconds(host, min(calls, TAIL_CALLS), row.call.input_tokens)
        written = sent * row.call.output_tokens
        steady = written / (written / steady + tail)
    return steady * replicas
