"""How patient the bot is with Slack, the database and itself."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Timeouts:
    """How patient it is. Seconds, but for `attempts`."""

    attempts: int = 8
    """Begun so often without an end, a job is given up."""
    first_pause: float = 1.0
    """Before the second attempt; it doubles from there."""
    longest_pause: float = 30.0
    poll: float = 1.0
    """Between two looks for work that another process accepted or left."""
    lease: float = 15.0
    """So long after its process was killed, work is taken up by another."""
    slow: float = 10.0
    """After this the asker is told that it takes longer."""
    accept: float = 2.0
    """For writing a request down, or looking up what it asks for: Slack waits three seconds."""
    know: float = 0.7
    """For whose workspace it is, and what that has settled: the request has yet to be written down."""
    quiet: float = 0.02
    """Work begins when no request came for so long: an acknowledgement has three seconds, an answer a minute."""
    longest_wait: float = 2.0
    """It begins after this although requests keep coming."""
    answer: float = 30.0
    """For one answer of Slack's."""
    stop: float = 15.0
    """For finishing what runs when the process is told to stop."""
    look: float = 60.0
    """Between two looks at the clock for what is due by it."""

    @property
    def renewal(self) -> float:
        """Between two renewals of a lease."""
        return self.lease / 4

    @property
    def hold(self) -> float:
        """A lease that could not be renewed ends for its holder a little before others may take the work."""
        return self.lease * 0.8

    def pause(self, attempts: int) -> float:
        """After so many attempts, before the next; never quite the same, so that what failed together comes apart."""
        return min(self.longest_pause, self.first_pause * 2.0 ** (attempts - 1)) * random.uniform(0.5, 1.0)  # noqa: S311
