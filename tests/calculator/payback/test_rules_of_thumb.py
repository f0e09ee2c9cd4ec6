"""Tune or prompt: which side the money takes, and the figures under each rule of the guides."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator import (
    Comparison,
    RuleOfThumb,
    break_even,
    estimate,
    favoured_side,
    read_scenario,
    rules_of_thumb,
)
from pricing import Catalog
from tests.calculator.questions import TODAY

# A prompt of 2,000 tokens tuned down to 100: today 2,000 × $0.15, tuned 100 × $0.30, $0.000270 less a call.
# `prep` replaces the cost of training; 100,000 calls a month save $27.00, 12 months of them $324.00.
TYPICAL = {
    "days": "30",
    "cached": "0%",
    "on": "your-rates",
    "rates": "0/0.30/1.20",
    "base_rates": "0.15/0.60",
    "prompt": "2000->100",
    "call": "0/0",
    "calls": "100k/month",
    "prep": "62",
    "examples": "1",
    "example": "1",
    "epochs": "1",
}
# 1,000 examples of 1,000 tokens at $62 per 1M: $62.00 a training run.
TRAINED = {"rates": "62/0.30/1.20", "examples": "1000", "example": "1000", "prep": ""}
# 2,000 × $0.01 is $0.000020 a call, less than the tuned $0.000030.
CHEAP_BASE = {"base_rates": "0.01/0.60"}
# $62.00 in calls of $0.000270 saved each.
CALLS_OF_A_TRAINING = Decimal(62) / Decimal("0.00027")


def compared(catalog: Catalog, **fields: str) -> Comparison:
    return estimate(read_scenario(TYPICAL | fields), catalog, TODAY)


def side(catalog: Catalog, **fields: str) -> str | None:
    """The side that the money takes."""
    comparison = compared(catalog, **fields)
    (entry,) = comparison.estimates
    return favoured_side(comparison, entry)


def point(catalog: Catalog, rule: str, **fields: str) -> RuleOfThumb | None:
    """The point of one rule, which comes at most once."""
    comparison = compared(catalog, **fields)
    (entry,) = comparison.estimates
    points = [each for each in rules_of_thumb(comparison, entry) if each.rule == rule]
    assert len(points) <= 1
    return points[0] if points else None


# --- the money --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "favours"),
    [
        ({}, "tuning"),  # 324 − 62 = $262.00 ahead
        ({"calls": "10k/month"}, "prompting"),  # 32.40 − 62 = $29.60 behind
        ({"prep": "324"}, "neither"),  # 324 − 324
        ({"prep": "323.99"}, "tuning"),
        ({"prep": "324.01"}, "prompting"),
        ({"calls": "10k/month", "months": "23"}, "tuning"),  # 23 × 2.70 = $62.10
        (CHEAP_BASE, "prompting"),  # each call costs $0.000010 more
    ],
)
def test_money_rule_follows_the_net_saving(catalog: Catalog, fields: dict[str, str], favours: str) -> None:
    assert side(catalog, **fields) == favours


def test_money_can_contradict_the_volume_rules(catalog: Catalog) -> None:
    """2M calls a month, 24M a year, save $6,480.00; preparation costs $7,000.00."""
    fields = {"calls": "2M/month", "prep": "7000"}
    assert side(catalog, **fields) == "prompting"
    assert point(catalog, "volume", **fields) == RuleOfThumb("volume", "tuning", Decimal(2_000_000), Decimal(1_000_000))


def test_money_rule_needs_calls(catalog: Catalog) -> None:
    assert side(catalog, calls="") is None
    assert side(catalog, calls="", **CHEAP_BASE) is None


def test_no_rules_without_base_or_with_unknown_price(catalog: Catalog) -> None:
    """No source has the price of training Nova Lite."""
    for fields in ({"base_rates": ""}, {"on": "aws-bedrock/nova-lite", "rates": ""}):
        comparison = compared(catalog, **fields)
        (entry,) = comparison.estimates
        assert rules_of_thumb(comparison, entry) == ()
        assert favoured_side(comparison, entry) is None


def test_each_offer_has_its_own_rules(catalog: Catalog) -> None:
    """Training 1M tokens: $62.00 at the customer's rates, so $262.00 ahead; the other verdict has other figures."""
    comparison = compared(catalog, **TRAINED | {"on": "your-rates,together"})
    rule = {entry.offer.id: rules_of_thumb(comparison, entry) for entry in comparison.estimates}
    own = comparison.find("your-rates")
    assert own is not None
    assert rule.pop("your-rates")
    assert favoured_side(comparison, own) == "tuning"
    costs = {entry.figure for points in rule.values() for entry in points if entry.rule == "changes"}
    assert costs
    assert Decimal(62) not in costs


# --- volume -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calls", "favours", "bound"),
    [
        ("1000001/month", "tuning", 1_000_000),
        ("1000000/month", "neither", None),
        ("999999/month", "neither", None),
        ("100001/month", "neither", None),
        ("100000/month", "neither", None),
        ("99999/month", "prompting", 100_000),
        ("1/month", "prompting", 100_000),
    ],
)
def test_volume_rule_decides_beyond_its_bounds(catalog: Catalog, calls: str, favours: str, bound: int | None) -> None:
    rule = point(catalog, "volume", calls=calls)
    assert rule is not None
    assert (rule.favours, rule.figure, rule.against) == (favours, Decimal(calls.removesuffix("/month")), bound)


def test_volume_rule_converts_calls_to_months(catalog: Catalog) -> None:
    """33,334 a day × 30 is 1,000,020."""
    rule = point(catalog, "volume", calls="33334/day")
    assert rule is not None
    assert (rule.favours, rule.figure) == ("tuning", 1_000_020)


