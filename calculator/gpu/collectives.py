"""Time of the collectives between GPUs: sharded weights, gradients, tensor and expert parallelism."""

from __future__ import annotations

from calculator.gpu.setup import Setup
from pricing import GpuPhysics

PCIE_4_GB_S = 32.0


def link_gb_s(setup: Setup, group: int, physics: GpuPhysics) -> float:
    """Return the bandwidth of a collective over `group` GPUs, GB/s per GPU."""
    gpu = setup.gpu
    link = setup.link or gpu.link
    share = physics.pcie_share if link in ("pcie", "ethernet") else physics.nvlink_share
    inside = (gpu.link_gb_s if link not in ("pcie", "ethernet") else min(gpu.link_gb_s, PCIE_4_GB_S)) * share
    if group <= setup.gpus_per_node:
        return inside
    between = setup.node_gb_s or (physics.ethernet_gb_s if link == "ethernet" else gpu.node_gb_s)
    return min(inside, between * physics.node_share)


def communication_seconds(setup: Setup, physics: GpuPhysics, forward: float) -> float:
    """Return the seconds of all collectives of a micro-step, before any overlap.

    Args:
        setup: Model, GPU, parallelism and batch.
        physics: The fitted constants.
        forward: Forward passes with recomputation.
    """
    seconds = _sharding_seconds(setup, physics) if setup.zero_group > 1 else 0.0
    layers = setup.model.layers / setup.pipeline_parallel
    wide = 2.0 * setup.step_tokens * setup.model.hidden  # hidden states in 16 bit
    if setup.tensor_parallel > 1:
        tp = setup.tensor_parallel
        moved = 2.0 * (forward + 1.0) * layers * wide
        seconds += 2.0 * moved * (tp - 1) / tp / (link_gb_s(setup, tp, physics) * 1e9)
    if setup.expert_parallel > 1:
        ep = setup.expert_parallel
        # Every token goes to its experts and back, in the forward passes and in the backward one.
        moved = 2.0 * (forward + 1.0) * layers * wide / setup.tensor_parallel * setup.model.active_experts
        seconds += moved * (ep - 1) / ep / (link_gb_s(setup, ep, physics) * 1e9)
    return seconds


def _sharding_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of gathering weights and reducing gradients; experts in parallel are not gathered."""
    share = (setup.zero_group - 1) / setup.zero_group
    speed = link_gb_s(setup, setup.gpus, physics) * 1e9
    trained = setup.trained_parameters / setup.model_parallel / setup.spread_of_experts
    reduced = trained * 2.0 * share / speed
    if setup.sharding == "zero3":
        gathered = 2.0 * setup.model.parameters / setup.model_parallel / setup.spread_of_experts
        if setup.quantised:
            gathered *= physics.nf4_bytes / 2.0
        return 2.0 * gathered * share / speed + reduced
    if setup.sharding == "zero2":
        return reduced + reduced / setup.grad_accumulation
    return 2.0 * reduced / setup.grad_accumulation
