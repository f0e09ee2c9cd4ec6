"""Attribution of a difference to fields: it adds up, and the order of the fields does not matter."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import difference_causes, read_scenario
from calculator.estimate import estimate
from pricing import Catalog
from tests.conftest import TODAY

SUPPORT_BOT = {
    "on": "your-rates",
    "rates": "10/3/6",
    "examples": "10k",
    "example": "250/150",
    "epochs": "3",
    "calls": "50k/day",
    "call": "100/70",
    "days": "30",
}


def product(fields: dict[str, str]) -> Decimal:
    return Decimal(fields["examples"]) * Decimal(fields["epochs"])


def test_one_field_takes_the_whole_difference() -> None:
    causes = difference_causes({"examples": "10", "epochs": "2"}, {"examples": "10", "epochs": "3"}, product)
    assert causes == [(("epochs",), Decimal(10))]


def test_joint_effects_are_shared_evenly() -> None:
    """10 × 2 becomes 20 × 3. Examples first add 20, last 30: 25. Epochs last add 20, first 10: 15. Together 40."""
    causes = difference_causes({"examples": "10", "epochs": "2"}, {"examples": "20", "epochs": "3"}, product)
    assert causes == [(("examples",), Decimal(25)), (("epochs",), Decimal(15))]


def test_support_bot_changes_epochs_and_calls(catalog: Catalog) -> None:
    """Two epochs more: 2 × 4M tokens at $10, $80.00. Twice the calls: $1,080.00 more in each of 12 months."""

    def total(fields: dict[str, str]) -> Decimal | None:
        return estimate(read_scenario(fields), catalog, TODAY.date()).estimates[0].total_usd

    causes = difference_causes(SUPPORT_BOT, SUPPORT_BOT | {"epochs": "5", "calls": "100k/day"}, total)
    assert causes == [(("epochs",), Decimal(80)), (("calls",), Decimal(12_960))]


def test_new_calls_and_their_length_are_one_cause(catalog: Catalog) -> None:
    """Without a length calls mean nothing: one cause of 12 × $1,080.00."""

    def total(fields: dict[str, str]) -> Decimal | None:
        return estimate(read_scenario(fields), catalog, TODAY.date()).estimates[0].total_usd

    before = {key: text for key, text in SUPPORT_BOT.items() if key not in ("calls", "call")}
    assert difference_causes(before, SUPPORT_BOT, total) == [(("calls", "call"), Decimal(12_960))]


def test_names_and_offers_cost_nothing() -> None:
    after = {"examples": "10", "epochs": "2", "name": "x", "on": "all", "base": "gpt-4o"}
    assert difference_causes({"examples": "10", "epochs": "2"}, after, product) == []


def test_unknown_total_has_no_causes() -> None:
    assert difference_causes({"epochs": "2"}, {"epochs": "3"}, lambda fields: None) is None


KEYS = ("examples", "epochs", "runs", "calls", "call", "cached", "batch", "days", "months", "growth")
VALUES = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 9).map(str), min_size=len(KEYS))


@settings(max_examples=30)
@given(before=VALUES, after=VALUES, seed=st.integers(1, 5))
def test_causes_add_up_in_any_order(before: dict[str, str], after: dict[str, str], seed: int) -> None:
    """Any total, with fields that multiply and fields that add; more changed fields than are weighed exactly too."""

    def total(fields: dict[str, str]) -> Decimal:
        numbers = [Decimal(fields[key]) for key in KEYS]
        return numbers[0] * numbers[1] * seed + numbers[2] * numbers[3] * numbers[4] + sum(numbers[5:], Decimal(0)) / 7

    causes = difference_causes(before, after, total)
    assert causes is not None
    assert sum(Fraction(cause.usd) for cause in causes) == Fraction(total(after)) - Fraction(total(before))
    turned = difference_causes(dict(reversed(before.items())), dict(reversed(after.items())), total)
    assert turned == causes
