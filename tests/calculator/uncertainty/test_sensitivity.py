"""Which inputs move a total most: worked out by hand, for ranges that were asked about and for the default spread."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import Amount, Comparison, Driver, estimate, read_scenario, sensitivity, with_default_spread
from calculator.question.keys import KEYS
from pricing import Catalog, read_yaml
from tests.calculator.questions import NUMBERS, TODAY, answer, question
from tests.scenarios import FOLDER, catalog_of

OWN = "your-rates"
# Training 2,000 × 1,000 tokens × $10 = $20. A call 1,000 × $1 + 500 × $2 = $0.002, 150,000 of them $300 a month.
# Two months: $20 + $600 + $5.
PLAIN = {
    "on": OWN,
    "rates": "10/1/2",
    "examples": "2000",
    "example": "1000",
    "epochs": "1",
    "calls": "150k/month",
    "call": "1000/500",
    "months": "2",
    "prep": "5",
}
FIFTH = Decimal("0.2")


def comparison_of(catalog: Catalog, on_day: date = TODAY, /, **fields: str) -> Comparison:
    return estimate(read_scenario(PLAIN | fields), catalog, on_day)


def drivers(catalog: Catalog, on_day: date = TODAY, /, **fields: str) -> list[Driver]:
    result = comparison_of(catalog, on_day, **fields)
    return list(sensitivity(result, result.estimates[0]))


def rows(result: list[Driver]) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    return [(driver.name, driver.at_low_usd, driver.at_high_usd, driver.swing_usd) for driver in result]


def test_likely_total_is_625_dollars(catalog: Catalog) -> None:
    assert comparison_of(catalog).estimates[0].total_usd == 625


def test_drivers_are_ordered_by_their_width(catalog: Catalog) -> None:
    """The others at their likely value, the middle, which is the plain question's.

    months 1..3: 25 + 300 to 25 + 900. calls 100k..200k: 25 + 400 to 25 + 800. examples 1,000..3,000: 605 + 10 to
    605 + 30. prep 4..6: 620 + 4 to 620 + 6.
    """
    result = drivers(catalog, prep="4..6", examples="1000..3000", calls="100k..200k/month", months="1..3")
    assert rows(result) == [
        ("months", 325, 925, 600),
        ("calls", 425, 825, 400),
        ("examples", 615, 635, 20),
        ("prep", 624, 626, 2),
    ]
    assert result[1].amount == Amount(Decimal(100_000), Decimal(150_000), Decimal(200_000))


def test_other_inputs_have_their_likely_value(catalog: Catalog) -> None:
    """calls 100k..150k..500k: 25 + 400 to 25 + 2,000; prep 0..5..50 at 150k calls: 620 to 670."""
    result = drivers(catalog, calls="100k..150k..500k/month", prep="0..5..50")
    assert rows(result) == [("calls", 425, 2025, 1600), ("prep", 620, 670, 50)]


def test_pair_has_two_inputs(catalog: Catalog) -> None:
    """Per token and call 300,000 × $1 or × $2 ÷ 1M: 500..1,500 tokens in are $150..$450 of $475..$775,
    250..750 tokens out $150..$450 as well. Training 500..1,500 tokens: $10..$30.
    """
    result = drivers(catalog, call="500..1500/250..750", example="500..1500", rates="5..15/1/2")
    assert rows(result) == [
        ("call.input", 475, 775, 300),
        ("call.output", 475, 775, 300),
        ("example.input", 615, 635, 20),
        ("rates.training", 615, 635, 20),
    ]


def test_larger_cached_share_costs_less(catalog: Catalog) -> None:
    """300,000 × 1,000 tokens are 300M: at $1 $300, from cache at $0.50 $150. None cached 20 + 300 + 300 + 5, all 475.
    The swing is no less for that, and the cheap end stands where the input's high end is.
    """
    result = drivers(catalog, rates="10/1/0.5/2", cached="0%..100%", prep="0..10")
    assert rows(result) == [("cached", 625, 475, 150), ("prep", 545, 555, 10)]


def test_rarer_retraining_costs_less(catalog: Catalog) -> None:
    """In 12 months $20 more every 3rd (3 times) or every 6th (once), on $20 + 12 × 300 + 5."""
    assert rows(drivers(catalog, months="12", retrain="3..6")) == [("retrain", 3685, 3645, 40)]


def test_inputs_without_effect_are_omitted(catalog: Catalog) -> None:
    """The customer's own rates have no storage or hosting; the base's prompt and prices don't affect a tuned total."""
    idle = {"data_gb": "1..100", "hosted": "1h..24h", "hours": "1..5", "batch": "0%..50%", "base_rates": "1..2/3"}
    assert rows(drivers(catalog, **idle, prompt="100..3000->0", calls="100k..200k/month")) == [("calls", 425, 825, 400)]
    assert drivers(catalog, **idle) == []


