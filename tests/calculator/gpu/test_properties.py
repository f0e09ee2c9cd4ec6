"""Properties of every setup."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from calculator.gpu import Setup, peak_memory, predict, schedule
from tests.calculator.gpu.setups import FACTS

PHYSICS = FACTS.physics


@st.composite
def setups(draw: st.DrawFn) -> Setup:
    gpus = draw(st.sampled_from([1, 2, 4, 8, 16, 64]))
    return Setup(
        model=draw(st.sampled_from(list(FACTS.models.values()))),
        gpu=draw(st.sampled_from(list(FACTS.gpus.values()))),
        method=draw(st.sampled_from(["full", "lora", "qlora"])),
        gpus=gpus,
        sharding=draw(st.sampled_from(["none", "zero1", "zero2", "zero3"])),
        sequence_length=draw(st.integers(16, 65_536)),
        packed=draw(st.booleans()),
        micro_batch=draw(st.integers(1, 64)),
        grad_accumulation=draw(st.integers(1, 64)),
        states=draw(st.sampled_from(["pure", "mixed"])),
        checkpointing=draw(st.sampled_from(["none", "selective", "full"])),
        kernel=draw(st.sampled_from(["math", "flash2", "flash3", "cudnn"])),
        compiled=draw(st.booleans()),
        loss=draw(st.sampled_from(["plain", "in-place", "chunked", "fused"])),
        stack=draw(st.sampled_from(["eager", "optimised", "fp8"])),
        lora_rank=draw(st.integers(1, 256)),
    )


def required(setup: Setup) -> float:
    return peak_memory(setup, PHYSICS).required


@given(setups())
def test_likely_value_lies_within_its_range(setup: Setup) -> None:
    prediction = predict(setup, PHYSICS)
    for each in (prediction.peak_gib, prediction.tokens_per_second_per_gpu):
        assert 0 < each.low <= each.likely <= each.high
    for part in (
        prediction.memory.weights,
        prediction.memory.gradients,
        prediction.memory.activations,
        prediction.memory.overhead,
    ):
        assert part >= 0


@given(setups(), st.floats(1, 1e12), st.floats(1, 10))
def test_more_tokens_never_take_less_time(setup: Setup, tokens: float, more: float) -> None:
    prediction = predict(setup, PHYSICS)
    few = schedule(prediction, PHYSICS, dataset_tokens=tokens)
    many = schedule(prediction, PHYSICS, dataset_tokens=tokens * more)
    assert few.wall_hours.likely <= many.wall_hours.likely
    assert few.gpu_hours.likely <= many.gpu_hours.likely


@given(setups())
def test_more_gpus_never_need_more_memory_under_full_sharding(setup: Setup) -> None:
    two = replace(setup, gpus=2, sharding="zero3")
    four = replace(setup, gpus=4, sharding="zero3")
    # What is gathered grows from 1/2 to 3/4 of two layers and the ends; a model of few, wide layers may notice.
    gathered = 2.0 * (two.model.parameters - two.model.block_parameters) * PHYSICS.gathered_ends
    gathered += 2.0 * two.model.block_parameters / two.model.layers * PHYSICS.gathered_layers
    assert required(four) <= required(two) + gathered / 4


@given(setups())
def test_memory_of_qlora_lora_and_full_is_ordered(setup: Setup) -> None:
    # Beside adapters on few tokens; the adapters' own inputs are the price of long sequences.
    small = replace(
        setup, sequence_length=16, micro_batch=1, lora_rank=4, checkpointing="full", stack="optimised", dora=False
    )
    full, lora, qlora = (replace(small, method=method) for method in ("full", "lora", "qlora"))
    assert required(qlora) <= required(lora) * 1.001 <= required(full) * 1.002


@given(setups())
def test_checkpointing_saves_memory_and_costs_time(setup: Setup) -> None:
    none, full = replace(setup, checkpointing="none"), replace(setup, checkpointing="full")
    layers = none.model.layers
    if layers >= 4 * PHYSICS.recompute_copies:  # else one layer at work is a large part of all
        assert required(full) <= required(none) * 1.001
    speeds = [predict(each, PHYSICS).tokens_per_second_per_gpu.likely for each in (none, full)]
    assert speeds[1] <= speeds[0] * 1.0001


@given(setups())
def test_longer_or_larger_batches_never_need_less_memory(setup: Setup) -> None:
    assert required(setup) <= required(replace(setup, micro_batch=setup.micro_batch + 1)) * (1 + 1e-12)
    assert required(setup) <= required(replace(setup, sequence_length=setup.sequence_length * 2)) * (1 + 1e-12)
