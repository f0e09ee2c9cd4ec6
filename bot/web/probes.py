"""Health, readiness and metrics, for operators and load balancers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot.queue.store import Backlog
from bot.queue.worker import Worker
from bot.slack.workspaces import Workspaces
from bot.store import Database
from bot.telemetry.metrics import CONTENT_TYPE, Metrics

log = logging.getLogger(__name__)

MAX_QUEUE_AGE = timedelta(seconds=60)
"""The age of a startable job from which the replica counts as overloaded."""
MAX_CLOCK_SKEW_S = 3.0
"""A lease ends three seconds after its holder stops a job."""
TIMEOUT_S = 2.0
"""Load balancers give up soon after, and a missing answer counts as a failure."""


@dataclass
class Connection:
    """The connection on which requests arrive; Socket Mode sets the check."""

    is_up: Callable[[], Awaitable[bool]] | None = None


@dataclass(frozen=True)
class Probes:
    """The endpoints `/healthz`, `/readyz` and `/metrics`."""

    database: Database
    workspaces: Workspaces
    worker: Worker
    metrics: Metrics
    connection: Connection

    def add_routes(self, app: web.Application) -> None:
        """Add the endpoints to the web application."""
        app.router.add_get("/healthz", self.healthz)
        app.router.add_get("/readyz", self.readyz)
        app.router.add_get("/metrics", self.metrics_page)

    async def healthz(self, _: web.Request) -> web.Response:
        """Return 200 while the event loop runs."""
        return web.json_response({"ok": True})

    async def readyz(self, _: web.Request) -> web.Response:
        """Return 200 if this replica can answer requests, else 503 with the reasons."""
        faults = {}
        try:
            backlog = await self.worker.soon(self._checked_queue(), TIMEOUT_S)
        except TimeoutError:
            faults["database"] = "doesn't answer"
        except Exception as error:
            log.warning("not ready: the database can't be written: %s", error)
            faults["database"] = "can't be read or written"
        else:
            if (skew_s := await self._clock_skew_s()) > MAX_CLOCK_SKEW_S:
                faults["clock"] = f"differs from the database's by {skew_s:.0f} s; replicas would repeat messages"
            if backlog.startable > MAX_QUEUE_AGE:
                seconds = round(backlog.startable.total_seconds())
                faults["queue"] = f"{backlog.waiting} jobs are waiting, the oldest for {seconds} s"
        if fault := await self._slack():
            faults["slack"] = fault
        elif self.connection.is_up is not None and not await self.connection.is_up():
            faults["slack"] = "Socket Mode isn't connected"
        if faults:
            log.warning("not ready: %s", "; ".join(f"{part}: {reason}" for part, reason in faults.items()))
        return web.json_response({"ok": not faults, **faults}, status=503 if faults else 200)

    async def _checked_queue(self) -> Backlog:
        """Return the backlog. Raises if the database doesn't answer, or takes no writes."""
        await self.metrics.time_ping(self.database.check)
        return await self.worker.backlog()

    async def _clock_skew_s(self) -> float:
        """Return the difference to the database's clock, in seconds; 0 if it can't be asked in time."""
        try:
            return await self.worker.soon(self.database.clock_skew_s(), TIMEOUT_S)
        except Exception as error:
            log.warning("cannot compare the clocks: %r", error)
            return 0.0

    async def _queue(self) -> Backlog:
        """Return the backlog. Raises if the database doesn't answer."""
        await self.metrics.time_ping(self.database.ping)
        return await self.worker.backlog()

    async def _slack(self) -> str | None:
        """Return the reason why Slack can't be used, or None. A timeout keeps the last state."""
        try:
            return await self.worker.soon(self.workspaces.fault(), TIMEOUT_S)
        except TimeoutError:
            return None if self.workspaces.known("") else "Slack doesn't answer"

    async def metrics_page(self, _: web.Request) -> web.Response:
        """Return the metrics for Prometheus, without the queue's if the database doesn't answer."""
        try:
            backlog = await self.worker.soon(self._queue(), TIMEOUT_S)
            self.metrics.set_queue(*backlog.figures())
        except Exception as error:
            log.warning("cannot measure the queue: %s", type(error).__name__)
            self.metrics.set_queue()
        return web.Response(body=self.metrics.text(), headers={"Content-Type": CONTENT_TYPE})
