"""The constants of the serving model by name; `data/serving_model.yml` has the meaning and source of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServingPhysics:
    """The values of the serving model's constants."""

    bandwidth_share: float
    cache_bandwidth_share: float
    matmul_share: float
    peak_lag: float
    widening_share: float
    half_tokens: float
    expert_share: float
    attention_share: float
    traffic: float
    expert_traffic: float
    parallel_keeps: float
    reduce_seconds: float
    link_share: float
    layer_seconds: float
    step_seconds: float
    call_step_seconds: float
    call_seconds: float
    engine_tensorrt: float
    memory_share: float
    adapter_overhead: float
    spread: float
    spread_mixture: float