def test_days_scale_daily_calls(catalog: Catalog) -> None:
    """5,000 calls a day on 20..40 days would be a month of 41; on 20..30: 2 × 100,000 or 150,000 × $0.002."""
    assert rows(drivers(catalog, calls="5k/day", days="20..30")) == [("days", 425, 625, 200)]


def test_each_offer_has_its_own_drivers(catalog: Catalog) -> None:
    """Together takes at least $4 a job: from 1 to 100 examples the training is that, and moves nothing."""
    result = comparison_of(catalog, on=f"{OWN},together/qwen3-8b", examples="1..100", calls="", call="")
    own, other = sorted(result.estimates, key=lambda driver: driver.offer.id, reverse=True)
    assert (own.offer.id, other.offer.id) == (OWN, "together/qwen3-8b")
    assert rows(list(sensitivity(result, own))) == [("examples", Decimal("5.01"), 6, Decimal("0.99"))]
    assert sensitivity(result, other) == ()


def test_unknown_total_has_no_drivers(catalog: Catalog) -> None:
    assert drivers(catalog, on="anthropic/claude", rates="", calls="1k..2k/month") == []


@pytest.mark.parametrize(
    ("on", "day", "fields"),
    [
        # Priced up to 200,000 tokens a call; at 500,000 what is known is the training alone.
        ("google/gemini-2.5-pro", date(2026, 8, 21), {"call": "1k..500k/100", "months": "1"}),
        # After 2027-01-28 no price is known: six months are an “at least” of two.
        ("acme/rising", TODAY, {"call": "1k/100", "months": "1..6"}),
    ],
)
def test_driver_needs_complete_totals(
    catalog: Catalog, tmp_path: Path, on: str, day: date, fields: dict[str, str]
) -> None:
    example = read_yaml((FOLDER / "price-unknown-after-a-day.yml").read_text(encoding="utf-8"))
    result = comparison_of(catalog_of(example, catalog, tmp_path), day, on=on, rates="", **fields)
    (driver,) = result.estimates
    assert (result.low[driver.offer.id].complete, result.high[driver.offer.id].complete) == (True, False)
    assert sensitivity(result, driver) == ()


@pytest.mark.parametrize(
    ("fields", "key", "text"),
    [
        ({"epochs": "3"}, "epochs", "2..3..4"),  # 2.4 and 3.6, outwards
        ({"epochs": "10"}, "epochs", "8..10..12"),
        ({"epochs": "1"}, "epochs", "1..1..2"),  # no less than one
        ({"examples": "10k"}, "examples", "8k..10k..12k"),
        ({"examples": "7"}, "examples", "5..7..9"),  # 5.6 and 8.4
        ({"retrain": "5"}, "retrain", "4..5..6"),
        ({"example": "250/150"}, "example", "200..250..300/120..150..180"),
        ({"example": "400"}, "example", "320..400..480"),
        ({"calls": "50k/day"}, "calls", "40k..50k..60k/day"),
        ({"call": "100/70"}, "call", "80..100..120/56..70..84"),
        ({"prompt": "2000->100"}, "prompt", "1600..2000..2400->80..100..120"),
        ({"cached": "50%"}, "cached", "40%..50%..60%"),
        ({"cached": "90%"}, "cached", "72%..90%..100%"),
        ({"batch": "100%"}, "batch", "80%..100%..100%"),
        ({"growth": "5%"}, "growth", "4%..5%..6%"),
        ({"growth": "-5%"}, "growth", "-6%..-5%..-4%"),
        ({"prep": "500"}, "prep", "400..500..600"),
        ({"data_gb": "2.5"}, "data_gb", "2..2.5..3"),
        ({"hours": "10"}, "hours", "8..10..12"),
    ],
)
def test_default_spread_is_a_fifth(fields: dict[str, str], key: str, text: str) -> None:
    spread = with_default_spread(read_scenario(PLAIN | fields), FIFTH)
    assert getattr(spread, key) == getattr(read_scenario(PLAIN | fields | {key: text}), key)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("epochs", "auto"),
        ("epochs", "2..5"),
        ("calls", "1k..2k..9k/day"),
        ("cached", "10%..20%"),
        ("cached", "0%"),
        ("growth", "0%"),
        ("prep", "0"),
        ("runs", "3"),
        ("months", "24"),
        ("days", "22"),
        ("hosted", "8h"),
        ("rates", "10/3/6"),
        ("base_rates", "1/2"),
    ],
)
def test_default_spread_leaves_chosen_and_ranged_numbers(key: str, text: str) -> None:
    scenario = read_scenario(PLAIN | {key: text})
    assert getattr(with_default_spread(scenario, FIFTH), key) == getattr(scenario, key)


