"""Watched estimates: the threshold, the person, and the state at the last alert of each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.tables import watches


@dataclass(frozen=True)
class Watch:
    """A watched estimate."""

    number: int
    team_id: str
    estimate_id: str
    user_id: str
    over: str
    """The threshold as people write it, such as `5%` or `$50`."""
    told: dict[str, Any]
    """The state at the last alert, which `bot.watches` reads and writes."""
    alerts: int
    """The number of alerts so far; it names the next one."""
    created_at: datetime


class WatchStore:
    """Watches by workspace, at most one per estimate. The audit log records what people change."""

    def __init__(self, database: Database, audit: Audit, now: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    async def put(self, *, team_id: str, estimate_id: str, user_id: str, over: str, told: dict[str, Any]) -> None:
        """Watch an estimate; one that is watched already gets the threshold and the person, and keeps its state."""
        key = {"team_id": team_id, "estimate_id": estimate_id}
        row = {**key, "user_id": user_id, "over": over, "told": told, "alerts": 0, "created_at": self._now()}
        change = AuditChange(team_id, user_id, _what(estimate_id), None, f"over {over}")

        def add(connection: Connection) -> None:
            connection.execute(insert(watches).values(row))
            self._audit.add(connection, change)

        def alter(connection: Connection) -> None:
            former = connection.scalar(select(watches.c.over).filter_by(**key))
            connection.execute(update(watches).filter_by(**key).values(user_id=user_id, over=over))
            self._audit.add(connection, replace(change, before=f"over {former}"))

        try:
            await self._database.write(add)
        except IntegrityError:
            await self._database.write(alter)

    async def get(self, estimate_id: str, *, team_id: str) -> Watch | None:
        """Return the watch of an estimate; None if there is none."""
        row = await self._database.fetch_first(select(watches).filter_by(team_id=team_id, estimate_id=estimate_id))
        return _watch(row) if row else None

    async def of_user(self, *, team_id: str, user_id: str) -> list[Watch]:
        """Return a person's watches, the latest first."""
        query = select(watches).filter_by(team_id=team_id, user_id=user_id)
        return await self._fetch(query.order_by(watches.c.number.desc()))

    async def count(self, *, team_id: str, user_id: str) -> int:
        """Return the number of a person's watches."""
        query = select(func.count()).select_from(watches).filter_by(team_id=team_id, user_id=user_id)
        return int(await self._database.fetch_value(query))

    async def watched(self, estimate_ids: Collection[str], *, team_id: str) -> set[str]:
        """Return the ids of those estimates that are watched."""
        query = select(watches.c.estimate_id).filter_by(team_id=team_id).where(watches.c.estimate_id.in_(estimate_ids))
        return {row.estimate_id for row in await self._database.fetch_all(query)}

    async def page(self, after: int, limit: int) -> list[Watch]:
        """Return the next watches of all workspaces, in the order of their numbers."""
        return await self._fetch(
            select(watches).where(watches.c.number > after).order_by(watches.c.number).limit(limit)
        )

    async def remove(self, estimate_id: str, *, team_id: str, user_id: str | None) -> bool:
        """Stop watching an estimate. Return False if it was not watched.

        Args:
            estimate_id: The estimate.
            team_id: Its workspace.
            user_id: The person who stops it, for the audit log; None if the watch ends by itself.
        """
        statement = delete(watches).filter_by(team_id=team_id, estimate_id=estimate_id).returning(watches.c.over)

        def remove(connection: Connection) -> bool:
            over = connection.scalar(statement)
            if over is not None and user_id is not None:
                self._audit.add(connection, AuditChange(team_id, user_id, _what(estimate_id), f"over {over}", None))
            return over is not None

        return await self._database.write(remove)

    async def told(self, watch: Watch, told: dict[str, Any]) -> None:
        """Record the state at an alert; an alert that is counted already changes nothing."""
        statement = update(watches).filter_by(number=watch.number, alerts=watch.alerts)
        await self._database.execute(statement.values(told=told, alerts=watch.alerts + 1))

    async def _fetch(self, query: Select[Any]) -> list[Watch]:
        return [_watch(row) for row in await self._database.fetch_all(query)]


def _what(estimate_id: str) -> str:
    return f"alert of estimate {estimate_id}"


def _watch(row: Row[Any]) -> Watch:
    return Watch(**row._mapping)
