"""Reading of data files, shared by all loaders: the folder, records by pydantic, and errors as one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pricing.files.record import Record, Sources, type_adapter
from pricing.files.strict_yaml import YamlError, read_yaml, read_yaml_text

if TYPE_CHECKING:
    from pydantic import ValidationError

DATA_DIR = Path(__file__).parent.parent / "data"
MAX_FILES = 200

R = TypeVar("R", bound=Record)
V = TypeVar("V")


class PriceFileError(ValueError):
    """A price file that can't be used. The text names the file, the field and the fix."""


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder, sorted by name. Raises PriceFileError."""
    if not folder.is_dir():
        raise PriceFileError(
            f"{folder}: no such folder. Name a folder of .yml files with --prices-dir or FTCOST_PRICES_DIR."
        )
    paths = sorted(
        path for path in folder.iterdir() if path.suffix in (".yml", ".yaml") and not path.name.startswith(".")
    )
    if len(paths) > MAX_FILES:
        raise PriceFileError(f"{folder}: {len(paths):,} price files; the limit is {MAX_FILES}")
    return paths


def read_text(path: Path) -> str:
    """Return the text of a data file. Raises PriceFileError."""
    if not path.is_file():
        raise PriceFileError(f"{path.name}: can't be read as UTF-8 text (it isn't a file)")
    try:
        return read_yaml_text(path)
    except YamlError as error:
        raise PriceFileError(f"{path.name}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PriceFileError(f"{path.name}: can't be read as UTF-8 text ({error})") from None


def read_record(name: str, text: str, kind: type[R]) -> R:
    """Return the record in a file's text. The record is cached by text, so don't change it. Raises PriceFileError."""
    record = _read_record(name, text, kind)
    assert isinstance(record, kind)  # noqa: S101
    return record


@lru_cache(maxsize=MAX_FILES)  # a refresh loads the whole catalogue several times over, and few of its files change
def _read_record(name: str, text: str, kind: type[Record]) -> Record:
    try:
        return validate(name, (), kind, read_yaml(text))
    except YamlError as error:
        raise PriceFileError(f"{name}: {error}") from None


def validate(
    file: str, place: tuple[str, ...], kind: Callable[..., V], value: Any, sources: Sources | None = None
) -> V:
    """Return a record, or a container of records, from the fields of a file.

    Args:
        file: The file's name.
        place: The keys under which the file holds the value.
        kind: The type of the record or of the container.
        value: The value as `read_yaml` returns it; records in it pass as they are.
        sources: The sources that the records name by key.

    Raises:
        PriceFileError: Names the file, the field and the fix.
    """
    from pydantic import ValidationError

    try:
        record: V = type_adapter(kind).validate_python(value, context={"sources": sources or {}})
    except ValidationError as error:
        raise PriceFileError(_explain(file, place, error)) from None
    return record


def validate_records(
    file: str, place: str, entries: Mapping[str, Any], kind: type[R], sources: Sources
) -> dict[str, R]:
    """Return the records of a file by key.

    Args:
        file: The file's name.
        place: The key that holds the entries, such as `rules`.
        entries: The fields of each record by key.
        kind: The type of the records.
        sources: The sources that the records name by key.

    Raises:
        PriceFileError: Names the file, the record, the field and the fix.
    """
    return {key: validate(file, (place, key), kind, fields, sources) for key, fields in entries.items()}


def read_sourced_record(path: Path, kind: type[R], source_kind: type[Record]) -> R:
    """Return the record in a file whose `sources` its other parts name by key.

    Args:
        path: The file.
        kind: The type of the record.
        source_kind: The type of a source.

    Raises:
        PriceFileError: Names the file, the field and the fix.
    """
    try:
        fields = read_yaml(read_text(path))
    except YamlError as error:
        raise PriceFileError(f"{path.name}: {error}") from None
    named = fields.get("sources")
    entries = named.items() if isinstance(named, dict) else ()
    sources = {key: validate(path.name, (), source_kind, source) for key, source in entries}
    return validate(path.name, (), kind, fields, sources)


def _explain(file: str, where: tuple[str, ...], error: ValidationError) -> str:
    """Return the first error of a file as one sentence, with the number of further ones."""
    fault, *further = error.errors(include_url=False)
    place = ".".join(str(part) for part in (*where, *fault["loc"]) if part != "[key]")
    more = f" (and {len(further)} more)" if further else ""
    return f"{file}: {place}: {_fault(fault['type'], place, fault['msg'])}{more}"


def _fault(kind: str, place: str, message: str) -> str:
    """Return the fault and its fix, in the terms of a price file."""
    match kind:
        case "extra_forbidden":
            return "isn't a known key; check its spelling or remove it"
        case "missing":
            return "is missing"
        case "tuple_type" | "list_type":
            return "must be a list"
        case "string_pattern_mismatch" if place.endswith((".url", ".config")):
            return "must be an address that starts with https:// or http://"
        case "string_pattern_mismatch":
            return "must be lower-case letters, digits, . and -, followed by @variant if there are several"
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
