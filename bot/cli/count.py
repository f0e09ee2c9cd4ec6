"""`ftcost count`: the contents of a training file; and `dataset=FILE`, which fills a scenario from one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from bot.cli.arguments import DATASET, prices_dir
from bot.counting.protocol import Progress
from bot.counting.terminal import PlatformRules, count_files, load_rules
from bot.render.exports.dataset_json import dataset_json
from bot.render.sentences.datasets import refusal
from bot.render.terminal.dataset_text import dataset_text
from calculator import FieldErrors, UserError
from calculator.datasets import Columns, DatasetReport, Fate, needs_of
from pricing import ENCODINGS, Catalog, Encoding, load_dataset_rules

REFUSED = 1
"""The exit code where a platform of `--for` doesn't take the file as it is."""
_NOT_AS_IT_IS: tuple[Fate, ...] = ("refused", "converted")
_BAR = 30
_ENDINGS = (".jsonl", ".json", ".csv", ".tsv", ".parquet", ".gz", ".zst")


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost count` and return the exit code: 1 if a platform of `--for` doesn't take the file as it is.

    Raises:
        UserError: The file cannot be read, or a platform of `--for` isn't known.
    """
    options = _parser().parse_args(arguments)
    columns, paths = read_columns(options.columns), _all_files(options.files)
    encoding: Encoding = "cl100k_base" if options.encoding == "cl100k_base" else "o200k_base"
    rules = load_rules(prices_dir())
    asked = _asked_platforms(options.platforms, rules)
    report = _count(paths, rules, encoding, options.report, columns)
    if asked:
        report = replace(report, platforms={name: report.platforms[name] for name in asked})
    if options.report:
        print(f"Wrote {options.report}.", file=sys.stderr)  # the output may be JSON
    if options.tokens_only:
        print(report.count.content_tokens)
    elif options.format == "json":
        print(json.dumps(dataset_json(report), indent=2, ensure_ascii=False))
    else:
        print(dataset_text(report))
    is_refused = any(report.platforms[name].fate in _NOT_AS_IT_IS for name in asked)
    return REFUSED if is_refused else 0


def with_dataset(fields: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """Return the fields with `dataset=FILE` replaced by the file's number of examples and tokens per example.

    Raises:
        UserError: The file cannot be read or holds no example.
        FieldErrors: The fields give examples= or example= as well.
    """
    others = {key: text for key, text in fields.items() if key != DATASET}
    if duplicate := next((key for key in ("examples", "example") if others.get(key, "").strip()), None):
        raise FieldErrors({duplicate: f"{duplicate}= comes from the file of dataset=; leave one of them out."})
    platforms = PlatformRules(load_dataset_rules(), needs_of(catalog.offers.values()))
    report = _count(_all_files([Path(fields[DATASET])]), platforms, "o200k_base")
    if not report.count.examples:
        raise UserError(f"{fields[DATASET]}: this file has no valid example. `ftcost count` lists the faults.")
    if faults := refusal(report):
        print(f"{fields[DATASET]}: {faults} `ftcost count` says why.", file=sys.stderr)
    if report.inexact_why:
        print(f"{fields[DATASET]}: approximate: {report.inexact_why}.", file=sys.stderr)
    return {**others, **report.fields()}


def _asked_platforms(text: str | None, rules: PlatformRules) -> list[str]:
    """Return the platforms that `--for azure,together` names.

    Raises:
        UserError: One of them isn't in the catalogue.
    """
    names = [name.strip().lower() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in rules.needs:
            raise UserError(f"Unknown platform “{name}”. The platforms are {', '.join(sorted(rules.needs))}.")
    return names


def read_columns(text: str | None) -> Columns | None:
    """Return the columns that `--columns QUESTION,ANSWER` names.

    Raises:
        UserError: The text doesn't name two columns.
    """
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2 or not all(names):
        raise UserError(f"--columns names two columns: question and answer, as in prompt,reply; not “{text}”.")
    return Columns(*names)


def _files(path: Path) -> list[Path]:
    """Return a file, or the training files of a folder.

    Raises:
        UserError: The folder has none.
    """
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix in _ENDINGS)
    files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    if not files:
        raise UserError(f"{path}: this folder has no training files ({', '.join(_ENDINGS)}).")
    return files


def _all_files(paths: Sequence[Path]) -> list[Path]:
    return [file for named in paths for file in _files(named)]


def _count(
    paths: Sequence[Path],
    platforms: PlatformRules,
    encoding: Encoding,
    report_path: Path | None = None,
    columns: Columns | None = None,
) -> DatasetReport:
    bar = _Bar(sys.stderr)
    try:
        return count_files(
            paths,
            platforms,
            encoding=encoding,
            progress=bar.show,
            report_path=report_path,
            columns=columns,
        )
    except UserError as error:
        text = str(error)
        raise UserError(text if str(paths[0]) in text else f"{paths[0]}: {text}") from None
    finally:
        bar.clear()


class _Bar:
    """A progress bar that is redrawn in place, on a terminal only."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_drawn = False

    def show(self, progress: Progress) -> None:
        if not self._out.isatty():
            return
        share = min(1, progress.bytes_done / (progress.bytes_total or 1))
        bar = ("█" * int(share * _BAR)).ljust(_BAR, "░")
        self._out.write(f"\r{bar} {share:4.0%}  {progress.examples:,} examples, {progress.problems:,} problems ")
        self._out.flush()
        self._is_drawn = True

    def clear(self) -> None:
        if self._is_drawn:
            self._out.write("\r\x1b[K")
            self._out.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost count",
        description="Count and check a training file: tokens, faults, and the platforms that accept it.",
    )
    parser.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="a folder, or JSONL, a JSON array, CSV, TSV or Parquet; .gz and .zst are unpacked",
    )
    parser.add_argument("--columns", metavar="QUESTION,ANSWER", help="the columns of a table to train on")
    parser.add_argument(
        "--for",
        dest="platforms",
        metavar="PLATFORM,…",
        help="show these platforms only, and end with 1 if one of them doesn't take the file as it is",
    )
    parser.add_argument("--encoding", choices=ENCODINGS, default="o200k_base", help="default: o200k_base")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--tokens-only", action="store_true", help="print only the number of tokens of all contents")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write the problems of lines to a file, as JSON lines"
    )
    return parser
