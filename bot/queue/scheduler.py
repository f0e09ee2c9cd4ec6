"""What happens by the clock: prices are refreshed, watched estimates are looked at.

A run is accepted work like any other, under a key that says what and when: replicas that find it due at the same moment
write one row, and one of them does it. What fell due while none of them ran is made up for once.
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
"""UTC; nothing is begun by the clock earlier in a day."""


class Scheduler:
    """Looks now and then for what is due."""

    def __init__(
        self, worker: Worker, prices: CatalogRefresher, now: Callable[[], datetime], every_seconds: float
    ) -> None:
        self._worker = worker
        self._prices = prices
        self._now = now
        self._every_seconds = every_seconds
        self._put: dict[str, str] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look at once, and from now on."""
        self._loop = asyncio.create_task(self._look_on())

    async def close(self) -> None:
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def look(self) -> None:
        """Take over new prices, and write down the runs that are due: a refresh when its time has come, a look at what
        is watched once a day and once more for each new catalogue.
        """
        await self._prices.catch_up()
        now = self._now()
        if now.hour < HOUR:
            return
        today = now.date()
        if self._prices.due(today):
            await self._accept(RefreshPricesJob(), today.isoformat())
        await self._accept(CheckWatchesJob(), f"{today}:{self._prices.box.catalog.version}")

    async def _accept(self, job: Job, run: str) -> None:
        key = f"schedule:{job.kind}:{run}"
        if self._put.get(job.kind) != key:
            await self._worker.accept(key, job)
            self._put[job.kind] = key

    async def _look_on(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("could not look for what is due: %s", error, exc_info=not is_transient(error))
            await asyncio.sleep(self._every_seconds)
