"""Protection against replays: a recorded request with a valid signature is refused the second time."""

from __future__ import annotations

import time
from collections.abc import Callable

DUPLICATE = "duplicate request"

# As Slack recommends; slack_sdk's verifier refuses time stamps that are further off in either direction.
WINDOW_SECONDS = 300
MAX_SIGNATURES = 100_000


class DuplicateRequest(Exception):
    """Another replica has served this request."""


class Replays:
    """The signatures that this process has served, as long as the verifier would accept them.

    Across replicas, the database records which requests were served (`JobStore.put`, `JobStore.once`), and Slack which
    triggers were used.

    Args:
        clock: Returns the time in Unix seconds.
        max_signatures: The number of signatures in memory; the oldest are dropped.
    """

    def __init__(self, clock: Callable[[], float] = time.time, max_signatures: int = MAX_SIGNATURES) -> None:
        self._clock = clock
        self._max_signatures = max_signatures
        self._stamps: dict[str, int] = {}
        self._floor = 0
        """Signatures up to this time stamp may have been dropped, so all of them are refused."""

    def __len__(self) -> int:
        """Return the number of signatures in memory."""
        return len(self._stamps)

    def take(self, signature: str, stamp: int) -> bool:
        """Record a verified request.

        Args:
            signature: The request's signature.
            stamp: Its time stamp in Unix seconds.

        Returns:
            Whether the request is new.
        """
        if stamp <= self._floor or signature in self._stamps:
            return False
        self._stamps[signature] = stamp
        self._drop_old()
        return True

    def release(self, signature: str) -> None:
        """Remove a request that was not served, so that Slack may deliver it again."""
        self._stamps.pop(signature, None)

    def _drop_old(self) -> None:
        """Drop signatures that are too old for the verifier, then the oldest ones above the limit."""
        expired = self._clock() - WINDOW_SECONDS - 1
        while self._stamps:
            oldest = next(iter(self._stamps))
            if self._stamps[oldest] >= expired:
                if len(self._stamps) <= self._max_signatures:
                    return
                self._floor = max(self._floor, self._stamps[oldest])
            del self._stamps[oldest]
