"""The count of one file. The bot's runs in a process: `python -m bot.counting.counter`, started only by `parent.py`.

The process reads a `Task` as JSON from standard input and writes JSON lines: `Progress` during the count, then one
`Finished` or `Refused`. It loads the tokenizer's ranks once and forks workers, which share that memory.
"""

from __future__ import annotations

import codecs
import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from io import RawIOBase
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TextIO

import msgspec

from bot.counting.protocol import ELSEWHERE, Finished, Output, Progress, Refused, Task
from bot.counting.tokenizer import Tokenizer
from bot.counting.training_file import TrainingFile, open_training_files
from calculator import UserError
from calculator.datasets import (
    Block,
    BlockCount,
    ColumnsUnknown,
    CountingRules,
    DatasetCount,
    Tally,
    count_block,
    detect_format,
    file_problems,
    split_blocks,
)
from pricing import Format

PROGRESS_SECONDS = 0.5
_NICENESS = 3  # the bot, which users wait for, runs at 0
_MAX_DATA_BYTES = 4_000_000_000
_MAX_CPU_S = 900  # three times the longest count
_FORMAT_BLOCKS = 16
# A larger block holds one long line. It is counted in this process, so that not every worker grows to its size.
_MAX_SENT_BYTES = 1_000_000
# Blocks sent to a worker ahead, so that it never waits for the next.
_AHEAD = 3
_Assignment = tuple[int, int, int, int | None, int]
"""A block for a worker: number, first line, lines, offset in the file (None if the bytes follow), size in bytes."""


def main() -> int:
    """Count the file of the task on standard input and return the exit code, which is always 0."""
    confine()
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    # The parent may have ended, and with it the need for the result.
    with suppress(BrokenPipeError):
        _write(run_task(task, _write))
    return 0


def confine() -> None:
    """Lower the priority of this process, which reads users' files, and limit its memory and processor time."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, _MAX_DATA_BYTES),
        (resource.RLIMIT_CPU, _MAX_CPU_S),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def run_task(task: Task, progress: Callable[[Progress], None]) -> Finished | Refused:
    """Return the count of the file of a task, or why it can't be read.

    Args:
        task: The file and the settings of the count.
        progress: Called about every half second.
    """
    try:
        with ExitStack() as stack:
            report = (
                stack.enter_context(Path(task.report_path).open("w", encoding="utf-8")) if task.report_path else None
            )
            return Finished(count_task(task, progress, report))
    except ColumnsUnknown as error:
        return Refused(str(error), list(error.columns))
    except UserError as error:
        return Refused(str(error))
    except OSError as error:
        return Refused(f"{error.filename or task.path}: {error.strerror or error}.")


def count_task(task: Task, progress: Callable[[Progress], None], report: TextIO | None = None) -> DatasetCount:
    """Count the file of a task.

    Args:
        task: The file and the settings of the count.
        progress: Called about every half second.
        report: Receives the problems, one JSON object a line.

    Raises:
        UserError: The content cannot be read.
        OSError: The file cannot be read.
    """
    files = [TrainingFile(Path(path)) for path in (task.path, *task.more_paths)]
    size = sum(file.size for file in files)
    opened = open_training_files(files, task.columns, task.max_unpacked_bytes)
    blocks = _within(task.count_limits.lines, split_blocks(opened.chunks))
    head, file_format = _detect_format(blocks)  # a file that is not text is refused before the ranks are loaded
    tokenizer = Tokenizer(task.encoding)
    tokenizer.count(["ranks"])  # loads the ranks before the fork, so that workers share their memory
    rules = CountingRules(file_format, task.overheads, task.image_tokens, task.refused_by, task.max_images)
    tally = Tally(task.limits, task.refused_by)
    for problem in file_problems(opened.wrapping, rules):
        tally.say([problem])
    reported_at, reported = time.monotonic(), 0
    progress(Progress(0, size, 0, 0))

    count = partial(count_block, rules=rules, tokenizer=tokenizer)
    for block_count in _count_blocks(head, blocks, count, task):
        problems = tally.add(block_count)
        _check_problems(task.count_limits.problems, tally)
        if report and (task.max_reported is None or reported < task.max_reported):
            listed = problems if task.max_reported is None else problems[: task.max_reported - reported]
            report.writelines(f"{msgspec.json.encode(problem._asdict()).decode()}\n" for problem in listed)
            reported += len(listed)
        if time.monotonic() - reported_at >= PROGRESS_SECONDS:
            reported_at = time.monotonic()
            progress(Progress(sum(file.done for file in files), size, tally.examples, tally.problems))
    return tally.result(file_format, task.encoding, size, opened.wrapping, opened.reading)


def _within(max_lines: int | None, blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield blocks. Raises UserError once they have more lines than allowed."""
    for block in blocks:
        if max_lines is not None and block.first_line + block.lines > max_lines:
            raise UserError(f"It has more than {max_lines:,} lines. {ELSEWHERE}")
        yield block


def _check_problems(max_problems: int | None, tally: Tally) -> None:
    """Raise UserError if there are too many problems, and more than two for each example."""
    if max_problems is not None and tally.problems > max(max_problems, 2 * tally.examples):
        raise UserError(
            f"The count was stopped after {tally.problems:,} problems and only {tally.examples:,} examples. {ELSEWHERE}"
        )


