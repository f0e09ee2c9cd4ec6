"""The published JSON Schema describes what `ftcost --format json` prints."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from bot.render.answer.results import build_result
from bot.results import document
from bot.results.schema import main
from calculator import estimate, read_scenario
from pricing import Catalog, read_yaml
from tests.bot import support_bot
from tests.scenarios import FOLDER, catalog_of

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs/result.schema.json"
SCENARIOS = sorted(FOLDER.glob("*.yml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def printed(fields: dict[str, str], catalog: Catalog, day: date) -> dict[str, Any]:
    """Return what `--format json` prints, read back."""
    result = build_result(estimate(read_scenario(fields), catalog, day))
    data: dict[str, Any] = json.loads(json.dumps(document(result)))
    return data


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_worked_example_matches_the_schema(
    path: Path, validator: Draft202012Validator, catalog: Catalog, tmp_path: Path
) -> None:
    example = read_yaml(path.read_text(encoding="utf-8"))
    priced_with = catalog_of(example, catalog, tmp_path)
    validator.validate(printed(example["scenario"], priced_with, date.fromisoformat(example["as_of"])))


@pytest.mark.parametrize(
    "fields", [{"on": "all", "epochs": "2..4", "base": "gpt-4.1-mini"}, {"on": "all,gpu", "model": "llama-3.1-8b"}]
)
def test_all_offers_match_the_schema(fields: dict[str, str], validator: Draft202012Validator, catalog: Catalog) -> None:
    validator.validate(printed(support_bot.FIELDS | fields, catalog, date(2026, 11, 21)))


@pytest.mark.parametrize(("key", "value"), [("as_of", "21 Nov 2026"), ("estimates", None), ("schema_version", "1")])
def test_other_data_does_not_match(key: str, value: Any, validator: Draft202012Validator, catalog: Catalog) -> None:
    data = printed(support_bot.FIELDS, catalog, date(2026, 11, 21))
    with pytest.raises(ValidationError):
        validator.validate(data | {key: value})


def test_amount_in_exponents_does_not_match(validator: Draft202012Validator, catalog: Catalog) -> None:
    data = printed(support_bot.FIELDS, catalog, date(2026, 11, 21))
    data["estimates"][0]["total_usd"] = "1E+3"
    with pytest.raises(ValidationError):
        validator.validate(data)


def test_published_schema_is_current() -> None:
    assert main([str(PUBLISHED), "--check"]) == 0


def test_outdated_schema_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "schema.json"
    assert main([str(path), "--check"]) == 1
    assert "make schema" in capsys.readouterr().err
    assert main([str(path)]) == 0
    assert main([str(path), "--check"]) == 0
