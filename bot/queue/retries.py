"""Whether and when a job whose attempt ended with an error is tried again."""

from __future__ import annotations

from bot.errors import Postponed, is_rate_limit, is_transient, retry_after_s
from bot.queue.model import Job, QueuedJob
from bot.timeouts import Timeouts


def retry_delay_s(queued: QueuedJob[Job], error: Exception, timeouts: Timeouts) -> float | None:
    """Return the seconds until a failed job is tried again; None if it is given up.

    Args:
        queued: The job, during the attempt that failed.
        error: The error that ended the attempt.
        timeouts: The pauses, and the number of attempts.
    """
    if isinstance(error, Postponed):
        return error.seconds
    if is_rate_limit(error):
        return max(retry_after_s(error), timeouts.pause(queued.rate_limited + 1))
    if is_transient(error) and queued.failures + 1 < timeouts.attempts:
        return timeouts.pause(queued.failures + 1)
    return None
