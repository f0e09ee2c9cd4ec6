"""The audit log: who changed a workspace's prices, budgets, alerts and keys. Entries are never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from bot.store.database import Database
from bot.store.tables import audit

MAX_LENGTH = 2_000


@dataclass(frozen=True)
class AuditChange:
    """A change that a person made, in words for people. Never holds a secret; of a key, only its last letters."""

    team_id: str
    user_id: str
    what: str
    """The thing that changed, such as `budget of #support`."""
    before: str | None
    """Its former value; None if there was none."""
    after: str | None
    """Its present value; None if it was removed."""


@dataclass(frozen=True)
class AuditEntry(AuditChange):
    """A recorded change and its time (UTC)."""

    at: datetime


class Audit:
    """The audit log of all workspaces."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def add(self, connection: Connection, change: AuditChange) -> None:
        """Record a change in the transaction that makes it, so that both happen or neither does."""
        row: dict[str, Any] = {
            "team_id": change.team_id,
            "user_id": change.user_id,
            "at": self._now(),
            "what": _storable(change.what),
            "before": _storable(change.before),
            "after": _storable(change.after),
        }
        connection.execute(insert(audit).values(**row))

    async def write(self, change: AuditChange) -> None:
        """Record a change that is made elsewhere than in the database."""
        await self._database.write(lambda connection: self.add(connection, change))

    async def recent(self, *, team_id: str, limit: int = 20) -> list[AuditEntry]:
        """Return a workspace's latest changes, the latest first."""
        query = select(audit).where(audit.c.team_id == team_id).order_by(audit.c.number.desc()).limit(limit)
        return [_entry(row) for row in await self._database.fetch_all(query)]


def _storable(text: str | None) -> str | None:
    """Cut a text to its maximum length and drop what a database cannot store."""
    return None if text is None else text[:MAX_LENGTH].replace("\0", "").encode("utf-8", "replace").decode()


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**{key: value for key, value in row._mapping.items() if key != "number"})
