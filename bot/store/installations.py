"""Who installed the app, with tokens that only this app can read, and what goes when a workspace removes it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from sqlalchemy import Dialect, MetaData, Text, TypeDecorator, delete, select, update

from bot.store.database import Database
from bot.store.tables import (
    actuals,
    approvals,
    audit,
    bots,
    budgets,
    counts,
    estimates,
    inbox,
    installations,
    preferences,
    provider_keys,
    watches,
)

log = logging.getLogger(__name__)

TOKENS = ("bot_token", "bot_refresh_token")
SECOND = timedelta(seconds=1)
USER_TOKENS = ("user_token", "user_refresh_token")


def read_keys(keys: str) -> MultiFernet:
    """Comma-separated Fernet keys, the newest first: it encrypts, all of them decrypt. Raises ValueError, never showing
    one.
    """
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
    except ValueError:
        raise ValueError(
            "each key is 32 bytes in URL-safe base64, separated by commas; make one with `python -m bot new-key`"
        ) from None


class Encrypted(TypeDecorator[str]):
    """Text that is unreadable without the keys."""

    impl = Text
    cache_ok = False

    def __init__(self, keys: MultiFernet) -> None:
        super().__init__()
        self._keys = keys

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._keys.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return self._keys.decrypt(value).decode()
        except InvalidToken:
            log.error("a token cannot be read with FTCOST_ENCRYPTION_KEYS: was a key taken away too early?")
            return None


class Installations(AsyncSQLAlchemyInstallationStore):
    """slack_sdk's store over tables that migrations made, with encrypted tokens."""

    def __init__(self, client_id: str, database: Database, keys: MultiFernet) -> None:
        super().__init__(client_id, database.engine, logger=log)
        self._database = database
        encrypted = Encrypted(keys)
        self.metadata = MetaData()
        for table, names in ((bots, TOKENS), (installations, TOKENS + USER_TOKENS)):
            private = table.to_metadata(self.metadata, name=table.name)
            for name in names:
                private.c[name].type = encrypted
        self.bots = self.metadata.tables[bots.name]
        self.installations = self.metadata.tables[installations.name]
        self._keys = keys

    async def find_team(self, team_id: str) -> Bot | None:
        """A workspace's newest installation, whichever organisation it belongs to."""
        query = select(self.bots).where(self.bots.c.client_id == self.client_id, self.bots.c.team_id == team_id)
        async with self.engine.connect() as connection:
            row = (await connection.execute(query.order_by(self.bots.c.id.desc()).limit(1))).mappings().first()
        return None if row is None else Bot(**_without_number(row))

    async def remove_team(self, team_id: str, removed_at: datetime) -> None:
        """Remove everything of a workspace: tokens and keys, estimates, watches, what was paid, work, counts, the audit
        log, what was settled. Nothing where it was installed again after the app was removed (UTC, in whole seconds):
        Slack delivers such news for an hour, and others may have recorded it.
        """
        again = select(bots.c.id).where(bots.c.team_id == team_id, bots.c.installed_at >= removed_at + SECOND)
        async with self._database.begin() as connection:
            if (await connection.execute(again)).first():
                log.info("workspace %s was installed again after it removed the app: its data stays", team_id)
                return
            for table in (
                bots,
                installations,
                estimates,
                watches,
                inbox,
                counts,
                audit,
                actuals,
                provider_keys,
                preferences,
                budgets,
                approvals,
            ):
                await connection.execute(delete(table).where(table.c.team_id == team_id))
        log.info("the data of workspace %s is removed", team_id)

    async def rotate(self) -> int:
        """Encrypt every token with the newest key. How many there were."""
        count = 0
        async with self._database.begin() as connection:
            for table, names in ((bots, TOKENS), (installations, TOKENS + USER_TOKENS)):
                for row in (await connection.execute(select(table.c.id, *(table.c[name] for name in names)))).all():
                    found = {name: getattr(row, name) for name in names if getattr(row, name)}
                    anew = {name: self._keys.rotate(value).decode() for name, value in found.items()}
                    if anew:
                        await connection.execute(update(table).where(table.c.id == row.id).values(**anew))
                    count += len(anew)
        return count


def _without_number(row: Any) -> dict[str, Any]:
    """A row as the fields of a Bot; what slack_sdk does not know goes into its custom values."""
    fields: dict[str, Any] = {key: value for key, value in row.items() if key not in ("id", "client_id", "team_url")}
    return fields | {"custom_values": {"team_url": row["team_url"]}}
