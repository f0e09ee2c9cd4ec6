"""Accepted work: written down before Slack is told that it arrived, worked off after, by whichever replica has it.

A key that came before is a duplicate. Who works on a job has a lease on it: while it lasts nobody else may, and when it
is not renewed any more, because its holder was killed, somebody else does.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Collection
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.queue.model import Job, QueuedJob, WorkspaceJob, decode, decode_request_id, encode
from bot.store.database import Database
from bot.store.tables import KEEP_FINISHED, inbox


class Backlog(NamedTuple):
    """How much accepted work is not done, and for how long."""

    waiting: int
    """Nobody works on it."""
    running: int
    oldest: timedelta
    """Since the oldest of all was accepted; 0 where there is none."""
    left: timedelta
    """Since the oldest was accepted that could be begun and is not; 0 where there is none."""

    def figures(self) -> tuple[float, float, float, float]:
        """Counts and seconds."""
        return self.waiting, self.running, self.oldest.total_seconds(), self.left.total_seconds()


class JobStore:
    """The table of accepted work, as one process sees it.

    `now` is UTC without a time zone; the clocks of replicas must agree to within a few seconds.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], lease: timedelta) -> None:
        self._database = database
        self._order = asyncio.Lock()  # PostgreSQL takes concurrent inserts in any order
        self.now = now
        self._lease = lease
        self.owner = f"{socket.gethostname()[:20]}-{secrets.token_hex(6)}"

    async def put(self, queued: QueuedJob[Job], *, claim: bool = False) -> bool:
        """Write a job down, begun by this process (`claim`) or for whoever comes first.

        False where its key is known already: somebody clicked twice, or Slack delivered again.
        """
        now = self.now()
        row = {
            "key": queued.idempotency_key,
            "kind": queued.kind,
            "team_id": queued.job.team_id if isinstance(queued.job, WorkspaceJob) else None,
            "lane": queued.ordering_key,
            "payload": encode(queued),
            "state": "waiting",
            "attempts": 1 if claim else 0,
            "created_at": now,
            "owner": self.owner,
            "lease_until": now + self._lease if claim else None,
        }
        return await self._insert(row, in_order=not queued.runs_alone)

    async def once(self, key: str, team_id: str) -> bool:
        """Note that something is done which leaves no work. False where that was noted before, by any process."""
        row = {
            "key": key,
            "kind": "once",
            "team_id": team_id,
            "lane": key,
            "payload": {},
            "state": "done",
            "attempts": 0,
            "created_at": self.now(),
            "owner": self.owner,
            "lease_until": None,
        }
        return await self._insert(row, in_order=False)

    async def _insert(self, row: dict[str, Any], *, in_order: bool) -> bool:
        """Insert a row. Return False if its key is known already.

        Args:
            row: The row.
            in_order: Whether numbers must follow the order of arrival, because the ordering key may have other jobs.
        """

        def add(connection: Connection) -> None:
            if in_order and connection.dialect.name == "postgresql":
                # A sequence counts before a transaction ends: without this lock a later job of a thread could be seen
                # before an earlier one. SQLite has one writer at a time.
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(row["lane"], 0))))
            connection.execute(insert(inbox).values(row))

        try:
            async with self._order if in_order else nullcontext():
                await self._database.write(add)
        except IntegrityError:
            return False
        return True

    async def claim(
        self,
        limit: int,
        *,
        accepted_here: bool = False,
        only: Collection[str] | None = None,
        but_not: Collection[str] = (),
    ) -> list[QueuedJob[Job]]:
        """Take what nobody works on, oldest first; never a job of a thread where an earlier one is not finished.

        `accepted_here` leaves alone what other processes accepted; `only` and `but_not` name kinds of work.
        """
        now = self.now()
        free = self._free(now, accepted_here=accepted_here)
        if only is not None:
            free.append(inbox.c.kind.in_(only))
        if but_not:
            free.append(inbox.c.kind.not_in(but_not))
        taken = (
            update(inbox)
            .where(inbox.c.number.in_(_first(limit, free)))
            .values(owner=self.owner, lease_until=now + self._lease, attempts=inbox.c.attempts + 1)
            .returning(inbox)
        )
        rows = await self._database.write(lambda connection: connection.execute(taken).all())
        return [_job(row) for row in sorted(rows, key=lambda row: row.number)]

    async def renew(self, keys: Collection[str]) -> set[str]:
        """Keep the leases on these jobs; the keys of those that are still this process's."""
        kept = (
            update(inbox)
            .where(inbox.c.key.in_(keys), *self._ours())
            .values(lease_until=self.now() + self._lease)
            .returning(inbox.c.key)
        )
        return set(await self._database.write(lambda connection: connection.scalars(kept).all()))

    async def begun_again(self, queued: QueuedJob[Job]) -> None:
        """Count one more attempt of this process."""
        await self._set(queued, attempts=queued.attempts)

    async def replies(self, queued: QueuedJob[Job]) -> int:
        """How many replies of a job stand already."""
        query = select(inbox.c.posted).where(inbox.c.key == queued.idempotency_key)
        return await self._database.fetch_value(query) or 0

    async def replied(self, queued: QueuedJob[Job], posted: int) -> None:
        """Remember how many of its replies stand."""
        await self._set(queued, posted=posted)

    async def hand_back(self, queued: QueuedJob[Job]) -> None:
        """Leave a job that was begun to whoever comes first; the attempt counts, for some of it may be done."""
        await self._set(queued, lease_until=None, owner=None)

    async def finished(self, queued: QueuedJob[Job], *, failed: bool = False) -> None:
        await self._set(queued, state="failed" if failed else "done", lease_until=None)

    async def late(self, after: timedelta, limit: int, *, accepted_here: bool = False) -> list[QueuedJob[Job]]:
        """Unfinished work older than that whose askers were not told yet. From now on they count as told."""
        old = [inbox.c.state == "waiting", inbox.c.told_at.is_(None), inbox.c.created_at <= self.now() - after]
        if accepted_here:
            old.append(inbox.c.owner == self.owner)
        told = update(inbox).where(inbox.c.number.in_(_first(limit, old))).values(told_at=self.now()).returning(inbox)
        return [_job(row) for row in await self._database.write(lambda connection: connection.execute(told).all())]

    async def forget_old(self) -> None:
        """Drop what is long done."""
        old = inbox.c.created_at < self.now() - KEEP_FINISHED
        await self._database.execute(delete(inbox).where(inbox.c.state != "waiting", old))

    async def backlog(self, *, accepted_here: bool = False) -> Backlog:
        """What is not done; `accepted_here` leaves out what other processes accepted."""
        now = self.now()
        ours = [inbox.c.state == "waiting", *([inbox.c.owner == self.owner] if accepted_here else [])]
        leased = func.count().filter(inbox.c.lease_until > now)
        counted = select(func.count(), leased, func.min(inbox.c.created_at)).where(*ours)
        free = select(func.min(inbox.c.created_at)).where(*self._free(now, accepted_here=accepted_here))
        (total, running, oldest), left = await self._database.read(
            lambda connection: (connection.execute(counted).one(), connection.scalar(free))
        )
        return Backlog(total - running, running, now - (oldest or now), now - (left or now))

    def _free(self, now: datetime, *, accepted_here: bool) -> list[ColumnElement[bool]]:
        """Work that may be begun: nobody has it, and nothing earlier of its lane is unfinished."""
        earlier = inbox.alias("earlier")
        overtakes = exists().where(
            earlier.c.lane == inbox.c.lane, earlier.c.state == "waiting", earlier.c.number < inbox.c.number
        )
        free = [inbox.c.state == "waiting", or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= now), ~overtakes]
        return [*free, inbox.c.owner == self.owner] if accepted_here else free

    def _ours(self) -> list[ColumnElement[bool]]:
        return [inbox.c.owner == self.owner, inbox.c.state == "waiting", inbox.c.lease_until.is_not(None)]

    async def _set(self, queued: QueuedJob[Job], **values: Any) -> None:
        """Change a job that this process works on; one that another has taken over since is left alone."""
        where = (inbox.c.key == queued.idempotency_key, *self._ours())
        await self._database.execute(update(inbox).where(*where).values(**values))


def _job(row: Row[Any]) -> QueuedJob[Job]:
    job = decode(row.kind, row.payload, row.lane)
    return QueuedJob(row.key, job, row.attempts, row.created_at, decode_request_id(row.payload))


def _first(limit: int, which: list[ColumnElement[bool]]) -> Select[tuple[int]]:
    """The numbers of the oldest so many rows, but those that another replica takes at this moment."""
    found = select(inbox.c.number).where(*which).order_by(inbox.c.number).limit(limit)
    return select(found.with_for_update(skip_locked=True).cte("first").c.number)
