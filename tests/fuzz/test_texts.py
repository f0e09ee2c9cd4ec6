"""The readers of text and of YAML, with hostile text."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from bot.answers.compare import split_names
from bot.forms.estimates import Origin, form
from bot.forms.inputs import compose_fields, in_field_words, read_inputs, split_fields
from bot.language.command import read_command, read_fields, readable_fields, write_command
from bot.language.formatting import from_slack
from bot.render.answer.results import build_result
from bot.render.exports.csv_yaml import to_csv
from calculator import KEYS, FieldErrors, UserError, estimate, read_scenario
from pricing import Catalog, YamlError, read_yaml
from tests.fuzz.hostile import anything, examples, in_time, outcome, text

TODAY = date(2026, 11, 21)


@examples(50)
@given(text)
def test_line_is_read_or_refused_with_a_sentence(line: str) -> None:
    with in_time(line):
        typed = from_slack(line)
        if outcome(lambda: read_command(typed), UserError) is None:
            fields = read_command(typed)
            assert set(fields.fields) <= set(KEYS)
            if fields.fields:
                outcome(lambda: read_scenario(fields.fields), UserError)


@examples(50)
@given(st.lists(text, max_size=20))
def test_words_are_read_or_each_fault_is_named(words: list[str]) -> None:
    with in_time(words):
        error = outcome(lambda: read_fields(words), FieldErrors)
    if isinstance(error, FieldErrors):
        assert error.errors
        assert all(len(key) <= 40 for key in error.errors)


@examples(50)
@given(text)
def test_any_text_gives_fields_for_the_form_and_names_to_compare(line: str) -> None:
    with in_time(line):
        fields = readable_fields(line)
        names = split_names(line)
        view = form(Origin(channel="C1"), split_fields(fields))
    assert set(fields) <= set(KEYS)
    assert len(names) == len(set(names))
    assert len(json.dumps(view)) < 250_000


@examples(50)
@given(text)
def test_private_metadata_is_ours_or_refused(metadata: str) -> None:
    with in_time(metadata):
        if outcome(lambda: Origin.read(metadata), ValueError) is None:
            origin = Origin.read(metadata)
            assert Origin.read(origin.write()) == origin


@examples(50)
@given(st.dictionaries(st.sampled_from(["channel", "thread_ts", "edit_of", "x"]), anything).map(json.dumps))
@example('{"channel": "C0GENERAL1", "thread_ts": "1.2", "edit_of": "bcdfghjkmn"}')
def test_metadata_of_the_right_form_is_bounded(metadata: str) -> None:
    if outcome(lambda: Origin.read(metadata), ValueError) is None:
        assert all(part is None or 1 <= len(part) <= 32 for part in Origin.read(metadata))


ELEMENTS = st.one_of(
    anything,
    st.builds(lambda value: {"type": "plain_text_input", "value": value}, st.one_of(text, anything)),
    st.builds(lambda value: {"selected_option": {"value": value}}, st.one_of(text, anything)),
    st.builds(lambda values: {"selected_options": [{"value": value} for value in values]}, st.lists(text, max_size=5)),
)
VALUES = st.dictionaries(
    st.one_of(st.sampled_from([*KEYS, "options", "calls_per"]), st.text(max_size=5)),
    st.one_of(st.dictionaries(st.text(max_size=5), ELEMENTS, max_size=2), anything),
    max_size=6,
)


@examples(50)
@given(st.one_of(VALUES, anything))
def test_form_values_are_read_or_refused_at_their_field(values: object) -> None:
    view = {"state": {"values": values}, "blocks": []}
    with in_time(values):
        if outcome(lambda: read_inputs(view), FieldErrors) is None:
            fields = compose_fields(read_inputs(view))
            assert set(fields) <= set(KEYS)
            error = outcome(lambda: read_scenario(fields), FieldErrors)
            if isinstance(error, FieldErrors):
                assert all(in_field_words(text) for text in error.errors.values())
            split_fields(fields)


@examples(50)
@given(
    st.one_of(
        text,
        st.lists(
            st.sampled_from(
                [
                    "a: ",
                    "b:",
                    "- ",
                    "[",
                    "]",
                    "{",
                    "}",
                    ",",
                    ": ",
                    "? ",
                    "& x ",
                    "*x ",
                    "!!str ",
                    "|\n",
                    ">\n",
                    "'",
                    '"',
                    "#",
                    "\n",
                    "  ",
                    "\t",
                    "---\n",
                    "...\n",
                    "%YAML 1.1\n",
                    "<<: ",
                    "~",
                    "\0",
                    "é",
                    "\ud800",
                    "0x1",
                    "1:30",
                    "NO",
                ]
            ),
            max_size=60,
        ).map("".join),
    )
)
def test_yaml_is_read_or_refused_with_a_sentence(yaml: str) -> None:
    with in_time(yaml):
        error = outcome(lambda: read_yaml(yaml), YamlError)
    assert error is not None or all(isinstance(key, str) for key in read_yaml(yaml))


FIELDS = {
    "rates": "10/3/6", "examples": "10k", "example": "250/150", "epochs": "3", "calls": "50k/day", "call": "100/70",
}  # fmt: skip


@examples(25)
@given(name=text)
def test_csv_has_no_formula_and_line_reads_back(catalog: Catalog, name: str) -> None:
    fields = {**FIELDS, "on": "your-rates", "name": name}
    if outcome(lambda: read_scenario(fields), FieldErrors) is not None:
        return
    scenario = read_scenario(fields)
    assert read_command(write_command(scenario.fields())).fields == scenario.fields()
    rows = list(csv.reader(io.StringIO(to_csv(build_result(estimate(scenario, catalog, TODAY))), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row if cell):
        assert cell[0] not in "=+-@\t\r\n＝＋－＠" or _is_number(cell)


def _is_number(cell: str) -> bool:
    return Decimal(cell).is_finite()
