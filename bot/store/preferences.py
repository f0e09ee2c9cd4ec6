"""What a workspace has settled for all of its estimates: text by key, as `bot.preferences` reads it."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from bot.store.audit import Audit, Change
from bot.store.database import Database, preferences


class PreferenceStore:
    """One row a workspace."""

    def __init__(self, database: Database, audit: Audit) -> None:
        self._engine = database.engine
        self._audit = audit

    async def get(self, team_id: str) -> dict[str, str]:
        """Empty where nothing was settled."""
        async with self._engine.connect() as connection:
            query = select(preferences.c.fields).where(preferences.c.team_id == team_id)
            return dict(await connection.scalar(query) or {})

    async def set(self, team_id: str, user_id: str, fields: dict[str, str]) -> None:
        """Replace all of them, and write down by whom each was changed."""
        before = await self.get(team_id)
        async with self._engine.begin() as connection:
            await connection.execute(delete(preferences).where(preferences.c.team_id == team_id))
            await connection.execute(insert(preferences).values(team_id=team_id, fields=fields))
            for key in sorted({*before, *fields}):
                if before.get(key) != fields.get(key):
                    change = Change(team_id, user_id, f"setting {key}", before.get(key), fields.get(key))
                    await self._audit.write(change, within=connection)
