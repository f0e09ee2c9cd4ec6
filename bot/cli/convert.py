"""`ftcost convert`: a copy of a training file in the format that a platform takes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from bot.cli.count import read_columns
from bot.counting.counter import TrainingFile, open_training_file
from bot.render.money import counted
from calculator import UserError
from calculator.datasets import ConversionError, Problem, convert_record, decode_line, format_of, split_blocks
from pricing import DatasetRules, load_dataset_rules

ALIASES = {
    "gemini": "google",
    "vertex": "google",
    "nova": "aws-bedrock",
    "bedrock": "aws-bedrock",
    "aws": "aws-bedrock",
}
FAILED = 1
_MAX_SHOWN = 10


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost convert` and return the exit code: 1 if some lines weren't converted.

    Raises:
        UserError: The file cannot be read, or the platform is unknown.
    """
    options = _parser().parse_args(arguments)
    rules = load_dataset_rules()
    platform = ALIASES.get(options.to, options.to)
    if platform not in rules.platforms:
        names = ", ".join([*rules.platforms, *ALIASES])
        raise UserError(f"“{options.to}” isn't a platform whose format is known. Write one of {names}.")
    columns = read_columns(options.columns)
    try:
        opened = open_training_file(TrainingFile(options.file), columns)
        records = _records(opened.chunks)
        if str(options.output) == "-":
            return _convert(records, platform, rules, sys.stdout.buffer, "standard output")
        output = options.output or options.file.with_name(f"{_stem(options.file)}.{options.to}.jsonl")
        if output.exists() and output.samefile(options.file):
            raise UserError(f"{output}: this is the file itself; write the copy to another one.")
        return _write(records, platform, rules, output)
    except OSError as error:
        raise UserError(f"{error.filename or options.file}: {error.strerror or error}.") from None


def _stem(path: Path) -> str:
    name = path.name
    for ending in (".gz", ".zst", ".jsonl", ".json", ".csv", ".tsv", ".parquet"):
        name = name.removesuffix(ending)
    return name


def _write(records: Iterator[Any], platform: str, rules: DatasetRules, output: Path) -> int:
    """Write the copy under another name first, so that a failure leaves no half of a file."""
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("wb") as out:
            code = _convert(records, platform, rules, out, str(output))
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return code


def _records(chunks: Iterable[bytes]) -> Iterator[tuple[int, Any]]:
    """Yield each line's number and its JSON value, or its problem."""
    for block in split_blocks(chunks):
        if block.skipped_bytes:
            yield block.first_line, Problem(block.first_line, "line_too_long", "The line is too long to be converted.")
        for number, raw in enumerate(block.data.split(b"\n"), block.first_line):
            if line := raw.strip(b" \t\r"):
                yield number, decode_line(line, number)


def _convert(records: Iterator[tuple[int, Any]], platform: str, rules: DatasetRules, out: BinaryIO, name: str) -> int:
    written = failed = 0
    for number, record in records:
        try:
            out.write(msgspec.json.encode(_converted(record, platform, rules)) + b"\n")
            written += 1
        except ConversionError as error:
            failed += 1
            if failed <= _MAX_SHOWN:
                print(f"line {number:,}: {error}", file=sys.stderr)
    if not written:
        raise UserError(f"No line could be converted for {platform}; `ftcost count` lists the faults.")
    report = sys.stderr if out is sys.stdout.buffer else sys.stdout
    print(f"Wrote {name}: {counted(written, 'example')} for {platform}.", file=report)
    if failed:
        missing = f"{'is' if failed == 1 else 'are'} missing"
        print(f"{counted(failed, 'line')} could not be converted and {missing} in the copy.", file=sys.stderr)
    return FAILED if failed else 0


def _converted(record: Any, platform: str, rules: DatasetRules) -> dict[str, Any]:
    if isinstance(record, Problem):
        raise ConversionError(record.text)
    file_format = format_of(record) if isinstance(record, dict) else None
    if file_format is None:
        raise ConversionError("The line is in no known format.")
    try:
        return convert_record(record, file_format, platform, rules)
    except (AttributeError, KeyError, TypeError):
        raise ConversionError("The line has parts of an unexpected kind; `ftcost count` names them.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost convert", description="Write a copy of a training file in the format that a platform takes."
    )
    parser.add_argument("file", type=Path, help="a training file in any format that `ftcost count` reads")
    parser.add_argument("--to", required=True, metavar="PLATFORM", help="openai, together, gemini, nova, mistral, …")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: NAME.PLATFORM.jsonl; - for standard output"
    )
    parser.add_argument("--columns", metavar="QUESTION,ANSWER", help="the columns of a table to train on")
    return parser
