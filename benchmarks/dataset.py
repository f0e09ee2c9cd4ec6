"""Counting a 100 MB chat file: the cookbook's notebook against ours with 1, 2 and 4 workers, in one interleaved run."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import uvloop

from benchmarks.ranks import write_ranks
from bot.counting.counter import count_task
from bot.counting.parent import count_file
from bot.counting.protocol import Task
from bot.counting.tokenizer import Tokenizer
from calculator.datasets import LengthLimit, MessageOverhead
from pricing import Format, load_catalog, load_dataset_rules

ROUNDS = 3
MEGABYTES = 100
NOTEBOOK = 0
WORKERS = (1, 2, 4)
AIMS = {1: 5, 2: 8, 4: 12}
AIM_MEGABYTES = 150
CORES = 2
WHOLE_AIMS = {100: 6.0, 40: 4.5}
AIM_SHARE = 0.7
AIM_LAG_MS = 30
_WORDS = (
    "the of and to in is you that it he was for on are with they be at one have this from by hot but some what there "
    "we can out other were all your when up use word how said an each she which do their time if will way about many "
    "refund invoice subscription latency configuration tokenizer don't it's naïve Straße 東京 данные `code` 🙂 3,141"
)


def main() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chat.jsonl"
        examples = write_chats(path, MEGABYTES * 1_000_000)
        write_ranks(Path(folder), "o200k_base")
        seconds: dict[int, list[float]] = {workers: [] for workers in (NOTEBOOK, *WORKERS)}
        for _ in range(ROUNDS):
            tokens = set()
            for workers, found in seconds.items():
                program = ["dataset", str(path), str(workers)] if workers else ["notebook", str(path)]
                number, took = _run(program, folder)
                tokens.add(number)
                found.append(took)
            assert len(tokens) == 1, f"the same file has {tokens} tokens"
        whole = {workers: uvloop.run(_in_the_bot(path, workers)) for workers in WORKERS}
    medians = {workers: statistics.median(found) for workers, found in seconds.items()}
    print(f"Counting a file ({MEGABYTES} MB, {examples:,} chats; median of {ROUNDS} interleaved runs, ranks loaded)")
    print(f"  the cookbook's notebook {medians[NOTEBOOK]:5.2f} s")
    for workers in WORKERS:
        ratio = medians[NOTEBOOK] / medians[workers]
        print(f"  workers: {workers}              {medians[workers]:5.2f} s, {ratio:4.1f} × (aim {AIMS[workers]})")
    print(f"In the bot, from nothing (aims: {AIM_MEGABYTES} MB, {AIM_LAG_MS} ms)")
    for workers, (took, megabytes, lag) in whole.items():
        stall = f"longest stall {lag.longest_ms:.0f} ms, of which the loop worked {lag.worked_ms:.0f} ms"
        print(
            f"  workers: {workers}  {took:5.2f} s, together {megabytes:3.0f} MB, {stall} (idle: {lag.idle_ms:.0f} ms)"
        )
    print()
    _compare_whole_processes()


def _compare_whole_processes() -> None:
    """Print whole processes from a cold start, and the share of the tokenizer's speed, on two cores."""
    with TemporaryDirectory() as folder:
        write_ranks(Path(folder), "o200k_base")
        print(f"Whole processes from a cold start, {CORES} cores (median of {ROUNDS} interleaved runs; processor time)")
        for megabytes, aim in WHOLE_AIMS.items():
            path = Path(folder) / f"{megabytes}.jsonl"
            write_chats(path, megabytes * 1_000_000)
            programs = {
                "notebook": ["benchmarks.notebook", str(path)],
                "ftcost": ["bot.cli.main", "count", str(path), "--tokens-only"],
            }
            runs: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
            alone: list[float] = []
            counted: list[float] = []
            for _ in range(ROUNDS):
                for name, program in programs.items():
                    runs[name].append(_time_process(program, folder))
                alone.append(_run(["dataset", str(path), str(CORES), "tokenizer"], folder)[1])
                counted.append(_run(["dataset", str(path), str(CORES)], folder)[1])
            wall = {name: statistics.median(seconds for seconds, _ in times) for name, times in runs.items()}
            cpu = {name: statistics.median(seconds for _, seconds in times) for name, times in runs.items()}
            share = statistics.median(alone) / statistics.median(counted)
            print(
                f"  {megabytes:3d} MB: notebook {wall['notebook']:5.2f} s ({cpu['notebook']:.2f} s), "
                f"ftcost count {wall['ftcost']:5.2f} s ({cpu['ftcost']:.2f} s), "
                f"{wall['notebook'] / wall['ftcost']:3.1f} × (aim {aim}); "
                f"{share:.0%} of the tokenizer alone (aim {AIM_SHARE:.0%})"
            )
    print()


