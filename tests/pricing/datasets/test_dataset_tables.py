"""The tables of docs/datasets.md are those of the rules."""

from __future__ import annotations

from pricing.datasets.rules import DatasetRules, load_dataset_rules
from pricing.datasets.tables import DOCUMENT, dataset_tables, with_tables
from pricing.files.reading import DATA_DIR, read_sourced_record
from pricing.price import Source


def test_tables_in_the_documentation_are_current() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == with_tables(document, dataset_tables(load_dataset_rules())), "python -m pricing.datasets.tables"


def test_tables_cite_the_rules() -> None:
    tables = dataset_tables(load_dataset_rules())
    assert "| openai-rft | ✓ | ✓ | – | – | – | – | ✓ |" in tables
    assert "| two messages by the user in a row | [taken](https://developers.openai.com/" in tables


def test_rules_are_the_same_from_their_snapshot() -> None:
    path = DATA_DIR / "datasets.yml"
    assert load_dataset_rules() == load_dataset_rules() == read_sourced_record(path, DatasetRules, Source)
