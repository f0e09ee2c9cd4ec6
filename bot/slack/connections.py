"""Socket Mode's connections, which are opened one after another, slower when they don't last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

LASTING_S = 60.0
"""A connection that lasted so long counts as healthy."""
MAX_PAUSE_S = 30.0


class ConnectionPace:
    """The pauses before connections: none before the first two, then 1 s, 2 s, 4 s … while they are lost at once.

    Args:
        clock: Returns seconds.
        sleep: Waits for some seconds.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._opened_at = -LASTING_S
        self._lost = -1

    async def wait(self) -> None:
        """Wait until another connection may be opened."""
        self._lost = self._lost + 1 if self._clock() - self._opened_at < LASTING_S else 0
        if self._lost > 1:
            await self._sleep(min(MAX_PAUSE_S, 2.0 ** (self._lost - 2)))
        self._opened_at = self._clock()


class ConnectionClient(AsyncWebClient):
    """The client that opens Socket Mode's connections."""

    pace: ConnectionPace

    async def apps_connections_open(self, *, app_token: str, **values: Any) -> AsyncSlackResponse:
        """Return the address of a new connection, after a pause if the former ones were lost. Raises SlackApiError."""
        await self.pace.wait()
        return await super().apps_connections_open(app_token=app_token, **values)


def connection_client(base_url: str, proxy: str | None) -> AsyncWebClient:
    """Return the client for Socket Mode.

    Args:
        base_url: The Web API's address.
        proxy: The HTTP proxy; None connects directly.
    """
    client = ConnectionClient(base_url=base_url, proxy=proxy)
    client.pace = ConnectionPace()
    return client
