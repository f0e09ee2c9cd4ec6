"""Doing accepted work: each job is written down first, run in a task of its own, and picked up again after a
restart.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any
from weakref import WeakValueDictionary

from bot.store import Inbox, Job

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
AT_ONCE = 20

Handler = Callable[[Job], Awaitable[None]]
FailureHandler = Callable[[Job, str], Awaitable[None]]


def error_code() -> str:
    """Stands in the apology and in the log, so that one finds the other."""
    return f"E-{secrets.token_hex(3)}"


class Worker:
    """Runs jobs by kind. `on_failure` tells the person who waits for the answer."""

    def __init__(self, inbox: Inbox, handlers: Mapping[str, Handler], on_failure: FailureHandler) -> None:
        self._inbox = inbox
        self._handlers = handlers
        self._on_failure = on_failure
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def accept(self, job: Job) -> bool:
        """Write the job down, and only then start it. False for a duplicate, which is left alone."""
        if not await self._inbox.put(job):
            log.info("duplicate of %s left alone", job.key)
            return False
        if not self._closing:
            self.start(self._run(job))
        return True

    async def resume(self) -> int:
        """Start what a former process left. Returns how much that was."""
        await self._inbox.forget_old()
        jobs = await self._inbox.waiting()
        for job in jobs:
            self.start(self._run(job))
        return len(jobs)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the request that asked for it, and know of it at shutdown."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s: work beside a request failed", error_code(), exc_info=error)

    async def close(self, seconds: float = 20.0) -> None:
        """Finish what was accepted. What comes now or is not done in time stays written down for the next start."""
        self._closing = True
        if self._tasks:
            _, unfinished = await asyncio.wait(self._tasks, timeout=seconds)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    def _lane(self, job: Job) -> asyncio.Lock:
        """Jobs of one thread are done one after the other, as they came: a change builds on the change before it."""
        return self._lanes.setdefault(job.lane, asyncio.Lock())

    async def _run(self, job: Job) -> None:
        async with self._lane(job), self._room:
            try:
                await self._inbox.started(job)
                if job.attempts >= MAX_ATTEMPTS:
                    raise RuntimeError(f"given up after {job.attempts} attempts")
                await self._handlers[job.kind](job)
                await self._inbox.finished(job)
            except Exception:
                code = error_code()
                log.exception("%s: %s job %s failed", code, job.kind, job.key)
                await self._give_up(job, code)

    async def _give_up(self, job: Job, code: str) -> None:
        """Tell the person, and write down that it failed; neither keeps the other from happening."""
        for step in (self._on_failure(job, code), self._inbox.finished(job, failed=True)):
            try:
                await step
            except Exception:
                log.exception("%s: giving up %s failed too", code, job.key)
