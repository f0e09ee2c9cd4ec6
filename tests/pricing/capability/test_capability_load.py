"""Capability files are hostile until parsed: a fault names the file, the field and the fix."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricing import PriceFileError, capability_gaps, load_capability, load_catalog

OWN = """
sources:
  ours: {{title: Read by us, url: "https://artificialanalysis.ai/", checked: 2026-11-20, scale: AA}}
scales:
  AA: {{title: Artificial Analysis, source: ours}}
models:
  {models}
"""
MEASURE = "{value: 60, thinking: without, source: ours, confidence: high}"


def write(folder: Path, models: str) -> Path:
    (folder / "capability.yml").write_text(OWN.format(models=models), encoding="utf-8")
    return folder


FAULTS = {
    "gpt-4.1: {measures: [{value: 60, source: ours}]}": "models.gpt-4.1.measures.0.confidence: is missing",
    "gpt-4.1: {measures: [{value: high, source: ours, confidence: high}]}": "models.gpt-4.1.measures.0.value",
    "gpt-4.1: {measures: [{value: NaN, source: ours, confidence: high}]}": "models.gpt-4.1.measures.0.value",
    "gpt-4.1: {measures: [{value: 60, low: 61, high: 62, source: ours, confidence: high}]}": "must be between low and",
    "gpt-4.1: {measures: [{value: 60, low: 59, source: ours, confidence: high}]}": "give both low and high, or neither",
    "gpt-4.1: {measures: [{value: 60, source: theirs, confidence: high}]}": "'theirs' isn't a source of this file",
    "gpt-4.1: {measures: [{value: 60, scale: ZZ, source: ours, confidence: high}]}": "'ZZ' isn't listed under scales",
    "gpt-4.1: {licence: {name: MIT, kind: permissive}}": "models.gpt-4.1.licence.source: is missing",
    "gpt-4.1: {context: {tokens: 1000000}}": "models.gpt-4.1.context.source: is missing",
    "gpt-4.1: {vision: {value: yes}}": "models.gpt-4.1.vision.source: is missing",
    "gpt-4.1: {quality: best}": "models.gpt-4.1.quality: isn't a known key",
    "gpt-4.1: {id: gpt-4}": "models.gpt-4.1.id: is set by the file",
    "gpt-4.1: {thinking: sometimes}": "models.gpt-4.1.thinking",
    "gpt-4.1: {aliases: [gpt-4.1-mini]}": "the name 'gpt-4.1-mini' is also that of gpt-4.1",
    "new-model: {vendor: Us}": "models.new-model.title: is missing",
}


@pytest.mark.parametrize(("models", "sentence"), FAULTS.items())
def test_fault_names_the_file_the_field_and_the_fix(tmp_path: Path, models: str, sentence: str) -> None:
    with pytest.raises(PriceFileError) as error:
        load_capability(write(tmp_path, models))
    assert str(error.value).startswith("capability.yml: ")
    assert sentence in str(error.value)


def test_own_values_are_preferred_and_shipped_ones_stay(tmp_path: Path) -> None:
    table = load_capability(write(tmp_path, f"gpt-4.1: {{measures: [{MEASURE}]}}"))
    assert next(iter(table.scales.by_name)) == "AA"
    model = table.models["gpt-4.1"]
    assert [(measure.scale, measure.value) for measure in model.measures] == [
        ("AA", Decimal(60)),
        ("ECI", Decimal("137.3")),
    ]
    assert model.title == "GPT-4.1"
    assert table.find("gpt-4.1-2025-04-14") is model


def test_own_models_are_added(tmp_path: Path) -> None:
    table = load_capability(write(tmp_path, f"ours: {{title: Ours, vendor: Us, measures: [{MEASURE}]}}"))
    model = table.find("Ours")
    assert model is not None
    assert model.measures[0].source.title == "Read by us"


def test_catalogue_reads_own_values_and_no_prices_from_them(tmp_path: Path) -> None:
    plain = load_catalog()
    catalog = load_catalog(write(tmp_path, f"gpt-4.1: {{measures: [{MEASURE}]}}"))
    assert catalog.capability.models["gpt-4.1"].measures[0].scale == "AA"
    assert catalog.offers.keys() == plain.offers.keys()
    assert catalog.version != plain.version


def test_fault_in_own_values_is_reported_at_loading(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="quality"):
        load_catalog(write(tmp_path, "gpt-4.1: {quality: best}"))


def test_models_without_a_value_are_listed_with_the_reason() -> None:
    catalog = load_catalog()
    lines = list(capability_gaps(catalog.offers.values(), catalog.capability))
    assert any(line.startswith("gpt-oss-20b: no value on the index is published (") for line in lines)
    assert any(line.startswith("Gemini 2.5 Flash: only a value with thinking is published (") for line in lines)
    assert any(line.startswith("LoRA up to 10B: not in the table, or not one model (") for line in lines)
    assert not any(line.startswith("GPT-4.1 mini:") for line in lines)
    assert lines[-1].endswith("models have no value that a tuned model can be compared by.")


def test_every_source_is_dated_and_has_an_address() -> None:
    for key, source in load_capability().sources.items():
        assert source.url, key
        assert date(2023, 1, 1) <= source.checked_on <= date(2026, 11, 28), key
