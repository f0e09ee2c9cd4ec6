"""Jobs by the clock: price refreshes, and checks of watched estimates.

Their idempotency keys name the kind and the day: replicas that find a job due at the same moment store it once. A job
that fell due while no replica was up is stored at the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from bot.errors import is_transient
from bot.prices.current_catalog import CatalogRefresher
from bot.queue.model import CheckWatchesJob, Job, RefreshPricesJob
from bot.queue.worker import Worker

log = logging.getLogger(__name__)

HOUR = 7
"""UTC; no job falls due earlier in a day."""


class Scheduler:
    """Stores the jobs that are due.

    Args:
        worker: Accepts the jobs.
        prices: The catalogue and its refreshes.
        now: Returns the time, UTC.
        every_seconds: How often to check.
    """

    def __init__(
        self, worker: Worker, prices: CatalogRefresher, now: Callable[[], datetime], every_seconds: float
    ) -> None:
        self._worker = worker
        self._prices = prices
        self._now = now
        self._every_seconds = every_seconds
        self._last_keys: dict[str, str] = {}  # by kind
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Check at once, and then regularly."""
        self._loop = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop checking."""
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def look(self) -> None:
        """Load new prices, and store the jobs that are due: a refresh when its day has come, a check of the watched
        estimates once a day and once more for each new catalogue.
        """
        await self._prices.catch_up()
        current_time = self._now()
        if current_time.hour < HOUR:
            return
        today = current_time.date()
        if self._prices.is_due(today):
            await self._accept(RefreshPricesJob(), today.isoformat())
        await self._accept(CheckWatchesJob(), f"{today}:{self._prices.current.catalog.version}")

    async def _accept(self, job: Job, run: str) -> None:
        key = f"schedule:{job.kind}:{run}"
        if self._last_keys.get(job.kind) != key:
            await self._worker.accept(key, job)
            self._last_keys[job.kind] = key

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("cannot store the jobs that are due: %s", error, exc_info=not is_transient(error))
            await asyncio.sleep(self._every_seconds)
