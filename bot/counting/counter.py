"""The process that counts one file: `python -m bot.counting.counter`, started by `parent.py` and by nothing else.

It reads a `Task` as JSON from standard input and writes JSON lines: `Progress` as it goes, at the end one `Finished` or
`Refused`. It loads the ranks once and forks: workers share that memory, and nothing here holds up the bot's loop.
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
from typing import BinaryIO, TextIO

import msgspec

from bot.counting.protocol import Finished, Progress, Refused, Said, Task
from bot.counting.tokenizer import Tokenizer
from calculator import UserError
from calculator.datasets import (
    Block,
    BlockCount,
    CountingRules,
    DatasetCount,
    Tally,
    count_block,
    detect_format,
    open_text,
    split_blocks,
)
from pricing import Format

PROGRESS_SECONDS = 0.5
_YIELDING = 3
_CHUNK_BYTES = 128 * 1024
_LOOK_AT_BLOCKS = 16
# Larger blocks hold one long line: they are counted here, so that not every worker grows to the size of the longest.
_MAX_SENT_BYTES = 1_000_000
# Blocks a worker is given before it has counted the first of them, so that it never waits for the next.
_AHEAD = 3
_Given = tuple[int, int, int, int | None, int]


class _File:
    """A file in chunks that knows how far it was read."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self.size = self._path.stat().st_size
        self.done = 0

    def chunks(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                self.done += len(chunk)
                yield chunk


def main() -> int:
    if hasattr(os, "nice"):
        os.nice(_YIELDING)  # whoever waits for an answer comes first
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    # Who reads this may be gone: then there is nobody to count for.
    with suppress(BrokenPipeError):
        _say(_run(task))
    return 0


def _run(task: Task) -> Finished | Refused:
    try:
        with ExitStack() as stack:
            report = (
                stack.enter_context(Path(task.report_path).open("w", encoding="utf-8")) if task.report_path else None
            )
            return Finished(count_task(task, _say, report))
    except UserError as error:
        return Refused(str(error))
    except OSError as error:
        return Refused(f"{error.filename or task.path}: {error.strerror or error}.")


def count_task(task: Task, say: Callable[[Progress], None], report: TextIO | None = None) -> DatasetCount:
    """Count the file of a task; every fault goes to `report`. Raises UserError and OSError."""
    file = _File(task.path)
    blocks = split_blocks(open_text(file.chunks(), max_unpacked_bytes=task.max_unpacked_bytes))
    first, found = _format(blocks)  # what is no text at all is refused before anything large is loaded
    tokenizer = Tokenizer(task.encoding)
    # Loads the ranks before there are workers, who find them in the memory they share.
    tokenizer.count(["ranks"])
    rules = CountingRules(found, task.beside)
    tally = Tally(task.limits)
    said, reported = time.monotonic(), 0
    say(Progress(0, file.size, 0, 0))

    count = partial(count_block, rules=rules, tokenizer=tokenizer)
    for counted in _counted(first, blocks, count, task):
        problems = tally.add(counted)
        if report and (task.max_reported is None or reported < task.max_reported):
            told = problems if task.max_reported is None else problems[: task.max_reported - reported]
            report.writelines(f"{msgspec.json.encode(problem._asdict()).decode()}\n" for problem in told)
            reported += len(told)
        if time.monotonic() - said >= PROGRESS_SECONDS:
            said = time.monotonic()
            say(Progress(file.done, file.size, tally.examples, tally.problems))
    return tally.result(found, task.encoding, file.size)


def _format(blocks: Iterator[Block]) -> tuple[list[Block], Format | None]:
    """(the blocks that were read to find it, the format of the file)."""
    first: list[Block] = []
    for block in islice(blocks, _LOOK_AT_BLOCKS):
        first.append(block)
        if found := detect_format(block):
            return first, found
    return first, None


def _counted(
    first: list[Block], blocks: Iterator[Block], count: Callable[[Block], BlockCount], task: Task
) -> Iterator[BlockCount]:
    """The counts of the blocks in their order, by so many processes; by this one alone where it cannot fork."""
    every = chain(first, blocks)
    if task.workers <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(count, every)
        return
    gc.collect()
    gc.freeze()
    with Path(task.path).open("rb", buffering=0) as file, _Workers(count, task.workers, file.fileno()) as pool:
        yield from pool.map(every, _start(file, first))


def _start(file: RawIOBase, first: list[Block]) -> int | None:
    """Where the blocks begin in the file; None where they are not as they stand there, but unpacked or converted."""
    if not first or not first[0].data:
        return None
    for mark in (b"", codecs.BOM_UTF8):
        if os.pread(file.fileno(), len(mark) + len(first[0].data), 0) == mark + first[0].data:
            return len(mark)
    return None


class _Workers:
    """Forked processes that count blocks, which they read from the file themselves where they stand in it."""

    def __init__(self, count: Callable[[Block], BlockCount], workers: int, file: int) -> None:
        self._count = count
        self._file = file
        self._fork = multiprocessing.get_context("fork")
        self._size = workers
        self._processes: list[multiprocessing.process.BaseProcess] = []
        self._pipes: list[Connection] = []
        self._given: dict[Connection, int] = {}

    def __enter__(self) -> _Workers:
        for _ in range(self._size):
            ours, theirs = self._fork.Pipe()
            process = self._fork.Process(target=self._work, args=(theirs, [*self._pipes, ours]), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def _work(self, pipe: Connection, others: list[Connection]) -> None:
        """A worker's life: it ends when the pipe does."""
        for other in others:
            other.close()
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            while True:
                number, first_line, lines, at, size = msgspec.msgpack.decode(pipe.recv_bytes(), type=_Given)
                data = pipe.recv_bytes() if at is None else os.pread(self._file, size, at)
                pipe.send((number, self._count(Block(first_line, data, lines))))

    def map(self, blocks: Iterator[Block], at: int | None) -> Iterator[BlockCount]:
        """`at`: where the first block stands in the file; None where the blocks have to be sent."""
        # One that is sent must find its worker reading: two that write to each other would wait forever.
        most = 1 if at is None else _AHEAD
        done: dict[int, BlockCount] = {}
        self._given = dict.fromkeys(self._pipes, 0)
        sent = given = 0
        for block in blocks:
            if block.skipped_bytes or len(block.data) > _MAX_SENT_BYTES:
                done[sent] = self._count(block)
            else:
                if min(self._given.values()) >= most:
                    self._collect(done)
                self._give(sent, block, at)
            if at is not None:
                at += len(block.data) or block.skipped_bytes + 1
            sent += 1
            # One slow block holds up the order; what is done behind it must not pile up.
            while given in done or sent - given > 4 * self._size:
                if given in done:
                    yield done.pop(given)
                    given += 1
                else:
                    self._collect(done)
        while any(self._given.values()):
            self._collect(done)
        for number in range(given, sent):
            yield done.pop(number)

    def _give(self, number: int, block: Block, at: int | None) -> None:
        """A block to whoever has the least."""
        pipe = min(self._given, key=self._given.__getitem__)
        pipe.send_bytes(msgspec.msgpack.encode((number, block.first_line, block.lines, at, len(block.data))))
        if at is None:
            pipe.send_bytes(block.data)
        self._given[pipe] += 1

    def _collect(self, done: dict[int, BlockCount]) -> None:
        """Wait for what is ready."""
        for pipe in wait([pipe for pipe, given in self._given.items() if given]):
            assert isinstance(pipe, Connection)  # noqa: S101
            number, counted = pipe.recv()
            done[number] = counted
            self._given[pipe] -= 1


def _say(said: Said, to: BinaryIO | None = None) -> None:
    out = to or sys.stdout.buffer
    out.write(msgspec.json.encode(said) + b"\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
