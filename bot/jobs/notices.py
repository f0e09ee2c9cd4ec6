"""Messages to the user who waits for a job: it takes longer, or it failed."""

from __future__ import annotations

from bot.queue.model import Job, QueuedJob
from bot.render.blocks import text_message
from bot.slack.poster import Destination
from bot.slack.workspaces import Workspaces
from bot.store import DatasetRunStore


class JobNotices:
    """Sends notices about jobs."""

    def __init__(self, workspaces: Workspaces, dataset_runs: DatasetRunStore) -> None:
        self._workspaces = workspaces
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
        poster = (await self._workspaces.of(recipient.team_id)).poster
        if recipient.channel_id:
            destination = Destination(recipient.channel_id, recipient.thread_ts)
            await poster.notify(recipient.user_id, destination, text_message(text))
        else:
            await poster.post(await poster.open_dm(recipient.user_id), text_message(text))
