"""Accepted work: written down before Slack is told that it arrived, worked off after. A key that came before is a
duplicate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database, inbox

# Slack redelivers for at most an hour; keys are kept longer than that, so that a late duplicate still meets its key.
KEEP_DONE = timedelta(days=2)


@dataclass(frozen=True)
class Job:
    """One piece of accepted work. `payload` holds everything that is needed to do it after a restart."""

    key: str
    kind: str
    payload: dict[str, Any]
    attempts: int = 0

    @property
    def lane(self) -> str:
        """What the job must not overtake: other work in its thread; a lane of its own where it begins one."""
        channel, thread_ts = self.payload.get("channel"), self.payload.get("thread_ts")
        return f"{channel}/{thread_ts}" if thread_ts else self.key


class Inbox:
    """The table of accepted work."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._engine = database.engine
        self._now = now

    async def put(self, job: Job) -> bool:
        """Write a job down. False where its key is known already: somebody clicked twice, or Slack delivered again."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    insert(inbox).values(
                        key=job.key,
                        kind=job.kind,
                        payload=job.payload,
                        state="waiting",
                        attempts=0,
                        created_at=self._now(),
                    )
                )
        except IntegrityError:
            return False
        return True

    async def waiting(self) -> list[Job]:
        """What a former process accepted and did not finish, oldest first."""
        query = select(inbox).where(inbox.c.state == "waiting").order_by(inbox.c.number)
        async with self._engine.connect() as connection:
            return [Job(row.key, row.kind, row.payload, row.attempts) for row in await connection.execute(query)]

    async def started(self, job: Job) -> None:
        await self._set(job, attempts=inbox.c.attempts + 1)

    async def finished(self, job: Job, *, failed: bool = False) -> None:
        await self._set(job, state="failed" if failed else "done")

    async def forget_old(self) -> None:
        """Drop what is long done."""
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(inbox).where(inbox.c.state != "waiting", inbox.c.created_at < self._now() - KEEP_DONE)
            )

    async def _set(self, job: Job, **values: Any) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(inbox).where(inbox.c.key == job.key).values(**values))
