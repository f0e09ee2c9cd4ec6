"""Hours, the search over places, and serving."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from calculator.gpu import (
    Job,
    Place,
    Setup,
    Traffic,
    cheapest,
    configurations,
    fewest,
    padding_factor,
    predict,
    schedule,
    serving,
)
from calculator.gpu.serving import decode_seconds, kv_bytes_per_token, prefill_seconds
from tests.calculator.gpu_setups import CARD, FACTS, PLAIN, TOY, toy

LLAMA = FACTS.models["llama-3.1-8b"]


def test_hours_are_tokens_over_speed_with_start_and_evaluation() -> None:
    physics = replace(PLAIN, launch_optimised=1.0, startup_seconds=3600.0, wall_factor_few=1.5, many_gpus=64.0)
    made = schedule(predict(toy(), physics), physics, dataset_tokens=4_800, epochs=2, runs=3)
    # 8 tokens in 12 s: 9,600 tokens take 14,400 s, 4 hours; × 1.5 and one hour of start.
    assert made.training_hours.likely == pytest.approx(4.0)
    assert made.wall_hours.likely == pytest.approx(7.0, rel=1e-6)
    assert made.gpu_hours.likely == pytest.approx(21.0, rel=1e-6)


def test_hours_have_the_range_of_the_speed_upside_down() -> None:
    physics = replace(PLAIN, launch_optimised=1.0, speed_low=0.5, speed_high=2.0)
    made = schedule(predict(toy(), physics), physics, dataset_tokens=9_600)
    assert (made.training_hours.low, made.training_hours.high) == (pytest.approx(2.0), pytest.approx(8.0))


def test_padding_grows_with_the_micro_batch_up_to_the_full_sequence() -> None:
    physics = replace(PLAIN, padding_power=0.5)
    assert padding_factor(1, 100, 1000, physics) == 1
    assert padding_factor(4, 100, 1000, physics) == 2
    assert padding_factor(400, 100, 1000, physics) == 10


def places(*names: str, usd: str | None = "2", counts: tuple[int, ...] = (1, 2, 4, 8)) -> list[Place]:
    price = Decimal(usd) if usd else None
    return [Place(name, FACTS.gpus[name], price, 8, counts) for name in names]


def job(method: str = "lora", model: str = "llama-3.1-8b") -> Job:
    setup = Setup(FACTS.models[model], FACTS.gpus["h100"], method=method, sequence_length=2048)  # type: ignore[arg-type]
    return Job(setup, global_batch=32, dataset_tokens=10e6, epochs=3)


def test_everything_found_fits_and_keeps_the_global_batch() -> None:
    found = configurations(job(), places("rtx-4090", "a100-80", "h100"), FACTS.physics)
    assert found
    for one in found:
        setup = one.prediction.setup
        assert one.prediction.fits
        assert setup.micro_batch * setup.grad_accumulation * setup.gpus == 32


def test_a_large_model_needs_more_gpus_and_nothing_fits_where_there_are_too_few() -> None:
    found = configurations(job("full", "llama-3.1-70b"), places("h100"), FACTS.physics)
    assert found == []  # 70.6 billion × 16 bytes are 1,052 GiB; eight cards have 630
    found = configurations(job("full", "llama-3.1-70b"), places("h100", counts=(8, 16, 32)), FACTS.physics)
    best = fewest(found)
    assert best is not None
    assert best.prediction.setup.gpus > 8
    assert best.prediction.setup.sharding == "zero3"


def test_the_cheapest_has_a_known_price() -> None:
    found = configurations(job(), [*places("h100", usd=None), *places("a100-80", usd="1.5")], FACTS.physics)
    best = cheapest(found)
    assert best is not None
    assert best.place.id == "a100-80"
    assert best.usd == Decimal("1.5") * Decimal(f"{best.schedule.gpu_hours.likely:.6f}")
    assert cheapest(configurations(job(), places("h100", usd=None), FACTS.physics)) is None
    assert cheapest([]) is None
    assert fewest([]) is None


def test_serving_reads_the_weights_once_a_step_and_each_calls_keys_and_values() -> None:
    # 2 (keys, values) × 2 bytes × 10 wide × 4 layers.
    assert kv_bytes_per_token(TOY) == 160
    # 12,000 bytes and 3 calls × 50 tokens × 160 at 1 GB/s.
    assert decode_seconds(TOY, CARD, 1, 3, 50, 12_000, PLAIN) == pytest.approx(36_000 / 1e9)
    # 2 × 5,000 × 8 + 2 × 64 × 10 × 4 FLOPs.
    assert prefill_seconds(TOY, CARD, 1, 8, PLAIN) == pytest.approx((80_000 + 5_120) / 1e12)


def test_serving_takes_more_gpus_for_more_calls_and_none_when_it_must_be_too_quick() -> None:
    h100 = FACTS.gpus["h100"]
    few = serving(LLAMA, h100, Traffic(10_000, 1_000, 200), FACTS.physics)
    many = serving(LLAMA, h100, Traffic(20_000_000, 1_000, 200), FACTS.physics)
    assert few is not None
    assert many is not None
    assert few.gpus == 1
    assert many.gpus > few.gpus
    # At the peak no replica is asked for more than it can.
    assert many.replicas * many.calls_per_second_per_replica >= 20_000_000 / 86_400 * 3
    # 200 steps of at least 16 GB of weights over 8 × 3,350 GB/s take more than a tenth of a second.
    assert serving(LLAMA, h100, Traffic(10_000, 1_000, 200, seconds_a_call=0.1), FACTS.physics) is None


def test_adapters_share_one_base() -> None:
    h100 = FACTS.gpus["h100"]
    traffic = Traffic(10_000, 1_000, 200)
    one = serving(LLAMA, h100, traffic, FACTS.physics)
    twenty = serving(LLAMA, h100, traffic, FACTS.physics, adapters=20)
    assert one is not None
    assert twenty is not None
    assert one.weights_gib < twenty.weights_gib < 1.5 * one.weights_gib
    assert twenty.gpus == one.gpus
