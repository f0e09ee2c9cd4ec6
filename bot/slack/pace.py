"""The pace of messages in a channel that Slack has limited.

Slack takes one message a second in a channel, and more in short bursts
(https://docs.slack.dev/apis/web-api/rate-limits/). How long a burst may be is not published, so the first refusal sets
the pace: an answer in a quiet channel does not wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

CALM_SECONDS = 60.0
"""A channel is no longer paced after so many seconds without a message."""


class ChannelPace:
    """The channels in which messages are sent one by one, at an interval.

    Args:
        interval_s: Seconds between two messages.
        clock: Returns seconds.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        interval_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._sleep = sleep
        self._free_at: dict[str, float] = {}

    async def wait(self, channel: str) -> None:
        """Wait until a message may be sent in a channel."""
        free_at = self._free_at.get(channel)
        if free_at is None:
            return
        current_time = self._clock()
        if current_time - free_at > CALM_SECONDS:
            del self._free_at[channel]
            return
        self._free_at[channel] = max(current_time, free_at) + self._interval_s
        if free_at > current_time:
            await self._sleep(free_at - current_time)

    def slow_down(self, channel: str) -> None:
        """Send messages one by one from now on: Slack has refused one."""
        current_time = self._clock()
        self._free_at = {name: time for name, time in self._free_at.items() if current_time - time <= CALM_SECONDS}
        free_at = current_time + self._interval_s
        self._free_at[channel] = max(self._free_at.get(channel, free_at), free_at)
