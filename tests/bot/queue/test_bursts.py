"""Accepted work that arrives all at once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.queue.store import JobStore
from bot.store import Database
from tests.bot.database_fixtures import LEASE, NOW, oldest
from tests.bot.queue.test_store import check, reply


async def test_simultaneous_duplicates_are_stored_once(database: Database) -> None:
    inboxes = [JobStore(database, lambda: NOW, LEASE) for _ in range(2)]
    new = await asyncio.gather(*(inboxes[number % 2].put(check(f"key{number % 10}")) for number in range(60)))
    assert sum(new) == 10
    assert not any(await asyncio.gather(*(inboxes[0].put(check(f"key{number}")) for number in range(10))))
    assert len(await inboxes[0].claim(oldest(99))) == 10


async def test_simultaneous_jobs_of_a_thread_run_in_order(database: Database) -> None:
    inbox = JobStore(database, lambda: NOW, LEASE)
    jobs = [reply(f"{thread}.{number}", thread) for number in range(4) for thread in "ab"]
    assert all(await asyncio.gather(*(inbox.put(job) for job in jobs)))
    for number in range(4):
        claimed = await inbox.claim(oldest(9))
        assert {job.idempotency_key for job in claimed} == {f"a.{number}", f"b.{number}"}
        for job in claimed:
            await inbox.finish(job)


async def test_unwritable_job_fails_alone(database: Database) -> None:
    inbox = JobStore(database, lambda: NOW, LEASE)
    good = [check(f"good{number}") for number in range(5)]
    bad = reply("bad", text=object())  # type: ignore[arg-type]
    first, *others = await asyncio.gather(
        inbox.put(good[0]), inbox.put(bad), *(inbox.put(job) for job in good[1:]), return_exceptions=True
    )
    assert first is True
    assert isinstance(others[0], Exception)
    assert others[1:] == [True] * 4
    assert len(await inbox.claim(oldest(9))) == 5


async def test_database_outage_fails_all_waiting_jobs(database: Database) -> None:
    inbox = JobStore(database, lambda: NOW, LEASE)
    await database.execute(text("ALTER TABLE inbox RENAME TO inbox_away"))
    errors = await asyncio.gather(*(inbox.put(check(f"{number}")) for number in range(3)), return_exceptions=True)
    assert all(isinstance(error, Exception) for error in errors)
    await database.execute(text("ALTER TABLE inbox_away RENAME TO inbox"))
    assert await inbox.put(check("later"))
    with pytest.raises(Exception, match="object"):
        await inbox.put(reply("bad", text=object()))  # type: ignore[arg-type]
