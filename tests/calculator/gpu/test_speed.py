"""Time of a micro-step, worked out by hand for a card of 1 TFLOP/s and 1 GB/s."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from calculator.gpu import micro_step
from calculator.gpu.collectives import communication_seconds, link_gb_s
from calculator.gpu.speed import (
    attention_seconds,
    attention_tflops,
    dequantisation_seconds,
    elementwise_seconds,
    launch_seconds,
    loss_seconds,
    matmul_seconds,
    narrow_speedup,
    optimiser_seconds,
    passes,
    tensor_tflops,
)
from tests.calculator.gpu.setups import CARD, FACTS, PLAIN, toy


def test_passes_by_method_and_checkpointing() -> None:
    assert passes(toy(), PLAIN) == (1, 2)
    assert passes(toy(method="lora", checkpointing="full"), PLAIN) == (2, 1)


def test_matrix_products_take_two_flops_a_weight_token_and_pass() -> None:
    quick = structs.replace(CARD, memory_gb_s=1e6)
    # Full: 3 passes × 2 × 5,000 weights × 8 tokens at 1e12.
    assert matmul_seconds(toy(gpu=quick), PLAIN) == pytest.approx(3 * 2 * 5_000 * 8 / 1e12)
    # LoRA with checkpointing costs as many; its adapters of 160 weights three times 2 FLOPs.
    lora = toy(gpu=quick, method="lora", checkpointing="full", lora_rank=2, lora_targets=("q",))
    assert matmul_seconds(lora, PLAIN) == pytest.approx(2 * 8 * (3 * 5_000 + 3 * 160) / 1e12)


def test_matrix_products_over_few_tokens_wait_for_the_weights() -> None:
    # The arithmetic above, and 2 bytes × (4,000 + the head's 1,000 weights) × 3 passes at 1e9.
    physics = replace(PLAIN, weight_reads=1.0)
    assert matmul_seconds(toy(), physics) == pytest.approx(240_000 / 1e12 + 30_000 / 1e9)


def test_precision_speeds_up_products_within_the_peaks() -> None:
    assert narrow_speedup(toy(), PLAIN) == 1
    assert narrow_speedup(toy(precision="fp8"), PLAIN) == 2
    assert narrow_speedup(toy(precision="fp4"), PLAIN) == 2  # the card has no fp4
    assert narrow_speedup(toy(precision="fp8", gpu=structs.replace(CARD, fp8_tflops=None)), PLAIN) == 1
    # Separate casts leave a share of the peaks' ratio; compiled or in Transformer Engine, another share.
    shares = replace(PLAIN, fp8_share=0.9, fp8_share_unfused=0.6)
    assert narrow_speedup(toy(precision="fp8"), shares) == pytest.approx(1.2)
    assert narrow_speedup(toy(precision="fp8", compiled=True), shares) == pytest.approx(1.8)
    assert tensor_tflops(toy(precision="fp32"), replace(PLAIN, fp32_share=0.1)) == pytest.approx(0.1)


def test_newer_gpus_reach_a_smaller_share_of_their_peak() -> None:
    quick = toy(gpu=structs.replace(CARD, bf16_tflops=4 * 312))
    lag = replace(PLAIN, matmul_lag=0.5)
    assert tensor_tflops(quick, lag) == pytest.approx(2 * 312)
    assert tensor_tflops(replace(quick, transformer_engine=True), lag) == 4 * 312
    assert tensor_tflops(toy(), lag) == 1


@pytest.mark.parametrize(
    ("gpu", "kernel", "expected"),
    [
        ("a100-80", "flash1", 120.0),
        ("h100", "flash2", 345.0),
        ("h100", "flash3", 989 * 0.8 * 0.6),
        ("h20", "flash2", 148 * 0.8 * 0.6),  # never more than a share of the products
        ("rtx-4090", "flash2", 165.2 * 0.8 * 0.6),
        ("mi300x", "flash2", 330.0),
    ],
)
def test_attention_kernels_follow_the_generation(gpu: str, kernel: str, expected: float) -> None:
    physics = replace(FACTS.physics, matmul_lag=0.0, attention_share=0.6)
    assert attention_tflops(toy(gpu=FACTS.gpus[gpu], kernel=kernel), physics) == pytest.approx(expected)


def test_short_sequences_slow_attention_down() -> None:
    physics = replace(PLAIN, attention_half_length=8.0)
    assert attention_seconds(toy(), physics) == pytest.approx(2 * attention_seconds(toy(), PLAIN))


def test_attention_is_causal_with_backward_2_5_times_forward() -> None:
    # 2 × 8 keys × 10 wide × (8 tokens × 4 layers) × (1 + 2.5).
    assert attention_seconds(toy(), PLAIN) == pytest.approx(2 * 8 * 10 * 32 * 3.5 / 1e12)
    # Without flash all scores are computed, and go through memory: 5 bytes × 2 heads × 8 × 32 × 2 passes at 1e9.
    slow = attention_seconds(toy(kernel="math"), replace(PLAIN, score_traffic=5.0))
    assert slow == pytest.approx(2 * 2 * 8 * 10 * 32 * 3.5 / 1e12 + 5 * 2 * 8 * 32 * 2 / 1e9)


def test_elementwise_work_is_memory_traffic() -> None:
    # Width 4·10 + 10 + 10 + 3·20 = 120; 2 bytes × 120 × 8 tokens × 4 layers × 2.5 passes at 1e9.
    assert elementwise_seconds(toy(), PLAIN) == pytest.approx(2 * 120 * 32 * 2.5 / 1e9)
    fused = replace(PLAIN, traffic_fused=0.5, traffic_engine=0.25)
    assert elementwise_seconds(toy(compiled=True, stack="eager"), fused) == pytest.approx(120 * 32 * 2.5 / 1e9)
    assert elementwise_seconds(toy(transformer_engine=True), fused) == pytest.approx(60 * 32 * 2.5 / 1e9)


def test_adapters_move_the_widths_of_their_matrices() -> None:
    physics = replace(PLAIN, traffic_eager=0.0, adapter_traffic=20.0, adapter_fused=0.25)
    # q reads 10 and gives 10, down reads 20 and gives 10: 50 wide × 20 bytes × 32 × 2.5 passes.
    tuned = toy(method="lora", lora_targets=("q", "down"))
    assert elementwise_seconds(tuned, physics) == pytest.approx(50 * 20 * 32 * 2.5 / 1e9)
    slow = replace(tuned, fused_adapters=True, gpu=structs.replace(CARD, bf16_tflops=1e-3))
    assert elementwise_seconds(slow, physics) == pytest.approx(50 * 5 * 32 * 2.5 / 1e9)
    # Fused, they take at most what the weights' gradients would: 2 FLOPs × 4,000 weights × 8 tokens at 1e12.
    assert elementwise_seconds(replace(tuned, fused_adapters=True), physics) == pytest.approx(64_000 / 1e12)
    assert elementwise_seconds(toy(), physics) == 0


def test_micro_step_moves_its_gradients_and_gathered_weights() -> None:
    physics = replace(PLAIN, traffic_eager=0.0, gradient_traffic=8.0, gather_traffic=4.0)
    assert elementwise_seconds(toy(), physics) == pytest.approx(8 * 6_000 / 1e9)
    assert elementwise_seconds(toy(gpus=2, sharding="zero3"), physics) == pytest.approx(12 * 6_000 / 1e9)


def test_loss_dequantisation_and_optimiser_are_memory_traffic() -> None:
    assert loss_seconds(toy(loss="plain"), replace(PLAIN, loss_traffic=30.0)) == pytest.approx(30 * 8 * 100 / 1e9)
    assert dequantisation_seconds(toy(), replace(PLAIN, dequantisation_bytes=6.0)) == 0
    quantised = toy(method="qlora", checkpointing="full")
    # 6 bytes × 4,000 weights × (2 forward + 1 backward), however many tokens.
    assert dequantisation_seconds(quantised, replace(PLAIN, dequantisation_bytes=6.0)) == pytest.approx(72_000 / 1e9)
    physics = replace(PLAIN, optimiser_traffic=20.0)
    assert optimiser_seconds(toy(), physics) == pytest.approx(20 * 6_000 / 1e9)
    assert optimiser_seconds(toy(grad_accumulation=4), physics) == pytest.approx(20 * 6_000 / 4 / 1e9)


def test_host_starts_the_kernels_of_every_layer() -> None:
    physics = replace(PLAIN, launch_eager=0.001, launch_sharded=0.5)
    assert launch_seconds(toy(), physics) == pytest.approx(0.001 * 4 * 3)
    assert launch_seconds(toy(sharding="zero3", gpus=2), physics) == pytest.approx(0.001 * 1.5 * 4 * 3)


def test_collectives_go_over_the_slowest_link() -> None:
    assert link_gb_s(toy(gpus=8), 8, PLAIN) == 1
    assert link_gb_s(toy(gpus=16), 16, PLAIN) == 0.5
    # ZeRO-3 on 2 GPUs: half of 12,000 bytes, twice gathered and once reduced, at 1 GB/s.
    assert communication_seconds(toy(gpus=2, sharding="zero3"), PLAIN, 1) == pytest.approx(3 * 6_000 / 1e9)
    # DDP: an all-reduce is twice that half, once a step.
    assert communication_seconds(toy(gpus=2, grad_accumulation=4), PLAIN, 1) == pytest.approx(2 * 6_000 / 4 / 1e9)
    # Tensor parallelism on 2: 4 all-reduces a layer (forward and backward) of 8 tokens × 10 × 2 bytes; 2 · 1/2 of it.
    assert communication_seconds(toy(gpus=2, tensor_parallel=2), PLAIN, 1) == pytest.approx(4 * 4 * 160 / 1e9)


def test_micro_step_is_the_slower_of_gpu_and_host() -> None:
    physics = replace(PLAIN, launch_eager=1.0)
    step = micro_step(toy(), physics)
    assert step.seconds == pytest.approx(12.0)  # 4 layers × 3 passes of one second; the GPU is done in microseconds
    assert step.tokens == 8
    assert step.tokens_per_second_per_gpu == pytest.approx(8 / 12)
    # One second of communication for each of 18,000 bytes at 1,000 B/s: 18 s; 12 of them behind the work.
    slow = structs.replace(CARD, link_gb_s=1e-6)
    apart = micro_step(toy(gpus=2, sharding="zero3", gpu=slow), physics)
    assert apart.communication == pytest.approx(18.0)
    assert apart.seconds == pytest.approx(12.0 + 6.0)


def test_pipeline_waits_at_both_ends() -> None:
    physics = replace(PLAIN, launch_eager=1.0)
    # 2 stages of 2 layers: 6 s a micro-step, and 1/4 of it once more with 4 micro-steps.
    step = micro_step(toy(gpus=2, pipeline_parallel=2, grad_accumulation=4), physics)
    assert step.bubble == pytest.approx(0.25)
    assert step.seconds == pytest.approx(6 * 1.25)
    # One batch of 4 sequences is cut into them.
    assert micro_step(toy(gpus=2, pipeline_parallel=2, micro_batch=4), physics).bubble == pytest.approx(0.25)
