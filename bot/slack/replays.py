"""Protection against replays: a recorded request with a valid signature is refused the second time."""

from __future__ import annotations

import time
from collections.abc import Callable

SAID = "this request came before"

# As Slack recommends; slack_sdk's verifier refuses time stamps that are further off in either direction.
WINDOW_SECONDS = 300
MOST = 100_000


class DuplicateRequest(Exception):
    """Another replica has served this request."""


class Replays:
    """The signatures that this process has seen, as long as the verifier would accept them. For other replicas the
    database knows which requests were served (`JobStore.put`, `JobStore.once`), and Slack which triggers were used.
    """

    def __init__(self, clock: Callable[[], float] = time.time, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._seen: dict[str, int] = {}
        self._floor = 0
        """Signatures up to this time stamp may have been forgotten, so all of them are refused."""

    def take(self, signature: str, stamp: int) -> bool:
        """Remember a verified request and return whether it is new. `stamp` is its time stamp in Unix seconds."""
        if stamp <= self._floor or signature in self._seen:
            return False
        self._seen[signature] = stamp
        self._forget()
        return True

    def give_back(self, signature: str) -> None:
        """Forget a request that was not served, so that Slack may deliver it again."""
        self._seen.pop(signature, None)

    def _forget(self) -> None:
        """Drop signatures that the verifier refuses by their age, then the oldest ones above the limit."""
        too_old = self._clock() - WINDOW_SECONDS - 1
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] >= too_old:
                if len(self._seen) <= self._most:
                    return
                self._floor = max(self._floor, self._seen[oldest])
            del self._seen[oldest]
