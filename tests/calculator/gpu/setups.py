"""A made-up model and GPU whose numbers are easy to work out by hand, and constants without corrections."""

from __future__ import annotations

from dataclasses import fields, replace

from calculator.gpu import Setup
from pricing import Gpu, GpuFacts, GpuPhysics, ModelShape, Source, load_gpu_facts

FACTS: GpuFacts = load_gpu_facts()
SOURCE = Source(title="made up", url="https://example.com", checked="2026-11-22")

# One layer has 10·2·(10 + 10) = 400 attention weights and 3·10·20 = 600 in its feed-forward part: 1,000. Four layers
# are 4,000; embedding and head 100·10 = 1,000 each: 6,000 weights in all, 5,000 of them in matrix products.
TOY = ModelShape(
    name="toy",
    parameters_billion=6e-6,
    layers=4,
    hidden=10,
    heads=2,
    kv_heads=2,
    head_dim=5,
    ffn=20,
    vocabulary=100,
    tied_embeddings=False,
    context=1000,
    mlp_matrices=3,
    config="https://example.com/config.json",
    source=SOURCE,
)

# 1 TFLOP/s, 1 GB/s, 1 GB.
CARD = Gpu(
    name="card",
    title="Card",
    memory_gb=1,
    bf16_tflops=1,
    fp8_tflops=2,
    memory_gb_s=1,
    link="nvlink",
    link_gb_s=1,
    node_gb_s=0.5,
    matmul_fraction=1,
    source=SOURCE,
)

# Every share and factor 1, every addition 0, so that a test sets only what it looks at.
_ONE = {
    *(
        "matmul_fraction_default",
        "matmul_efficiency",
        "fp8_share",
        "fp8_share_unfused",
        "fp4_share",
        "fp32_share",
        "int8_share",
    ),
    *("attention_share", "attention_ampere", "attention_hopper_flash1", "attention_hopper_flash2"),
    *("attention_ampere_flash1", "attention_hopper_flash3", "attention_hopper_cudnn", "attention_cdna"),
    *("traffic_eager", "traffic_fused", "traffic_engine", "traffic_cast", "adapter_fused", "launch_fused"),
    *("nvlink_share", "pcie_share", "node_share", "bubble_share", "host_gb_s", "fp8_kept"),
    *("fragmentation", "recompute_copies", "usable_share"),
    *("load_gb_s", "wall_factor_few", "wall_factor_many"),
    *("many_gpus", "loading_share", "ethernet_gb_s"),
}
PLAIN = GpuPhysics(**{field.name: 1.0 if field.name in _ONE else 0.0 for field in fields(GpuPhysics)})


def toy(**changes: object) -> Setup:
    """The toy on one card: full fine-tuning with 32-bit masters, one sequence of 8 tokens, nothing checkpointed."""
    base = Setup(TOY, CARD, method="full", sequence_length=8, checkpointing="none")
    return replace(base, **changes)  # type: ignore[arg-type]
