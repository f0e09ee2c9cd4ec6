"""Installations of the app, with encrypted tokens, and the removal of a workspace's data."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.sqlalchemy_utils import normalize_datetime_for_db
from sqlalchemy import Connection, Dialect, MetaData, RowMapping, Text, TypeDecorator, delete, insert, select, update

from bot.store.database import Database
from bot.store.personal_data import WORKSPACE_TABLES
from bot.store.tables import bots, installations

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

log = logging.getLogger(__name__)

TOKENS = ("bot_token", "bot_refresh_token")
USER_TOKENS = ("user_token", "user_refresh_token")
TIMES = ("installed_at", "bot_token_expires_at", "user_token_expires_at")
SECOND = timedelta(seconds=1)
CHECKED = 5
UNREADABLE = "no token can be read with FTCOST_ENCRYPTION_KEYS; add the key that encrypted them"


def read_keys(keys: str) -> MultiFernet:
    """Return the cipher of comma-separated Fernet keys: the first one encrypts, all of them decrypt.

    Raises:
        ValueError: A key cannot be used. The text never shows it.
    """
    from cryptography.fernet import Fernet, MultiFernet  # 6 MB that a bot without encryption keys doesn't need

    try:
        return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
    except ValueError:
        raise ValueError(
            "each key is 32 bytes in URL-safe base64, separated by commas; make one with `ftcost keys new`"
        ) from None


def rotate_secret(keys: MultiFernet, secret: str) -> str:
    """Return a secret, encrypted with the latest key. Raises UnreadableToken."""
    from cryptography.fernet import InvalidToken

    try:
        return keys.rotate(secret).decode()
    except InvalidToken:
        raise UnreadableToken(UNREADABLE) from None


class Encrypted(TypeDecorator[str]):
    """A column of encrypted text."""

    impl = Text
    cache_ok = False

    def __init__(self, keys: MultiFernet) -> None:
        super().__init__()
        self._keys = keys

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._keys.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        from cryptography.fernet import InvalidToken

        if value is None:
            return None
        try:
            return self._keys.decrypt(value).decode()
        except InvalidToken:
            log.error("a token cannot be read with FTCOST_ENCRYPTION_KEYS: was a key taken away too early?")
            return None


class UnreadableToken(Exception):
    """Stored tokens can't be decrypted: an encryption key is missing."""


class Installations(AsyncInstallationStore):
    """The installation store that Bolt's OAuth flow saves to."""

    def __init__(self, client_id: str, database: Database, keys: MultiFernet) -> None:
        self._client_id = client_id
        self._database = database
        encrypted = Encrypted(keys)
        metadata = MetaData()
        self._bots, self._installations = bots.to_metadata(metadata), installations.to_metadata(metadata)
        for table, names in ((self._bots, TOKENS), (self._installations, TOKENS + USER_TOKENS)):
            for name in names:
                table.c[name].type = encrypted
        self._keys = keys

    async def async_save(self, installation: Installation) -> None:
        """Store an installation in the place of the former ones of its workspace, whose tokens are of no use."""
        rows = (
            (self._installations, self._row(installation.to_dict())),
            (self._bots, self._row(installation.to_bot().to_dict())),
        )

        def save(connection: Connection) -> None:
            for table, row in rows:
                connection.execute(delete(table).filter_by(client_id=self._client_id, team_id=row["team_id"]))
                connection.execute(insert(table).values(row))

        await self._database.write(save)

    async def async_save_bot(self, bot: Bot) -> None:
        """Store the renewed token of an installation."""
        row = self._row(bot.to_dict())
        same = {name: row[name] for name in ("client_id", "enterprise_id", "team_id", "installed_at")}

        def save(connection: Connection) -> None:
            connection.execute(delete(self._bots).filter_by(**same))
            connection.execute(insert(self._bots).values(row))

        await self._database.write(save)

    def _row(self, fields: dict[str, Any]) -> dict[str, Any]:
        times = {name: normalize_datetime_for_db(fields[name]) for name in TIMES if name in fields}
        return {**fields, **times, "client_id": self._client_id}

    async def find_team(self, team_id: str) -> Bot | None:
        """Return a workspace's latest installation, whichever organisation it belongs to; None if there is none."""
        query = select(self._bots).where(self._bots.c.client_id == self._client_id, self._bots.c.team_id == team_id)
        row = await self._database.fetch_first(query.order_by(self._bots.c.id.desc()).limit(1))
        return None if row is None else Bot(**_bot_fields(row._mapping))

    async def check(self) -> None:
        """Raise UnreadableToken if there are installations, and no token of the latest ones can be read."""
        tokens = select(self._bots.c.bot_token).where(self._bots.c.client_id == self._client_id)
        rows = await self._database.fetch_all(tokens.order_by(self._bots.c.id.desc()).limit(CHECKED))
        if rows and not any(row.bot_token for row in rows):
            raise UnreadableToken(UNREADABLE)

    async def remove_team(self, team_id: str, removed_at: datetime) -> None:
        """Remove all data of a workspace, unless the app was installed again after it was removed.

        Slack delivers the news of a removal for an hour, so it may arrive after the next installation.

        Args:
            team_id: The workspace.
            removed_at: When the app was removed, UTC, in whole seconds.
        """
        installed_again = select(bots.c.id).where(bots.c.team_id == team_id, bots.c.installed_at >= removed_at + SECOND)

        def remove(connection: Connection) -> bool:
            if connection.execute(installed_again).first():
                return False
            for table in WORKSPACE_TABLES:
                connection.execute(delete(table).where(table.c.team_id == team_id))
            return True

        if await self._database.write(remove):
            log.info("removed the data of workspace %s", team_id)
        else:
            log.info("workspace %s was installed again after it removed the app: its data stays", team_id)

    async def rotate(self) -> int:
        """Encrypt every token with the latest key and return the number of tokens. Raises UnreadableToken."""

        def rotate(connection: Connection) -> int:
            count = 0
            for table, names in ((bots, TOKENS), (installations, TOKENS + USER_TOKENS)):
                for row in connection.execute(select(table.c.id, *(table.c[name] for name in names))).mappings().all():
                    tokens = {name: rotate_secret(self._keys, row[name]) for name in names if row[name]}
                    if tokens:
                        connection.execute(update(table).where(table.c.id == row["id"]).values(**tokens))
                    count += len(tokens)
            return count

        return await self._database.write(rotate)


def _bot_fields(row: RowMapping) -> dict[str, Any]:
    """Return the fields of a Bot; a column that slack_sdk does not know becomes a custom value."""
    fields: dict[str, Any] = {
        # slack_sdk reads a time without a zone as local time.
        key: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for key, value in row.items()
        if key not in ("id", "client_id", "team_url")
    }
    return fields | {"custom_values": {"team_url": row["team_url"]}}
