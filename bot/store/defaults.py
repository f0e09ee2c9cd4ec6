"""What a workspace has settled for all of its estimates: text by key, as `bot.preferences` reads it."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import delete, insert, select

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.tables import preferences

KNOWN_SECONDS = 60.0
MOST_KNOWN = 1_000


class DefaultsStore:
    """One row a workspace."""

    def __init__(self, database: Database, audit: Audit, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._known: dict[str, tuple[float, dict[str, str]]] = {}

    def known(self, team_id: str) -> dict[str, str] | None:
        """What was settled a minute ago at most, where no question has to be asked for it."""
        until, fields = self._known.get(team_id, (0.0, None))
        return fields if self._clock() < until else None

    async def get(self, team_id: str) -> dict[str, str]:
        """Empty where nothing was settled."""
        asked_at = self._clock()
        async with self._database.engine.connect() as connection:
            query = select(preferences.c.fields).where(preferences.c.team_id == team_id)
            fields = dict(await connection.scalar(query) or {})
        self._know(team_id, fields, asked_at)
        return fields

    def _know(self, team_id: str, fields: dict[str, str], at: float) -> None:
        """Remember what held at a time, unless something newer is known: it may have been settled while it was read."""
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        until = at + KNOWN_SECONDS
        if until >= self._known.get(team_id, (0.0, None))[0]:
            self._known[team_id] = (until, fields)

    async def set(self, team_id: str, user_id: str, fields: dict[str, str]) -> None:
        """Replace all of them, and write down by whom each was changed."""
        before = await self.get(team_id)
        async with self._database.begin() as connection:
            await connection.execute(delete(preferences).where(preferences.c.team_id == team_id))
            await connection.execute(insert(preferences).values(team_id=team_id, fields=fields))
            for key in sorted({*before, *fields}):
                if before.get(key) != fields.get(key):
                    change = AuditChange(team_id, user_id, f"setting {key}", before.get(key), fields.get(key))
                    await self._audit.write(change, within=connection)
        self._know(team_id, fields, self._clock())
