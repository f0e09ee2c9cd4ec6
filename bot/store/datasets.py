"""Dataset runs: where the progress message of a count stands in Slack, and whether it was cancelled. No content.

A run is kept as long as its job.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database
from bot.store.tables import KEEP_FINISHED, counts


class DatasetRun(NamedTuple):
    """A count under way. `message_ts` is the message that shows its progress."""

    user_id: str
    channel_id: str
    thread_ts: str
    message_ts: str
    cancelled_at: datetime | None
    ended_at: datetime | None


class DatasetRunStore:
    """Dataset runs by workspace and by the key of their job."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def begin(
        self, key: str, *, team_id: str, user_id: str, channel_id: str, thread_ts: str, message_ts: str
    ) -> None:
        """Record a run, so that another attempt of its job continues in the same message."""
        row = {
            "key": key,
            "team_id": team_id,
            "user_id": user_id,
            "channel_id": channel_id,
            "thread_ts": thread_ts,
            "message_ts": message_ts,
            "created_at": self._now(),
        }

        def record(connection: Connection) -> None:
            connection.execute(delete(counts).where(counts.c.created_at < self._now() - KEEP_FINISHED))
            connection.execute(insert(counts).values(row))

        with suppress(IntegrityError):  # recorded by an earlier attempt
            await self._database.write(record)

    async def get(self, key: str, *, team_id: str) -> DatasetRun | None:
        """Return the run of a job; None if there is none."""
        columns = [counts.c[name] for name in DatasetRun._fields]
        row = await self._database.fetch_first(select(*columns).where(counts.c.key == key, counts.c.team_id == team_id))
        return DatasetRun(**row._mapping) if row else None

    async def in_thread(self, *, team_id: str, channel_id: str, thread_ts: str) -> bool:
        """Return whether a file was counted in a thread lately."""
        where = (counts.c.team_id == team_id, counts.c.channel_id == channel_id, counts.c.thread_ts == thread_ts)
        return await self._database.fetch_first(select(counts.c.key).where(*where).limit(1)) is not None

    async def cancel(self, key: str, *, team_id: str) -> None:
        """Ask a run to stop; one that has ended stays as it is."""
        await self._update(key, team_id, cancelled_at=self._now())

    async def end(self, key: str, *, team_id: str) -> None:
        """Mark a run as ended: its file is counted, or cannot be."""
        await self._update(key, team_id, ended_at=self._now())

    async def _update(self, key: str, team_id: str, **values: Any) -> None:
        where = (counts.c.key == key, counts.c.team_id == team_id, counts.c.ended_at.is_(None))
        await self._database.execute(update(counts).where(*where).values(**values))
