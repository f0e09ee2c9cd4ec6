"""The queue by itself: jobs accepted per second, and 2,000 jobs drained, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvloop
from prometheus_client import CollectorRegistry

from bot.queue.model import CheckWatchesJob, QueuedJob
from bot.queue.store import JobStore
from bot.queue.worker import Worker
from bot.store import Database, open_database
from bot.telemetry.metrics import Metrics
from bot.telemetry.spans import Spans
from bot.timeouts import Timeouts
from tests import postgres

ACCEPTED = 2_000
DRAINED = 2_000


def main() -> None:
    print(f"Queue: accepted per second by 1 and by 16 at once, {DRAINED:,} jobs drained by one process")
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        server = stack.enter_context(postgres.server())
        urls = {
            "SQLite": f"sqlite:///{Path(folder) / 'queue.sqlite3'}",
            "PostgreSQL": stack.enter_context(postgres.fresh_schema(server)),
        }
        for name, url in urls.items():
            print(f"  {name}: {uvloop.run(_measure(url))}")
    print()


async def _measure(url: str) -> str:
    database = await open_database(url)
    try:
        accepted = [await _accept(database, at_once) for at_once in (1, 16)]
        return f"{'; '.join(accepted)}; drained in {await _drain(database):.1f} s"
    finally:
        await database.close()


async def _accept(database: Database, at_once: int) -> str:
    """Store jobs, so many at a time, and finish them."""
    store = _store(database)
    durations_ms: list[float] = []
    keys = iter([f"accept:{at_once}:{number}" for number in range(ACCEPTED)])

    async def accept() -> None:
        for key in keys:
            started = time.perf_counter()
            await store.put(QueuedJob(key, CheckWatchesJob()), claim=True)
            durations_ms.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    await asyncio.gather(*(accept() for _ in range(at_once)))
    rate = ACCEPTED / (time.perf_counter() - started)
    await asyncio.gather(
        *(store.finish(QueuedJob(f"accept:{at_once}:{n}", CheckWatchesJob())) for n in range(ACCEPTED))
    )
    return f"{rate:,.0f}/s by {at_once} (p99 {sorted(durations_ms)[int(ACCEPTED * 0.99)]:.1f} ms)"


async def _drain(database: Database) -> float:
    """Return the seconds that a worker takes for jobs that were stored before it starts."""
    store = _store(database)
    await asyncio.gather(*(store.put(QueuedJob(f"drain:{number}", CheckWatchesJob())) for number in range(DRAINED)))
    remaining = DRAINED
    finished = asyncio.Event()

    async def handle(_: QueuedJob[Any]) -> None:
        nonlocal remaining
        remaining -= 1
        if remaining == 0:
            finished.set()

    async def fail(*_: Any) -> None:
        raise AssertionError("no job of the benchmark fails or is late")

    metrics = Metrics(CollectorRegistry(), lambda: 0.0)
    worker = Worker(store, {CheckWatchesJob: handle}, fail, handle, Timeouts(slow=3_600), metrics, Spans())
    started = time.perf_counter()
    await worker.resume()
    await finished.wait()
    seconds = time.perf_counter() - started
    await worker.close()
    return seconds


def _store(database: Database) -> JobStore:
    return JobStore(database, lambda: datetime.now(UTC).replace(tzinfo=None), timedelta(seconds=15))


if __name__ == "__main__":
    main()