def test_in_a_pair_only_the_side_without_a_range_gets_one() -> None:
    spread = with_default_spread(read_scenario(PLAIN | {"call": "100..900/0", "prompt": "2000->10..20"}), FIFTH)
    assert str(spread.call) == "100..900/0"
    assert str(spread.prompt) == "1.6k..2k..2.4k->10..20"


def test_drivers_without_ranges_use_the_default_spread(catalog: Catalog) -> None:
    """± a fifth. calls 120k..180k: 25 + 480 to 25 + 720. A call's input 800..1,200: $240..$360 of it, its output
    400..600 as much. One epoch to two: $20 more. Examples 1,600..2,400 and their tokens 800..1,200: $16..$24.
    """
    assert rows(drivers(catalog)) == [
        ("calls", 505, 745, 240),
        ("call.input", 565, 685, 120),
        ("call.output", 565, 685, 120),
        ("epochs", 625, 645, 20),
        ("examples", 621, 629, 8),
        ("example.input", 621, 629, 8),
        ("prep", 624, 626, 2),
    ]


def test_prompt_that_stays_is_one_input(catalog: Catalog) -> None:
    """100..300 tokens in each of 300,000 calls at $1: $30..$90 on top of 625, not once more for the base's prompt."""
    ((_, *usd),) = rows(drivers(catalog, prompt="100..300", base_rates="1/2"))
    assert usd == [655, 715, 60]
    (result,) = (
        driver for driver in drivers(catalog, prompt="200", base_rates="1/2") if driver.name.startswith("prompt")
    )
    assert (result.at_low_usd, result.at_high_usd) == (673, 697)  # 160..240 tokens


def test_ranges_alone_are_drivers(catalog: Catalog) -> None:
    assert rows(drivers(catalog, prep="0..10")) == [("prep", 620, 630, 10)]


@settings(max_examples=25)
@given(given_numbers=st.fixed_dictionaries({key: st.integers(*ends) for key, ends in NUMBERS.items()}), data=st.data())
def test_driver_is_two_plain_estimates(catalog: Catalog, given_numbers: dict[str, int], data: st.DataObject) -> None:
    """One key ranged: its ends are what the question costs with the key at either end."""
    key = data.draw(st.sampled_from(sorted(NUMBERS.keys() - {"example_output"})))
    low, high = sorted(data.draw(st.lists(st.integers(*NUMBERS[key]), min_size=2, max_size=2, unique=True)))
    on = [data.draw(st.sampled_from(["tinker/qwen3-8b", "together/qwen3-8b", "azure/o4-mini@global", "openai/gpt-4o"]))]
    percent = "%" if key in ("cached", "batch", "growth") else ""
    chosen = {"customer": "existing"}

    def total(value: object) -> Any:
        return answer(catalog, question(on, given_numbers | {key: value}, chosen)).estimates[0].total_usd

    ranged = answer(catalog, question(on, given_numbers | {key: f"{low}{percent}..{high}"}, chosen))
    result = sensitivity(ranged, ranged.estimates[0])
    assert [(driver.at_low_usd, driver.at_high_usd) for driver in result] == (
        [(total(low), total(high))] if total(low) != total(high) else []
    )


def test_every_uncertain_key_can_be_off() -> None:
    """All of them at once: each becomes a range, none of them twice."""
    everything = {
        "prompt": "9->3",
        "thinking": "9->3",
        "validation": "10%",
        "grader": "gpt-4.1:2M/1M",
        "cached": "50%",
        "batch": "50%",
        "growth": "2%",
        "retrain": "4",
        "data_gb": "1",
        "hours": "3",
        "model": "llama-3.1-8b",
        "idle": "2h",
        "runs": "2",
        "rates": "1/2/3/4",
        "base_rates": "1/2/3",
        "hosted": "12h",
        "days": "20",
    }
    spread = with_default_spread(read_scenario(PLAIN | everything), FIFTH)
    assert sorted(spread.ranged) == sorted(key.name for key in KEYS.values() if key.uncertain)
    assert with_default_spread(spread, FIFTH) == spread
