"""Who changed what a whole workspace relies on: its prices, budgets, alerts, keys. Written, and never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables import audit

LONGEST = 2_000


@dataclass(frozen=True)
class AuditChange:
    """What somebody changed, in words for people: `what` is a thing such as `budget of #support`; `before` and `after`
    what it was and is, None where there was or is none. Never a secret: of a key, its last letters.
    """

    team_id: str
    user_id: str
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class AuditEntry(AuditChange):
    """A change that was made. UTC."""

    at: datetime


class Audit:
    """Changes by workspace."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def write(self, change: AuditChange, within: AsyncConnection | None = None) -> None:
        """Write a change down; `within` the transaction that makes it, so that neither stands without the other."""
        row: dict[str, Any] = {
            "team_id": change.team_id,
            "user_id": change.user_id,
            "at": self._now(),
            "what": _kept(change.what),
            "before": _kept(change.before),
            "after": _kept(change.after),
        }
        if within is not None:
            await within.execute(insert(audit).values(**row))
            return
        async with self._database.begin() as connection:
            await connection.execute(insert(audit).values(**row))

    async def recent(self, *, team_id: str, limit: int = 20) -> list[AuditEntry]:
        """The workspace's changes, newest first."""
        query = select(audit).where(audit.c.team_id == team_id).order_by(audit.c.number.desc()).limit(limit)
        async with self._database.engine.connect() as connection:
            return [_entry(row) for row in await connection.execute(query)]


def _kept(text: str | None) -> str | None:
    """As much as is kept, without what a database cannot hold."""
    return None if text is None else text[:LONGEST].replace("\0", "").encode("utf-8", "replace").decode()


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**{key: value for key, value in row._mapping.items() if key != "number"})
