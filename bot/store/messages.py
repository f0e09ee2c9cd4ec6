"""The positions of the messages that the bot posted in threads, so that an answer can be deleted. No content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from bot.store.database import Database
from bot.store.tables import messages


class ThreadMessageStore:
    """The time stamps of the bot's messages by workspace, channel and thread."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def record(self, *, team_id: str, channel_id: str, thread_ts: str, message_ts: str) -> None:
        """Record a message; the first message of a thread has the thread's time stamp."""
        row: dict[str, Any] = {
            "team_id": team_id,
            "channel_id": channel_id,
            "thread_ts": thread_ts,
            "message_ts": message_ts,
            "created_at": self._now(),
        }
        await self._database.execute(insert(messages).values(row))

    async def in_thread(self, *, team_id: str, channel_id: str, thread_ts: str) -> list[str]:
        """Return the time stamps of the bot's messages in a thread, in the order in which they were recorded."""
        where = (
            messages.c.team_id == team_id,
            messages.c.channel_id == channel_id,
            messages.c.thread_ts == thread_ts,
        )
        query = select(messages.c.message_ts).where(*where).order_by(messages.c.number)
        return [row.message_ts for row in await self._database.fetch_all(query)]