def test_volume_rule_needs_calls(catalog: Catalog) -> None:
    assert point(catalog, "volume", calls="") is None


# --- requirements that change -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("runs", ["1", "3"])
def test_change_costs_one_training_run(catalog: Catalog, runs: str) -> None:
    rule = point(catalog, "changes", **TRAINED, runs=runs)
    assert rule == RuleOfThumb("changes", "neither", Decimal(62), CALLS_OF_A_TRAINING)


def test_change_does_not_prepare_the_data_again(catalog: Catalog) -> None:
    rule = point(catalog, "changes", **TRAINED | {"prep": "1000"})
    assert rule is not None
    assert rule.figure == 62


def test_costly_retrainings_favour_prompting(catalog: Catalog) -> None:
    """$62.00 every month against $27.00 saved; every third month it is against $81.00."""
    rule = point(catalog, "changes", **TRAINED, retrain="1")
    assert rule == RuleOfThumb("changes", "prompting", Decimal(62), CALLS_OF_A_TRAINING)
    rarer = point(catalog, "changes", **TRAINED, retrain="3")
    assert rarer == RuleOfThumb("changes", "neither", Decimal(62), CALLS_OF_A_TRAINING)


def test_calls_that_save_nothing_never_pay_a_retraining(catalog: Catalog) -> None:
    rule = point(catalog, "changes", **TRAINED | CHEAP_BASE)
    assert rule == RuleOfThumb("changes", "prompting", Decimal(62), None)


def test_free_training_makes_changes_free(catalog: Catalog) -> None:
    assert point(catalog, "changes") is None


# --- chain of thought -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rates", "favours", "tuned"),
    [
        ("0/0.30/1.20", "prompting", "0.00012"),
        ("0/0.30/0.60", "neither", "0.00006"),
        ("0/0.30/0.30", "tuning", "0.00003"),
    ],
)
def test_longer_answers_cost_their_output_price(catalog: Catalog, rates: str, favours: str, tuned: str) -> None:
    """100 tokens at $1.20, $0.60 or $0.30 per 1M, against 100 at the base model's $0.60."""
    rule = point(catalog, "reasoning", rates=rates, call="0/50")
    assert rule == RuleOfThumb("reasoning", favours, Decimal(tuned), Decimal("0.00006"))  # type: ignore[arg-type]  # a side


@pytest.mark.parametrize("fields", [{"calls": ""}, {"call": "10/0"}])
def test_no_remark_on_longer_answers_without_output_tokens(catalog: Catalog, fields: dict[str, str]) -> None:
    assert point(catalog, "reasoning", **fields) is None


# --- latency ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "call", "expected"),
    [
        ("2000->100", "0/0", ("tuning", 100, 2_000)),
        ("2000->100", "50/70", ("tuning", 150, 2_050)),  # the user's tokens are read on either side
        ("100->101", "50/70", ("prompting", 151, 150)),
        ("2000->0", "50/70", ("tuning", 50, 2_050)),
        ("0->2000", "50/70", ("prompting", 2_050, 50)),
    ],
)
def test_latency_rule_counts_input_tokens(
    catalog: Catalog, prompt: str, call: str, expected: tuple[str, int, int]
) -> None:
    rule = point(catalog, "latency", prompt=prompt, call=call)
    assert rule is not None
    assert (rule.favours, rule.figure, rule.against) == expected


@pytest.mark.parametrize("prompt", ["300->300", "300", ""])
def test_unchanged_prompt_has_no_latency_rule(catalog: Catalog, prompt: str) -> None:
    assert point(catalog, "latency", prompt=prompt, call="50/70") is None


# --- any question -----------------------------------------------------------------------------------------------------


@given(
    calls=st.integers(0, 3_000_000),
    prompt=st.tuples(st.integers(0, 3_000), st.integers(0, 3_000)),
    call=st.tuples(st.integers(1, 500), st.integers(0, 500)),
    prices=st.tuples(*(st.integers(0, 20) for _ in range(5))),
    retrain=st.sampled_from(["", "1", "6"]),
)
def test_rules_need_their_figures(
    catalog: Catalog,
    calls: int,
    prompt: tuple[int, int],
    call: tuple[int, int],
    prices: tuple[int, ...],
    retrain: str,
) -> None:
    """A side is taken on two figures, in the order that the side says; only calls that save nothing have one."""
    training, tuned_in, tuned_out, base_in, base_out = prices
    comparison = compared(
        catalog,
        rates=f"{training}/{tuned_in}/{tuned_out}",
        base_rates=f"{base_in}/{base_out}",
        prompt=f"{prompt[0]}->{prompt[1]}",
        call=f"{call[0]}/{call[1]}",
        calls=f"{calls}/month" if calls else "",
        retrain=retrain,
    )
    (entry,) = comparison.estimates
    points, favoured = rules_of_thumb(comparison, entry), favoured_side(comparison, entry)
    back = break_even(comparison, entry)
    if back is None:
        assert (points, favoured) == ((), None)
        return
    if back.net_usd is not None:
        assert (favoured == "tuning") == (back.net_usd > 0)
        assert (favoured == "prompting") == (back.net_usd < 0)
    assert len({each.rule for each in points}) == len(points)
    for each in points:
        assert each.figure >= 0
        if each.against is None:
            assert each.rule == "changes" or each.favours == "neither"
        elif each.rule == "volume":
            assert (each.favours == "tuning") == (each.figure > each.against)
        elif each.rule in ("reasoning", "latency"):
            assert (each.favours == "tuning") == (each.figure < each.against)
