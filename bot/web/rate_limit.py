"""The rate limit of a user: too high to reach by hand, too low for a script to starve other users."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

TOO_MANY = "You sent too many requests at once. Please wait a moment and try again."
MAX_USERS = 10_000
REMEMBERED_KEYS = 64


class RateAllowance(NamedTuple):
    """The number of requests that a user may send: at once, and sustained."""

    at_once: int = 300
    per_minute: int = 120


class RateDecision(NamedTuple):
    """The decision on a request."""

    allowed: bool
    should_notify: bool = False
    """Whether to notify the user: only of the first refusal in a row."""


@dataclass
class _Bucket:
    """A token bucket: each request takes a token, and time refills it."""

    tokens: float
    filled_at: float
    was_notified: bool = False
    keys: dict[str, None] = field(default_factory=dict)
    """The keys of the latest counted requests, oldest first; Slack may deliver one again."""


class RateLimit:
    """Token buckets by workspace and user, in memory: each replica counts separately.

    Args:
        allowance: The allowance of each user.
        clock: Returns seconds.
    """

    def __init__(self, allowance: RateAllowance, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of users in memory."""
        return len(self._buckets)

    def charge(self, team_id: str, user_id: str, tokens: float) -> None:
        """Take tokens for a request that was allowed and turned out to be heavy. They may become negative.

        Args:
            team_id: The workspace's id.
            user_id: The user's id.
            tokens: How many requests it counts as, besides itself.
        """
        if bucket := self._buckets.get((team_id, user_id)):
            bucket.tokens = max(bucket.tokens - tokens, -float(self._allowance.at_once))

    def count(self, team_id: str, user_id: str, key: str) -> RateDecision:
        """Count a request, and return whether it is allowed.

        Args:
            team_id: The workspace's id.
            user_id: The user's id.
            key: The request's id; a redelivery has the same one and is counted once.
        """
        current_time, owner = self._clock(), (team_id, user_id)
        bucket = self._buckets.get(owner)
        if bucket is None:
            bucket = self._buckets[owner] = _Bucket(self._allowance.at_once, current_time)
            if len(self._buckets) > MAX_USERS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(owner)
        if key and key in bucket.keys:
            return RateDecision(allowed=True)
        refilled = bucket.tokens + (current_time - bucket.filled_at) * self._allowance.per_minute / 60
        bucket.tokens, bucket.filled_at = min(float(self._allowance.at_once), refilled), current_time
        if bucket.tokens < 1:
            should_notify, bucket.was_notified = not bucket.was_notified, True
            return RateDecision(allowed=False, should_notify=should_notify)
        bucket.tokens -= 1
        bucket.was_notified = False
        bucket.keys[key] = None
        if len(bucket.keys) > REMEMBERED_KEYS:
            del bucket.keys[next(iter(bucket.keys))]
        return RateDecision(allowed=True)
