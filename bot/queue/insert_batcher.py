"""Accepted work on its way into the database: what arrives while something is written goes into one transaction with
whatever else arrives, so that many requests share the wait for the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.sql.dml import ReturningInsert

from bot.errors import is_transient
from bot.store.database import Database
from bot.store.tables import inbox

AT_MOST = 100  # rows a transaction
TURNS = 10
"""Of the loop, before a transaction begins. What is being read meanwhile is written with it, and a lone request waits
for some microseconds.
"""


class PendingInsert(NamedTuple):
    """A row, and who waits for it to be written."""

    row: dict[str, Any]
    in_order: bool
    written: asyncio.Future[bool]


class InsertBatcher:
    """Writes rows of the inbox, as one process sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[PendingInsert] = []
        self._writer: asyncio.Task[None] | None = None
        insert = _insert_of(database.engine.dialect.name)
        self._insert = insert(inbox).on_conflict_do_nothing(index_elements=[inbox.c.key]).returning(inbox.c.key)

    async def write(self, row: dict[str, Any], *, in_order: bool) -> bool:
        """Once this returns the row is in the database. False where its key is known already.

        `in_order`: the lane may hold more than this row, and numbers must follow the order of arrival.
        """
        arrival = PendingInsert(row, in_order, asyncio.get_running_loop().create_future())
        self._waiting.append(arrival)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return await arrival.written

    async def settle(self, seconds: float) -> None:
        """Wait, so long at most, for the transaction that runs."""
        if self._writer:
            await asyncio.wait([self._writer], timeout=seconds)

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                batch, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
                batch = [arrival for arrival in batch if not arrival.written.done()]  # some were given up meanwhile
                if not batch:
                    continue
                try:
                    await self._write(batch)
                except Exception as error:
                    if len(batch) > 1 and not is_transient(error):
                        await self._write_each(batch)
                    else:
                        _refuse(batch, error)
        finally:
            self._writer = None

    async def _write_each(self, batch: list[PendingInsert]) -> None:
        """A row that cannot be written is no reason against its neighbours."""
        for arrival in batch:
            try:
                await self._write([arrival])
            except Exception as error:
                _refuse([arrival], error)

    async def _write(self, batch: list[PendingInsert]) -> None:
        new = await self._database.write(partial(_put, insert=self._insert, batch=batch))
        for arrival in batch:
            key = arrival.row["key"]
            if not arrival.written.done():  # its request may have been given up
                arrival.written.set_result(key in new)
            new.discard(key)


def _put(connection: Connection, insert: ReturningInsert[Any], batch: list[PendingInsert]) -> set[str]:
    """The keys that were not known before."""
    if connection.dialect.name == "postgresql":
        # Numbers are given before a transaction ends: without these locks a later job of a thread could be seen before
        # an earlier one. SQLite has one writer at a time.
        for lane in sorted({arrival.row["lane"] for arrival in batch if arrival.in_order}):
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lane, 0))))
    return set(connection.execute(insert, [arrival.row for arrival in batch]).scalars())


def _insert_of(dialect: str) -> Callable[[Table], Any]:
    """Each database's own INSERT. PostgreSQL's would be a tenth of all that is imported at start, for nothing."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert


def _refuse(batch: list[PendingInsert], error: Exception) -> None:
    for arrival in batch:
        if not arrival.written.done():
            arrival.written.set_exception(error)
