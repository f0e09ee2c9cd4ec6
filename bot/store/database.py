"""The database: opening it, and transactions that write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store.migrate import migrate
from bot.store.sqlite_writer import SqliteWriter
from bot.store.tables import metadata

T = TypeVar("T")

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",  # as hosting platforms write it
    "postgresql+psycopg": "postgresql+psycopg",
}
CONNECT_SECONDS = 10
BUSY_SECONDS = 5


class DatabaseUnavailable(Exception):
    """The database cannot be opened. The text says which one, and no password."""


class Database:
    """An engine whose tables are up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        on_sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer at a time, and who waits for it there looks again after growing pauses.
        self._turn = asyncio.Lock() if on_sqlite else nullcontext()
        self._writer = SqliteWriter(_plain_sqlite(engine.url)) if on_sqlite else None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes."""
        async with self._turn, self.engine.begin() as connection:
            yield connection

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The same for what is known beforehand, as one piece of work: its statements wait for nobody in between."""
        async with self._turn:
            if self._writer:
                return await self._writer.do(work)
            async with self.engine.begin() as connection:
                return await connection.run_sync(work)

    async def do(self, statement: Executable) -> None:
        """One statement, in a transaction of its own."""
        await self.write(lambda connection: connection.execute(statement).close())

    async def ping(self) -> None:
        """Raises where the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        if self._writer:
            await self._writer.close()
        await self.engine.dispose()


def database_address(url: str) -> URL:
    """A database's URL with the driver that is used for it. Raises ValueError, never showing the URL."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("not a URL; write sqlite:/// and a path, or postgresql://user:password@host/name") from None
    driver = DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ValueError(f"{parsed.drivername}:// is not supported; write sqlite:/// and a path, or postgresql://")
    if driver.startswith("postgresql") and not parsed.database:
        raise ValueError("names no database; write postgresql://user:password@host/name")
    return parsed.set(drivername=driver)


async def open_database(url: str) -> Database:
    """Open the database at a URL and bring its tables up to date. Raises DatabaseUnavailable."""
    address = database_address(url)
    on_sqlite = address.get_backend_name() == "sqlite"
    if on_sqlite:
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(address)
        event.listen(engine.sync_engine, "connect", _careful_sqlite)
    else:
        # By its encoding texts are texts in a database that knows of none (SQL_ASCII), too.
        connect = {"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8"}
        engine = create_async_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=10, connect_args=connect)
    try:
        if on_sqlite:
            await _write_ahead(engine)
        await migrate(engine, metadata)
    except DBAPIError as error:
        await engine.dispose()
        where = address.database if on_sqlite else f"{address.host or 'localhost'}/{address.database}"
        raise DatabaseUnavailable(f"the database {where} cannot be used: {str(error.orig).strip()}") from error
    return Database(engine)


async def _write_ahead(engine: AsyncEngine) -> None:
    """Let readers in while something is written; a file stays like that. SQLite itself does not wait here for another
    process that writes or does the same, for who switches reads first and then writes.
    """
    clock = asyncio.get_running_loop().time
    latest = clock() + BUSY_SECONDS
    while True:
        try:
            async with engine.connect() as connection:
                await connection.execute(text("PRAGMA journal_mode=WAL"))
            return
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY" or clock() > latest:
                raise
        await asyncio.sleep(0.02)


def _plain_sqlite(address: URL) -> Engine:
    """The same file without asyncio."""
    engine = create_engine(address.set(drivername="sqlite"))
    event.listen(engine, "connect", _careful_sqlite)
    return engine


def _careful_sqlite(connection: Any, _record: Any) -> None:
    """Survive a kill at any moment, and wait for who writes."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
