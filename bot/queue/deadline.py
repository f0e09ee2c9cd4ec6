"""Deadlines for what a person waits for: Slack does not wait longer than three seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlines:
    """Runs coroutines with deadlines, and keeps track of the abandoned ones until they end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def soon(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Return the result of a coroutine.

        A coroutine that takes too long is cancelled, and not waited for: psycopg asks the server to stop a query, and
        waits for the answer of a server that may be silent.

        Args:
            work: The coroutine.
            seconds: How long it may take.

        Raises:
            TimeoutError: It took longer.
        """
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        await asyncio.wait([task], timeout=seconds)
        if not task.done():
            task.cancel()
            raise TimeoutError(f"not done within {seconds:g} s")
        return task.result()

    async def settle(self, seconds: float) -> None:
        """Wait until the abandoned coroutines have ended, but not longer than some seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # marks it as seen: asyncio would log that of an abandoned task
