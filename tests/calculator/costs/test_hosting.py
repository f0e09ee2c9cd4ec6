"""Hosting and storage, each line worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calculator.costs.hosting import calls_in_month, hosting_lines, is_dedicated, storage_lines
from calculator.costs.rented_gpus import ServingReplica, serving_gpu_hours, serving_gpus
from tests.calculator.costs.offers import START, offer, plan, price

MONTHS = Decimal(12)


def test_hosting_is_paid_for_every_hour_of_the_month() -> None:
    # 24 hours × 30 days × 12 months at $2.
    lines = hosting_lines(plan(), offer({"hosting": price("2", "hour")}), START, MONTHS, dedicated=False)
    assert [(line.quantity, line.monthly_usd, line.amount_usd) for line in lines] == [(8_640, 1_440, 17_280)]


def test_dedicated_capacity_without_a_price_is_unknown() -> None:
    line, *_ = hosting_lines(plan(serving="dedicated"), offer({}), START, MONTHS, dedicated=True)
    assert (line.label, line.amount_usd) == ("Dedicated capacity, no price recorded", None)
    assert is_dedicated(plan(serving="dedicated"), offer({"input": price("1"), "output": price("1")}))


def test_storage_of_model_and_data_is_paid_by_the_month() -> None:
    # 1 model × 12 × $1.70; 2.5 GB × 12 × $0.11.
    prices = {"model_storage": price("1.70", "model-month"), "data_storage": price("0.11", "GB-month")}
    lines = storage_lines(plan(data_gb="2.5"), offer(prices), START, MONTHS)  # type: ignore[arg-type]
    assert [line.amount_usd for line in lines] == [Decimal("20.40"), Decimal("3.30")]


def test_calls_grow_from_the_first_month() -> None:
    growing = plan(growth="10%")
    assert [calls_in_month(growing, month) for month in (0, 1, 2)] == [100, 110, 121]


@pytest.mark.parametrize(
    ("calls", "gpus"),
    [
        # A call takes 60 × 1 + 40 × 3 = 180 s, 3 times the calls at the busiest time; a month has 2,592,000 s.
        (1, 2),  # one replica of two GPUs
        (4_800, 2),  # 4,800 × 3 × 180 = 2,592,000
        (4_801, 4),
    ],
)
def test_serving_gpus_carry_the_busiest_time(calls: int, gpus: int) -> None:
    replica = ServingReplica(
        gpus=2,
        rented_in=1,
        seconds_per_input_token=Decimal(1),
        seconds_per_output_token=Decimal(3),
        peak_factor=Decimal(3),
        how="",
    )
    assert serving_gpus(plan(), replica, Decimal(calls)) == gpus
    assert serving_gpu_hours(plan(), replica, Decimal(calls)) == gpus * 720
    # Nodes of 8 are rented whole; four models with the same calls share them.
    assert serving_gpus(plan(), replica._replace(rented_in=8), Decimal(calls)) == 8
    assert serving_gpu_hours(plan(adapters="4"), replica._replace(rented_in=8), Decimal(1)) == 8 * 720 / 4
