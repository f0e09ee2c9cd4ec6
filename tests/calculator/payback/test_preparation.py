"""What $1 of work an example does to a pay-back whose question prices none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.render.sentences.assumptions import assumption_sentences
from calculator import Comparison, Estimate, estimate, read_scenario, unpriced_work
from pricing import Catalog

TODAY = date(2026, 11, 28)
QUESTION = {
    "on": "your-rates",
    "rates": "10/1/1",
    "base_rates": "2/2",
    "examples": "1000",
    "example": "1000",
    "epochs": "1",
    "calls": "1M/month",
    "call": "1000/0",
}


def answer(catalog: Catalog, **fields: str) -> tuple[Comparison, Estimate]:
    comparison = estimate(read_scenario({**QUESTION, **fields}), catalog, TODAY)
    return comparison, comparison.estimates[0]


def test_work_is_added_to_what_the_calls_have_to_save(catalog: Catalog) -> None:
    """$10 of training and $1,000 of work; a call saves $0.001, and 1M calls a month save $1,000.

    1.01 months × 365 ÷ 12 = 30.7 days. Over 12 months 12,000 − 10 − 1,000 = $10,990.
    """
    comparison, only = answer(catalog)
    work = unpriced_work(comparison, only)
    assert work is not None
    assert work == (1000, 1_010_000, date(2026, 12, 29), Decimal(10_990))
    assert (
        "No staff time, labelling or evaluation is included (prep=0). At $1 an example, $1,000.00, "
        "it would pay back after 1,010,000 calls, on 29 Dec."
    ) in assumption_sentences(comparison, only)


def test_work_that_the_question_prices_isnt_added(catalog: Catalog) -> None:
    comparison, only = answer(catalog, prep="500")
    assert unpriced_work(comparison, only) is None
    assert not any("staff time" in sentence for sentence in assumption_sentences(comparison, only))


def test_without_a_base_model_only_the_gap_is_named(catalog: Catalog) -> None:
    fields = {key: text for key, text in QUESTION.items() if key != "base_rates"}
    comparison = estimate(read_scenario(fields), catalog, TODAY)
    (only,) = comparison.estimates
    assert unpriced_work(comparison, only) is None
    assert "No staff time, labelling or evaluation is included (prep=0)." in assumption_sentences(comparison, only)
