"""SQLite's one writer at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")


class SqliteWriter:
    """Does a transaction in one go, in a thread of its own.

    Over asyncio each step of it (a cursor, the statement, its rows, the commit) is handed to a thread and back, and at
    every turn one side waits until the other lets go of the interpreter: under load longer than for the disk.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "sqlite-writer")

    async def do(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    def _do(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    async def close(self) -> None:
        """When what was begun is done."""
        await asyncio.to_thread(self._thread.shutdown)
        self._engine.dispose()
