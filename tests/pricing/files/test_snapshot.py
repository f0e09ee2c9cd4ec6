"""Snapshots of data files: never older than the files, and never needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import json

from pricing import Offer, Source, load_catalog
from pricing.files.snapshot import load_snapshot

KIND = dict[str, Source]
ACME = {"acme": Source(title="Acme", url="https://acme.test/", checked="2026-11")}
OTHER = {"other": Source(title="Other", checked="2025")}


def never() -> dict[str, Source]:
    raise AssertionError("The snapshot is current")


def stored(folder: Path) -> Path:
    return folder / "__pycache__" / "prices.yml.snapshot"


def load(folder: Path, text: str, sources: dict[str, Source]) -> dict[str, Source]:
    return load_snapshot(folder / "prices.yml", KIND, [text], lambda: sources, data_dir=folder)


def test_same_texts_are_read_from_the_snapshot(tmp_path: Path) -> None:
    assert load(tmp_path, "a", ACME) == ACME
    assert load_snapshot(tmp_path / "prices.yml", KIND, ["a"], never, data_dir=tmp_path) == ACME


def test_changed_texts_are_validated_again(tmp_path: Path) -> None:
    load(tmp_path, "a", ACME)
    assert load(tmp_path, "b", OTHER) == OTHER
    assert load_snapshot(tmp_path / "prices.yml", KIND, ["b"], never, data_dir=tmp_path) == OTHER


@pytest.mark.parametrize("texts", [["ab"], ["a", "b"], ["", "ab"]])
def test_snapshot_separates_texts_from_their_parts(tmp_path: Path, texts: list[str]) -> None:
    load_snapshot(tmp_path / "prices.yml", KIND, ["ab", ""], lambda: ACME, data_dir=tmp_path)
    assert load_snapshot(tmp_path / "prices.yml", KIND, texts, lambda: OTHER, data_dir=tmp_path) == OTHER


@pytest.mark.parametrize("position", [0, 31, 32, 40, -1])
def test_damaged_snapshot_is_replaced(tmp_path: Path, position: int) -> None:
    load(tmp_path, "a", ACME)
    content = bytearray(stored(tmp_path).read_bytes())
    content[position] ^= 1
    stored(tmp_path).write_bytes(content)
    assert load(tmp_path, "a", OTHER) == OTHER
    assert load_snapshot(tmp_path / "prices.yml", KIND, ["a"], never, data_dir=tmp_path) == OTHER


@pytest.mark.parametrize("length", [0, 1, 32, 50])
def test_truncated_snapshot_is_replaced(tmp_path: Path, length: int) -> None:
    load(tmp_path, "a", ACME)
    stored(tmp_path).write_bytes(stored(tmp_path).read_bytes()[:length])
    assert load(tmp_path, "a", OTHER) == OTHER


def test_snapshot_of_another_type_is_replaced(tmp_path: Path) -> None:
    load_snapshot(tmp_path / "prices.yml", list[int], ["a"], lambda: [1], data_dir=tmp_path)
    assert load(tmp_path, "a", ACME) == ACME


def test_unwritable_snapshot_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("a file where the folder should be")
    assert load(tmp_path, "a", ACME) == ACME
    assert load(tmp_path, "a", OTHER) == OTHER


def test_folder_in_place_of_a_snapshot_is_ignored(tmp_path: Path) -> None:
    stored(tmp_path).mkdir(parents=True)
    assert load(tmp_path, "a", ACME) == ACME
    assert [path.name for path in stored(tmp_path).parent.iterdir()] == ["prices.yml.snapshot"]


def test_files_outside_the_data_have_no_snapshot(tmp_path: Path) -> None:
    load_snapshot(tmp_path / "prices.yml", KIND, ["a"], lambda: ACME)
    assert list(tmp_path.iterdir()) == []


def test_error_in_a_file_stores_nothing(tmp_path: Path) -> None:
    def invalid() -> dict[str, Source]:
        raise ValueError("prices.yml: isn't valid")

    with pytest.raises(ValueError, match="isn't valid"):
        load_snapshot(tmp_path / "prices.yml", KIND, ["a"], invalid, data_dir=tmp_path)
    assert not stored(tmp_path).exists()


def test_catalogue_is_read_without_yaml_and_pydantic() -> None:
    catalog = load_catalog()  # writes what is missing
    assert catalog.capability.models
    program = (
        "import sys, pricing; catalog = pricing.load_catalog(); catalog.capability; "
        "print(catalog.version, len(catalog.offers), {'yaml', 'ruamel', 'pydantic'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == f"{catalog.version} {len(catalog.offers)} set()\n"


def test_snapshot_holds_what_the_files_say() -> None:
    """Decimals keep their digits, dates their days, and defaults their values."""
    offers = dict(load_catalog().offers)
    assert repr(json.decode(json.encode(offers), type=dict[str, Offer])) == repr(offers)
