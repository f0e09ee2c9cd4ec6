"""The count of a file in the process of the terminal, which saves the start of another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from bot.counting.counter import run_task
from bot.counting.protocol import Progress, Refused
from bot.counting.tasks import task_of, worker_count
from calculator import UserError
from calculator.datasets import Columns, DatasetReport, PlatformRequirements, make_report, needs_of
from pricing import DatasetRules, Encoding, load_catalog, load_dataset_rules


class PlatformRules(NamedTuple):
    """The rules by which platforms accept a file."""

    rules: DatasetRules
    needs: Mapping[str, PlatformRequirements]
    """Requirements by platform, as `needs_of` returns them."""


def load_rules(prices: Path | None) -> PlatformRules:
    """Return the rules of the platforms.

    Args:
        prices: The folder of the organisation's own prices.

    Raises:
        PriceFileError: A file of prices can't be read.
    """
    return PlatformRules(load_dataset_rules(), needs_of(load_catalog(prices).offers.values()))


def count_files(
    paths: Sequence[Path],
    platforms: PlatformRules,
    *,
    encoding: Encoding,
    progress: Callable[[Progress], None],
    report_path: Path | None,
    columns: Columns | None,
) -> DatasetReport:
    """Count training files as one.

    Args:
        paths: The files.
        platforms: The rules of the platforms.
        encoding: The tokenizer's encoding.
        progress: Called about every half second.
        report_path: The file to which problems are written, one JSON object a line.
        columns: The columns of a table with the question and the answer; None to go by their names.

    Raises:
        UserError: A file cannot be read.
    """
    task = replace(
        task_of(paths[0], platforms.rules, platforms.needs),
        encoding=encoding,
        workers=worker_count(),
        columns=columns,
        more_paths=[str(path) for path in paths[1:]],
        report_path=str(report_path) if report_path else None,
    )
    result = run_task(task, progress)
    if isinstance(result, Refused):
        raise UserError(result.text)
    return make_report(result.count, platforms.rules, platforms.needs)
