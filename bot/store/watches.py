"""Watched estimates: over which threshold, for whom, and what was last told of each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.tables import watches


@dataclass(frozen=True)
class Watch:
    """One watched estimate. `told` is the state that `bot.news` reads and writes."""

    number: int
    team_id: str
    estimate_id: str
    user_id: str
    over: str
    told: dict[str, Any]
    alerts: int
    """How often something was told; names the next alert."""
    created_at: datetime


class WatchStore:
    """Watches by workspace, at most one an estimate. What people change is in the audit log."""

    def __init__(self, database: Database, audit: Audit, now: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    async def put(self, *, team_id: str, estimate_id: str, user_id: str, over: str, told: dict[str, Any]) -> None:
        """Watch an estimate; one that is watched already gets the threshold and the person, and keeps what was told."""
        key = {"team_id": team_id, "estimate_id": estimate_id}
        row = {**key, "user_id": user_id, "over": over, "told": told, "alerts": 0, "created_at": self._now()}
        change = AuditChange(team_id, user_id, _what(estimate_id), None, f"over {over}")
        try:
            async with self._database.begin() as connection:
                await connection.execute(insert(watches).values(row))
                await self._audit.write(change, within=connection)
        except IntegrityError:
            again = update(watches).filter_by(**key).values(user_id=user_id, over=over)
            async with self._database.begin() as connection:
                before = await connection.scalar(select(watches.c.over).filter_by(**key))
                await connection.execute(again)
                await self._audit.write(replace(change, before=f"over {before}"), within=connection)

    async def get(self, estimate_id: str, *, team_id: str) -> Watch | None:
        found = await self._all(select(watches).filter_by(team_id=team_id, estimate_id=estimate_id))
        return found[0] if found else None

    async def of_user(self, *, team_id: str, user_id: str) -> list[Watch]:
        """What a person watches, newest first."""
        mine = select(watches).filter_by(team_id=team_id, user_id=user_id)
        return await self._all(mine.order_by(watches.c.number.desc()))

    async def count(self, *, team_id: str, user_id: str) -> int:
        """How many a person watches."""
        query = select(func.count()).select_from(watches).filter_by(team_id=team_id, user_id=user_id)
        async with self._database.engine.connect() as connection:
            return await connection.scalar(query) or 0

    async def watched(self, estimate_ids: Collection[str], *, team_id: str) -> set[str]:
        """Which of these are watched."""
        query = select(watches.c.estimate_id).filter_by(team_id=team_id).where(watches.c.estimate_id.in_(estimate_ids))
        async with self._database.engine.connect() as connection:
            return set(await connection.scalars(query))

    async def page(self, after: int, limit: int) -> list[Watch]:
        """Every workspace's, in the order of their numbers."""
        return await self._all(select(watches).where(watches.c.number > after).order_by(watches.c.number).limit(limit))

    async def remove(self, estimate_id: str, *, team_id: str, user_id: str | None) -> bool:
        """Stop watching, by somebody's word; None where it ends by itself. False where nobody watched."""
        gone = delete(watches).filter_by(team_id=team_id, estimate_id=estimate_id).returning(watches.c.over)
        async with self._database.begin() as connection:
            over = await connection.scalar(gone)
            if over is not None and user_id is not None:
                change = AuditChange(team_id, user_id, _what(estimate_id), f"over {over}", None)
                await self._audit.write(change, within=connection)
        return over is not None

    async def told(self, watch: Watch, told: dict[str, Any]) -> None:
        """Remember what was told; nothing where that alert was counted before."""
        same = update(watches).filter_by(number=watch.number, alerts=watch.alerts)
        await self._database.do(same.values(told=told, alerts=watch.alerts + 1))

    async def _all(self, query: Select[Any]) -> list[Watch]:
        async with self._database.engine.connect() as connection:
            return [_watch(row) for row in await connection.execute(query)]


def _what(estimate_id: str) -> str:
    return f"alert of estimate {estimate_id}"


def _watch(row: Row[Any]) -> Watch:
    return Watch(**row._mapping)
