"""Workspace defaults: text by key, as `bot.workspace.defaults` reads it."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.tables import workspace_defaults

CACHE_SECONDS = 60.0
CACHE_SIZE = 1_000


class DefaultsStore:
    """The defaults of each workspace, cached for a minute."""

    def __init__(self, database: Database, audit: Audit, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._cache: dict[str, tuple[float, dict[str, str]]] = {}

    def known(self, team_id: str) -> dict[str, str] | None:
        """Return the defaults if they are cached, else None. Never waits."""
        expires_at, fields = self._cache.get(team_id, (0.0, None))
        return fields if self._clock() < expires_at else None

    async def get(self, team_id: str) -> dict[str, str]:
        """Return the defaults of a workspace; empty if it has none."""
        read_at = self._clock()
        query = select(workspace_defaults.c.fields).where(workspace_defaults.c.team_id == team_id)
        fields = dict(await self._database.fetch_value(query) or {})
        self._remember(team_id, fields, read_at)
        return fields

    async def set(self, team_id: str, user_id: str, fields: dict[str, str]) -> None:
        """Replace all defaults of a workspace; the audit log records each change."""
        former = await self.get(team_id)
        changes = [
            AuditChange(team_id, user_id, f"setting {key}", former.get(key), fields.get(key))
            for key in sorted({*former, *fields})
            if former.get(key) != fields.get(key)
        ]

        def replace(connection: Connection) -> None:
            connection.execute(delete(workspace_defaults).where(workspace_defaults.c.team_id == team_id))
            connection.execute(insert(workspace_defaults).values(team_id=team_id, fields=fields))
            for change in changes:
                self._audit.add(connection, change)

        await self._database.write(replace)
        self._remember(team_id, fields, self._clock())

    def _remember(self, team_id: str, fields: dict[str, str], at: float) -> None:
        """Cache the defaults as of a time, unless later ones are cached: they may change while they are read."""
        if len(self._cache) >= CACHE_SIZE:
            self._cache.clear()
        expires_at = at + CACHE_SECONDS
        if expires_at >= self._cache.get(team_id, (0.0, None))[0]:
            self._cache[team_id] = (expires_at, fields)
