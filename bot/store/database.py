"""The database: tables and engine. Times are UTC."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

metadata = MetaData()


class CompressedJSON(TypeDecorator[dict[str, Any]]):
    """JSON of some hundred kilobytes that repeats itself: a tenth of it is stored."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 6)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else json.loads(zlib.decompress(value))


estimates = Table(
    "estimates",
    metadata,
    Column(
        "number", Integer, primary_key=True, autoincrement=True
    ),  # the order of arrival, which a clock does not promise
    Column("id", String(16), nullable=False, unique=True),
    Column("team_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("channel_id", String(32)),
    Column("thread_ts", String(32)),
    Column("message_ts", String(32)),
    Column("edit_of", String(16)),
    Column("name", String(80)),
    Column("fields", JSON, nullable=False),
    Column("result", CompressedJSON, nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("catalog_version", String(40), nullable=False),
    Column("posted", Integer, nullable=False, default=0),
    Column("created_at", DateTime, nullable=False),
    Index("estimates_by_thread", "team_id", "channel_id", "thread_ts", "number"),
    Index("estimates_by_user", "team_id", "user_id", "number"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", DateTime, nullable=False),
    Index("inbox_by_state", "state", "number"),
)


class Database:
    """An engine whose tables exist."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def ping(self) -> None:
        """Raises where the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()


async def open_database(url: str) -> Database:
    """Open the database at a SQLAlchemy URL and make what is missing. A plain sqlite:// URL gets its async driver."""
    parsed = make_url(url)
    if parsed.drivername == "sqlite":
        parsed = parsed.set(drivername="sqlite+aiosqlite")
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _careful_sqlite)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    return Database(engine)


def _careful_sqlite(connection: Any, _record: Any) -> None:
    """Survive a kill at any moment, and let readers in while something is written."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
