"""The table of jobs: insert, claim, renew, release, finish.

A job is stored before Slack's request is acknowledged. The process that runs a job holds a lease on it. Other processes
leave it alone until the lease ends, which it does if the holder was killed. docs/queue.md draws the states.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Subquery,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.queue.model import ConversationJob, Job, QueuedJob
from bot.queue.places import PLACES_BY_KIND, PLACES_OF_CHANNEL, PLACES_OF_USER, Candidate, Holder
from bot.queue.stored_jobs import decode, decode_request_id, encode
from bot.store.database import Database
from bot.store.tables import KEEP_FINISHED, jobs

# A literal, so that both databases can use the partial index on unfinished jobs.
UNFINISHED = jobs.c.state == literal_column("'waiting'")

INSERT = insert(jobs)
MAX_CANDIDATES = 200
"""Jobs among which a process chooses at a time."""
Choose = Callable[[Sequence[Candidate]], Sequence[Candidate]]


class Backlog(NamedTuple):
    """The unfinished jobs, counted."""

    waiting: int
    """Jobs without a lease."""
    running: int
    """Jobs with a lease."""
    oldest: timedelta
    """Age of the oldest unfinished job; 0 if there is none."""
    startable: timedelta
    """Age of the oldest job that could start and has not, in a workspace none of whose jobs runs; 0 if there is none.

    Training files don't count: each takes minutes.
    """

    def figures(self) -> tuple[float, float, float, float]:
        """Return the counts, and the ages in seconds."""
        return self.waiting, self.running, self.oldest.total_seconds(), self.startable.total_seconds()


class JobStore:
    """The jobs of all processes, as one process uses them.

    Args:
        database: The database.
        now: Returns the time, UTC without a time zone. The clocks of replicas must agree within a few seconds.
        lease: How long a lease lasts unless it is renewed.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], lease: timedelta) -> None:
        self.now = now
        self.owner = f"{socket.gethostname()[:20]}-{secrets.token_hex(6)}"
        self._database = database
        self._lease = lease
        self._ordered_inserts = asyncio.Lock()

    async def put(self, queued: QueuedJob[Job], *, claim: bool = False) -> bool:
        """Store a job. Return False if its idempotency key is known already.

        Args:
            queued: The job.
            claim: Whether this process starts it at once; otherwise any process claims it.
        """
        current_time = self.now()
        row = {
            "idempotency_key": queued.idempotency_key,
            **Holder.of(queued.job)._asdict(),
            "ordering_key": queued.ordering_key,
            "payload": encode(queued),
            "state": "waiting",
            "attempts": 1 if claim else 0,
            "created_at": current_time,
            "owner": self.owner,
            "lease_until": current_time + self._lease if claim else None,
        }
        return await self._insert(row, in_order=not queued.runs_alone)

    async def once(self, key: str, team_id: str) -> bool:
        """Record an idempotency key for which there is no job. Return False if it is known already."""
        row = {
            "idempotency_key": key,
            "kind": "once",
            "team_id": team_id,
            "ordering_key": key,
            "payload": {},
            "state": "done",
            "attempts": 0,
            "created_at": self.now(),
            "owner": self.owner,
        }
        return await self._insert(row, in_order=False)

    async def _insert(self, row: dict[str, Any], *, in_order: bool) -> bool:
        """Insert a row. Return False if its idempotency key is known already.

        Args:
            row: The row.
            in_order: Whether other jobs may have the same ordering key, so that numbers must follow arrival. SQLite
                does that by itself. PostgreSQL numbers rows before they can be seen, and runs inserts side by side:
                they wait for each other, in this process by a lock and among processes by an advisory lock.
        """

        def add(connection: Connection) -> None:
            if in_order and connection.dialect.name == "postgresql":
                lock = func.pg_advisory_xact_lock(func.hashtextextended(row["ordering_key"], 0))
                connection.execute(select(lock))
            connection.execute(INSERT, row)

        try:
            async with self._ordered_inserts if in_order else nullcontext():
                await self._database.write(add)
        except IntegrityError:
            return False
        return True

    async def claim(self, choose: Choose, *, only_own: bool = False) -> list[QueuedJob[Job]]:
        """Take leases on jobs that can start, and return these jobs.

        Args:
            choose: Returns the jobs to claim, of those that can start.
            only_own: Whether to claim only jobs that this process accepted.
        """
        chosen = choose(await self._candidates(only_own=only_own))
        if not chosen:
            return []
        current_time = self.now()
        numbers = [candidate.number for candidate in chosen]
        # Another process may have claimed some of them in the meantime, and released them again.
        free = [jobs.c.number.in_(numbers), UNFINISHED, _is_free(jobs, current_time), _is_due(jobs, current_time)]
        statement = (
            update(jobs)
            .where(jobs.c.number.in_(_lock_oldest(len(numbers), free)))
            .values(
                owner=self.owner,
                lease_until=current_time + self._lease,
                attempts=jobs.c.attempts + 1,
                not_before=None,
            )
            .returning(jobs)
        )
        rows = await self._database.write(lambda connection: connection.execute(statement).all())
        return [_queued(row) for row in sorted(rows, key=lambda row: row.number)]

    async def _candidates(self, *, only_own: bool) -> list[Candidate]:
        """Return the jobs that can start: of each workspace the oldest, of a person and a channel only the first few,
        so that a burst of one does not hide the others.
        """
        heads, conditions = self._startable(self.now(), only_own=only_own)
        team, user, channel = heads.c.team_id, heads.c.user_id, func.coalesce(heads.c.channel_id, heads.c.user_id)

        def position(*group: ColumnElement[Any]) -> ColumnElement[int]:
            return func.row_number().over(partition_by=[heads.c.kind, *group], order_by=heads.c.number)

        positions = [
            position(team, user).label("of_user"),
            position(team, channel).label("of_channel"),
            position(team).label("of_team"),
        ]
        startable = select(heads, *positions).where(*conditions).subquery()
        columns = [startable.c[name] for name in ("number", "kind", "team_id", "user_id", "channel_id")]
        is_among_first = (startable.c.of_user <= PLACES_OF_USER) & (startable.c.of_channel <= 2 * PLACES_OF_CHANNEL)
        query = (
            select(*columns)
            .where(or_(startable.c.team_id.is_(None), is_among_first))
            .order_by(startable.c.of_team, startable.c.number)
            .limit(MAX_CANDIDATES)
        )
        rows = await self._database.fetch_all(query)
        return [Candidate(row.number, Holder(row.kind, row.team_id, row.user_id, row.channel_id)) for row in rows]

    async def may_have_begun_thread(self, queued: QueuedJob[ConversationJob]) -> bool:
        """Return whether an unfinished job may have posted the first message of a job's thread, and not recorded it.

        Args:
            queued: A job in a thread without a recorded answer. Jobs that were accepted after it are left out.
        """
        job = queued.job
        begins_thread = or_(jobs.c.ordering_key == jobs.c.idempotency_key, jobs.c.kind.in_(PLACES_BY_KIND))
        earlier = (
            select(jobs.c.number)
            .where(UNFINISHED, jobs.c.attempts > 0, begins_thread, jobs.c.created_at <= queued.accepted_at)
            .where(jobs.c.team_id == job.team_id, jobs.c.channel_id == job.channel_id)
        )
        return await self._database.fetch_first(earlier.limit(1)) is not None

    async def renew(self, keys: Collection[str]) -> set[str]:
        """Renew this process's leases on jobs. Return the keys of those that it still holds."""
        statement = (
            update(jobs)
            .where(jobs.c.idempotency_key.in_(keys), *self._leased())
            .values(lease_until=self.now() + self._lease)
            .returning(jobs.c.idempotency_key)
        )
        return set(await self._database.write(lambda connection: connection.scalars(statement).all()))

    async def record_replies(self, queued: QueuedJob[Job], posted: int) -> None:
        """Record how many replies of a job are posted; another attempt continues after them."""
        await self._update(queued, replies_posted=posted)

    async def release(
        self, queued: QueuedJob[Job], *, delay: timedelta = timedelta(0), uncounted: bool = False
    ) -> None:
        """Give a claimed job back, to be claimed again.

        Args:
            queued: The job.
            delay: How long no process may claim it. Without a delay this process leaves it to the others.
            uncounted: Whether the attempt does not count, because Slack's rate limit or another job ended it.
        """
        values: dict[str, Any] = {"lease_until": None}
        values |= {"not_before": self.now() + delay} if delay else {"owner": None}
        if uncounted:
            values["rate_limited"] = jobs.c.rate_limited + 1
        await self._update(queued, **values)

    async def finish(self, queued: QueuedJob[Job], *, failed: bool = False) -> None:
        """Mark a job as done, or as failed."""
        await self._update(queued, state="failed" if failed else "done", lease_until=None)

    async def take_overdue(self, age: timedelta, limit: int, *, only_own: bool = False) -> list[QueuedJob[Job]]:
        """Return unfinished jobs of an age, each once: from now on their overdue notice counts as sent.

        Args:
            age: The least age of the jobs.
            limit: Jobs to return at most.
            only_own: Whether to return only jobs that this process accepted or claimed.
        """
        current_time = self.now()
        overdue = [UNFINISHED, jobs.c.overdue_notice_at.is_(None), jobs.c.created_at <= current_time - age]
        if only_own:
            overdue.append(jobs.c.owner == self.owner)
        statement = (
            update(jobs)
            .where(jobs.c.number.in_(_lock_oldest(limit, overdue)))
            .values(overdue_notice_at=current_time)
            .returning(jobs)
        )
        rows = await self._database.write(lambda connection: connection.execute(statement).all())
        return [_queued(row) for row in rows]

    async def delete_old(self) -> None:
        """Delete finished jobs whose idempotency keys are no longer needed."""
        is_old = jobs.c.created_at < self.now() - KEEP_FINISHED
        await self._database.execute(delete(jobs).where(jobs.c.state != "waiting", is_old))

    async def backlog(self, *, only_own: bool = False) -> Backlog:
        """Return the unfinished jobs, counted; `only_own` counts those that this process accepted or claimed."""
        current_time = self.now()
        unfinished = [UNFINISHED, *([jobs.c.owner == self.owner] if only_own else [])]
        leased = func.count().filter(jobs.c.lease_until > current_time)
        counts = select(func.count(), leased, func.min(jobs.c.created_at)).where(*unfinished)
        heads, conditions = self._startable(current_time, only_own=only_own)
        served = select(func.coalesce(jobs.c.team_id, "")).where(UNFINISHED, jobs.c.lease_until > current_time)
        startable = select(func.min(heads.c.created_at)).where(
            *conditions,
            heads.c.kind.not_in(PLACES_BY_KIND),
            func.coalesce(heads.c.team_id, "").not_in(served),
        )
        (total, running, oldest), oldest_startable = await self._database.read(
            lambda connection: (connection.execute(counts).one(), connection.scalar(startable))
        )
        return Backlog(
            total - running,
            running,
            oldest=current_time - (oldest or current_time),
            startable=current_time - (oldest_startable or current_time),
        )

    def _startable(self, current_time: datetime, *, only_own: bool) -> tuple[Subquery, list[ColumnElement[bool]]]:
        """Return the unfinished jobs as a subquery, and its conditions for a job to start.

        A job starts if it is due, has no lease, and is the first of its ordering key. The position is computed in one
        pass: for a NOT EXISTS over earlier jobs, PostgreSQL compares all unfinished jobs with each other while its
        statistics are from before a burst (2 s for each claim with 2,000 jobs).
        """
        position = func.row_number().over(partition_by=jobs.c.ordering_key, order_by=jobs.c.number)
        holder = ("kind", "team_id", "user_id", "channel_id")
        names = ("number", *holder, "owner", "lease_until", "not_before", "created_at")
        columns = [jobs.c[name] for name in names]
        unfinished = select(*columns, position.label("position")).where(UNFINISHED).subquery()
        conditions = [
            unfinished.c.position == 1,
            _is_free(unfinished, current_time),
            _is_due(unfinished, current_time),
        ]
        if only_own:
            conditions.append(unfinished.c.owner == self.owner)
        return unfinished, conditions

    def _leased(self) -> list[ColumnElement[bool]]:
        return [UNFINISHED, jobs.c.owner == self.owner, jobs.c.lease_until.is_not(None)]

    async def _update(self, queued: QueuedJob[Job], **values: Any) -> None:
        """Change a job that this process holds; one that another process has claimed since is left alone."""
        where = (jobs.c.idempotency_key == queued.idempotency_key, *self._leased())
        await self._database.execute(update(jobs).where(*where).values(**values))


def _queued(row: Row[Any]) -> QueuedJob[Job]:
    return QueuedJob(
        row.idempotency_key,
        decode(row.kind, row.payload, row.ordering_key),
        attempts=row.attempts,
        rate_limited=row.rate_limited,
        replies_posted=row.replies_posted,
        accepted_at=row.created_at,
        request_id=decode_request_id(row.payload),
    )


def _is_free(table: FromClause, current_time: datetime) -> ColumnElement[bool]:
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= current_time)


def _is_due(table: FromClause, current_time: datetime) -> ColumnElement[bool]:
    return or_(table.c.not_before.is_(None), table.c.not_before <= current_time)


def _lock_oldest(limit: int, conditions: list[ColumnElement[bool]]) -> Select[tuple[int]]:
    """Select the numbers of the oldest jobs, except those that another process has locked at this moment."""
    query = select(jobs.c.number).where(*conditions).order_by(jobs.c.number).limit(limit)
    return select(query.with_for_update(skip_locked=True).cte().c.number)
