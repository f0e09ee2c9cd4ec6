"""The job of a card's menu and of its Sources button: offers, sources, a watch, or deletion."""

from __future__ import annotations

from dataclasses import dataclass

from bot.jobs.budgets import ApprovalJobs
from bot.language.command import ParsedCommand
from bot.queue.model import CardJob, QueuedJob
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.parts.currency import read_exchange
from bot.render.parts.escaping import escape
from bot.render.slack.replies import add_footer, offers_replies, sources_reply
from bot.services import Services
from bot.slack.deletion import Deletion, delete_answer
from bot.slack.poster import Destination
from bot.store import SavedEstimate
from bot.usecases.lookups import answer_lookup
from calculator import UserError

NOT_YOURS = "Only the user who asked for this estimate or an admin can delete the answer."
KEPT = "`/ftcost list` still has the estimate."
DELETED: dict[Deletion, str] = {
    "all": f"The answer is deleted. {KEPT}",
    "card": (
        "Only the card is deleted. Its replies stay: I posted them before I kept records of messages, and I can't read "
        f"this channel to find them. An admin of the workspace can delete them in Slack. {KEPT}"
    ),
    "part": (
        "The answer isn't fully deleted: Slack didn't let me delete all its messages. "
        f"An admin of the workspace can delete the others in Slack. {KEPT}"
    ),
}


@dataclass(frozen=True)
class CardJobs:
    """Handler of the choices on a card that need no modal."""

    services: Services
    approvals: ApprovalJobs

    async def choose(self, queued: QueuedJob[CardJob]) -> None:
        """Carry out a choice: post details into the thread, or answer the user alone."""
        job = queued.job
        thread = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, thread)
        if saved is None:
            return
        match job.choice:
            case "offers" | "sources":
                await self.services.reply_all(queued, thread, await self._details(saved, job))
            case "watch":
                await self._notify(job, await self._watch(saved, job), thread)
            case "delete":
                first = await self.services.estimates.first_of(saved)
                text = await self._delete(saved, first, job)
                # The thread of a deleted card takes no messages.
                is_gone = text in DELETED.values() and first.thread_ts == first.message_ts
                await self._notify(job, text_message(text), Destination(job.channel_id) if is_gone else thread)

    async def _details(self, saved: SavedEstimate, job: CardJob) -> list[SlackMessage]:
        comparison = await self.services.price(saved.fields, job.as_of)
        if job.choice == "sources":
            messages = [await self.services.compute(sources_reply, comparison)]
        else:
            exchange = read_exchange(saved.result.notes.exchange)
            messages = await self.services.compute(offers_replies, comparison, saved.id, exchange)
        *others, last = messages
        shown = comparison.estimates if job.choice == "offers" else None
        return [*others, *add_footer([last], comparison, saved.id, shown)]

    async def _watch(self, saved: SavedEstimate, job: CardJob) -> SlackMessage:
        command = ParsedCommand("watch", {}, saved.id)
        try:
            return await answer_lookup(self.services, command, team_id=job.team_id, user_id=job.user_id)
        except UserError as error:
            return text_message(escape(str(error)))

    async def _delete(self, saved: SavedEstimate, first: SavedEstimate, job: CardJob) -> str:
        """Delete the messages of an answer, end its watch, and close its requests for approval.

        Returns:
            The reply to the user.
        """
        try:
            allowed = job.user_id == first.user_id or await self.services.roles.is_admin(job.team_id, job.user_id)
        except UserError as error:
            return escape(str(error))
        if not allowed:
            return NOT_YOURS
        await self.approvals.close_requests(saved, by=job.user_id)
        await self.services.watches.remove(saved.id, team_id=job.team_id, user_id=job.user_id)
        if not (first.channel_id and first.message_ts):
            return DELETED["all"]
        recorded = await self.services.thread_messages.in_thread(
            team_id=job.team_id, channel_id=first.channel_id, thread_ts=first.thread_ts or first.message_ts
        )
        deletion = await delete_answer(
            (await self.services.workspaces.of(job.team_id)).client,
            Destination(first.channel_id, first.thread_ts),
            first.message_ts,
            count=first.posted,
            recorded=recorded,
        )
        return DELETED[deletion]

    async def _notify(self, job: CardJob, message: SlackMessage, destination: Destination) -> None:
        await (await self.services.poster(job.team_id)).notify(job.user_id, destination, message)
