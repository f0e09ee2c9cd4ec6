"""Hours of a run, and the search over configurations."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from calculator.gpu import (
    GpuSource,
    Setup,
    TrainingJob,
    cheapest,
    configurations,
    fewest,
    padding_factor,
    predict,
    schedule,
)
from tests.calculator.gpu.setups import FACTS, PLAIN, toy

LLAMA = FACTS.models["llama-3.1-8b"]


def test_hours_are_tokens_over_speed_with_start_and_evaluation() -> None:
    physics = replace(PLAIN, launch_eager=1.0, startup_seconds=3600.0, wall_factor_few=1.5, many_gpus=64.0)
    run_schedule = schedule(predict(toy(), physics), physics, dataset_tokens=4_800, epochs=2, runs=3)
    # 8 tokens in 12 s: 9,600 tokens take 14,400 s, 4 hours; × 1.5 and one hour of start.
    assert run_schedule.wall_hours.likely == pytest.approx(7.0, rel=1e-6)
    assert run_schedule.gpu_hours.likely == pytest.approx(21.0, rel=1e-6)


def test_hours_have_the_range_of_the_speed_upside_down() -> None:
    physics = replace(PLAIN, launch_eager=1.0, spread_time=math.log(2))
    run_schedule = schedule(predict(toy(), physics), physics, dataset_tokens=9_600)
    assert (run_schedule.wall_hours.low, run_schedule.wall_hours.high) == (pytest.approx(2.0), pytest.approx(8.0))


def test_padding_grows_with_the_micro_batch() -> None:
    physics = replace(PLAIN, padding_power=0.5)
    assert padding_factor(1, 100, 1000, physics) == 1
    assert padding_factor(4, 100, 1000, physics) == 2
    assert padding_factor(400, 100, 1000, physics) == 10


def places(*names: str, usd: str | None = "2", counts: tuple[int, ...] = (1, 2, 4, 8)) -> list[GpuSource]:
    price = Decimal(usd) if usd else None
    return [GpuSource(name, FACTS.gpus[name], price, 8, counts) for name in names]


def job(method: str = "lora", model: str = "llama-3.1-8b") -> TrainingJob:
    setup = Setup(FACTS.models[model], FACTS.gpus["h100"], method=method, sequence_length=2048)  # type: ignore[arg-type]
    return TrainingJob(setup, global_batch=32, dataset_tokens=10e6, epochs=3)


def test_configurations_fit_and_keep_the_global_batch() -> None:
    choices = configurations(job(), places("rtx-4090", "a100-80", "h100"), FACTS.physics)
    assert choices
    for option in choices:
        setup = option.prediction.setup
        assert option.prediction.fits
        assert setup.micro_batch * setup.grad_accumulation * setup.gpus == 32


def test_large_model_needs_more_gpus_or_does_not_fit() -> None:
    choices = configurations(job("full", "llama-3.1-70b"), places("h100"), FACTS.physics)
    assert choices == []  # 70.6 billion × 16 bytes are 1,052 GiB; eight cards have 630
    choices = configurations(job("full", "llama-3.1-70b"), places("h100", counts=(8, 16, 32)), FACTS.physics)
    best = fewest(choices)
    assert best is not None
    assert best.prediction.setup.gpus > 8
    assert best.prediction.setup.sharding == "zero3"


def test_cheapest_has_a_known_price() -> None:
    choices = configurations(job(), [*places("h100", usd=None), *places("a100-80", usd="1.5")], FACTS.physics)
    best = cheapest(choices)
    assert best is not None
    assert best.place.id == "a100-80"
    assert best.usd == Decimal("1.5") * Decimal(f"{best.schedule.gpu_hours.likely:.6f}")
    assert cheapest(configurations(job(), places("h100", usd=None), FACTS.physics)) is None
    assert cheapest([]) is None
    assert fewest([]) is None


def test_sharded_full_tuning_keeps_32_bit_masters() -> None:
    request = job("full")
    pure = replace(request, setup=replace(request.setup, states="pure", sequence_length=8192), global_batch=8)
    choices = configurations(pure, places("a100-80"), FACTS.physics)
    recipes = {(option.prediction.setup.sharding != "none", option.prediction.setup.states) for option in choices}
    # 16-bit weights, gradients and moments are 8 bytes a weight, 60 GiB of a copy; 32-bit ones are 16, and sharded.
    assert recipes == {(False, "pure"), (True, "mixed")}


def test_tight_copy_on_each_gpu_gives_way_to_sharded_weights() -> None:
    setup = Setup(FACTS.models["qwen3-32b"], FACTS.gpus["h100"], method="lora", sequence_length=4096, stack_known=False)
    request = TrainingJob(setup, global_batch=32, dataset_tokens=10e6)
    (alone,) = configurations(request, places("h100", counts=(1,)), FACTS.physics)
    # 66 GB of weights and the logits leave little of 80 GB.
    assert alone.prediction.verdict == "tight"
    (both,) = configurations(request, places("h100", counts=(2,)), FACTS.physics)
    assert (both.prediction.setup.sharding, both.prediction.verdict) == ("zero3", "fits")
