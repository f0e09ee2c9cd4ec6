"""Counting in processes of their own: figures, progress, cancel, memory, the loop."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from benchmarks.dataset import write_chats
from bot.counting.parent import Cancelled, count_file
from bot.counting.protocol import CountLimits, Progress
from bot.errors import is_transient
from calculator import UserError
from calculator.costs.training import epochs_by
from calculator.datasets import DatasetReport
from pricing import Catalog, DatasetRules, load_dataset_rules

count_quickly = partial(count_file, encoding="cl100k_base")
"""Counts by ranks that load in half the time, where the tokens are beside the point."""


@pytest.fixture(scope="module")
def rules() -> DatasetRules:
    return load_dataset_rules()


def write(path: Path, *chats: list[tuple[str, str]]) -> Path:
    lines = (
        json.dumps({"messages": [{"role": role, "content": text} for role, text in messages]}) for messages in chats
    )
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


async def test_file_is_counted_by_the_cookbook_rule(tmp_path: Path, catalog: Catalog, rules: DatasetRules) -> None:
    """Five examples. “ a” is one token each time, a role one, so that every example is counted by hand:

    1. system, user, assistant with 3, 5 and 2 tokens: 3 × (3 + 1) + 10 + 3 = 25
    2. user, assistant with 1 and 1: 2 × 4 + 2 + 3 = 13
    3. user, assistant with 70,000 and 10: 8 + 70,010 + 3 = 70,021
    4. user, assistant with 10 and 140,000: 8 + 140,010 + 3 = 140,021
    5. user with a name of one token, assistant: 8 + 1 + 1 + 2 + 3 = 15
    Cut at 65,536: 25 + 13 + 65,536 × 2 + 15 = 131,125; at 131,072: 25 + 13 + 70,021 + 131,072 + 15 = 201,146.
    """
    a = " a"
    path = write(
        tmp_path / "five.jsonl",
        [("system", a * 3), ("user", a * 5), ("assistant", a * 2)],
        [("user", a), ("assistant", a)],
        [("user", a * 70_000), ("assistant", a * 10)],
        [("user", a * 10), ("assistant", a * 140_000)],
    )
    named = {"messages": [{"role": "user", "content": a, "name": "bob"}, {"role": "assistant", "content": a}]}
    with path.open("a") as file:
        file.write(json.dumps(named))
    report = await count_file(path, catalog=catalog, rules=rules, workers=2)
    count = report.count
    assert (count.examples, count.tokens) == (5, 25 + 13 + 70_021 + 140_021 + 15)
    assert count.output_tokens == 2 + 1 + 10 + 140_000 + 1
    assert count.content_tokens == 10 + 2 + 70_010 + 140_010 + 2
    assert count.lengths == (13, 25, 136 * 1_024, 140_021), "over 65,536 to within 1,024"
    assert count.cuts[65_536] == (131_125, 25 + 13 + 15, 2)
    assert count.cuts[131_072] == (201_146, 25 + 13 + 70_021 + 15, 1)
    assert count.cuts[512] == (25 + 13 + 512 * 2 + 15, 25 + 13 + 15, 2)
    assert max(count.cuts) == 131_072, "no example is longer than the next"
    assert report.exact
    assert report.problems_by_kind == {"over_limit": 2, "too_few": 2}  # 10, and Bedrock's 8
    assert report.first_problems[0].text == "Azure and OpenAI need at least 10 examples; the file has 5. Add more."
    openai = catalog.find("openai/gpt-4.1-mini").training
    assert openai
    assert openai.auto_epochs
    assert epochs_by(openai.auto_epochs, Decimal(count.examples)) == 20, (
        "5 examples × 20 reach the 100 that the rule wants"
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
async def test_workers_find_their_lines_in_the_file(
    tmp_path: Path, catalog: Catalog, rules: DatasetRules, pack: Callable[[bytes], bytes]
) -> None:
    """Behind a byte-order mark, and behind a line that is too long to be held; packed, they are sent."""
    path = tmp_path / "chat.jsonl"
    write_chats(path, 600_000)
    some = path.read_bytes()
    path.write_bytes(pack(b"\xef\xbb\xbf" + some + b'"' + b"x" * 2_500_000 + b'"\n' + some))
    reports = [await count_quickly(path, catalog=catalog, rules=rules, workers=workers) for workers in (1, 2)]
    assert reports[0] == reports[1]
    assert reports[0].problems_by_kind["line_too_long"] == 1
    examples = some.count(b"\n")
    assert reports[0].count.examples == 2 * examples
    assert reports[0].problems_by_kind["duplicate"] == examples


async def test_many_processes_count_like_one(tmp_path: Path, catalog: Catalog, rules: DatasetRules) -> None:
    path = tmp_path / "chat.jsonl"
    write_chats(path, 1_500_000)
    with path.open("a") as file:
        file.write('not json\n{"messages": []}\n' * 3)
    reports = [await count_quickly(path, catalog=catalog, rules=rules, workers=workers) for workers in (1, 3)]
    assert reports[0] == reports[1]
    assert reports[0].problems_by_kind["bad_json"] == 3


async def test_report_lists_every_fault(tmp_path: Path, catalog: Catalog, rules: DatasetRules) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"text": "fine"}\n' + "{\n" * 500)
    await count_quickly(path, catalog=catalog, rules=rules, workers=1, report_path=tmp_path / "report.jsonl")
    faults = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    assert [fault["line"] for fault in faults] == list(range(2, 502))
    assert {fault["kind"] for fault in faults} == {"bad_json"}


async def test_count_reports_progress_in_bounded_memory(tmp_path: Path, catalog: Catalog, rules: DatasetRules) -> None:
    """The event loop samples the memory of all processes together, shared pages once, while they count."""
    path = tmp_path / "chat.jsonl"
    write_chats(path, 25_000_000)
    reports: list[Progress] = []

    def progress(report: Progress) -> None:
        reports.append(report)

    peak, counting = 0, True

    async def watch() -> None:
        nonlocal peak
        while counting:
            peak = max(peak, kilobytes_below(os.getpid()))
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watch())
    report = await count_file(path, catalog=catalog, rules=rules, workers=2, progress=progress)
    counting = False
    await watching
    assert reports
    assert all(0 <= state.bytes_done <= state.bytes_total == path.stat().st_size for state in reports)
    assert [state.bytes_done for state in reports] == sorted(state.bytes_done for state in reports)
    assert report.count.examples >= reports[-1].examples
    assert 0 < peak < 150 * 1024


def kilobytes_below(pid: int) -> int:
    total = 0
    for child in children(pid):
        try:
            lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def children(pid: int) -> list[int]:
    try:
        lines = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    direct = [int(child) for line in lines for child in line.split()]
    counters = [child for child in direct if b"bot.counting.counter" in command(child)]
    return [*counters, *(descendant for child in counters for descendant in children(child))]


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("content", "limits", "reason"),
    [
        ("{\n" * 60_000, CountLimits(problems=20_000), "stopped after"),
        ("{\n" * 30, CountLimits(lines=29), "more than 29 lines"),
        ("{\n" * 60_000, CountLimits(seconds=0.01), "longer than 0.01 s"),
    ],
)
async def test_file_that_exceeds_a_count_limit_is_refused(
    content: str, limits: CountLimits, reason: str, tmp_path: Path, catalog: Catalog, rules: DatasetRules
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "fine"}\n' + content)
    with pytest.raises(UserError, match=reason):
        await count_quickly(path, catalog=catalog, rules=rules, workers=1, count_limits=limits)
    assert children(os.getpid()) == []


async def test_killed_count_can_be_retried(tmp_path: Path, catalog: Catalog, rules: DatasetRules) -> None:
    """The kernel kills the largest process when memory runs out."""
    path = tmp_path / "chat.jsonl"
    write_chats(path, 12_000_000)  # the count goes on while the signal is on its way

    def kill(_: Progress) -> None:
        for child in children(os.getpid()):
            os.kill(child, signal.SIGKILL)

    with pytest.raises(ChildProcessError) as caught:
        await count_quickly(path, catalog=catalog, rules=rules, workers=1, progress=kill)
    assert is_transient(caught.value)


@contextmanager
def ending(process: int) -> Iterator[asyncio.Event]:
    """Yield an event that is set as soon as a process has ended."""
    event, loop, descriptor = asyncio.Event(), asyncio.get_running_loop(), os.pidfd_open(process)
    loop.add_reader(descriptor, event.set)
    try:
        yield event
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


@pytest.mark.parametrize("by", ["the event", "the task"])
async def test_cancel_ends_every_process(by: str, tmp_path: Path, catalog: Catalog, rules: DatasetRules) -> None:
    path = tmp_path / "chat.jsonl"
    write_chats(path, 12_000_000)
    cancelled, has_started = asyncio.Event(), asyncio.Event()

    async def count() -> DatasetReport:
        return await count_quickly(
            path, catalog=catalog, rules=rules, workers=2, cancelled=cancelled, progress=lambda _: has_started.set()
        )

    counting = asyncio.create_task(count())
    await has_started.wait()
    with ExitStack() as stack:
        endings = [stack.enter_context(ending(process)) for process in children(os.getpid())]
        assert endings
        if by == "the event":
            cancelled.set()
            with pytest.raises(Cancelled):
                await counting
        else:
            counting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await counting
        async with asyncio.timeout(10):
            await asyncio.gather(*(event.wait() for event in endings))


async def test_file_that_cannot_be_read(tmp_path: Path, catalog: Catalog, rules: DatasetRules) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    for path, says in ((tmp_path / "a.pdf", "PDF"), (tmp_path / "nowhere", "No such file"), (tmp_path, "directory")):
        with pytest.raises(UserError, match=says):
            await count_quickly(path, catalog=catalog, rules=rules, workers=1)


def test_process_that_reads_a_file_is_limited() -> None:
    """Four gigabytes of memory, 15 minutes of processor time, and no core file with other people's data."""
    code = (
        "import resource; from bot.counting.counter import confine; confine(); "
        "kinds = (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_CORE); "
        "print([resource.getrlimit(kind)[0] for kind in kinds])"
    )
    limits = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert limits == "[4000000000, 900, 0]\n"
