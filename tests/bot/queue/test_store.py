"""Accepted work that replicas share: taken once, in a thread's order, and never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.queue.model import CheckWatchesJob, Job, MentionJob, QueuedJob
from bot.queue.store import JobStore
from bot.store import Database
from tests.bot.database_fixtures import LEASE, NOW, oldest


class Clock:
    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def replica(database: Database, clock: Clock) -> Callable[[], JobStore]:
    """Another process at the same database."""
    return lambda: JobStore(database, clock, LEASE)


Replica = Callable[[], JobStore]


def reply(key: str, thread_ts: str = "1.1", text: str = "") -> QueuedJob[MentionJob]:
    job = MentionJob(
        estimate_id="bcdfghjkmn",
        team_id="T1",
        user_id="U1",
        channel_id="C1",
        thread_ts=thread_ts,
        message_ts="9.9",
        text=text,
        as_of=NOW.date(),
    )
    return QueuedJob(key, job)


def check(key: str, attempts: int = 0) -> QueuedJob[CheckWatchesJob]:
    """A job that runs alone."""
    return QueuedJob(key, CheckWatchesJob(), attempts)


def keys(jobs: list[QueuedJob[Job]]) -> list[str]:
    return [job.idempotency_key for job in jobs]


async def test_key_is_accepted_once_and_old_finished_jobs_are_deleted(replica: Replica, clock: Clock) -> None:
    holder, rival = replica(), replica()
    assert await holder.put(check("done"), claim=True)
    assert not await rival.put(check("done"), claim=True)
    await holder.put(check("waits"))
    await holder.finish(check("done"))
    clock.forward(days=1)
    await holder.delete_old()
    assert not await holder.put(check("done")), "a late duplicate still meets its key"
    clock.forward(days=3)
    await holder.delete_old()
    assert await holder.put(check("done"))
    assert keys(await holder.claim(oldest(9))) == ["waits", "done"], "work is never forgotten"


async def test_claimed_job_is_hidden_until_its_lease_ends(replica: Replica, clock: Clock) -> None:
    holder, rival = replica(), replica()
    await holder.put(reply("a", text="ü"))
    (job,) = await holder.claim(oldest(9))
    assert job == replace(reply("a", text="ü"), attempts=1, accepted_at=NOW)
    clock.forward(seconds=14)
    assert await holder.renew(["a"]) == {"a"}
    clock.forward(seconds=14)
    assert await rival.claim(oldest(9)) == [], "renewed"
    clock.forward(seconds=1)
    (claimed,) = await rival.claim(oldest(9))
    assert (claimed.idempotency_key, claimed.attempts) == ("a", 2)
    assert await holder.renew(["a"]) == set()
    await holder.finish(job)
    await holder.release(job)
    clock.forward(seconds=15)
    assert keys(await holder.claim(oldest(9))) == ["a"], (
        "a replica that lost the lease neither finished nor released it"
    )
    await holder.finish(job)
    clock.forward(seconds=15)
    assert await rival.claim(oldest(9)) == []


async def test_job_claimed_on_acceptance_is_hidden_from_replicas(replica: Replica, clock: Clock) -> None:
    holder, rival = replica(), replica()
    await holder.put(check("a"), claim=True)
    assert await rival.claim(oldest(9)) == []
    await holder.release(check("a", attempts=1))
    (job,) = await rival.claim(oldest(9))
    assert job.attempts == 2, "some of the first attempt may be done"


async def test_jobs_of_a_thread_run_in_order_across_replicas(replica: Replica) -> None:
    holder, rival = replica(), replica()
    for job in (reply("first"), reply("second"), reply("elsewhere", "2.2"), reply("third")):
        await holder.put(job)
    assert keys(await holder.claim(oldest(1))) == ["first"]
    assert keys(await rival.claim(oldest(9))) == ["elsewhere"], "two of the thread wait for the first"
    await holder.finish(reply("first"), failed=True)
    assert keys(await rival.claim(oldest(9))) == ["second"]
    assert await holder.claim(oldest(9)) == []
    await rival.finish(reply("second"))
    assert keys(await holder.claim(oldest(9))) == ["third"]


async def test_stopping_replica_claims_only_jobs_it_accepted(replica: Replica) -> None:
    holder, rival = replica(), replica()
    await holder.put(reply("own"))
    await rival.put(reply("foreign", "2.2"))
    assert keys(await holder.claim(oldest(9), only_own=True)) == ["own"]


async def test_released_job_waits_for_its_time(replica: Replica, clock: Clock) -> None:
    store = replica()
    await store.put(reply("first"))
    (job,) = await store.claim(oldest(9))
    await store.put(reply("second"))
    await store.release(job, delay=timedelta(seconds=30))
    assert await store.claim(oldest(9)) == [], "and the next job of its thread waits too"
    assert await store.backlog() == (2, 0, timedelta(0), timedelta(0)), "neither could start"
    clock.forward(seconds=30)
    (retried,) = await store.claim(oldest(9))
    assert (retried.idempotency_key, retried.attempts, retried.failures) == ("first", 2, 1)


async def test_rate_limited_attempt_is_no_failure(replica: Replica, clock: Clock) -> None:
    store = replica()
    await store.put(reply("a"))
    for attempt in range(1, 20):
        (job,) = await store.claim(oldest(9))
        assert (job.attempts, job.failures, job.may_have_posted) == (attempt, 0, False)
        await store.release(job, delay=timedelta(seconds=1), uncounted=True)
        clock.forward(seconds=1)
    (job,) = await store.claim(oldest(9))
    await store.release(job)
    (job,) = await store.claim(oldest(9))
    assert (job.failures, job.may_have_posted) == (1, True)


async def test_concurrent_claims_do_not_overlap(replica: Replica) -> None:
    replicas = [replica() for _ in range(4)]
    for number in range(24):
        await replicas[0].put(reply(f"{number}", f"{number}.1"))
    claimed = []
    while claims := await asyncio.gather(*(store.claim(oldest(2)) for store in replicas)):
        if not any(claims):
            break
        claimed += [job.idempotency_key for jobs in claims for job in jobs]
    assert sorted(claimed, key=int) == [str(number) for number in range(24)]


async def test_overdue_job_is_returned_once(replica: Replica, clock: Clock) -> None:
    holder, rival = replica(), replica()
    slow = timedelta(seconds=10)
    await holder.put(check("runs"), claim=True)
    await holder.put(check("waits"))
    await holder.put(check("done"), claim=True)
    await holder.finish(check("done"))
    clock.forward(seconds=9)
    assert await rival.take_overdue(slow, 9) == []
    clock.forward(seconds=1)
    assert sorted(keys(await rival.take_overdue(slow, 9))) == ["runs", "waits"]
    assert await holder.take_overdue(slow, 9) == []


async def test_backlog_counts_waiting_running_and_stalled_jobs(replica: Replica, clock: Clock) -> None:
    holder, rival = replica(), replica()
    assert await holder.backlog() == (0, 0, timedelta(0), timedelta(0))
    await holder.put(reply("runs"))
    assert keys(await holder.claim(oldest(1))) == ["runs"]
    clock.forward(seconds=10)
    await holder.put(reply("behind it"))
    assert await holder.renew(["runs"]) == {"runs"}
    clock.forward(seconds=10)
    assert await rival.backlog() == (1, 1, timedelta(seconds=20), timedelta(0)), (
        "a job behind another of its thread cannot start"
    )
    await rival.put(check("free"))
    clock.forward(seconds=3)
    assert await holder.backlog() == (2, 1, timedelta(seconds=23), timedelta(seconds=3))
    assert await rival.backlog(only_own=True) == (1, 0, timedelta(seconds=3), timedelta(seconds=3))
    clock.forward(seconds=2)
    assert await rival.backlog() == (3, 0, timedelta(seconds=25), timedelta(seconds=25)), "the lease has ended"
