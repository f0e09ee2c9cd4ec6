"""Counts of files under way: where their line stands in Slack, and whether somebody stopped them. No content, and not
for longer than their work is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database
from bot.store.tables import KEEP_FINISHED, counts


class DatasetRun(NamedTuple):
    """A count that was begun. `message_ts` is the message that shows how far it is."""

    user_id: str
    channel_id: str
    thread_ts: str
    message_ts: str
    cancelled_at: datetime | None
    ended_at: datetime | None


class DatasetRunStore:
    """Counts by workspace and by the key of their job."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def begin(
        self, key: str, *, team_id: str, user_id: str, channel_id: str, thread_ts: str, message_ts: str
    ) -> None:
        """Write a count down, so that whoever takes its work over goes on in the same message."""
        row = {
            "key": key,
            "team_id": team_id,
            "user_id": user_id,
            "channel_id": channel_id,
            "thread_ts": thread_ts,
            "message_ts": message_ts,
            "created_at": self._now(),
        }
        try:
            async with self._database.begin() as connection:
                await connection.execute(delete(counts).where(counts.c.created_at < self._now() - KEEP_FINISHED))
                await connection.execute(insert(counts).values(row))
        except IntegrityError:
            pass  # begun before

    async def get(self, key: str, *, team_id: str) -> DatasetRun | None:
        columns = [counts.c[name] for name in DatasetRun._fields]
        query = select(*columns).where(counts.c.key == key, counts.c.team_id == team_id)
        async with self._database.engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return DatasetRun(*row) if row else None

    async def in_thread(self, *, team_id: str, channel_id: str, thread_ts: str) -> bool:
        """Whether a file was counted in a thread lately."""
        where = (counts.c.team_id == team_id, counts.c.channel_id == channel_id, counts.c.thread_ts == thread_ts)
        async with self._database.engine.connect() as connection:
            return (await connection.execute(select(counts.c.key).where(*where).limit(1))).first() is not None

    async def cancel(self, key: str, *, team_id: str) -> None:
        """Ask whoever counts to stop; a count that ended is left alone."""
        await self._set(key, team_id, cancelled_at=self._now())

    async def end(self, key: str, *, team_id: str) -> None:
        """The file is read, or cannot be."""
        await self._set(key, team_id, ended_at=self._now())

    async def _set(self, key: str, team_id: str, **values: Any) -> None:
        where = (counts.c.key == key, counts.c.team_id == team_id, counts.c.ended_at.is_(None))
        await self._database.do(update(counts).where(*where).values(**values))
