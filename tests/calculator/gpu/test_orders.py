"""Orders that hold between setups on the same GPUs: methods, precisions and stacks."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from calculator.gpu import Setup, predict
from pricing import StackClass
from tests.calculator.gpu.setups import FACTS

PHYSICS = FACTS.physics


@st.composite
def setups(draw: st.DrawFn) -> Setup:
    gpus = draw(st.sampled_from([1, 2, 8]))
    return Setup(
        model=draw(st.sampled_from([model for model in FACTS.models.values() if model.parameters_billion > 1])),
        gpu=draw(st.sampled_from(list(FACTS.gpus.values()))),
        gpus=gpus,
        sharding="zero3" if gpus > 1 else "none",
        sequence_length=draw(st.sampled_from([512, 2048, 8192, 32_768])),
        micro_batch=draw(st.sampled_from([1, 4, 16])),
        checkpointing=draw(st.sampled_from(["none", "full"])),
    )


def on_stack(setup: Setup, stack: StackClass) -> Setup:
    """The setup as a question of this stack builds it."""
    newest = setup.gpu.generation == "blackwell"
    return replace(
        setup,
        stack=stack,
        precision="fp8" if stack == "fp8" else "bf16",
        transformer_engine=stack == "fp8",
        compiled=stack == "optimised",
        fused_adapters=stack != "eager",
        kernel="cudnn" if stack == "fp8" or (stack == "optimised" and newest) else "flash2",
        loss="plain" if stack == "eager" else "in-place",
    )


def speed(setup: Setup) -> float:
    return predict(setup, PHYSICS).tokens_per_second_per_gpu.likely


@given(setups(), st.sampled_from(["optimised", "fp8"]))
def test_full_tuning_is_never_quicker_than_adapters(setup: Setup, stack: StackClass) -> None:
    full = on_stack(replace(setup, method="full", states="pure"), stack)
    assert speed(full) <= speed(replace(full, method="lora")) * 1.001


@given(setups(), st.sampled_from(["full", "lora"]))
def test_eight_bit_is_no_quicker_than_the_peaks_allow(setup: Setup, method: str) -> None:
    gpu = setup.gpu
    if gpu.fp8_tflops is None or gpu.fp8_tflops < 1.5 * gpu.bf16_tflops:  # Gaudi 3 has one peak for both
        return
    setup = replace(setup, method=method)  # type: ignore[arg-type]
    ratio = speed(on_stack(setup, "fp8")) / speed(on_stack(setup, "optimised"))
    assert ratio <= gpu.fp8_tflops / gpu.bf16_tflops * 1.001


@given(setups(), st.sampled_from(["full", "lora", "qlora"]))
def test_fused_kernels_are_never_slower_than_eager(setup: Setup, method: str) -> None:
    setup = replace(setup, method=method)  # type: ignore[arg-type]
    assert speed(on_stack(setup, "eager")) <= speed(on_stack(setup, "optimised")) * 1.001


@given(setups())
def test_unknowns_widen_the_intervals(setup: Setup) -> None:
    known, unknown = predict(setup, PHYSICS), predict(replace(setup, stack_known=False, packed=False), PHYSICS)
    for each in ("peak_gib", "tokens_per_second_per_gpu"):
        narrow, wide = getattr(known, each), getattr(unknown, each)
        assert wide.high / wide.low > narrow.high / narrow.low
