"""Doing accepted work: each job is written down first and run in a task of its own. Replicas share the work; what one
of them leaves unfinished another takes up.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from bot.errors import is_transient
from bot.queue.deadline import Deadlines
from bot.queue.model import DatasetJob, Job, QueuedJob, UnreadableJob
from bot.queue.store import Backlog, JobStore
from bot.telemetry import trace
from bot.telemetry.metrics import Metrics
from bot.timeouts import Timeouts

log = logging.getLogger(__name__)

AT_ONCE = 20
SCARCE: Mapping[str, int] = {str(DatasetJob.__struct_config__.tag): 2}
"""Of these kinds a process does fewer at once: counting a file keeps every processor busy."""
HAND_BACK_SECONDS = 3.0
"""For each step of leaving to others what is not done when the process stops."""

T = TypeVar("T")
Handler = Callable[[QueuedJob[Any]], Coroutine[Any, Any, None]]
FailureHandler = Callable[[QueuedJob[Job], str], Coroutine[Any, Any, None]]


@dataclass
class Running:
    """A job that this process works on, and when its lease was last known to hold (the loop's clock)."""

    kind: str
    task: asyncio.Task[None]
    held_at: float


class Worker:
    """Runs jobs by kind. `on_failure` and `on_delay` tell the person who waits for the answer."""

    def __init__(
        self,
        inbox: JobStore,
        handlers: Mapping[type[Job], Handler],
        on_failure: FailureHandler,
        on_delay: Handler,
        pace: Timeouts,
        metrics: Metrics,
    ) -> None:
        self._inbox = inbox
        self._handlers = handlers
        self._on_failure = on_failure
        self._on_delay = on_delay
        self.pace = pace
        self._metrics = metrics
        self._asked_at = -pace.quiet
        self._in_hand = 0
        self._more_waits = False
        self._only_own = False
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: dict[str, Running] = {}
        self._patience = Deadlines()
        self._arriving = 0
        self._loops: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()

    # --- from start to end -------------------------------------------------------------------------------------------

    async def resume(self, *, only_own: bool = False) -> None:
        """Take up what was left before, and from now on whatever comes or is left by others; or `only_own`, which is
        what this process itself accepts.
        """
        self._only_own = only_own
        await self._inbox.forget_old()
        await self._claim()
        self._loops = [asyncio.create_task(loop()) for loop in (self._poll, self._keep_leases)]

    @contextmanager
    def answering(self) -> Iterator[None]:
        """A request is there: what can wait does, until it is answered."""
        self._in_hand += 1
        try:
            yield
        finally:
            self._in_hand -= 1
            self._asked_at = asyncio.get_running_loop().time()

    async def backlog(self) -> Backlog:
        """The work that is not done."""
        return await self._inbox.backlog(accepted_here=self._only_own)

    async def accept(self, idempotency_key: str, job: Job) -> bool:
        """Write the job down, and only then start it. False for a duplicate, which is left alone. Raises where the
        database does not take it in time.
        """
        queued = QueuedJob(idempotency_key, job, accepted_at=self._inbox.now(), request_id=trace.request_id())
        at_once = queued.runs_alone and self._room > 0 and not self._closing
        held_at = asyncio.get_running_loop().time()
        self._arriving += at_once
        try:
            new = await self.soon(self._inbox.put(queued, claim=at_once))
        finally:
            self._arriving -= at_once
        if not new:
            log.info("duplicate of %s left alone", queued.idempotency_key)
        elif at_once:
            self._begin(replace(queued, attempts=1), held_at)
        else:
            self._more_waits = True
            if self._room > 0:
                self._wake.set()
        return new

    async def soon(self, work: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        """The result of what a person waits for. Raises TimeoutError where it does not come in time."""
        return await self._patience.soon(work, self.pace.accept if seconds is None else seconds)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the request that asked for it, and know of it at shutdown."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work beside a request failed", exc_info=error)

    async def close(self, seconds: float | None = None) -> None:
        """Finish what was accepted here; what is not done in time is handed back, to others or to the next start."""
        self._closing = True
        self._wake.set()
        try:
            async with asyncio.timeout(self.pace.stop if seconds is None else seconds):
                await asyncio.gather(*self._loops[:1], return_exceptions=True)  # it may be closed already
                self._only_own = True
                while self._tasks or await self._claim():
                    if self._tasks:
                        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            log.warning("%d jobs are not finished and are handed back", len(self._running))
        except Exception:
            log.exception("what waits cannot be looked for; it stays written down")
        left = [*self._tasks, *self._loops]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._patience.settle(HAND_BACK_SECONDS)  # what nobody waited for still uses the database

    # --- finding work ------------------------------------------------------------------------------------------------

    @property
    def _room(self) -> int:
        return AT_ONCE - len(self._running) - self._arriving

    async def _claim(self) -> int:
        """Begin what may be begun. How much that was."""
        room = self._room
        if room <= 0:
            return 0
        held_at = asyncio.get_running_loop().time()
        self._more_waits = False
        jobs = await self._inbox.claim(room, accepted_here=self._only_own, but_not=SCARCE)
        self._more_waits |= len(jobs) == room
        for kind, most in SCARCE.items():
            room = most - sum(running.kind == kind for running in self._running.values())
            if room > 0:
                jobs += await self._inbox.claim(room, accepted_here=self._only_own, only=(kind,))
        for queued in jobs:
            if queued.idempotency_key in self._running:  # its lease had run out, and nobody else was quicker
                self._running[queued.idempotency_key].held_at = held_at
            else:
                self._begin(queued, held_at)
        return len(jobs)

    async def _poll(self) -> None:
        """Look for work when some is known to wait, and now and then for what others left or keep somebody waiting."""
        clock = asyncio.get_running_loop().time
        look_at = clock()
        while True:
            with suppress(TimeoutError):
                # Not all replicas at the same moment.
                await asyncio.wait_for(self._wake.wait(), self.pace.poll * random.uniform(0.5, 1.5))  # noqa: S311
            if self._closing:
                return
            self._wake.clear()
            try:
                await self._claim()
                if clock() < look_at:
                    continue
                look_at = clock() + self.pace.poll / 2
                for queued in await self._inbox.late(
                    timedelta(seconds=self.pace.slow), AT_ONCE, accepted_here=self._only_own
                ):
                    self.start(self._say_late(queued))
            except Exception as error:
                log.warning("could not look for work: %s", error, exc_info=not is_transient(error))
                await asyncio.sleep(self.pace.poll)

    async def _keep_leases(self) -> None:
        """Renew the leases of what runs. Work whose lease is lost ends here, before it is begun elsewhere."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(self.pace.renewal)
            if not self._running:
                continue
            began, asked = clock(), dict(self._running)
            try:
                async with asyncio.timeout(self.pace.renewal):
                    kept = await self._inbox.renew(list(asked))
            except Exception as error:
                log.warning("leases could not be renewed: %s", error, exc_info=not is_transient(error))
                kept = {key for key, running in asked.items() if clock() - running.held_at < self.pace.hold}
            else:
                for key in kept:
                    asked[key].held_at = began
            for key in asked.keys() - kept:
                if not asked[key].task.done():
                    log.warning("the lease on %s is lost: it is left to others", key)
                    asked[key].task.cancel()

    # --- doing it ----------------------------------------------------------------------------------------------------

    def _begin(self, queued: QueuedJob[Job], held_at: float) -> None:
        self._running[queued.idempotency_key] = Running(queued.kind, self.start(self._run(queued)), held_at)

    async def _say_late(self, queued: QueuedJob[Job]) -> None:
        trace.begin(queued.request_id)
        await self._on_delay(queued)

    async def _run(self, queued: QueuedJob[Job]) -> None:
        trace.begin(queued.request_id)
        try:
            await self._its_turn()
            await self._attempts(queued)
        except asyncio.CancelledError:
            self._metrics.job(queued.kind, "handed back")
            with suppress(Exception):
                async with asyncio.timeout(HAND_BACK_SECONDS):
                    await self._inbox.hand_back(queued)
            raise
        finally:
            del self._running[queued.idempotency_key]
            if self._more_waits or not queued.runs_alone:
                self._wake.set()

    async def _its_turn(self) -> None:
        """Wait until requests leave time for work."""
        clock = asyncio.get_running_loop().time
        latest = clock() + self.pace.longest_wait
        quiet = self.pace.quiet
        # An event would have to be set for every request; looking again costs a request nothing.
        while not self._closing and (now := clock()) < latest and (self._in_hand or now < self._asked_at + quiet):  # noqa: ASYNC110
            await asyncio.sleep(quiet)

    async def _attempts(self, queued: QueuedJob[Job]) -> None:
        """Do a job, again where what failed passes by itself; in the end it is done, or given up."""
        done = False
        while True:
            try:
                if queued.attempts > self.pace.attempts:
                    raise RuntimeError(f"given up after {queued.attempts - 1} attempts")
                if not done:
                    await self._do(queued)
                    done = True
                    self._done(queued)
                await self._inbox.finished(queued)
                return
            except Exception as error:
                if not done and (queued.attempts >= self.pace.attempts or not is_transient(error)):
                    await self._give_up(queued)
                    return
                log.warning("%s job %s, attempt %d: %r", queued.kind, queued.idempotency_key, queued.attempts, error)
            await asyncio.sleep(self.pace.pause(queued.attempts))
            if not done:
                queued = replace(queued, attempts=queued.attempts + 1)
                with suppress(Exception):  # where the database is away, this process still counts
                    await self._inbox.begun_again(queued)

    async def _do(self, queued: QueuedJob[Job]) -> None:
        if isinstance(queued.job, UnreadableJob):
            raise ValueError(f"cannot be read: {queued.job.error}")
        await self._handlers[type(queued.job)](queued)

    def _done(self, queued: QueuedJob[Job]) -> None:
        self._metrics.job(queued.kind, "done")
        if queued.accepted_at is not None:
            seconds = (self._inbox.now() - queued.accepted_at).total_seconds()
            self._metrics.answered(queued.kind, seconds)
            log.info("%s job %s is done, %.2f s after it was accepted", queued.kind, queued.idempotency_key, seconds)

    async def _give_up(self, queued: QueuedJob[Job]) -> None:
        """Tell the person, and write down that it failed; neither keeps the other from happening."""
        self._metrics.job(queued.kind, "failed")
        code = trace.failing()
        log.exception("%s: %s job %s failed", code, queued.kind, queued.idempotency_key)
        for step in (self._on_failure(queued, code), self._inbox.finished(queued, failed=True)):
            try:
                await step
            except Exception:
                log.exception("%s: giving up %s failed too", code, queued.idempotency_key)
