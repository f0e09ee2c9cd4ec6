"""A workspace's keys to the platforms that it pays, encrypted with FTCOST_ENCRYPTION_KEYS."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.installations import rotate_secret
from bot.store.tables import provider_keys

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeyInfo:
    """The public facts about a key: its platform, its last letters, and who stored it when."""

    platform: str
    hint: str
    user_id: str
    created_at: datetime


class PlatformKeyStore:
    """Keys by workspace and platform, encrypted. Its methods check no rights: only admins may reach them."""

    def __init__(self, database: Database, cipher: MultiFernet, now: Callable[[], datetime], audit: Audit) -> None:
        self._database = database
        self._cipher = cipher
        self._now = now
        self._audit = audit

    async def put(self, platform: str, fields: Mapping[str, str], hint: str, *, team_id: str, user_id: str) -> None:
        """Store a key in the place of the former one."""
        row = {
            "team_id": team_id,
            "platform": platform,
            "secret": self._cipher.encrypt(json.dumps(dict(fields)).encode()).decode(),
            "hint": hint,
            "user_id": user_id,
            "created_at": self._now(),
        }

        def replace(connection: Connection) -> None:
            former_hint = _hint(connection, team_id, platform)
            connection.execute(delete(provider_keys).where(*_is(team_id, platform)))
            self._audit.add(connection, AuditChange(team_id, user_id, f"key of {platform}", former_hint, hint))
            connection.execute(insert(provider_keys).values(row))

        await self._database.write(replace)

    async def get(self, platform: str, *, team_id: str) -> dict[str, str] | None:
        """Return the fields of a key; None if there is none, or if it can no longer be decrypted."""
        from cryptography.fernet import InvalidToken

        secret = await self._database.fetch_value(select(provider_keys.c.secret).where(*_is(team_id, platform)))
        if secret is None:
            return None
        try:
            fields: dict[str, str] = json.loads(self._cipher.decrypt(secret))
        except InvalidToken:
            log.error("a platform's key cannot be read with FTCOST_ENCRYPTION_KEYS: was a key taken away too early?")
            return None
        return fields

    async def describe(self, *, team_id: str) -> dict[str, KeyInfo]:
        """Return the public facts about a workspace's keys, by platform."""
        table = provider_keys.c
        query = select(table.platform, table.hint, table.user_id, table.created_at).where(table.team_id == team_id)
        return {row.platform: KeyInfo(**row._mapping) for row in await self._database.fetch_all(query)}

    async def remove(self, platform: str, *, team_id: str, user_id: str) -> None:
        """Remove a key, if there is one."""

        def remove(connection: Connection) -> None:
            hint = _hint(connection, team_id, platform)
            if hint is not None:
                connection.execute(delete(provider_keys).where(*_is(team_id, platform)))
                self._audit.add(connection, AuditChange(team_id, user_id, f"key of {platform}", hint, None))

        await self._database.write(remove)

    async def rotate(self) -> int:
        """Encrypt every key with the latest of FTCOST_ENCRYPTION_KEYS and return the number of keys.

        Raises:
            UnreadableToken: No key decrypts a stored one.
        """

        def rotate(connection: Connection) -> int:
            rows = connection.execute(select(provider_keys.c.number, provider_keys.c.secret)).all()
            for row in rows:
                secret = rotate_secret(self._cipher, row.secret)
                connection.execute(
                    update(provider_keys).where(provider_keys.c.number == row.number).values(secret=secret)
                )
            return len(rows)

        return await self._database.write(rotate)


def _hint(connection: Connection, team_id: str, platform: str) -> str | None:
    hint: str | None = connection.scalar(select(provider_keys.c.hint).where(*_is(team_id, platform)))
    return hint


def _is(team_id: str, platform: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return provider_keys.c.team_id == team_id, provider_keys.c.platform == platform
