"""Texts made from the table of keys: the form, the help page and the spreadsheet show every key of their sections."""

from __future__ import annotations

from datetime import date

from bot.answers.catalog_pages import EXAMPLE
from bot.answers.help import help_message, key_sections
from bot.forms.fields import FROM_FILE, MAIN, MORE, SHARE
from bot.forms.inputs import COMPOSED
from bot.language.command import read_command
from bot.render.exports.xlsx_inputs import bounds
from calculator import INPUT_LABELS, KEYS, in_formulas, in_section, read_scenario
from pricing import Catalog
from tests.bot.message_text import texts


def test_form_has_one_field_for_every_key() -> None:
    fields = [field.key for field in (*MAIN, SHARE, *(field for fields in MORE.values() for field in fields))]
    assert sorted(fields) == sorted((KEYS.keys() - FROM_FILE) | COMPOSED)


def test_help_explains_every_key_once() -> None:
    names = [name for names in key_sections().values() for name in names]
    assert sorted(names) == sorted(KEYS)
    help_text = texts(help_message()._asdict())
    assert all(f"`{name}=" in help_text for name in KEYS)
    assert {key.name for key in in_section("main")} == read_command(EXAMPLE).fields.keys()


def test_spreadsheet_takes_labels_and_bounds_from_the_table(catalog: Catalog) -> None:
    fields = {"on": "openai", "examples": "10k", "example": "250/150", "epochs": "3", "growth": "5%", "months": "24"}
    inputs = in_formulas(read_scenario(fields | {"calls": "50k/day", "call": "100/70"}), catalog, date(2026, 11, 21))
    limits = {cell.key: (bounds(cell)["minimum"], bounds(cell)["maximum"]) for cell in inputs.inputs}
    assert limits.keys() <= INPUT_LABELS.keys()
    assert limits["epochs"] == (1, 100)
    assert limits["growth"] == (-0.5, 1)
    assert limits["months"] == (1, 24), "growth makes each month a term of its own"
    assert limits["example.input"] == (0, 10_000_000)