def _time_process(program: list[str], ranks: str) -> tuple[float, float]:
    """Return the seconds of a program, and those of all its processors."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", *program],
        env={**os.environ, "TIKTOKEN_CACHE_DIR": ranks},
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES]),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_chats(path: Path, size: int) -> int:
    """A chat file of about `size` bytes; how many examples it has. The same at every run."""
    pick = random.Random(5)
    words = _WORDS.split()
    texts = [" ".join(pick.choices(words, k=pick.choice((8, 25, 60, 120, 240)))) for _ in range(4_000)]
    written = examples = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            system = f"You are the support of shop {examples % 50}. {texts[examples % 50]}"
            messages = [{"role": "system", "content": system}]
            for _ in range(pick.choice((1, 1, 1, 2, 3))):
                messages.append({"role": "user", "content": f"{pick.choice(texts)} #{examples}"})
                messages.append({"role": "assistant", "content": pick.choice(texts)})
            line = json.dumps({"messages": messages}, ensure_ascii=False) + "\n"
            file.write(line)
            written += len(line.encode())
            examples += 1
    return examples


def _run(program: list[str], ranks: str) -> tuple[int, float]:
    """(tokens, seconds) as a benchmark's program prints them."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{program[0]}", *program[1:]],
        env={**os.environ, "TIKTOKEN_CACHE_DIR": ranks},
        check=True,
        capture_output=True,
        text=True,
    )
    tokens, seconds = done.stdout.split()
    return int(tokens), float(seconds)


class Lag(NamedTuple):
    """How long a loop was held up at most: all in all, by work of its own, and before with nothing to do, which is
    what the machine takes.
    """

    longest_ms: float
    worked_ms: float
    idle_ms: float


class _LagWatch:
    def __init__(self) -> None:
        self.longest = self.worked = 0.0

    async def __call__(self) -> None:
        while True:
            before, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.002)
            self.longest = max(self.longest, (time.perf_counter() - before - 0.002) * 1000)
            self.worked = max(self.worked, (time.thread_time() - worked) * 1000)


async def _in_the_bot(path: Path, workers: int) -> tuple[float, float, Lag]:
    """(seconds, peak megabytes of all processes together, how the loop was held up)."""
    catalog, rules = load_catalog(), load_dataset_rules()
    peak = 0.0
    idle, busy = _LagWatch(), _LagWatch()

    async def watch_memory() -> None:
        nonlocal peak
        while True:
            peak = max(peak, await asyncio.to_thread(_megabytes_below, os.getpid()))
            await asyncio.sleep(0.1)

    with suppress(TimeoutError):
        await asyncio.wait_for(idle(), 1.0)
    watches = [asyncio.create_task(busy()), asyncio.create_task(watch_memory())]
    started = time.perf_counter()
    await count_file(path, catalog=catalog, rules=rules, workers=workers)
    took = time.perf_counter() - started
    for watch in watches:
        watch.cancel()
    await asyncio.gather(*watches, return_exceptions=True)
    return took, peak, Lag(busy.longest, busy.worked, idle.longest)


def _megabytes_below(pid: int) -> float:
    """Proportional set size of the processes that `pid` started, and theirs: shared pages count once. Linux only."""
    total = 0
    for child in _children(pid):
        try:
            for line in Path(f"/proc/{child}/smaps_rollup").read_text(encoding="utf-8").splitlines():
                total += int(line.split()[1]) if line.startswith("Pss:") else 0
        except OSError:
            continue
    return total / 1024


def _children(pid: int) -> list[int]:
    try:
        listed = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
        found = [int(child) for children in listed for child in children.split()]
    except OSError:
        return []
    return [*found, *(deeper for child in found for deeper in _children(child))]


def _counted(path: str, workers: int) -> None:
    """Prints the tokens and the seconds of the counting, the ranks loaded before."""
    Tokenizer("o200k_base").count(["ranks"])
    beside: dict[Format, MessageOverhead] = {"openai-chat": MessageOverhead(3, 1, 3)}
    task = Task(
        path, "o200k_base", workers, beside, limits=[LengthLimit(65_536, "OpenAI", "cut")], max_unpacked_bytes=10**9
    )
    started = time.perf_counter()
    print(count_task(task, lambda _: None).tokens, time.perf_counter() - started)


def _tokenized(path: str, workers: int) -> None:
    """Prints 0 and the seconds in which the tokenizer alone counts the file's texts, each worker its share of them."""
    texts: list[list[str]] = [[] for _ in range(workers)]
    with Path(path).open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            texts[number % workers] += [message["content"] for message in json.loads(line)["messages"]]
    Tokenizer("o200k_base").count(["ranks"])
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=_count_in_batches, args=(share,)) for share in texts]
    started = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(0, time.perf_counter() - started)


def _count_in_batches(texts: list[str]) -> None:
    tokenizer = Tokenizer("o200k_base")
    for start in range(0, len(texts), 300):  # about a block
        tokenizer.count(texts[start : start + 300])


if __name__ == "__main__":
    (_tokenized if sys.argv[3:] == ["tokenizer"] else _counted)(sys.argv[1], int(sys.argv[2]))
