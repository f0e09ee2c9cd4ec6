"""The database: opening it and running transactions on it.

A transaction is a function of a connection. It runs as a whole, so that no statement of it waits for the event loop.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Executable, Row, Select, create_engine, event, func, select, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.store.migrate import HEAD, NewerDatabase, bring_up_to_date, read_revision, touch
from bot.store.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Transaction = Callable[[Connection], T]
Outcome = tuple[Any, Exception | None]
"""A transaction's result, or the exception that it raised."""

DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",  # the spelling of some hosting platforms
    "postgresql+psycopg": "postgresql+psycopg",
}
CONNECT_SECONDS = 10
RECYCLE_SECONDS = 1_800
TARGET = "target_session_attrs"
READ_ONLY = "25006"
"""The SQLSTATE of a write on a standby."""
BUSY_SECONDS = 5
READERS = 4
MAX_WAL_BYTES = 16_000_000
GROUP_SIZE = 100
"""Transactions that SQLite commits together at most."""


class DatabaseUnavailable(Exception):
    """The database cannot be opened. The text names the database and never shows a password."""


class Database(ABC):
    """A database whose tables are up to date."""

    dialect: str
    """`sqlite` or `postgresql`."""

    @abstractmethod
    async def read(self, query: Transaction[T]) -> T:
        """Return the result of a function that only reads.

        Args:
            query: Called with a connection, outside of the event loop's thread on SQLite. It must not keep the
                connection or its results.

        Raises:
            Exception: Whatever `query` or the database raises.
        """

    @abstractmethod
    async def write(self, transaction: Transaction[T]) -> T:
        """Run a function in a transaction and return its result once it is committed, and on disk.

        Args:
            transaction: Called with a connection; if it raises, nothing that it wrote remains.

        Raises:
            Exception: Whatever `transaction` or the database raises.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close all connections, after the transactions under way."""

    async def fetch_all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """Return all rows of a query."""
        return await self.read(lambda connection: connection.execute(query).all())

    async def fetch_first(self, query: Select[Any]) -> Row[Any] | None:
        """Return the first row of a query; None if there is none."""
        return await self.read(lambda connection: connection.execute(query).first())

    async def fetch_value(self, query: Select[Any]) -> Any:
        """Return the first column of a query's first row; None if there is no row."""
        return await self.read(lambda connection: connection.scalar(query))

    async def execute(self, statement: Executable) -> None:
        """Execute one statement in a transaction of its own."""
        await self.write(lambda connection: connection.execute(statement).close())

    async def check(self) -> None:
        """Raise an exception if the database does not take a write: its disk is full, or it became read-only."""
        await self.write(touch)

    async def clock_skew_s(self) -> float:
        """Return the seconds by which this machine's clock certainly differs from the database's."""
        return 0.0

    async def ping(self) -> None:
        """Raise an exception if the database does not answer."""
        await self.read(lambda connection: connection.execute(text("SELECT 1")).close())


