"""Whatever is typed is either read or refused with a message for the person who typed it, and soon."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator import KEYS, FieldErrors, read_scenario
from calculator.question.quantities import (
    parse_amount,
    parse_frequency,
    parse_number,
    parse_pair,
    parse_prompt,
    parse_rates,
    parse_share,
)

PARSERS = [parse_number, parse_amount, parse_share, parse_pair, parse_frequency, parse_prompt, parse_rates]
anything = st.one_of(st.text(), st.text(alphabet="0123456789.,%kMB/->→…−-+ \t$'eE_٣１autohdy", max_size=30))

NASTY = {
    "blanks within": "1" + " " * 1_900 + "1",
    "blanks before": " " * 1_900 + "x",
    "dots": "." * 1_900,
    "thousands": "1" + ",000" * 450,
    "arrows": " ->" * 600,
    "slashes": "/" * 1_900,
    "digits": "9" * 1_900,
    "signs": "-" * 1_900,
    "commas": "," * 1_900,
    "ends": "1.." * 600,
}


def refusal(ask: Callable[[], object]) -> Exception | None:
    """Return the errors of a text; any exception other than FieldErrors and UserError is a bug and propagates."""
    try:
        ask()
    except (ValueError, FieldErrors) as error:
        return error
    return None


def faults(fields: dict[str, str]) -> dict[str, str]:
    error = refusal(lambda: read_scenario(fields))
    assert error is None or isinstance(error, FieldErrors)
    return error.errors if error else {}


@given(anything, st.sampled_from(PARSERS))
def test_parser_reads_or_raises_value_error(text: str, parse: Callable[[str], object]) -> None:
    error = refusal(lambda: parse(text))
    assert error is None or str(error).strip()
    assert "\n" not in str(error)


@given(st.dictionaries(st.one_of(st.sampled_from([*KEYS]), st.text(max_size=20)), anything, max_size=6))
def test_question_is_read_or_refused_by_key(fields: dict[str, str]) -> None:
    problems = faults(fields)
    assert problems.keys() <= fields.keys() | {"examples", "example", "call", "calls"}
    assert all(text.strip() and len(text) < 400 for text in problems.values())


@given(st.sampled_from([*KEYS]), anything)
def test_one_arbitrary_field_among_valid_ones(key: str, text: str) -> None:
    assert faults({"examples": "10", "example": "10", key: text}).keys() <= {key, "call", "calls"}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_long_text_is_refused(text: str) -> None:
    for key in KEYS:
        with pytest.raises(FieldErrors):
            read_scenario({"examples": "ten", "example": "10", key: text})


@pytest.mark.parametrize("parse", PARSERS)
def test_30_000_spaces_inside_a_number_are_refused(parse: Callable[[str], object]) -> None:
    """A regular expression that backtracks would take minutes."""
    with pytest.raises(ValueError, match="“1 x” isn"):
        parse("1" + " " * 30_000 + "x")
