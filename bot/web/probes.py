"""What those who run the bot ask it: is it alive, is it ready, how is it doing."""

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
PATIENCE_SECONDS = 2.0
"""Whoever asks gives up before long, and an answer that does not come is one too."""


@dataclass
class Connection:
    """Whether requests from Slack can come in; Socket Mode puts its own answer here."""

    is_up: Callable[[], Awaitable[bool]] | None = None


@dataclass(frozen=True)
class Probes:
    """`/healthz`, `/readyz` and `/metrics`."""

    database: Database
    workspaces: Workspaces
    worker: Worker
    metrics: Metrics
    connection: Connection

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self.healthz)
        app.router.add_get("/readyz", self.readyz)
        app.router.add_get("/metrics", self.measured)

    async def healthz(self, _: web.Request) -> web.Response:
        """The process runs, and its loop turns."""
        return web.json_response({"ok": True})

    async def readyz(self, _: web.Request) -> web.Response:
        """Whether requests should be sent here; 503 and the reasons where not."""
        faults = {}
        try:
            backlog = await self.worker.soon(self._queue(), PATIENCE_SECONDS)
        except Exception as error:
            log.warning("not ready: the database does not answer: %s", error)
            faults["database"] = "does not answer"
        else:
            if backlog.left > LONGEST_QUEUE:
                seconds = round(backlog.left.total_seconds())
                faults["queue"] = f"{backlog.waiting} jobs wait, the oldest for {seconds} s"
        if fault := await self._slack():
            faults["slack"] = fault
        elif self.connection.is_up is not None and not await self.connection.is_up():
            faults["slack"] = "Socket Mode is not connected"
        if faults:
            log.warning("not ready: %s", faults)
        return web.json_response({"ok": not faults, **faults}, status=503 if faults else 200)

    async def _queue(self) -> Backlog:
        """Raises where the database does not say."""
        await self.metrics.time_ping(self.database.ping)
        return await self.worker.backlog()

    async def _slack(self) -> str | None:
        """What keeps requests from being answered. A Slack that says nothing takes nothing back of what it said."""
        try:
            return await self.worker.soon(self.workspaces.fault(), PATIENCE_SECONDS)
        except TimeoutError:
            return None if self.workspaces.known("") else "Slack does not answer"

    async def measured(self, _: web.Request) -> web.Response:
        """For Prometheus. What the database does not say is left open; the rest is there in any case."""
        try:
            backlog = await self.worker.soon(self._queue(), PATIENCE_SECONDS)
            self.metrics.queue(*backlog.figures())
        except Exception as error:
            log.warning("the queue cannot be measured: %s", type(error).__name__)
            self.metrics.queue()
        return web.Response(body=self.metrics.text(), headers={"Content-Type": CONTENT_TYPE})
