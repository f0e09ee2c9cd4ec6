"""Files that try to run code or to exhaust memory or time."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from pricing import PriceFileError, load_catalog
from pricing.files.strict_yaml import MAX_BYTES, MAX_VALUES, YamlError, read_yaml

ALMOST = MAX_BYTES - 1_000

LAUGHS = "a: &a [x, x]\n" + "".join(f"{name}: &{name} [*{at}, *{at}]\n" for at, name in zip("abcdefgh", "bcdefghi"))  # noqa: B905

HOSTILE = {
    "billion laughs": LAUGHS,
    "anchors": "a: &x 1\nb: *x\n",
    "merge key": "a: &x {b: 1}\nc: {<<: *x}\n",
    "python object": "a: !!python/object/apply:os.system [touch ran]\n",
    "python name": "a: !!python/name:os.system\n",
    "local tag": "a: !x 1\n",
    "binary": "a: !!binary aGFsbG8=\n",
    "deep flow": "a: " + "[" * ALMOST,
    "deep block": "- " * (ALMOST // 2),
    "deep mappings": "a: " + "{a: " * (ALMOST // 4),
    "values": "a: [" + "a," * (ALMOST // 2) + "]",
    "mappings": "a: [" + "{}," * (ALMOST // 3) + "]",
    "keys": "".join(f"k{number}: v\n" for number in range(90_000)),
    "documents": "---\n" * (ALMOST // 4),
    "directives": "%TAG ! x\n" * (ALMOST // 9),
    "long anchor": "a: &" + "x" * ALMOST,
    "control characters": "a: \x00\x07",
    "too large": "a: " + "x" * MAX_BYTES,
    "too large in bytes": "a: " + "é" * (MAX_BYTES // 2),
    "surrogates": "a: \ud800",
}
LARGE = {
    "scalar": "a: '" + "x" * ALMOST + "'",
    "quotes": "a: '" + "''" * (ALMOST // 2) + "'",
    "escapes": 'a: "' + "\\n" * (ALMOST // 2) + '"',
    "blanks": "a:" + " " * ALMOST + "b",
    "comments": "#\n" * (ALMOST // 2) + "a: b",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_in_little_memory(name: str) -> None:
    """A file of 1 MB takes less than 60 MB. Time that grew with the square of its size would be hours."""
    tracemalloc.start()
    with pytest.raises(YamlError):
        read_yaml(HOSTILE[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize("name", LARGE)
def test_large_harmless_file_is_read(name: str) -> None:
    assert set(read_yaml(LARGE[name])) == {"a"}


def test_number_of_values_is_limited() -> None:
    """The mapping, its key and the list count as one value each."""
    assert len(read_yaml("a: [" + "x," * (MAX_VALUES - 3) + "]")["a"]) == MAX_VALUES - 3
    with pytest.raises(YamlError, match="more than 100,000"):
        read_yaml("a: [" + "x," * (MAX_VALUES - 2) + "]")


def test_python_tag_runs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "own.yml").write_text("platform: !!python/object/apply:os.system [touch ran]\n")
    with pytest.raises(PriceFileError, match="tags"):
        load_catalog(tmp_path / "prices")
    assert not (tmp_path / "ran").exists()


def test_huge_file_is_not_read_beyond_the_limit(tmp_path: Path) -> None:
    (tmp_path / "huge.yml").touch()
    os.truncate(tmp_path / "huge.yml", 100_000_000_000)  # sparse, so it takes no space on the disk
    with pytest.raises(PriceFileError, match="larger than 1,000,000 bytes"):
        load_catalog(tmp_path)


def test_folder_with_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(201):
        (tmp_path / f"{number}.yml").touch()
    with pytest.raises(PriceFileError, match="the limit is 200"):
        load_catalog(tmp_path)


def test_named_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    with pytest.raises(PriceFileError, match="it isn't a file"):
        load_catalog(tmp_path)
