"""What must hold for every break-even: it is exact, more money saved never puts it off, and the net agrees with it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import BreakEven, break_even, turning_change
from pricing import Catalog
from tests.calculator.payback.test_break_even import TYPICAL, compared, number_in, result_of, turn
from tests.calculator.questions import choices, different_offers, numbers, question

KEYS = ("before", "after", "user", "answer", "base_in", "base_out", "in", "out", "usd", "calls")
anything = st.fixed_dictionaries({key: st.integers(0, 3_000) for key in KEYS})
"""Tokens, cents and thousands of calls a month."""


def fields_of(drawn: dict[str, int]) -> dict[str, str]:
    return {
        "rates": f"0/{Decimal(drawn['in']) / 100}/{Decimal(drawn['out']) / 100}",
        "base_rates": f"{Decimal(drawn['base_in']) / 100}/{Decimal(drawn['base_out'] + 1) / 100}",
        "prompt": f"{drawn['before']}->{drawn['after']}",
        "call": f"{drawn['user']}/{drawn['answer'] + 1}",
        "calls": f"{(drawn['calls'] + 1) * 1000}/month",
        "prep": f"{drawn['usd']}",
    }


@given(drawn=anything)
def test_break_even_call_is_the_first_that_pays(catalog: Catalog, drawn: dict[str, int]) -> None:
    today = (drawn["before"] + drawn["user"]) * drawn["base_in"] + (drawn["answer"] + 1) * (drawn["base_out"] + 1)
    tuned = (drawn["after"] + drawn["user"]) * drawn["in"] + (drawn["answer"] + 1) * drawn["out"]
    saving = Fraction(today - tuned, 100 * 1_000_000)
    result = result_of(catalog, **fields_of(drawn))
    assert result.saving_per_call_usd == saving
    assert (result.calls is None) == (saving <= 0)
    if result.calls is not None:
        assert result.calls * saving >= drawn["usd"] > (result.calls - 1) * saving
        assert result.months == pytest.approx(
            Decimal(drawn["usd"]) / (result.saving_per_call_usd * (drawn["calls"] + 1) * 1000)
        )


def paid_after(result: BreakEven) -> Decimal:
    """In months; later than any calendar, and never, come last."""
    return Decimal("Infinity") if result.calls is None else Decimal(10**12) if result.months is None else result.months


@pytest.mark.parametrize(("key", "sooner"), [("usd", False), ("base_in", True), ("base_out", True), ("calls", True)])
@settings(max_examples=40)
@given(drawn=anything, growth=st.sampled_from(["0%", "5%", "-5%"]), retrain=st.sampled_from(["", "3"]), data=st.data())
def test_better_inputs_never_delay_the_break_even(
    catalog: Catalog, key: str, *, sooner: bool, drawn: dict[str, int], growth: str, retrain: str, data: st.DataObject
) -> None:
    on = data.draw(
        st.sampled_from(["your-rates", "openai/gpt-4.1-mini", "azure/gpt-4.1-mini@global", "aws-bedrock/nova-2-lite"])
    )
    more = drawn | {key: data.draw(st.integers(drawn[key], 3_000))}
    job = {"on": on, "growth": growth, "retrain": retrain, "examples": "1000", "example": "1000"}
    answers = [compared(catalog, **fields_of(numbers) | job) for numbers in (drawn, more)]
    few, many = (break_even(answer, entry) for answer in answers for entry in answer.estimates if entry.offer.id == on)
    assert few is not None
    assert many is not None
    first, later = (many, few) if sooner else (few, many)
    assert paid_after(first) <= paid_after(later)


@settings(max_examples=20)
@given(
    on=st.sampled_from(
        ["openai/gpt-4.1-mini", "azure/gpt-4.1-mini@global", "azure/gpt-4o@global", "together/qwen3-8b"]
    ),
    drawn=anything,
    growth=st.sampled_from(["0%", "5%", "-5%", "-50%"]),
    retrain=st.sampled_from(["", "1", "4"]),
)
def test_suggested_change_pays_back(
    catalog: Catalog, on: str, drawn: dict[str, int], growth: str, retrain: str
) -> None:
    drawn = drawn | {"answer": drawn["answer"] // 10, "base_in": drawn["base_in"] + 100, "calls": drawn["calls"] // 30}
    fields = fields_of(drawn) | {"on": on, "rates": "", "growth": growth, "retrain": retrain, "examples": "1000"}
    sentence = turn(catalog, **fields) or ""
    if "calls a month" in sentence:
        assert result_of(catalog, **fields | {"calls": f"{number_in(sentence)}/month"}).calls is not None
        assert result_of(catalog, **fields | {"calls": f"{number_in(sentence) - 1}/month"}).calls is None
    elif "retraining" in sentence:
        assert result_of(catalog, **fields | {"retrain": f"{number_in(sentence)}"}).calls is not None
        assert result_of(catalog, **fields | {"retrain": f"{number_in(sentence) - 1}"}).calls is None
    elif "answers" in sentence:
        assert (
            result_of(catalog, **fields | {"call": f"{drawn['user']}/{number_in(sentence) - 1}"}).saving_per_call_usd
            > 0
        )
        assert (
            result_of(catalog, **fields | {"call": f"{drawn['user']}/{number_in(sentence)}"}).saving_per_call_usd <= 0
        )


@settings(max_examples=25)
@given(data=st.data(), given_numbers=numbers, chosen=choices, base=st.sampled_from(["gpt-4o-mini", "gpt-4.1"]))
def test_net_saving_agrees_with_the_break_even(
    catalog: Catalog, data: st.DataObject, given_numbers: dict[str, int], chosen: dict[str, str], base: str
) -> None:
    offers = data.draw(st.lists(st.sampled_from(different_offers(catalog)), min_size=4, max_size=8, unique=True))
    answered = compared(catalog, **dict.fromkeys(TYPICAL, "") | question(offers, given_numbers, chosen), base=base)
    assert answered.base is not None
    for result in answered.estimates:
        pays = break_even(answered, result)
        if pays is None or result.months != answered.plan.months:
            continue
        assert result.total_usd is not None
        assert answered.base.total_usd is not None
        assert pays.net_usd == answered.base.total_usd - result.total_usd, result.offer.id
        assert pays.calls is not None or pays.net_usd <= max(pays.saving_per_call_usd, Decimal(0)), result.offer.id
        assert (pays.calls is None) == (pays.cause is not None)


@pytest.mark.parametrize(
    ("calls", "growth", "retrain"),
    [("1/year", "0%", ""), ("1k/month", "-3%", "1"), ("50k/day", "100%", "2"), ("1B/hour", "0%", "1")],
)
def test_suggested_changes_have_a_cause(catalog: Catalog, calls: str, growth: str, retrain: str) -> None:
    on = ",".join(different_offers(catalog))
    fields = {"on": on, "rates": "", "base_rates": "2.5/1.25/10", "call": "100/70", "cached": "30%"}
    comparison = compared(catalog, **fields, calls=calls, growth=growth, retrain=retrain)
    paybacks = [break_even(comparison, estimate) for estimate in comparison.estimates]
    changes = [turning_change(comparison, estimate) for estimate in comparison.estimates]
    assert sum(payback is not None for payback in paybacks) > 10
    assert all(change is None or (payback and payback.cause) for payback, change in zip(paybacks, changes, strict=True))
