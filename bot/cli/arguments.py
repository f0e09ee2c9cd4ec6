"""Argument types and file helpers that several commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from calculator import FieldErrors, UserError

EXAMPLE = "on=all examples=10k example=250/150 epochs=3 calls=50k/day call=100/70"
DATASET = "dataset"
"""The key that names a training file; the terminal alone reads files."""
SLACK_ONLY = frozenset({"list", "show", "audit", "watch", "unwatch", "budget", "forget"})
"""The commands that need the data of a workspace."""
PRICES_DIR_VARIABLE = "FTCOST_PRICES_DIR"


def iso_date(text: str) -> date:
    """Return the date that `text` writes as 2026-11-21; an argparse type."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” isn't a date; write it like 2026-11-21") from None


def today() -> date:
    """Return the current date in UTC."""
    return datetime.now(UTC).date()


def prices_dir() -> Path | None:
    """Return the folder of the organisation's own prices, from FTCOST_PRICES_DIR."""
    name = os.environ.get(PRICES_DIR_VARIABLE)
    return Path(name) if name else None


def write_file(path: Path, content: bytes) -> str:
    """Write a file and return the line that confirms it.

    Raises:
        UserError: The file cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}.") from None
    return f"Wrote {path}."


def read_scenario_file(path: Path) -> dict[str, str]:
    """Return the fields of a scenario file: YAML with the grammar's keys, lists joined by commas.

    Raises:
        UserError: The file cannot be read or isn't YAML.
        FieldErrors: A key holds something other than a value or a list of values.
    """
    from pricing import YamlError, read_yaml, read_yaml_text

    try:
        data = read_yaml(read_yaml_text(path))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: this file isn't UTF-8 text.") from None
    except YamlError as error:
        raise UserError(f"{path}: {error}") from None
    errors = {key: "must be one value or a list of values." for key, value in data.items() if not _is_plain(value)}
    if errors:
        raise FieldErrors(errors)
    return {key: ",".join(value) if isinstance(value, list) else str(value) for key, value in data.items()}


@contextmanager
def name_scenario_file(path: Path | None, typed: Collection[str] = ()) -> Iterator[None]:
    """Name a scenario's file in the errors of its fields.

    Args:
        path: The file, if there is one.
        typed: Keys of the command line; an error of these alone doesn't come from the file.
    """
    try:
        yield
    except FieldErrors as error:
        if path is None or error.errors.keys() <= set(typed):
            raise
        raise UserError(f"{path}:\n{error}") from None


def check_png(path: Path) -> None:
    """Raise UserError unless the path names a PNG file."""
    if path.suffix.lower() != ".png":
        raise UserError(f"{path}: charts are PNG files; use a name such as chart.png.")


def _is_plain(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))