class SqliteDatabase(Database):
    """An SQLite file, written by one thread and read by a few.

    SQLite has one writer at a time, and each commit waits for the disk. Transactions that arrive while another one is
    committed are therefore committed together.
    """

    dialect = "sqlite"

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing_engine = engine.execution_options(writes=True)
        self._writer = ThreadPoolExecutor(1, "sqlite-writer")
        self._readers = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._pending: deque[tuple[Transaction[Any], asyncio.Future[Any]]] = deque()
        self._committing: asyncio.Task[None] | None = None

    async def read(self, query: Transaction[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    async def write(self, transaction: Transaction[T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pending.append((transaction, future))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_pending())
        return await future

    async def close(self) -> None:
        if self._committing:
            await self._committing
        for pool in (self._writer, self._readers):
            await asyncio.to_thread(pool.shutdown)
        self.engine.dispose()

    def _read(self, query: Transaction[T]) -> T:
        with self.engine.connect() as connection:
            return query(connection)

    async def _commit_pending(self) -> None:
        """Commit the pending transactions in groups, until there are none. A caller that was cancelled is left out."""
        loop = asyncio.get_running_loop()
        try:
            while self._pending:
                members = [self._pending.popleft() for _ in range(min(len(self._pending), GROUP_SIZE))]
                group = [(transaction, future) for transaction, future in members if not future.done()]
                transactions = [transaction for transaction, _ in group]
                try:
                    outcomes = await loop.run_in_executor(self._writer, self._commit, transactions)
                except RuntimeError as closed:
                    outcomes = [(None, closed)] * len(group)
                for (_, future), (result, error) in zip(group, outcomes, strict=True):
                    if future.done():
                        continue  # cancelled meanwhile
                    if error is None:
                        future.set_result(result)
                    else:
                        future.set_exception(error)
        finally:
            self._committing = None

    def _commit(self, transactions: Sequence[Transaction[Any]]) -> list[Outcome]:
        """Run transactions, each in a savepoint, and commit them together."""
        outcomes: list[Outcome] = []
        try:
            with self._writing_engine.begin() as connection:
                for transaction in transactions:
                    connection.exec_driver_sql("SAVEPOINT member")
                    try:
                        outcomes.append((transaction(connection), None))
                    except Exception as error:
                        if not _is_in_transaction(connection):  # the disk is full: SQLite has undone all of them
                            raise
                        connection.exec_driver_sql("ROLLBACK TO member")
                        outcomes.append((None, error))
        except Exception as error:  # nothing was committed
            return [(None, error)] * len(transactions)
        return outcomes


class PostgresDatabase(Database):
    """A PostgreSQL database. Its driver is asynchronous, because a server may fall silent and a thread cannot be
    cancelled.
    """

    dialect = "postgresql"

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float] = time.time) -> None:
        self.engine = engine
        self._clock = clock

    async def clock_skew_s(self) -> float:
        earliest = self._clock()
        time_there = float(await self.fetch_value(select(func.extract("epoch", func.clock_timestamp()))))
        return max(0.0, earliest - time_there, time_there - self._clock())

    async def read(self, query: Transaction[T]) -> T:
        async with self.engine.connect() as connection:
            return await connection.run_sync(query)

    async def write(self, transaction: Transaction[T]) -> T:
        async with self.engine.begin() as connection:
            return await connection.run_sync(transaction)

    async def close(self) -> None:
        await self.engine.dispose()


def database_address(url: str) -> URL:
    """Return a database's URL with the driver that the bot uses.

    Raises:
        ValueError: The URL cannot be used. The text never shows it, because it may hold a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("not a URL; write sqlite:/// and a path, or postgresql://user:password@host/name") from None
    driver = DRIVERS.get(address.drivername)
    if driver is None:
        raise ValueError(f"{address.drivername}:// isn't supported; write sqlite:/// and a path, or postgresql://")
    if driver.startswith("postgresql") and not address.database:
        raise ValueError("names no database; write postgresql://user:password@host/name")
    return address.set(drivername=driver)


async def open_database(url: str) -> Database:
    """Open the database at a URL and bring its tables up to date.

    Raises:
        ValueError: The URL cannot be used.
        DatabaseUnavailable: The database cannot be opened.
    """
    address = database_address(url)
    database: Database
    if address.get_backend_name() == "sqlite":
        database, place = SqliteDatabase(_sqlite_engine(address)), str(address.database)
    else:
        database, place = (
            PostgresDatabase(_postgres_engine(address)),
            f"{address.host or 'localhost'}/{address.database}",
        )
    try:
        if isinstance(database, SqliteDatabase):
            await asyncio.to_thread(_enable_wal, database.engine)
        if await database.read(read_revision) != HEAD:
            await database.write(partial(bring_up_to_date, tables=metadata))
    except NewerDatabase as error:
        await database.close()
        raise DatabaseUnavailable(f"the database {place} {error}") from None
    except (DBAPIError, sqlite3.Error) as error:
        await database.close()
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseUnavailable(f"the database {place} can't be used: {str(reason).strip()}") from error
    return database


def _postgres_engine(address: URL) -> AsyncEngine:
    from sqlalchemy.ext.asyncio import create_async_engine  # imports the ORM, which SQLite doesn't need

    # The encoding matters for a database that has none (SQL_ASCII): texts would come back as bytes.
    arguments = {"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8"}
    if TARGET not in address.query and not os.environ.get("PGTARGETSESSIONATTRS"):
        arguments[TARGET] = "read-write"  # during a failover, an address may still lead to the standby
    engine = create_async_engine(
        address,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        pool_size=10,
        max_overflow=10,
        connect_args=arguments,
    )
    event.listen(engine.sync_engine, "handle_error", _discard_read_only)
    return engine


def _discard_read_only(context: ExceptionContext) -> None:
    """Close the pool's connections to a server that became read-only: a new one reaches the primary."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def _sqlite_engine(address: URL) -> Engine:
    if address.database:
        path = Path(address.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # opening it says why
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(address, pool_size=READERS + 1)
    event.listen(engine, "connect", _configure_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _configure_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin; sqlite3 itself would leave DDL outside of them
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}").close()
    connection.execute(f"PRAGMA journal_size_limit={MAX_WAL_BYTES}").close()  # a long read leaves a longer file
    connection.execute("PRAGMA synchronous=FULL").close()  # a commit survives a kill, and a power failure


def _is_in_transaction(connection: Connection) -> bool:
    driver_connection: Any = connection.connection.dbapi_connection
    return bool(driver_connection.in_transaction)


def _begin(connection: Connection) -> None:
    # A transaction that reads and then writes would fail if another process wrote in between, without waiting.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _enable_wal(engine: Engine) -> None:
    """Let others read while a transaction writes; the file remembers it.

    SQLite does not wait here for another process that writes or does the same, so this tries again.
    """
    latest = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            with closing(engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > latest:
                raise
        time.sleep(0.02)
