"""Memory of a training step, worked out by hand for a model of 6,000 weights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calculator.gpu import GIB, Setup, peak_memory, predict, remedies
from calculator.gpu.memory import (
    activation_bytes,
    gradient_bytes,
    layer_activation_bytes,
    loading_bytes,
    logit_bytes,
    optimiser_bytes,
    step_bytes,
    weight_bytes,
)
from tests.calculator.gpu.setups import FACTS, PLAIN, TOY, toy


def test_shape_counts_its_parameters() -> None:
    assert TOY.counted == 6_000
    assert TOY.block_parameters == pytest.approx(4_000)
    assert TOY.matmul_parameters == pytest.approx(5_000)


def test_trained_parameters_of_full_tuning_and_lora() -> None:
    assert toy().trained_parameters == pytest.approx(6_000)
    # q, k, v, o: 10 + 10 each; gate, up, down: 10 + 20 each; 170 × rank 2 × 4 layers.
    assert toy(method="lora", lora_rank=2).trained_parameters == 2 * 4 * (4 * 20 + 3 * 30)
    # One matrix for q, k and v has one adapter: 10 in, 30 out.
    assert toy(method="lora", lora_rank=2, lora_targets=("qkv",)).trained_parameters == 2 * 4 * 40
    # A tuned head is trained whole.
    assert toy(method="lora", lora_rank=2, lora_targets=("qkv", "head")).trained_parameters == 320 + 1_000


def test_full_tuning_needs_sixteen_or_eight_bytes_a_weight() -> None:
    assert weight_bytes(toy(), PLAIN) + gradient_bytes(toy()) + optimiser_bytes(toy()) == pytest.approx(16 * 6_000)
    pure = toy(states="pure")
    assert weight_bytes(pure, PLAIN) + gradient_bytes(pure) + optimiser_bytes(pure) == pytest.approx(8 * 6_000)


@pytest.mark.parametrize(
    ("optimiser", "expected"),
    [("adamw", 12), ("adamw-8bit", 6), ("sgd", 4)],
)
def test_optimiser_memory_depends_on_the_optimiser(optimiser: str, expected: int) -> None:
    assert optimiser_bytes(toy(optimiser=optimiser)) == pytest.approx(expected * 6_000)


def test_fused_optimiser_stores_no_gradients() -> None:
    assert gradient_bytes(toy(steps_in_backward=True)) == 0


def test_offloaded_optimiser_is_in_host_memory() -> None:
    assert optimiser_bytes(toy(offload="optimiser")) == 0
    assert optimiser_bytes(toy(paged_optimiser=True)) == 0
    # FSDP's offload also frees weights and gradients; the gathered layers remain.
    assert weight_bytes(toy(offload="weights"), PLAIN) == gradient_bytes(toy(offload="weights")) == 0


@pytest.mark.parametrize(
    ("sharding", "weights", "gradients", "optimiser"),
    [("none", 1, 1, 1), ("zero1", 1, 1, 4), ("zero2", 1, 4, 4), ("zero3", 4, 4, 4)],
)
def test_sharding_divides_over_the_gpus(sharding: str, weights: int, gradients: int, optimiser: int) -> None:
    setup = toy(gpus=4, sharding=sharding)
    assert weight_bytes(setup, PLAIN) == pytest.approx(12_000 / weights)
    assert gradient_bytes(setup) == pytest.approx(12_000 / gradients)
    assert optimiser_bytes(setup) == pytest.approx(72_000 / optimiser)


def test_fully_sharded_weights_are_gathered_layer_by_layer() -> None:
    physics = replace(PLAIN, gathered_layers=2.0, gathered_ends=1.0)
    # A quarter of 12,000 bytes stays; two layers of 2,000 and both ends of 2,000 come whole, less the quarter held.
    assert weight_bytes(toy(gpus=4, sharding="zero3"), physics) == pytest.approx(3_000 + 0.75 * (4_000 + 4_000))


def test_quantised_blocks_and_wide_ends() -> None:
    physics = replace(PLAIN, nf4_bytes=0.5)
    optimised = toy(method="qlora", lora_rank=2, lora_targets=("q",))
    # 4,000 × 0.5, ends 2,000 × 2 B, adapters 2·4·20 = 160 in 32 bit.
    assert weight_bytes(optimised, physics) == pytest.approx(2_000 + 4_000 + 640)
    # Prepared by PEFT, the ends are in 32 bit, and mixed precision makes a 16-bit copy of the head's 1,000.
    assert weight_bytes(replace(optimised, prepared=True), physics) == pytest.approx(2_000 + 8_000 + 2_000 + 640)


def stored(**changes: object) -> float:
    """Bytes that a layer of the toy keeps for a token."""
    return layer_activation_bytes(toy(**changes), PLAIN)


def test_layer_stores_activations_for_the_backward_pass() -> None:
    # Full: inputs of norms and of matrices (2 + 2)·10, 2·10 query, 2·10 key and value, 4·20 feed-forward, 2 bytes each.
    assert stored() == 2 * (40 + 20 + 20 + 80)
    # Frozen matrices keep no inputs: 2·10 + 20 + 20 + 3·20, and the adapter's input.
    assert stored(method="lora", lora_targets=("q",)) == 2 * (30 + 20 + 20 + 60)
    assert stored(method="lora", lora_targets=("down",)) == 2 * (20 + 20 + 20 + 80)
    # Without flash attention every head keeps a row of scores: 3 bytes × 2 heads × 8 tokens.
    eager = layer_activation_bytes(toy(kernel="math"), replace(PLAIN, score_bytes=3.0))
    assert eager == 2 * 160 + 3 * 2 * 8


def test_fused_kernels_share_inputs_that_eager_copies() -> None:
    attention = ("q", "k", "v", "o")
    # Inputs of q, k and v are one tensor, and attention's output is kept as it is.
    assert stored(method="lora", lora_targets=attention) == 2 * (20 + 10 + 20 + 20 + 60)
    # Unfused norms keep 32-bit inputs, 4·10; every adapter a copy: 3·10 hidden and 10 query.
    assert stored(method="lora", lora_targets=attention, stack="eager") == 2 * (40 + 30 + 20 + 10 + 20 + 60)
    # Full tuning: unfused norms keep what they are multiplied with, too.
    assert stored(stack="eager") == 2 * (80 + 20 + 20 + 80)
    # Values seen through one matrix for queries, keys and values hold all three: 10 + 10 more, and one adapter's input.
    assert stored(method="lora", lora_targets=("qkv",)) == 2 * (30 + 20 + 20 + 60 + 20)
    # DoRA keeps what q gives, once in 16 and once in 32 bit: 3·10.
    assert stored(method="lora", lora_targets=("q",), dora=True) == 2 * (30 + 20 + 20 + 60 + 30)


def test_quantised_matrices_store_their_inputs() -> None:
    pure = stored(method="qlora", lora_targets=("down",), stack="eager", states="pure")
    # 4·10 norms and 2·10 inputs; 3·20 and the input of down twice, for the matrix and for its adapter.
    assert pure == 2 * (60 + 20 + 20 + 100)
    # In 32 bit the three of the gate are twice as wide.
    assert stored(method="qlora", lora_targets=("down",), stack="eager", prepared=True) == 2 * (60 + 20 + 20 + 160)


def test_checkpointing_stores_one_boundary_a_layer() -> None:
    layer = 320 * 8
    assert activation_bytes(toy(), PLAIN) == (4 * layer, 0)
    assert activation_bytes(toy(checkpointing="full"), PLAIN) == (4 * 2 * 10 * 8, layer)


def test_logits_by_the_kind_of_loss() -> None:
    physics = replace(PLAIN, logit_bytes_plain=14.0, logit_bytes_in_place=8.0, logit_bytes_chunked=2.0)
    for loss, each in (("plain", 14), ("in-place", 8), ("chunked", 2)):
        assert logit_bytes(toy(loss=loss), physics) == each * 8 * 100
    # A fused head and loss keeps no logits, but the gradient of the hidden states: 8 bytes × 8 tokens × 10.
    assert logit_bytes(toy(loss="fused"), replace(PLAIN, fused_loss_bytes=8.0)) == 8 * 8 * 10


def test_step_copies_gradients_and_loading_holds_a_shard() -> None:
    assert step_bytes(toy(), replace(PLAIN, step_copy_mixed=4.0)) == pytest.approx(24_000)
    assert step_bytes(toy(states="pure"), PLAIN) == pytest.approx(12_000)
    assert loading_bytes(toy(gpus=2, sharding="zero3", loads_whole=True), PLAIN) == pytest.approx(12_000 * 1.5)
    assert loading_bytes(toy(gpus=2, sharding="zero3"), PLAIN) == 0


def test_peak_memory_is_the_fullest_moment() -> None:
    physics = replace(PLAIN, logit_bytes_in_place=8.0, step_copy_mixed=4.0)
    # Optimiser step: 12,000 + 12,000 + 72,000 states and 24,000 of copies; more than any activations here.
    assert peak_memory(toy(), physics).required == pytest.approx(120_000)
    # With 40 sequences the end of the forward pass is fullest: 84,000 of weights and moments, no gradients yet,
    # 4 × 320 × 320 of activations, 8 × 320 × 100 of logits.
    assert peak_memory(toy(micro_batch=40), physics).required == pytest.approx(84_000 + 409_600 + 256_000)
    # With gradients left from a micro-step before, these too.
    accumulating = toy(micro_batch=40, grad_accumulation=2)
    assert peak_memory(accumulating, physics).required == pytest.approx(96_000 + 409_600 + 256_000)


def test_memory_parts_add_up_and_cache_is_released() -> None:
    memory = peak_memory(toy(micro_batch=40), FACTS.physics)
    parts = memory.weights + memory.gradients + memory.optimiser + memory.activations + memory.logits + memory.overhead
    assert memory.required == pytest.approx(parts)
    assert memory.tensors == pytest.approx(memory.required - memory.process - memory.fragments)
    between = (memory.required + memory.cache / 2) / GIB
    assert memory.process_gib(between) == pytest.approx(between)
    assert memory.reserved_gib(between) == pytest.approx(between - memory.process / GIB)
    assert memory.process_gib(memory.required / GIB / 2) == pytest.approx(memory.required / GIB)


def test_allocator_cache_depends_on_the_fullest_moment() -> None:
    physics = replace(PLAIN, logit_bytes_in_place=100.0, cache_share=0.1, cache_kept=0.5, context_bytes=50.0)
    # 12,000 + 72,000 of weights and moments, 4 × 8 × 320 of activations, 80,000 of logits are fullest: 174,240. A tenth
    # of activations and logits is cached, half of it for good.
    memory = peak_memory(toy(), physics)
    assert memory.tensors == pytest.approx(174_240)
    assert memory.fragments == memory.cache == pytest.approx(0.05 * 90_240)
    assert memory.required == pytest.approx(174_240 + 50 + 4_512)
    # Where the optimiser step is fullest, the activations of before stay cached.
    step = peak_memory(toy(), replace(physics, logit_bytes_in_place=8.0, step_copy_mixed=4.0))
    assert step.tensors == pytest.approx(120_000)
    assert step.cache == pytest.approx(0.5 * (10_240 + 6_400))


def test_changing_lengths_leave_more_in_the_cache() -> None:
    physics = replace(PLAIN, logit_bytes_in_place=100.0, fragmentation=3.0)
    changing = toy(packed=False, stack="eager")
    # Twice the logits besides; a quarter of it where micro-steps have two tokens usually; none at one length.
    assert peak_memory(changing, physics).cache == pytest.approx(160_000)
    assert peak_memory(replace(changing, mean_length=2.0), physics).cache == pytest.approx(40_000)
    assert peak_memory(replace(changing, packed=True), physics).cache == 0


def test_unfit_setup_has_remedies() -> None:
    setup = toy(
        model=FACTS.models["llama-3.1-8b"],
        gpu=FACTS.gpus["rtx-4090"],
        method="lora",
        sequence_length=2048,
        micro_batch=4,
        checkpointing="full",
        loss="plain",
    )
    # 16 GB of weights, and logits of 4 × 2,048 × 128,256 at 14 bytes: 14.7 GB more than there is room for.
    prediction = predict(setup, FACTS.physics)
    assert not prediction.fits
    assert prediction.memory.required_gib > prediction.usable_gib
    verdicts = {words: predict(changed, FACTS.physics).verdict for words, changed in remedies(setup, FACTS.physics)}
    assert verdicts["a micro-batch of 1"] == "fits"
    assert verdicts["a fused loss (Liger, Unsloth) (tight)"] == "tight"
    # What surely fits comes first.
    assert list(verdicts.values()) == sorted(verdicts.values())
    assert remedies(replace(setup, micro_batch=1, loss="fused"), FACTS.physics) == []


def test_tight_setup_has_remedies() -> None:
    setup = Setup(
        FACTS.models["qwen3-32b"],
        FACTS.gpus["rtx-4090"],
        method="qlora",
        quantisation="nf4-dq",
        sequence_length=2048,
        loss="fused",
    )
    # 18 GB of 4-bit blocks and 3 GB of embedding and head leave little of 24 GB.
    assert predict(setup, FACTS.physics).verdict == "tight"
    assert [words for words, _ in remedies(setup, FACTS.physics)] == ["2 GPUs with sharded weights"]


def test_fp8_stack_stores_weights_and_activations_in_8_bit() -> None:
    physics = replace(PLAIN, fp8_bytes=1.0, fp8_kept=0.5)
    narrow = toy(method="lora", lora_rank=2, lora_targets=("q",), stack="fp8", precision="fp8")
    cast = replace(narrow, keeps_8_bit=False)
    # 4,000 × 1, ends 2,000 × 2 and the adapters' 160 × 4; or 6,000 × 2 and the adapters.
    assert weight_bytes(narrow, physics) == pytest.approx(4_000 + 4_000 + 640)
    assert weight_bytes(cast, physics) == pytest.approx(12_000 + 640)
    assert layer_activation_bytes(narrow, physics) == layer_activation_bytes(cast, physics) / 2
