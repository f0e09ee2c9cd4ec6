"""How much one person may ask: so much that nobody notices, and too little for a script to take the bot from others."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

TOO_MANY = "That was a lot at once, and others want their answers too. Please wait a moment and try again."
MOST_PEOPLE = 10_000
KEYS_KEPT = 64


class RateAllowance(NamedTuple):
    """What one person of one workspace may ask."""

    at_once: int = 300
    per_minute: int = 120


class RateDecision(NamedTuple):
    allowed: bool
    tell: bool = False
    """The first refusal in a row; one sentence is enough for a hundred clicks."""


@dataclass
class _Bucket:
    """Holds a token for each request that may come at once, and fills itself again."""

    tokens: float
    filled_at: float
    told: bool = False
    keys: dict[str, None] = field(default_factory=dict)
    """What was counted lately, oldest first: Slack delivers the same thing again."""


class RateLimit:
    """Token buckets by workspace and person, in memory: each replica counts for itself."""

    def __init__(self, allowance: RateAllowance, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def count(self, team_id: str, user_id: str, key: str) -> RateDecision:
        """Count a request of somebody. `key` is the same when Slack delivers the same again, which is counted once."""
        now, who = self._clock(), (team_id, user_id)
        bucket = self._buckets.get(who)
        if bucket is None:
            bucket = self._buckets[who] = _Bucket(self._allowance.at_once, now)
            if len(self._buckets) > MOST_PEOPLE:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(who)
        if key and key in bucket.keys:
            return RateDecision(allowed=True)
        refilled = bucket.tokens + (now - bucket.filled_at) * self._allowance.per_minute / 60
        bucket.tokens, bucket.filled_at = min(float(self._allowance.at_once), refilled), now
        if bucket.tokens < 1:
            tell, bucket.told = not bucket.told, True
            return RateDecision(allowed=False, tell=tell)
        bucket.tokens -= 1
        bucket.told = False
        bucket.keys[key] = None
        if len(bucket.keys) > KEYS_KEPT:
            del bucket.keys[next(iter(bucket.keys))]
        return RateDecision(allowed=True)
