"""A workspace's keys to the platforms it pays, unreadable without FTCOST_ENCRYPTION_KEYS."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Delete, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.tables import provider_keys

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeyInfo:
    """What may be said of a key: whose it is, its last letters, who put it in and when."""

    platform: str
    hint: str
    user_id: str
    created_at: datetime


class ProviderKeys:
    """Keys by workspace and platform. Who may change them is not asked here."""

    def __init__(self, database: Database, keys: MultiFernet, now: Callable[[], datetime], audit: Audit) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._audit = audit

    async def put(self, platform: str, fields: Mapping[str, str], hint: str, *, team_id: str, user_id: str) -> None:
        """Keep a key in the place of the one before."""
        secret = self._keys.encrypt(json.dumps(dict(fields)).encode()).decode()
        async with self._database.begin() as connection:
            before = await _hint(connection, team_id, platform)
            await connection.execute(_of(team_id, platform))
            await self._audit.write(
                AuditChange(team_id, user_id, f"key of {platform}", before, hint), within=connection
            )
            await connection.execute(
                insert(provider_keys).values(
                    team_id=team_id,
                    platform=platform,
                    secret=secret,
                    hint=hint,
                    user_id=user_id,
                    created_at=self._now(),
                )
            )

    async def get(self, platform: str, *, team_id: str) -> dict[str, str] | None:
        """The fields of a key; None where there is none, or it cannot be read any more."""
        query = select(provider_keys.c.secret).where(
            provider_keys.c.team_id == team_id, provider_keys.c.platform == platform
        )
        async with self._database.engine.connect() as connection:
            secret = await connection.scalar(query)
        if secret is None:
            return None
        try:
            found: dict[str, str] = json.loads(self._keys.decrypt(secret))
        except InvalidToken:
            log.error("a platform's key cannot be read with FTCOST_ENCRYPTION_KEYS: was a key taken away too early?")
            return None
        return found

    async def known(self, *, team_id: str) -> dict[str, KeyInfo]:
        """By platform."""
        table = provider_keys.c
        query = select(table.platform, table.hint, table.user_id, table.created_at).where(table.team_id == team_id)
        async with self._database.engine.connect() as connection:
            return {row.platform: KeyInfo(*row) for row in await connection.execute(query)}

    async def remove(self, platform: str, *, team_id: str, user_id: str) -> None:
        """Remove a key; where there is none, nothing changes."""
        async with self._database.begin() as connection:
            before = await _hint(connection, team_id, platform)
            if before is not None:
                await connection.execute(_of(team_id, platform))
                await self._audit.write(
                    AuditChange(team_id, user_id, f"key of {platform}", before, None), within=connection
                )

    async def rotate(self) -> int:
        """Encrypt every key with the newest of FTCOST_ENCRYPTION_KEYS. How many there were."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(provider_keys.c.number, provider_keys.c.secret))).all()
            for row in rows:
                anew = self._keys.rotate(row.secret).decode()
                await connection.execute(
                    update(provider_keys).where(provider_keys.c.number == row.number).values(secret=anew)
                )
        return len(rows)


async def _hint(connection: AsyncConnection, team_id: str, platform: str) -> str | None:
    query = select(provider_keys.c.hint).where(provider_keys.c.team_id == team_id, provider_keys.c.platform == platform)
    found: str | None = await connection.scalar(query)
    return found


def _of(team_id: str, platform: str) -> Delete:
    return delete(provider_keys).where(provider_keys.c.team_id == team_id, provider_keys.c.platform == platform)
