"""What all loaders share: where the data is, reading its files, and a fault as one sentence."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pricing.files.strict_yaml import YamlError, read_yaml, read_yaml_text

DATA_DIR = Path(__file__).parent.parent / "data"
MAX_FILES = 200

R = TypeVar("R", bound=BaseModel)


class PriceFileError(ValueError):
    """A price file that cannot be used. The text names file, field and fix."""


def yaml_files(folder: Path) -> list[Path]:
    """The folder's YAML files by name. Raises PriceFileError."""
    if not folder.is_dir():
        raise PriceFileError(f"{folder}: there is no such folder; FTCOST_PRICES_DIR must name a folder of .yml files")
    found = sorted(
        path for path in folder.iterdir() if path.suffix in (".yml", ".yaml") and not path.name.startswith(".")
    )
    if len(found) > MAX_FILES:
        raise PriceFileError(f"{folder}: {len(found):,} price files; at most {MAX_FILES} are read")
    return found


def read_text(path: Path) -> str:
    """A file of ours as text. Raises PriceFileError."""
    if not path.is_file():
        raise PriceFileError(f"{path.name}: cannot be read as UTF-8 text (it is no file)")
    try:
        return read_yaml_text(path)
    except YamlError as error:
        raise PriceFileError(f"{path.name}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PriceFileError(f"{path.name}: cannot be read as UTF-8 text ({error})") from None


def read_record(name: str, text: str, kind: type[R]) -> R:
    """What a file of ours says by its text. Not to be changed: who reads the same text again gets the same record.
    Raises PriceFileError.
    """
    record = _read_record(name, text, kind)
    assert isinstance(record, kind)  # noqa: S101
    return record


@lru_cache(maxsize=MAX_FILES)  # a refresh loads the whole catalogue several times over, and few of its files change
def _read_record(name: str, text: str, kind: type[BaseModel]) -> BaseModel:
    try:
        return kind.model_validate(read_yaml(text))
    except YamlError as error:
        raise PriceFileError(f"{name}: {error}") from None
    except ValidationError as error:
        raise PriceFileError(explain(name, (), error)) from None


def explain(file: str, where: tuple[str, ...], error: ValidationError) -> str:
    """The first fault of a file as one sentence; how many more there are."""
    first, *others = error.errors(include_url=False)
    place = ".".join(str(part) for part in (*where, *first["loc"]) if part != "[key]")
    more = f" (and {len(others)} more)" if others else ""
    return f"{file}: {place}: {_fault(first['type'], place, first['msg'])}{more}"


def _fault(kind: str, place: str, message: str) -> str:
    """What is wrong and how to put it right, in the words of a price file."""
    match kind:
        case "extra_forbidden":
            return "is no key that is read here; check its spelling or remove it"
        case "missing":
            return "is missing"
        case "tuple_type" | "list_type":
            return "must be a list"
        case "string_pattern_mismatch" if place.endswith((".url", ".config")):
            return "must be an address that begins with https:// or http://"
        case "string_pattern_mismatch":
            return "must be small letters, digits, . and -, with @variant behind them where there are several"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"must hold keys such as {_keys_at(place)}"
    return message.removeprefix("Value error, ")


def _keys_at(place: str) -> str:
    if place.endswith(".prices"):
        return "training and input"
    if ".prices." in place:
        return "usd, per and source"
    if place == "sources" or (place.startswith("offers.") and place.count(".") == 1):
        return "title and prices" if place != "sources" else "a name for each source"
    return "those in docs/prices.md"
