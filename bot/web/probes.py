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

LONGEST_QUEUE = timedelta(seconds=60)
TIMEOUT_S = 2.0
"""Load balancers give up soon after, and a missing answer counts as a failure."""


@dataclass
class Connection:
    """The state of the connection that requests come in by; Socket Mode sets its own check."""

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
        """Answer 200 while the process runs and its event loop turns."""
        return web.json_response({"ok": True})

    async def readyz(self, _: web.Request) -> web.Response:
        """Answer 200 when this replica should get requests, else 503 with the reasons."""
        faults = {}
        try:
            backlog = await self.worker.soon(self._queue(), TIMEOUT_S)
        except Exception as error:
            log.warning("not ready: the database doesn't answer: %s", error)
            faults["database"] = "does not answer"
        else:
            if backlog.startable > LONGEST_QUEUE:
                seconds = round(backlog.startable.total_seconds())
                faults["queue"] = f"{backlog.waiting} jobs wait, the oldest for {seconds} s"
        if fault := await self._slack():
            faults["slack"] = fault
        elif self.connection.is_up is not None and not await self.connection.is_up():
            faults["slack"] = "Socket Mode is not connected"
        if faults:
            log.warning("not ready: %s", faults)
        return web.json_response({"ok": not faults, **faults}, status=503 if faults else 200)

    async def _queue(self) -> Backlog:
        """Return the backlog. Raises when the database doesn't answer."""
        await self.metrics.time_ping(self.database.ping)
        return await self.worker.backlog()

    async def _slack(self) -> str | None:
        """Return the Slack fault, or None. On a timeout the last known state is kept."""
        try:
            return await self.worker.soon(self.workspaces.fault(), TIMEOUT_S)
        except TimeoutError:
            return None if self.workspaces.known("") else "Slack does not answer"

    async def metrics_page(self, _: web.Request) -> web.Response:
        """Return the metrics for Prometheus. When the database doesn't answer, only the queue's are missing."""
        try:
            backlog = await self.worker.soon(self._queue(), TIMEOUT_S)
            self.metrics.set_queue(*backlog.figures())
        except Exception as error:
            log.warning("the queue can't be measured: %s", type(error).__name__)
            self.metrics.set_queue()
        return web.Response(body=self.metrics.text(), headers={"Content-Type": CONTENT_TYPE})
