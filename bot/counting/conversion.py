"""Conversion of a training file, and the process that converts one for the bot: `python -m bot.counting.conversion`.

The process reads a `ConversionTask` as JSON from standard input and writes one `Converted` or `Refused`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bot.counting.counter import confine
from bot.counting.protocol import ConversionTask, Converted, Refused
from bot.counting.training_file import TrainingFile, open_training_file
from calculator import UserError
from calculator.datasets import (
    Columns,
    ConversionError,
    Problem,
    convert_record,
    decode_line,
    format_of,
    record_of,
    split_blocks,
)
from pricing import DatasetRules, Format, load_dataset_rules

MAX_SHOWN = 10
"""The number of lines whose reason is kept."""


def convert_file(path: Path, platform: str, rules: DatasetRules, out: BinaryIO, columns: Columns | None) -> Converted:
    """Write a copy of a training file in the format that a platform takes.

    Args:
        path: The file.
        platform: The platform, a key of `rules.platforms`.
        rules: The formats that each platform takes.
        out: Receives the copy, as JSON lines.
        columns: The columns of a table with the question and the answer; None to go by their names.

    Raises:
        UserError: The content cannot be read, or no line can be converted.
        OSError: The file cannot be read.
    """
    target = _common_target(path, platform, rules, columns)
    written, failed, faults = 0, 0, list[str]()
    for number, record in _records(open_training_file(TrainingFile(path), columns).chunks):
        try:
            out.write(_encoded(_converted(record, platform, rules, target)) + b"\n")
            written += 1
        except ConversionError as error:
            failed += 1
            if failed <= MAX_SHOWN:
                faults.append(f"line {number:,}: {error}")
    if not written:
        why = f" ({faults[0]})" if faults else ""
        raise UserError(f"No line could be converted for {platform}{why}; `ftcost count` lists the faults.")
    return Converted(written, failed, faults)


def _records(chunks: Iterable[bytes]) -> Iterator[tuple[int, Any]]:
    """Yield each line's number and its JSON value, or its problem."""
    for block in split_blocks(chunks):
        if block.skipped_bytes:
            yield block.first_line, Problem(block.first_line, "line_too_long", "The line is too long to be converted.")
        for number, raw in enumerate(block.data.split(b"\n"), block.first_line):
            if line := raw.strip(b" \t\r"):
                yield number, decode_line(line, number)


def _encoded(record: dict[str, Any]) -> bytes:
    """Return a record as JSON; half a surrogate pair, which UTF-8 doesn't have, stays escaped."""
    try:
        return msgspec.json.encode(record)
    except UnicodeEncodeError:
        return json.dumps(record).encode()


def _common_target(path: Path, platform: str, rules: DatasetRules, columns: Columns | None) -> Format | None:
    """Return the format of the copy of a file with several formats; None for a file with one."""
    records = _records(open_training_file(TrainingFile(path), columns).chunks)
    lines = (record_of(record)[0] for _, record in records if not isinstance(record, Problem))
    formats = {form for record in lines if record is not None and (form := format_of(record))}
    return rules.platforms[platform].format_for_all(formats) if len(formats) > 1 else None


def _converted(decoded: Any, platform: str, rules: DatasetRules, target: Format | None) -> dict[str, Any]:
    if isinstance(decoded, Problem):
        raise ConversionError(decoded.text)
    record, _ = record_of(decoded)
    file_format = format_of(record) if record is not None else None
    if record is None or file_format is None:
        raise ConversionError("The line is in no known format.")
    try:
        return convert_record(record, file_format, platform, rules, target)
    except (AttributeError, KeyError, TypeError):
        raise ConversionError("The line has parts of an unexpected kind; `ftcost count` names them.") from None


def main() -> int:
    """Convert the file of the task on standard input and return the exit code, which is always 0."""
    confine()
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=ConversionTask)
    result: Converted | Refused
    try:
        with Path(task.output_path).open("wb") as out:
            result = convert_file(Path(task.path), task.platform, load_dataset_rules(), out, task.columns)
    except UserError as error:
        result = Refused(str(error))
    except OSError as error:
        result = Refused(f"{error.filename or task.path}: {error.strerror or error}.")
    sys.stdout.buffer.write(msgspec.json.encode(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
