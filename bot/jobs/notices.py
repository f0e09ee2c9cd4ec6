"""Messages to the user who waits for a job: it takes longer, or it failed."""

from __future__ import annotations

from bot.queue.model import Job, QueuedJob
from bot.slack.notices import UserNotices
from bot.slack.poster import Destination
from bot.store import DatasetRunStore


class JobNotices:
    """Sends notices about jobs."""

    def __init__(self, notices: UserNotices, dataset_runs: DatasetRunStore) -> None:
        self._notices = notices
        self._dataset_runs = dataset_runs

    async def notify_delay(self, queued: QueuedJob[Job]) -> None:
        """Send the overdue notice, unless the user sees the progress of a count."""
        recipient = queued.job.recipient
        if recipient and await self._dataset_runs.get(queued.idempotency_key, team_id=recipient.team_id):
            return
        await self._send(queued, "This takes longer than usual. The answer comes by itself; no need to ask again.")

    async def apologise(self, queued: QueuedJob[Job], code: str) -> None:
        """Report the failure of a job, with a code that is in the log too."""
        await self._send(queued, f"Something went wrong on our side. Please try again. ({code})")

    async def _send(self, queued: QueuedJob[Job], text: str) -> None:
        recipient = queued.job.recipient
        if recipient is None:
            return
        destination = Destination(recipient.channel_id, recipient.thread_ts) if recipient.channel_id else None
        await self._notices.send(recipient.team_id, recipient.user_id, destination, text)
