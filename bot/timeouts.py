"""Timeouts, retries and leases."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Timeouts:
    """Times in seconds, and the number of attempts."""

    attempts: int = 8
    """A job is given up after so many."""
    first_pause: float = 1.0
    """Before the second attempt; each pause is twice the former."""
    longest_pause: float = 30.0
    poll: float = 1.0
    """Between two claims of jobs that other processes accepted or released."""
    lease: float = 15.0
    """After a kill, another process claims the job when its lease ends."""
    slow: float = 10.0
    """Age of a job at its overdue notice."""
    accept: float = 2.0
    """For storing a request, or looking up what it asks for: Slack waits three seconds."""
    know: float = 0.7
    """For looking up a request's workspace and its defaults: the request has yet to be stored."""
    quiet: float = 0.02
    """A job starts when no request arrived for so long: an acknowledgement has three seconds, an answer a minute."""
    longest_wait: float = 2.0
    """A job starts after this time although requests keep arriving."""
    answer: float = 30.0
    """For one response of Slack."""
    stop: float = 15.0
    """For finishing jobs after SIGTERM."""
    idle: float = 75.0
    """For a connection without a complete request; longer than proxies keep one (60 s by default)."""
    look: float = 60.0
    """Between two checks for scheduled jobs."""

    @property
    def message_interval(self) -> float:
        """Return the time between two messages in a channel that Slack has limited."""
        return self.first_pause

    @property
    def renewal(self) -> float:
        """Return the time between two renewals of a lease."""
        return self.lease / 4

    @property
    def hold(self) -> float:
        """Return how long a lease holds for its holder: it ends a little before other processes may claim the job."""
        return self.lease * 0.8

    def pause(self, attempts: int) -> float:
        """Return a random pause after `attempts` attempts: jobs that failed together aren't retried together."""
        return min(self.longest_pause, self.first_pause * 2.0 ** (attempts - 1)) * random.uniform(0.5, 1.0)  # noqa: S311
