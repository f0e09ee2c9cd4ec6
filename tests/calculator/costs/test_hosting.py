"""Hosting and storage, each line worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import asdict

from calculator.costs.capacity import (
    DeployedOffer,
    LoadLimit,
    ServingReplica,
    capacity_of,
    capacity_words,
    unit_hours,
    units_needed,
)
from calculator.costs.hosting import calls_in_month, hosting_lines, is_dedicated, storage_lines
from tests.calculator.costs.offers import START, offer, plan, price

MONTHS = Decimal(12)
PAIR = ServingReplica(
    name="2 × H100",
    gpus=2,
    rented_in=2,
    seconds_per_input_token=Decimal(1),
    seconds_per_output_token=Decimal(3),
    low=Decimal("0.5"),
    high=Decimal(2),
    peak_factor=Decimal(3),
    most_sharing=None,
    how="",
)


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
    assert units_needed(plan(), PAIR, Decimal(calls)) == gpus
    assert unit_hours(plan(), PAIR, Decimal(calls)) == gpus * 720
    # Nodes of 8 are rented whole; four models with the same calls share them.
    assert units_needed(plan(), PAIR._replace(rented_in=8), Decimal(calls)) == 8
    assert unit_hours(plan(adapters="4"), PAIR._replace(rented_in=8), Decimal(1)) == 8 * 720 / 4


def test_interval_of_the_throughput_moves_the_replicas() -> None:
    # 48,000 calls keep 10 replicas busy; at twice the throughput 5, at half of it 20.
    busy = plan(calls="48000/month")
    counts = [
        units_needed(busy._replace(throughput=Decimal(place)), PAIR, Decimal(48_000)) // 2 for place in (-1, 0, 1)
    ]
    assert counts == [20, 10, 5]


def test_capacity_says_replicas_load_and_price_of_tokens() -> None:
    # A month's 12,000 calls × 3 × 180 s ÷ 2,592,000 s keep 2.5 replicas busy: 3 are 83 % loaded.
    deployed = DeployedOffer(**asdict(offer({})), deployment=PAIR, limit=None)
    capacity = capacity_of(plan(calls="12000/month"), deployed, Decimal(1_200))
    assert capacity is not None
    assert (capacity.replicas, capacity.low_replicas, capacity.high_replicas) == (3, 2, 5)
    assert (capacity.load, capacity.calls_per_month) == (Decimal("2.5") / 3, 4_800)
    # $1,200 over 12,000 × 100 tokens.
    assert capacity.usd_per_million_tokens == 1_000
    words = "3 replicas of 2 × H100, 83% loaded at the busiest hour (2 to 5 in 8 of 10 cases)"
    assert capacity_words(capacity) == words


def test_implausible_load_is_a_warning() -> None:
    # 2,592,000 s are 43,200 minutes; 14,400 calls × 100 tokens × 3 are 100 tokens a minute.
    limit = LoadLimit(Decimal(100), published=False, peak_factor=Decimal(3), source=price("1")[0].source)
    deployed = DeployedOffer(**asdict(offer({})), deployment=None, limit=limit)
    fits = capacity_of(plan(calls="14400/month"), deployed, None)
    beyond = capacity_of(plan(calls="14401/month"), deployed, None)
    assert fits is not None
    assert (round(fits.load or 0, 20), fits.carries, fits.reason) == (1, True, None)
    assert beyond is not None
    assert beyond.carries is False
    assert beyond.reason == (
        "One deployment carries about 100 tokens a minute, about 480 calls of this length a day "  # 14,400 ÷ 30
        "(its throughput isn't published); these calls need 2."
    )


def test_tighter_of_two_limits_decides() -> None:
    # 10,800 calls in 43,200 minutes, × 3, are 0.75 requests and 75 tokens a minute.
    limit = LoadLimit(Decimal(100), published=True, peak_factor=Decimal(3), source=price("1")[0].source)
    for requests, load, words in (
        (Decimal("0.5"), Decimal("1.5"), "0.5 requests a minute"),
        (Decimal(2), Decimal("0.75"), "100 tokens a minute"),
    ):
        both = limit._replace(requests_per_minute=requests)
        deployed = DeployedOffer(**asdict(offer({})), deployment=None, limit=both)
        capacity = capacity_of(plan(calls="10800/month"), deployed, None)
        assert capacity is not None
        assert (round(capacity.load or 0, 20), capacity.carries) == (load, load <= 1)
        assert capacity.limit == words
        assert round(capacity.tokens_per_minute or 0, 20) == 75


def test_replica_is_paid_by_the_models_that_share_it() -> None:
    # Of four models two share a replica, which carries the calls of both.
    shared = PAIR._replace(most_sharing=2)
    assert unit_hours(plan(adapters="4"), shared, Decimal(4_800)) == 4 * 720 / 2
    assert unit_hours(plan(adapters="4"), PAIR._replace(most_sharing=1), Decimal(4_800)) == 2 * 720


def test_requested_replicas_are_a_minimum() -> None:
    assert units_needed(plan(replicas="2"), PAIR, Decimal(1)) == 4
    assert units_needed(plan(peak="6"), PAIR, Decimal(4_800)) == 4
