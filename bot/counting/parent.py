"""Counts a training file in processes of their own: the loop only reads a line of theirs now and then."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from bot.counting.protocol import Finished, Progress, Refused, Said, Task
from calculator import UserError
from calculator.datasets import MAX_UNPACKED_BYTES, DatasetReport, MessageOverhead, limits_of, make_report, needs_of
from pricing import Catalog, DatasetRules, Encoding

MAX_WORKERS = 4
"""More would need more than 150 MB together."""


class Cancelled(UserError):
    """Somebody stopped the count."""


def processors() -> int:
    """Those this process may use, up to MAX_WORKERS."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MAX_WORKERS, allowed)


async def count_file(
    path: Path,
    *,
    catalog: Catalog,
    rules: DatasetRules,
    encoding: Encoding = "o200k_base",
    workers: int | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: asyncio.Event | None = None,
    report_path: Path | None = None,
    max_reported: int | None = None,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    descriptors: Collection[int] = (),
) -> DatasetReport:
    """What is in the file at `path`. `progress` is called every half second or so; setting `cancelled`, or cancelling
    the task that awaits this, stops the processes. Every fault, or the first `max_reported`, goes to `report_path`, one
    JSON object a line. `descriptors` are open files that the paths name (/dev/fd/…).

    Raises UserError for a file that cannot be read (its text is for people), Cancelled when `cancelled` was set.
    """
    needs = needs_of(catalog.offers.values())
    task = Task(
        path=str(path),
        encoding=encoding,
        workers=workers or processors(),
        beside={
            name: MessageOverhead(overhead.per_message, overhead.per_name, overhead.per_example)
            for name, overhead in rules.overheads.items()
        },
        limits=limits_of(needs),
        max_unpacked_bytes=max_unpacked_bytes,
        report_path=str(report_path) if report_path else None,
        max_reported=max_reported,
    )
    counting = asyncio.ensure_future(_count(task, progress, descriptors))
    stop = asyncio.ensure_future((cancelled or asyncio.Event()).wait())
    try:
        await asyncio.wait((counting, stop), return_when=asyncio.FIRST_COMPLETED)
        if not counting.done():
            raise Cancelled("The count was cancelled.")
        said = counting.result()
    finally:
        stop.cancel()
        counting.cancel()
        with suppress(asyncio.CancelledError, UserError):
            await counting
    return make_report(said.count, rules, needs)


async def _count(task: Task, progress: Callable[[Progress], None], descriptors: Collection[int]) -> Finished:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.counting.counter",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        pass_fds=tuple(descriptors),
    )
    assert process.stdin  # noqa: S101
    assert process.stdout  # noqa: S101
    try:
        process.stdin.write(msgspec.json.encode(task))
        process.stdin.close()
        while line := await process.stdout.readline():
            said: Said = msgspec.json.decode(line, type=Said)
            if isinstance(said, Progress):
                progress(said)
            elif isinstance(said, Refused):
                raise UserError(said.text)
            else:
                return said
    finally:
        # Its workers end with it: their pipes do.
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()
    raise RuntimeError(f"the counting process ended with {process.returncode}")
