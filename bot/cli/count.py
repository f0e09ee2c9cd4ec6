"""`ftcost count FILE`: what is in a training file; and `dataset=FILE`, which puts it into a question."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from bot.counting.parent import count_file
from bot.counting.protocol import Progress
from bot.render.dataset_text import dataset_json, dataset_text
from calculator import FieldErrors, UserError
from calculator.datasets import DatasetReport
from pricing import ENCODINGS, Catalog, load_dataset_rules

DATASET = "dataset"
_BAR = 30


def count_command(arguments: Sequence[str], catalog: Callable[[], Catalog]) -> str:
    """What `ftcost count …` prints. Raises UserError."""
    options = _parser().parse_args(arguments)
    report = _count(options.file, catalog(), options.encoding, options.report)
    if options.tokens_only:
        return str(report.count.content_tokens)
    if options.format == "json":
        return json.dumps(dataset_json(report), indent=2, ensure_ascii=False)
    return dataset_text(report)


def with_dataset(fields: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """`dataset=FILE` as the examples and the tokens an example that are in the file. Raises UserError."""
    rest = {key: text for key, text in fields.items() if key != DATASET}
    if DATASET not in fields:
        return rest
    if given := [key for key in ("examples", "example") if rest.get(key, "").strip()]:
        raise FieldErrors({given[0]: f"{given[0]} comes from the file that dataset= names; leave one of them out."})
    report = _count(Path(fields[DATASET]), catalog, "o200k_base", None)
    if not report.count.examples:
        raise UserError(f"{fields[DATASET]}: there is no example in it. `ftcost count` says what is wrong.")
    if report.inexact_why:
        print(f"{fields[DATASET]}: approximate: {report.inexact_why}.", file=sys.stderr)
    return {**rest, **report.count.fields()}


def _count(path: Path, catalog: Catalog, encoding: str, report_path: Path | None) -> DatasetReport:
    bar = _Bar(sys.stderr)
    try:
        return asyncio.run(
            count_file(
                path,
                catalog=catalog,
                rules=load_dataset_rules(),
                encoding="cl100k_base" if encoding == "cl100k_base" else "o200k_base",
                progress=bar.show,
                report_path=report_path,
            )
        )
    except UserError as error:
        text = str(error)
        raise UserError(text if str(path) in text else f"{path}: {text}") from None
    finally:
        bar.clear()


class _Bar:
    """On a terminal only: a line that is written over."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._shown = False

    def show(self, progress: Progress) -> None:
        if not self._out.isatty():
            return
        done = min(1, progress.bytes_done / (progress.bytes_total or 1))
        bar = ("█" * int(done * _BAR)).ljust(_BAR, "░")
        self._out.write(f"\r{bar} {done:4.0%}  {progress.examples:,} examples, {progress.problems:,} problems ")
        self._out.flush()
        self._shown = True

    def clear(self) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost count", description="Count and check a training file: tokens, faults, and who takes it."
    )
    parser.add_argument("file", type=Path, help="JSONL or plain text, packed with gzip or not")
    parser.add_argument("--encoding", choices=ENCODINGS, default="o200k_base")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--tokens-only", action="store_true", help="print the tokens of all contents and nothing else")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write every problem there, one JSON object a line")
    return parser
