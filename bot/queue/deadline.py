"""Waiting for what a person waits for, and not for longer than Slack does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlines:
    """Knows of what was left behind, until it has ended."""

    def __init__(self) -> None:
        self._unending: set[asyncio.Task[Any]] = set()

    async def soon(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """The result. Raises TimeoutError where it does not come in time.

        What is cancelled may take longer to end than anybody waits (psycopg asks a server to stop, and waits for its
        answer), so that it ends by itself.
        """
        task = asyncio.create_task(work)
        self._unending.add(task)
        task.add_done_callback(self._left_behind)
        await asyncio.wait([task], timeout=seconds)
        if not task.done():
            task.cancel()
            raise TimeoutError(f"not done within {seconds:g} s")
        return task.result()

    async def settle(self, seconds: float) -> None:
        """Let what was left behind end, for so long."""
        if self._unending:
            await asyncio.wait(self._unending, timeout=seconds)

    def _left_behind(self, task: asyncio.Task[Any]) -> None:
        """Its failure was told already, or is nobody's any more."""
        self._unending.discard(task)
        if not task.cancelled():
            task.exception()
