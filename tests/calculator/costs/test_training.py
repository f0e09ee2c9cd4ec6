"""Training: tokens, minimum charge, cap, automatic epochs and retrainings, each worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calculator.costs.training import epochs_by, retrainings_before, tokens_after_limit, training_lines
from pricing import EpochRule, PriceKind
from tests.calculator.costs.offers import START, offer, plan, price

MONTHS = Decimal(12)


def test_job_costs_examples_times_tokens_times_epochs() -> None:
    # 1,000 × 400 × 3 = 1.2M tokens at $5; two runs.
    lines = training_lines(plan(runs="2"), offer({"training": price("5")}), START, MONTHS, Decimal(3))
    assert [(line.label, line.quantity, line.amount_usd) for line in lines] == [
        ("Training", Decimal("2.4"), Decimal(12))
    ]


@pytest.mark.parametrize(
    ("kind", "usd", "label", "amount"),
    [
        ("minimum", "10", "Training: up to the minimum charge", "4"),  # 10 − 6
        ("minimum", "6", None, None),
        ("cap", "5", "Training: paused at the job cap", "-1"),  # 5 − 6
        ("cap", "6", None, None),
    ],
)
def test_minimum_and_cap_are_lines_of_their_own(
    kind: PriceKind, usd: str, label: str | None, amount: str | None
) -> None:
    prices: dict[PriceKind, object] = {"training": price("5"), kind: price(usd, "job")}
    training, *adjustments = training_lines(plan(), offer(prices), START, MONTHS, Decimal(3))  # type: ignore[arg-type]
    assert training.amount_usd == 6
    expected = [] if label is None or amount is None else [(label, Decimal(amount))]
    assert [(line.label, line.amount_usd) for line in adjustments] == expected


def test_training_by_the_hour_without_hours_is_unknown() -> None:
    by_hour = offer({"training": price("100", "hour")})
    assert training_lines(plan(), by_hour, START, MONTHS, Decimal(3))[0].amount_usd is None
    assert training_lines(plan(hours="2.5"), by_hour, START, MONTHS, Decimal(3))[0].amount_usd == 250


@pytest.mark.parametrize(
    ("months", "every", "count"), [("12", "3", 3), ("12", "5", 2), ("12.5", "3", 4), ("2", "3", 0)]
)
def test_retrainings_lie_strictly_inside_the_horizon(months: str, every: str, count: int) -> None:
    assert retrainings_before(Decimal(months), Decimal(every)) == count


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [
        (10, 10),  # 100 ÷ 10
        (50, 3),  # 100 ÷ 50 = 2 is less than the default
        (1, 25),  # 100, but at most 25
        (20_000, 1),  # 25,000 ÷ 20,000
        (10_000, 2),  # 25,000 ÷ 10,000, rounded down
    ],
)
def test_automatic_epochs_keep_total_examples_in_bounds(examples: int, epochs: int) -> None:
    rule = EpochRule(default=3, max_epochs=25, min_total_examples=100, max_total_examples=25_000)
    assert epochs_by(rule, Decimal(examples)) == epochs


def test_longer_examples_are_cut_or_counted_whole() -> None:
    assert tokens_after_limit(plan(), 300, "cut") == 300
    assert tokens_after_limit(plan(), 500, "cut") == 400
    assert tokens_after_limit(plan(), 300, "unknown") == 400
    counted = plan(lengths="100:90/50,900:400")
    assert tokens_after_limit(counted, 100, "cut") == 90
    assert tokens_after_limit(counted, 100, "left out") == 50
