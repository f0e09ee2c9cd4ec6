"""The table of keys: complete, and true to its own examples."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from calculator import INPUT_LABELS, KEYS, Key, Scenario, read_scenario, with_default_spread
from calculator.question.keys import Section, in_section, key_of
from calculator.question.resolved import ranged_inputs
from calculator.question.scenario import Serving
from pricing import Method, StackClass, Task

LONGEST_SHORT = 20  # characters that Slack shows of a category in a chart
EVERY_NUMBER = {
    "examples": "10k", "example": "250/150", "epochs": "3", "runs": "2", "calls": "50k/day", "call": "100/70",
    "prompt": "2000->100", "cached": "80%", "batch": "50%", "days": "30", "months": "12", "growth": "5%",
    "retrain": "3", "prep": "500", "data_gb": "2", "hosted": "8h", "hours": "4", "idle": "2h", "queue": "4h",
    "grader": "gpt-4.1:2M/1M", "validation": "10%", "thinking": "500->20", "peak": "3", "gpu_rate": "2",
    "rates": "10/3/1.5/6", "base_rates": "0.15/0.075/0.60",
}  # fmt: skip

every_key = pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)


def test_every_field_has_one_row_in_the_same_order() -> None:
    assert tuple(key.field for key in KEYS.values()) == Scenario.__struct_fields__


def test_every_key_is_in_one_section() -> None:
    in_sections = [key.name for section in get_args(Section) for key in in_section(section)]
    assert sorted(in_sections) == sorted(KEYS)


@every_key
def test_every_example_is_read_and_written_back(key: Key) -> None:
    value = key.read(key.example)
    assert key.read(key.text(value)) == value


@every_key
def test_every_row_has_the_words_that_people_see(key: Key) -> None:
    assert key.label[0].isupper()
    assert not key.label.endswith(".")
    assert key.help == "" or key.help.endswith(".")
    assert key.noun
    for short in (key.short, *(part.short for part in key.parts)):
        assert len(short) <= LONGEST_SHORT


@pytest.mark.parametrize(
    ("name", "values"), [("serving", Serving), ("method", Method), ("stack", StackClass), ("task", Task)]
)
def test_choices_are_the_values_of_the_field(name: str, values: object) -> None:
    assert sorted(value for value, _ in KEYS[name].choices) == sorted(get_args(values))


def test_every_number_of_a_question_has_a_label() -> None:
    spread = with_default_spread(read_scenario(EVERY_NUMBER), Decimal("0.25"))
    assert ranged_inputs(spread).keys() <= INPUT_LABELS.keys()
    assert {key_of(name).name for name in INPUT_LABELS} == EVERY_NUMBER.keys()
