"""The gate between requests and jobs: an acknowledgement has three seconds, an answer a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.timeouts import Timeouts


class RequestGate:
    """Holds back the start of jobs while requests are answered."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._open_requests = 0
        self._last_request_at = -timeouts.quiet
        self._is_closing = False

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Hold jobs back while a request is answered."""
        self._open_requests += 1
        try:
            yield
        finally:
            self._open_requests -= 1
            self._last_request_at = asyncio.get_running_loop().time()

    async def wait(self) -> None:
        """Wait until no request has arrived for a moment, but not longer than a job may be held back."""
        clock = asyncio.get_running_loop().time
        latest = clock() + self._timeouts.longest_wait
        quiet = self._timeouts.quiet
        while not self._is_closing and (current := clock()) < latest:
            if not self._open_requests and current >= self._last_request_at + quiet:
                return
            await asyncio.sleep(quiet)

    def close(self) -> None:
        """Let everything pass: the process is stopping."""
        self._is_closing = True
