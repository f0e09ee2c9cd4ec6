"""`ftcost convert`: a copy of a training file in the format that a platform takes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from bot.cli.count import read_columns
from bot.counting.conversion import convert_file
from bot.counting.protocol import Converted
from bot.render.parts.money import counted
from bot.render.sentences.datasets import copy_name, missing_lines
from calculator import UserError
from pricing import load_dataset_rules

ALIASES = {
    "gemini": "google",
    "vertex": "google",
    "nova": "aws-bedrock",
    "bedrock": "aws-bedrock",
    "aws": "aws-bedrock",
}
FAILED = 1


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
        if str(options.output) == "-":
            converted = convert_file(options.file, platform, rules, sys.stdout.buffer, columns)
            return _report(converted, platform, "standard output", sys.stderr)
        output = options.output or options.file.with_name(copy_name(options.file.name, options.to))
        if output.exists() and output.samefile(options.file):
            raise UserError(f"{output}: this is the file itself; write the copy to another one.")
        with _replacing(output) as out:
            converted = convert_file(options.file, platform, rules, out, columns)
        return _report(converted, platform, str(output), sys.stdout)
    except OSError as error:
        raise UserError(f"{error.filename or options.file}: {error.strerror or error}.") from None


@contextmanager
def _replacing(output: Path) -> Iterator[BinaryIO]:
    """Write the copy under another name first, so that a failure leaves no partial file."""
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("wb") as out:
            yield out
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


def _report(converted: Converted, platform: str, name: str, out: TextIO) -> int:
    for fault in converted.faults:
        print(fault, file=sys.stderr)
    print(f"Wrote {name}: {counted(converted.written, 'example')} for {platform}.", file=out)
    if not converted.failed:
        return 0
    print(missing_lines(converted.failed), file=sys.stderr)
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost convert", description="Write a copy of a training file in the format that a platform takes."
    )
    parser.add_argument("file", type=Path, help="a training file in any format that `ftcost count` reads")
    parser.add_argument(
        "--to",
        required=True,
        metavar="PLATFORM",
        help="openai, azure, google, aws-bedrock, mistral, together or fireworks",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: NAME.PLATFORM.jsonl; - for standard output"
    )
    parser.add_argument("--columns", metavar="QUESTION,ANSWER", help="the columns of a table to train on")
    return parser
