"""The worker of one process: it accepts jobs, claims and runs them, and retries or releases what does not succeed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from bot.errors import counts_as_attempt, is_rate_limit, is_transient
from bot.queue.computing import current_holder
from bot.queue.deadline import Deadlines
from bot.queue.gate import RequestGate
from bot.queue.model import Job, QueuedJob, UnreadableJob
from bot.queue.places import PLACES, Candidate, Holder, Places
from bot.queue.retries import retry_delay_s
from bot.queue.store import Backlog, JobStore
from bot.telemetry import trace
from bot.telemetry.metrics import Metrics
from bot.telemetry.spans import OUTCOME, Spans, job_attributes
from bot.timeouts import Timeouts

log = logging.getLogger(__name__)

RELEASE_SECONDS = 3.0
"""How long each step of releasing jobs may take when the process stops."""

T = TypeVar("T")
Handler = Callable[[QueuedJob[Any]], Coroutine[Any, Any, None]]
FailureHandler = Callable[[QueuedJob[Job], str], Coroutine[Any, Any, None]]


@dataclass
class RunningJob:
    """A job that this process runs, and when its lease was last known to hold (the loop's clock)."""

    task: asyncio.Task[None]
    leased_at: float


class Worker:
    """Runs jobs by kind.

    Args:
        store: The table of jobs.
        handlers: The function that runs a job, by its type.
        on_failure: Tells the person who waits that a job failed; called with the code of the apology.
        on_delay: Tells the person who waits that a job takes longer.
        timeouts: Timeouts and retries.
        metrics: Where jobs are counted.
        spans: Gets a span for each attempt.
    """

    def __init__(
        self,
        store: JobStore,
        handlers: Mapping[type[Job], Handler],
        on_failure: FailureHandler,
        on_delay: Handler,
        timeouts: Timeouts,
        metrics: Metrics,
        spans: Spans,
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._on_failure = on_failure
        self._on_delay = on_delay
        self.timeouts = timeouts
        self.gate = RequestGate(timeouts)
        self._metrics = metrics
        self._spans = spans
        self._deadlines = Deadlines()
        self._running: dict[str, RunningJob] = {}
        self._places = Places()
        self._is_backlogged = False  # jobs may wait for a free place
        self._only_own = False
        self._is_closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._poller: asyncio.Task[None] | None = None
        self._renewer: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    # --- start and stop ----------------------------------------------------------------------------------------------

    async def resume(self, *, only_own: bool = False) -> None:
        """Start to claim jobs.

        Args:
            only_own: Whether to run only jobs that this process accepts, instead of all that wait in the database.
        """
        self._only_own = only_own
        await self._store.delete_old()
        await self._claim()
        self._poller = asyncio.create_task(self._poll())
        self._renewer = asyncio.create_task(self._renew_leases())

    async def close(self, seconds: float | None = None) -> None:
        """Finish the jobs that this process accepted, and release those that take too long.

        Args:
            seconds: How long jobs may take; None for the configured time.
        """
        self._is_closing = True
        self.gate.close()
        self._wake.set()
        try:
            async with asyncio.timeout(self.timeouts.stop if seconds is None else seconds):
                if self._poller:
                    await asyncio.gather(self._poller, return_exceptions=True)  # it may have been cancelled before
                self._only_own = True
                while self._tasks or await self._claim():
                    if self._tasks:
                        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            log.warning("%d jobs are not finished and are released", len(self._running))
        except Exception:
            log.exception("cannot claim jobs while stopping; they stay in the database")
        unfinished = [task for task in (*self._tasks, self._poller, self._renewer) if task]
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        await self._deadlines.settle(RELEASE_SECONDS)  # abandoned calls may still use the database

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine beside the current request; `close` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a background task failed", exc_info=error)

    # --- requests ----------------------------------------------------------------------------------------------------

    async def accept(self, idempotency_key: str, job: Job) -> bool:
        """Store a job and then run it. Return False for a duplicate.

        Raises:
            TimeoutError: The database did not store it in time.
            Exception: Whatever the database raises.
        """
        queued = QueuedJob(idempotency_key, job, accepted_at=self._store.now(), request_id=trace.request_id())
        holder = Holder.of(job)
        starts_at_once = queued.runs_alone and not self._is_closing and self._places.allow(holder)
        leased_at = asyncio.get_running_loop().time()
        with self._places.held([holder] if starts_at_once else []):
            is_new = await self.soon(self._store.put(queued, claim=starts_at_once))
        if not is_new:
            log.info("ignored a duplicate of job %s", queued.idempotency_key)
        elif starts_at_once:
            self._start_job(replace(queued, attempts=1), leased_at)
        else:
            self._is_backlogged = True
            if self._places.allow(holder):
                self._wake.set()
        return is_new

    async def soon(self, work: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        """Return the result of a coroutine that a person waits for.

        Args:
            work: The coroutine.
            seconds: How long it may take; None for the time that Slack leaves for storing a request.

        Raises:
            TimeoutError: It took longer.
        """
        return await self._deadlines.soon(work, self.timeouts.accept if seconds is None else seconds)

    async def backlog(self) -> Backlog:
        """Return the unfinished jobs, counted."""
        return await self._store.backlog(only_own=self._only_own)

    # --- claiming ----------------------------------------------------------------------------------------------------

    async def _claim(self) -> int:
        """Claim and start the jobs whose turn it is. Return their number."""
        leased_at = asyncio.get_running_loop().time()
        self._is_backlogged = False
        chosen: list[Candidate] = []
        with ExitStack() as stack:

            def choose(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
                chosen.extend(self._places.choose(candidates))
                self._is_backlogged |= len(chosen) < len(candidates)
                stack.enter_context(self._places.held([candidate.holder for candidate in chosen]))
                return chosen

            claimed = await self._store.claim(choose, only_own=self._only_own)
        if self._is_backlogged and len(claimed) < len(chosen):
            self._wake.set()  # another process was quicker, so that places are free
        for queued in claimed:
            if queued.idempotency_key in self._running:  # its lease had expired, and no other process was quicker
                self._running[queued.idempotency_key].leased_at = leased_at
            else:
                self._start_job(queued, leased_at)
        return len(claimed)

    async def _poll(self) -> None:
        """Claim jobs when some are known to wait, and regularly: those of other processes, and overdue ones."""
        clock = asyncio.get_running_loop().time
        next_overdue_check = clock()
        while True:
            with suppress(TimeoutError):
                # At uneven intervals, so that replicas do not claim at the same moment.
                await asyncio.wait_for(self._wake.wait(), self.timeouts.poll * random.uniform(0.5, 1.5))  # noqa: S311
            if self._is_closing:
                return
            self._wake.clear()
            try:
                await self._claim()
                if clock() >= next_overdue_check:
                    next_overdue_check = clock() + self.timeouts.poll / 2
                    await self._notify_overdue()
            except Exception as error:
                log.warning("cannot claim jobs: %s", error, exc_info=not is_transient(error))
                await asyncio.sleep(self.timeouts.poll)

    async def _notify_overdue(self) -> None:
        age = timedelta(seconds=self.timeouts.slow)
        for queued in await self._store.take_overdue(age, PLACES, only_own=self._only_own):
            self.start(self._notify_delay(queued))

    async def _notify_delay(self, queued: QueuedJob[Job]) -> None:
        trace.start_request(queued.request_id)
        await self._on_delay(queued)

    async def _renew_leases(self) -> None:
        """Renew the leases of running jobs. Cancel a job whose lease is lost, before another process starts it."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(self.timeouts.renewal)
            if not self._running:
                continue
            started_at, running = clock(), dict(self._running)
            try:
                async with asyncio.timeout(self.timeouts.renewal):
                    held = await self._store.renew(list(running))
            except Exception as error:
                log.warning("cannot renew leases: %s", error, exc_info=not is_transient(error))
                held = {key for key, job in running.items() if clock() - job.leased_at < self.timeouts.hold}
            else:
                for key in held:
                    running[key].leased_at = started_at
            for key in running.keys() - held:
                if not running[key].task.done():
                    log.warning("lost the lease of job %s: another process will run it", key)
                    running[key].task.cancel()

    # --- running -----------------------------------------------------------------------------------------------------

    def _start_job(self, queued: QueuedJob[Job], leased_at: float) -> None:
        self._places.take(Holder.of(queued.job))
        self._running[queued.idempotency_key] = RunningJob(self.start(self._run(queued)), leased_at)

    async def _run(self, queued: QueuedJob[Job]) -> None:
        trace.start_request(queued.request_id)
        current_holder.set(Holder.of(queued.job))
        try:
            await self.gate.wait()
            waited = self._store.now() - queued.accepted_at if queued.accepted_at else None
            attributes = job_attributes(queued.kind, queued.attempts, queued.request_id, waited)
            with self._spans.span(f"job {queued.kind}", attributes):
                attributes[OUTCOME] = await self._attempt(queued)
        except asyncio.CancelledError:
            self._metrics.count_job(queued.kind, "released")
            with suppress(Exception):
                async with asyncio.timeout(RELEASE_SECONDS):
                    await self._store.release(queued)
            raise
        finally:
            del self._running[queued.idempotency_key]
            self._places.give_back(Holder.of(queued.job))
            if self._is_backlogged or not queued.runs_alone:
                self._wake.set()

    async def _attempt(self, queued: QueuedJob[Job]) -> str:
        """Run a job once. Afterwards it is finished, or released for another attempt. Return its outcome."""
        try:
            if queued.failures >= self.timeouts.attempts:
                raise RuntimeError(f"given up after {queued.failures} attempts")
            await self._handle(queued)
        except Exception as error:
            delay = retry_delay_s(queued, error, self.timeouts)
            if delay is None:
                await self._give_up(queued)
                return "failed"
            log.warning("%s job %s, attempt %d: %r", queued.kind, queued.idempotency_key, queued.attempts, error)
            await self._retry_later(queued, delay, uncounted=not counts_as_attempt(error))
            return "released"
        self._metrics.count_job(queued.kind, "done")
        if queued.accepted_at is not None:
            seconds = (self._store.now() - queued.accepted_at).total_seconds()
            self._metrics.observe_answer(queued.kind, seconds)
            log.info("%s job %s is done, %.2f s after it was accepted", queued.kind, queued.idempotency_key, seconds)
        await self._record(lambda: self._store.finish(queued))
        return "done"

    async def _handle(self, queued: QueuedJob[Job]) -> None:
        if isinstance(queued.job, UnreadableJob):
            raise ValueError(f"cannot be read: {queued.job.error}")
        await self._handlers[type(queued.job)](queued)

    async def _retry_later(self, queued: QueuedJob[Job], seconds: float, *, uncounted: bool) -> None:
        """Release a job for another attempt. Its place is free meanwhile."""
        delay = timedelta(seconds=seconds)
        await self._record(lambda: self._store.release(queued, delay=delay, uncounted=uncounted))
        if seconds <= self.timeouts.stop:  # polling finds it later
            self.start(self._wake_after(seconds))

    async def _wake_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._wake.set()

    async def _record(self, write: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Store what became of a job. If that fails, keep trying: the task is cancelled when its lease is lost."""
        attempts = 0
        while True:
            try:
                await write()
                return
            except Exception as error:
                attempts += 1
                log.warning("cannot store the end of a job: %r", error)
            await asyncio.sleep(self.timeouts.pause(attempts))

    async def _give_up(self, queued: QueuedJob[Job]) -> None:
        """Tell the person who waits, and mark the job as failed; neither prevents the other."""
        code = trace.mark_failed()
        log.exception("%s: %s job %s failed", code, queued.kind, queued.idempotency_key)
        try:
            await self._on_failure(queued, code)
        except Exception as error:
            log.exception("%s: cannot report the failure of job %s", code, queued.idempotency_key)
            if is_rate_limit(error):
                delay = retry_delay_s(queued, error, self.timeouts) or 0.0
                await self._retry_later(queued, delay, uncounted=True)
                return
        self._metrics.count_job(queued.kind, "failed")
        await self._record(lambda: self._store.finish(queued, failed=True))