def _detect_format(blocks: Iterator[Block]) -> tuple[list[Block], Format | None]:
    """Return the blocks at the head of the file that were read, and the file's format."""
    head: list[Block] = []
    for block in islice(blocks, _FORMAT_BLOCKS):
        head.append(block)
        if file_format := detect_format(block):
            return head, file_format
    return head, None


def _count_blocks(
    head: list[Block], blocks: Iterator[Block], count: Callable[[Block], BlockCount], task: Task
) -> Iterator[BlockCount]:
    """Yield the counts of the blocks in order, from worker processes or, without fork, from this process."""
    following = list(islice(blocks, 1))
    all_blocks = chain(head, following, blocks)
    is_small = len(head) + len(following) <= 1  # one block is counted sooner than a worker starts
    if is_small or task.workers <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(count, all_blocks)
        return
    gc.collect()
    gc.freeze()
    with Path(task.path).open("rb", buffering=0) as file, _Workers(count, task.workers, file.fileno()) as pool:
        yield from pool.map(all_blocks, None if task.more_paths else _offset(file, head))


def _offset(file: RawIOBase, head: list[Block]) -> int | None:
    """Return the offset of the blocks in the file; None if they differ from its bytes (decompressed or converted)."""
    if not head or not head[0].data:
        return None
    for mark in (b"", codecs.BOM_UTF8):
        if os.pread(file.fileno(), len(mark) + len(head[0].data), 0) == mark + head[0].data:
            return len(mark)
    return None


class _Workers:
    """Forked processes that count blocks, and read them from the file themselves if they are bytes of the file."""

    def __init__(self, count: Callable[[Block], BlockCount], workers: int, file: int) -> None:
        self._count = count
        self._file = file
        self._fork = multiprocessing.get_context("fork")
        self._size = workers
        self._processes: list[multiprocessing.process.BaseProcess] = []
        self._pipes: list[Connection] = []
        self._pending: dict[Connection, int] = {}
        """The number of blocks that each worker still has to count."""

    def __enter__(self) -> _Workers:
        for _ in range(self._size):
            parent_end, child_end = self._fork.Pipe()
            process = self._fork.Process(target=self._work, args=(child_end, [*self._pipes, parent_end]), daemon=True)
            process.start()
            child_end.close()
            self._pipes.append(parent_end)
            self._processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def _work(self, pipe: Connection, inherited: list[Connection]) -> None:
        """Count blocks until the pipe closes.

        Args:
            pipe: The worker's end of its pipe.
            inherited: The parent's ends of all pipes so far; while a copy is open here, a worker would not notice the
                parent's end.
        """
        for connection in inherited:
            connection.close()
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            while True:
                number, first_line, lines, offset, size = msgspec.msgpack.decode(pipe.recv_bytes(), type=_Assignment)
                data = pipe.recv_bytes() if offset is None else os.pread(self._file, size, offset)
                pipe.send((number, self._count(Block(first_line, data, lines))))

    def map(self, blocks: Iterator[Block], offset: int | None) -> Iterator[BlockCount]:
        """Yield the counts of the blocks in order.

        Args:
            blocks: The blocks.
            offset: The offset of the first block in the file; None if the blocks have to be sent.
        """
        # A block is sent only to a worker that reads: two processes that write to each other would wait forever.
        max_pending = 1 if offset is None else _AHEAD
        done: dict[int, BlockCount] = {}
        self._pending = dict.fromkeys(self._pipes, 0)
        sent = yielded = 0
        for block in blocks:
            if block.skipped_bytes or len(block.data) > _MAX_SENT_BYTES:
                done[sent] = self._count(block)
            else:
                if min(self._pending.values()) >= max_pending:
                    self._collect(done)
                self._send(sent, block, offset)
            if offset is not None:
                offset += len(block.data) or block.skipped_bytes + 1
            sent += 1
            # Counts behind a slow block wait for it, and must not pile up.
            while yielded in done or sent - yielded > 4 * self._size:
                if yielded in done:
                    yield done.pop(yielded)
                    yielded += 1
                else:
                    self._collect(done)
        while any(self._pending.values()):
            self._collect(done)
        for number in range(yielded, sent):
            yield done.pop(number)

    def _send(self, number: int, block: Block, offset: int | None) -> None:
        """Send a block to the least-loaded worker."""
        pipe = min(self._pending, key=self._pending.__getitem__)
        pipe.send_bytes(msgspec.msgpack.encode((number, block.first_line, block.lines, offset, len(block.data))))
        if offset is None:
            pipe.send_bytes(block.data)
        self._pending[pipe] += 1

    def _collect(self, done: dict[int, BlockCount]) -> None:
        """Wait until at least one worker has a count, and add all that are ready to `done`."""
        for pipe in wait([pipe for pipe, pending in self._pending.items() if pending]):
            assert isinstance(pipe, Connection)  # noqa: S101
            number, block_count = pipe.recv()
            done[number] = block_count
            self._pending[pipe] -= 1


def _write(output: Output) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(output) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
