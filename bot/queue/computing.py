"""The threads in which jobs compute: few, so that requests keep theirs, and one at a time for each person."""

from __future__ import annotations

import asyncio
import contextvars
import ctypes
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from bot.queue.places import Holder

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 2
"""Each thread keeps memory of its own, and more threads than processors compute nothing sooner."""
LONG_SECONDS = 1.0
"""After a longer computation, freed memory is given back to the system."""

current_holder: contextvars.ContextVar[Holder | None] = contextvars.ContextVar("current_holder", default=None)
"""The job that this task runs."""


class Computing:
    """Threads for calculations that take more than a few milliseconds."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, "job")
        self._locks: WeakValueDictionary[tuple[str | None, str | None], asyncio.Lock] = WeakValueDictionary()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function that runs in a thread, after the earlier ones of the same person."""
        holder = current_holder.get()
        owner = (holder.team_id, holder.user_id) if holder else (None, None)
        lock = self._locks.setdefault(owner, asyncio.Lock())
        call = partial(contextvars.copy_context().run, partial(function, *args, **kwargs))
        async with lock:
            return await asyncio.get_running_loop().run_in_executor(self._pool, _trimmed, call)

    def close(self) -> None:
        """End the threads, after the computations under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _trimmed(call: Callable[[], T]) -> T:
    started = time.perf_counter()
    try:
        return call()
    finally:
        if time.perf_counter() - started > LONG_SECONDS:
            with suppress(OSError, AttributeError):  # only glibc has it
                ctypes.CDLL(None).malloc_trim(0)
