"""Start the processes that count and convert training files, and read their progress and their result."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from bot.counting.protocol import (
    ELSEWHERE,
    ConversionTask,
    Converted,
    CountLimits,
    Finished,
    Output,
    Progress,
    Refused,
    Task,
)
from bot.counting.tasks import task_of, worker_count
from calculator import UserError
from calculator.datasets import (
    MAX_UNPACKED_BYTES,
    Columns,
    ColumnsUnknown,
    DatasetReport,
    make_report,
    needs_of,
)
from pricing import Catalog, DatasetRules, Encoding

NO_LIMITS = CountLimits()
CONVERSION_SECONDS = 300
"""The longest time that the conversion of a file may take."""
FileCounter = Callable[[Task, Callable[[Progress], None], Collection[int]], Awaitable[Finished]]
"""A function that counts the file of a task, such as `count_in_process`."""


class Cancelled(UserError):
    """A user cancelled the count."""


async def count_file(  # noqa: PLR0913 - keyword-only settings with defaults
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
    columns: Columns | None = None,
    more_paths: Sequence[Path] = (),
    count_limits: CountLimits = NO_LIMITS,
    file_counter: FileCounter | None = None,
) -> DatasetReport:
    """Count a training file in separate processes.

    Cancelling the task that awaits this stops the processes.

    Args:
        path: The file.
        catalog: The offers whose limits on an example's length are checked.
        rules: The dataset rules of the platforms.
        encoding: The tokenizer's encoding.
        workers: The number of processes that count; None means one for each processor, at most MAX_WORKERS.
        progress: Called about every half second.
        cancelled: Stops the processes when it is set.
        report_path: The file to which problems are written, one JSON object a line.
        max_reported: The most problems to write; None means no limit.
        max_unpacked_bytes: The largest size of a compressed file's content.
        columns: The columns of a table with the question and the answer; None to go by their names.
        more_paths: Further files, which are counted as if they followed in the first.
        count_limits: Limits from which the file is refused.
        descriptors: Open files that the paths refer to (`/dev/fd/…`); the processes inherit them.
        file_counter: Counts the file; None means `count_in_process`.

    Returns:
        The report on the file.

    Raises:
        UserError: The file cannot be read, or exceeds a limit.
        Cancelled: `cancelled` was set.
        ChildProcessError: The process was killed; another attempt may succeed.
        RuntimeError: The process ended without a result.
    """
    needs = needs_of(catalog.offers.values())
    task = msgspec.structs.replace(
        task_of(path, rules, needs),
        encoding=encoding,
        workers=workers or worker_count(),
        max_unpacked_bytes=max_unpacked_bytes,
        columns=columns,
        more_paths=[str(further) for further in more_paths],
        report_path=str(report_path) if report_path else None,
        max_reported=max_reported,
        count_limits=count_limits,
    )
    counting = asyncio.ensure_future((file_counter or count_in_process)(task, progress, descriptors))
    stop = asyncio.ensure_future((cancelled or asyncio.Event()).wait())
    try:
        await asyncio.wait((counting, stop), timeout=count_limits.seconds, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            raise Cancelled("The count was cancelled.")
        if not counting.done():
            raise UserError(f"Counting it takes longer than {count_limits.seconds:g} s, so it was stopped. {ELSEWHERE}")
        result = counting.result()
    finally:
        stop.cancel()
        counting.cancel()
        with suppress(asyncio.CancelledError, UserError):
            await counting
    return make_report(result.count, rules, needs)


async def convert_in_process(task: ConversionTask, descriptors: Collection[int]) -> Converted:
    """Convert a file in a separate process, which ends with the task that awaits this.

    Args:
        task: The file, the platform and the file that receives the copy.
        descriptors: Open files that the paths refer to (`/dev/fd/…`); the process inherits them.

    Raises:
        UserError: The content cannot be read, no line can be converted, or it takes too long.
        ChildProcessError: The process ended without a result; another attempt may succeed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.counting.conversion",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        pass_fds=tuple(descriptors),
    )
    try:
        async with asyncio.timeout(CONVERSION_SECONDS):
            output, _ = await process.communicate(msgspec.json.encode(task))
    except TimeoutError:
        raise UserError(
            f"Converting it takes longer than {CONVERSION_SECONDS} s, so it was stopped. Convert it in a terminal: "
            f"ftcost convert FILE --to {task.platform}."
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ChildProcessError(f"the converting process ended with {process.returncode}")
    result: Converted | Refused = msgspec.json.decode(output, type=Converted | Refused)
    if isinstance(result, Refused):
        raise UserError(result.text)
    return result


async def count_in_process(task: Task, progress: Callable[[Progress], None], descriptors: Collection[int]) -> Finished:
    """Count the file of a task in a separate process, which ends with the task that awaits this.

    Args:
        task: The file and the settings of the count.
        progress: Called about every half second.
        descriptors: Open files that the paths refer to; the process inherits them.

    Raises:
        UserError: The file cannot be read, or exceeds a limit.
        ChildProcessError: The process was killed; another attempt may succeed.
        RuntimeError: The process ended without a result.
    """
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
            output: Output = msgspec.json.decode(line, type=Output)
            if isinstance(output, Progress):
                progress(output)
            else:
                return require_finished(output)
        await process.wait()  # a signal to a process that has just ended would hide how it ended
    finally:
        # Its workers end when their pipes close.
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()
    if process.returncode is not None and process.returncode < 0:  # such as by the kernel, for want of memory
        raise ChildProcessError(f"the counting process was killed by signal {-process.returncode}")
    raise RuntimeError(f"the counting process ended with {process.returncode}")


def require_finished(result: Finished | Refused) -> Finished:
    """Return the result of a count. Raises UserError if the file was refused."""
    if isinstance(result, Refused):
        raise ColumnsUnknown(result.text, result.columns) if result.columns else UserError(result.text)
    return result
