"""Invalid files of the GPU cost model, and their error messages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pricing import PriceFileError, load_gpu_facts
from pricing.files.reading import DATA_DIR

FILES = ("models.yml", "gpus.yml", "gpu_frameworks.yml", "gpu_model.yml", "serving_model.yml")


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[str, str, str], str]:
    """Load the real files with one passage replaced, and return the error message."""
    for name in FILES:
        shutil.copy(DATA_DIR / name, tmp_path)

    def load(file: str, passage: str, replacement: str) -> str:
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        assert passage in text
        path.write_text(text.replace(passage, replacement, 1), encoding="utf-8")
        with pytest.raises(PriceFileError) as error:
            load_gpu_facts(tmp_path)
        return str(error.value)

    return load


# File, passage, its replacement, parts of the message.
FAULTS = [
    ("models.yml", "layers: 32,", "layers: 32, depth: 32,", ("models.llama-7b.depth", "isn't a known key")),
    ("models.yml", "layers: 32,", "layers: 31,", ("models.llama-7b", "the shape counts 6.5", "check layers, hidden")),
    ("models.yml", "layers: 32, ", "", ("models.llama-7b.layers", "is missing")),
    ("models.yml", "hidden: 4096,", "hidden: wide,", ("models.llama-7b.hidden", "integer")),
    ("models.yml", "kv_heads: 32,", "kv_heads: 64,", ("models.llama-7b", "kv_heads 64 is more than heads 32")),
    ("models.yml", "heads: 32,", "heads: -32,", ("models.llama-7b.heads", "greater than 0")),
    ("models.yml", "parameters_billion: 6.738", "parameters_billion: nan", ("models.llama-7b", "finite number")),
    (
        "models.yml",
        "source: config",
        "source: hearsay",
        ("models.ministral-8b.source", "'hearsay' isn't a source of this file"),
    ),
    ("models.yml", "aliases: [vicuna-7b,", "aliases: [llama-13b,", ("aliases", "'llama-13b' already means llama-13b")),
    ("models.yml", "  llama-13b:\n", "  llama-7b:\n", ("llama-7b” is repeated",)),
    (
        "models.yml",
        "  llama-7b:\n    {",
        "  llama-7b:\n    {name: other, ",
        ("models.llama-7b.name", "is the key itself"),
    ),
    ("models.yml", "https://huggingface.co/huggyllama", "ftp://x", ("models.llama-7b.config", "must be an address")),
    ("gpus.yml", "memory_gb: 40,", "memory_gb: 0,", ("gpus.a100-40.memory_gb", "greater than 0")),
    ("gpus.yml", "link: nvlink,", "link: string,", ("gpus.a100-40.link", "'nvlink'")),
    (
        "gpus.yml",
        "matmul_fraction: 0.87",
        "matmul_fraction: 87",
        ("gpus.a100-40.matmul_fraction", "less than or equal"),
    ),
    ("gpu_frameworks.yml", "stack: optimised,", "stack: fast,", ("frameworks.unsloth.stack", "'eager'")),
    ("gpu_frameworks.yml", "matches: [unsloth]", "matches: []", ("frameworks.unsloth.matches", "at least 1")),
    ("gpu_frameworks.yml", "  unknown:", "  unheard-of:", ("frameworks.unknown: is missing",)),
    ("gpu_model.yml", "  matmul_efficiency:", "  matmul_effort:", ("constants.matmul_effort", "remove it")),
    ("gpu_model.yml", "moves: time", "moves: mountains", ("constants.matmul_fraction_default.moves", "'time'")),
    ("gpu_model.yml", "low: 0.65,", "", ("constants.matmul_efficiency", "belong together; add what is missing")),
    ("gpu_model.yml", "prior: 0.85,", "prior: 2,", ("constants.matmul_efficiency", "prior 2 is not between low 0.65")),
    ("gpu_model.yml", "constants:", "constant:", ("constants: is missing",)),
]


@pytest.mark.parametrize(("file", "passage", "replacement", "parts"), FAULTS)
def test_invalid_file_is_refused_with_place_and_reason(
    broken: Callable[[str, str, str], str], file: str, passage: str, replacement: str, parts: tuple[str, ...]
) -> None:
    message = broken(file, passage, replacement)
    assert message.startswith(f"{file}: ") or "is repeated" in message
    for part in parts:
        assert part in message


def test_missing_constant_is_named(broken: Callable[[str, str, str], str], tmp_path: Path) -> None:
    text = (tmp_path / "gpu_model.yml").read_text(encoding="utf-8")
    start = text.index("  fp8_share:")
    entry = text[start : text.index("\n  ", text.index("\n", start) + 1) + 1]
    assert "constants.fp8_share: is missing" in broken("gpu_model.yml", entry, "")


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    for present in FILES:
        if present != name:
            shutil.copy(DATA_DIR / present, tmp_path)
    with pytest.raises(PriceFileError, match=name):
        load_gpu_facts(tmp_path)


def test_every_fitted_constant_has_a_date_and_source() -> None:
    facts = load_gpu_facts()
    for constant in facts.constants.values():
        assert (constant.fitted is None) == (constant.prior is None)
        assert constant.source.url


def test_version_changes_with_the_data(tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(DATA_DIR / name, tmp_path)
    version = load_gpu_facts(tmp_path).version
    path = tmp_path / "gpus.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("memory_gb: 40,", "memory_gb: 41,", 1), encoding="utf-8")
    assert load_gpu_facts(tmp_path).version != version == load_gpu_facts().version
