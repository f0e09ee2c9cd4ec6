"""A signed request is good once: whoever recorded one cannot send it again."""

from __future__ import annotations

import time
from collections.abc import Callable

SAID = "this request came before"

# Slack's own advice; slack_sdk's verifier refuses what is further off, to either side.
WINDOW_SECONDS = 300
MOST = 100_000


class DuplicateRequest(Exception):
    """Another replica has served this request."""


class Replays:
    """The signatures seen in this process, while they would still be accepted. Other replicas do not know them: there
    the database knows what was done before (`Inbox.put`, `Inbox.once`), and Slack a trigger that was used.
    """

    def __init__(self, clock: Callable[[], float] = time.time, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._seen: dict[str, int] = {}
        self._floor = 0
        """Signatures up to this time stamp may have been forgotten, so that none of them is taken."""

    def take(self, signature: str, stamp: int) -> bool:
        """Whether a verified request is new; from now on it is not. `stamp`: its time stamp in Unix seconds."""
        if stamp <= self._floor or signature in self._seen:
            return False
        self._seen[signature] = stamp
        self._forget()
        return True

    def give_back(self, signature: str) -> None:
        """It was not served after all, and may come again."""
        self._seen.pop(signature, None)

    def _forget(self) -> None:
        """Drop what the verifier refuses by its age, and what is too much to remember, the first seen first."""
        too_old = self._clock() - WINDOW_SECONDS - 1
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] >= too_old:
                if len(self._seen) <= self._most:
                    return
                self._floor = max(self._floor, self._seen[oldest])
            del self._seen[oldest]
