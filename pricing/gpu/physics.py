"""The constants of the GPU cost model, each with its reason, and their values by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pricing.files.record import Limits, Record
from pricing.price import SourceRef
from pricing.vocabulary import PartialDate


class GpuConstant(Record):
    """One constant of the GPU model: physics, a property of software, or a fit."""

    value: Annotated[float, Limits(allow_inf_nan=False)]
    moves: Literal["time", "memory", "ranges"]
    """The quantity that it affects."""
    prior: float | None = None
    """The value assumed before any fit; a fit starts there and is regularised towards it. None: not fitted."""
    low: float | None = None
    high: float | None = None
    """The bounds of a fit."""
    why: Annotated[str, Limits(min_length=1)]
    source: SourceRef
    fitted: PartialDate | None = None
    """The day of the fit; None if the value isn't fitted."""

    def _check(self) -> None:
        if len({self.low is None, self.high is None, self.prior is None, self.fitted is None}) > 1:
            raise ValueError("prior, low, high and fitted belong together; add what is missing")
        if self.low is not None and self.high is not None and self.prior is not None:
            for name, number in (("value", self.value), ("prior", self.prior)):
                if not self.low <= number <= self.high:
                    raise ValueError(f"{name} {number:g} is not between low {self.low:g} and high {self.high:g}")


@dataclass(frozen=True, slots=True)
class GpuPhysics:
    """The values of the constants by name. `data/gpu_model.yml` has the meaning and source of each."""

    matmul_fraction_default: float
    matmul_efficiency: float
    matmul_lag: float
    weight_reads: float
    fp8_share: float
    fp8_share_unfused: float
    fp32_share: float
    int8_share: float
    attention_share: float
    attention_half_length: float
    attention_ampere_flash1: float
    attention_ampere: float
    attention_hopper_flash1: float
    attention_hopper_flash2: float
    attention_hopper_flash3: float
    attention_hopper_cudnn: float
    attention_cdna: float
    traffic_eager: float
    traffic_fused: float
    traffic_engine: float
    traffic_cast: float
    gradient_traffic: float
    gather_traffic: float
    adapter_traffic: float
    adapter_fused: float
    loss_traffic: float
    score_traffic: float
    dequantisation_bytes: float
    unpacking_bytes: float
    launch_eager: float
    launch_fused: float
    launch_quantised: float
    launch_expert: float
    launch_sharded: float
    selective_recompute: float
    nvlink_share: float
    pcie_share: float
    node_share: float
    ethernet_gb_s: float
    exposed_share: float
    bubble_share: float
    optimiser_traffic: float
    offload_bytes: float
    host_gb_s: float
    padding_power: float
    startup_seconds: float
    load_gb_s: float
    compile_seconds: float
    wall_factor_few: float
    wall_factor_many: float
    many_gpus: float
    enough_tokens: float
    nf4_bytes: float
    nf4_double_bytes: float
    int4_bytes: float
    int8_bytes: float
    fp8_bytes: float
    fp8_kept: float
    loading_share: float
    gathered_layers: float
    gathered_ends: float
    step_copy_mixed: float
    deepspeed_buckets: float
    score_bytes: float
    recompute_copies: float
    selective_kept: float
    logit_bytes_plain: float
    logit_bytes_in_place: float
    logit_bytes_chunked: float
    fused_loss_bytes: float
    cache_share: float
    cache_kept: float
    fragmentation: float
    context_bytes: float
    collective_bytes: float
    usable_share: float
    spread_time: float
    spread_memory: float
    spread_generation: float
    spread_gpus: float
    spread_unpacked: float
    spread_interpolated: float
    spread_stack: float
    spread_experts: float
    spread_selective: float
    spread_selective_memory: float
    spread_quantised: float
    spread_memory_share: float
