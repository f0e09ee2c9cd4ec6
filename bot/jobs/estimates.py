"""The job of an estimate, or of a change to one: price it, save it, post it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answers.confirmations import confirmation_message, find_doubts
from bot.jobs.budgets import ApprovalJobs
from bot.queue.model import EstimateJob, QueuedJob
from bot.render.answer.estimate_diff import CostCause, reasons
from bot.render.answer.results import build_result
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.parts.currency import save_exchange
from bot.render.sentences.headline import question
from bot.render.slack.budgets import approval_holds, approval_request
from bot.render.slack.card import CardChange, WorkspaceNotes, parent_message
from bot.render.slack.change import change_reply, change_summary
from bot.render.slack.replies import thread_replies
from bot.results import SavedNotes, store_result
from bot.services import Services, idempotency_key
from bot.slack.poster import Destination
from bot.store import WHOLE_WORKSPACE, Budget, SavedEstimate
from bot.workspace.budgets import BudgetExcess, check_budget, read_limit
from calculator import Comparison, verdict

NOT_ASKED = "No approval is asked for, because tuning won't pay."
UNCHANGED = "Nothing is different, so the estimate stays as it is. Change at least one value."


@dataclass(frozen=True)
class EstimateJobs:
    """The handler of estimates and of changes to them."""

    services: Services
    approvals: ApprovalJobs

    async def estimate(self, queued: QueuedJob[EstimateJob], comparison: Comparison | None = None) -> None:
        """Price a question, save the estimate, post it, and ask for approval if it exceeds the budget.

        Args:
            queued: The job.
            comparison: The priced question, if the caller has it already.
        """
        job = queued.job
        comparison = comparison or await self.services.price(job.fields, job.as_of)
        edited = await self.services.estimates.get(job.edit_of, team_id=job.team_id) if job.edit_of else None
        if edited and _is_same(edited, comparison):
            await self._say_unchanged(job, edited)
            return
        doubts = [] if job.confirmed else find_doubts(comparison, edited.fields if edited else None)
        if doubts and await self._asks_back(job, comparison, doubts):
            return
        budget = await self._budget(job)
        budget_check = check_budget(comparison, read_limit(budget.amount)) if budget else None
        defaults = await self.services.defaults(job.team_id)
        exchange = await self.services.rates.get(comparison.scenario.currency, defaults.own_rate, comparison.as_of)
        excess = budget_check if isinstance(budget_check, BudgetExcess) else None
        needs_approval = excess is not None and not _will_not_pay(comparison)
        budget_note = budget_check.sentence if budget_check else None
        if excess and not needs_approval:
            budget_note = f"{budget_note} {NOT_ASKED}"
        notes = WorkspaceNotes(exchange, job.defaults_used, budget_note, tuple(doubts))
        await self.services.estimates.save(
            job.estimate_id,
            team_id=job.team_id,
            user_id=job.user_id,
            fields=comparison.scenario.fields(),
            result=store_result(await self.services.compute(build_result, comparison), _saved_notes(notes, excess)),
            edit_of=edited.id if edited else None,
        )
        destination: Destination | None
        if edited and edited.channel_id:
            messages = [await self.services.compute(self._change, edited, comparison, job)]
            destination = Destination(edited.channel_id, edited.thread_ts)
        else:
            messages = await self.services.compute(_answer, comparison, job.estimate_id, job.user_id, notes)
            destination = None
            if job.channel_id and comparison.scenario.share == "channel":
                destination = Destination(job.channel_id, job.thread_ts)
        await self._post_all(queued, destination, messages)
        if budget and excess and needs_approval:
            await self._ask_approval(queued, budget, excess, edited, messages, question(comparison))
        if edited:
            await self._update_card(edited, comparison, job, notes)
            await self.approvals.close_requests(edited, by=job.user_id)

    async def _say_unchanged(self, job: EstimateJob, edited: SavedEstimate) -> None:
        """Tell the user alone that a change changes nothing."""
        poster = await self.services.poster(job.team_id)
        home = (
            Destination(edited.channel_id, edited.thread_ts) if edited.channel_id else await poster.open_dm(job.user_id)
        )
        await poster.notify(job.user_id, home, text_message(UNCHANGED))

    async def _asks_back(self, job: EstimateJob, comparison: Comparison, doubts: list[str]) -> bool:
        """Ask the user alone about implausible numbers that would be posted where others see them.

        Returns:
            Whether the answer waits for the user. A private answer doesn't: the doubts are on its card.
        """
        if job.channel_id is None or job.channel_id.startswith("D") or comparison.scenario.share == "me":
            return False
        message = confirmation_message(doubts, job.fields, job.edit_of)
        if message is None:
            return False
        poster = await self.services.poster(job.team_id)
        await poster.notify(job.user_id, Destination(job.channel_id, job.thread_ts), message)
        return True

    async def _ask_approval(
        self,
        queued: QueuedJob[EstimateJob],
        budget: Budget,
        excess: BudgetExcess,
        edited: SavedEstimate | None,
        messages: list[SlackMessage],
        question_text: str,
    ) -> None:
        """Post a request to approve the estimate after its messages, or a note that an earlier approval covers it."""
        approval = await self.approvals.request_approval(queued.job, budget, excess, edited)
        if approval.estimate_id != queued.job.estimate_id:
            await self._post_all(queued, None, [*messages, approval_holds(approval)])
            return
        saved = await self.services.estimates.get(approval.estimate_id, team_id=approval.team_id)
        channel = saved and saved.channel_id
        thread = Destination(channel, saved.thread_ts) if saved and channel and not channel.startswith("D") else None
        # The asker sees the request; if no approver is left, it is for any admin who reads it.
        is_asked_here = approval.asked_by in approval.approvers or not approval.approvers
        await self._post_all(
            queued, None, [*messages, approval_request(approval, elsewhere=thread is None and not is_asked_here)]
        )
        if not is_asked_here:
            await self.approvals.ask_directly(queued, approval, question_text, thread)

    async def _budget(self, job: EstimateJob) -> Budget | None:
        """Return the budget of the channel that gets the answer, else the workspace's."""
        return await self.services.budgets.of(job.team_id, job.channel_id or WHOLE_WORKSPACE)

    def _change(self, edited: SavedEstimate, comparison: Comparison, job: EstimateJob) -> SlackMessage:
        causes = self._causes(edited, comparison)
        return change_reply(edited.result, comparison, job.estimate_id, job.user_id, causes)

    def _causes(self, edited: SavedEstimate, comparison: Comparison) -> list[CostCause]:
        """Return the causes of the best offer's difference, if the edited estimate priced that offer too."""
        if comparison.best is None:
            return []
        quote = edited.result.quote(comparison.best.offer.id)
        return (quote and reasons(quote, comparison.scenario.fields(), self.services.catalog, comparison.as_of)) or []

    async def _post_all(
        self, queued: QueuedJob[EstimateJob], destination: Destination | None, messages: list[SlackMessage]
    ) -> None:
        """Post the messages that are not posted yet, all in one thread."""
        job, key = queued.job, idempotency_key(queued)
        saved = await self.services.estimates.get(job.estimate_id, team_id=job.team_id)
        count = saved.posted if saved else 0
        if saved and saved.channel_id:
            destination = Destination(saved.channel_id, saved.thread_ts)
        home = destination
        for message in messages[count:]:
            # A channel that takes the card may refuse the replies, which then come in a direct message.
            posted = await self.services.post(job, destination, message, key.part(count))
            destination, count = posted.destination, count + 1
            home = destination if count == 1 or home is None else home
            await self.services.estimates.mark_posted(
                job.estimate_id,
                team_id=job.team_id,
                channel_id=home.channel,
                thread_ts=home.thread_ts or posted.ts,
                message_ts=posted.ts,
                posted=count,
            )

    async def _update_card(
        self, edited: SavedEstimate, comparison: Comparison, job: EstimateJob, notes: WorkspaceNotes
    ) -> None:
        """Show the changed estimate on the card at the start of its chain of changes."""
        original = await self.services.estimates.first_of(edited)
        if original.message_ts is None or original.channel_id is None:
            return
        change = CardChange(change_summary(edited.result, comparison), job.user_id)
        message = await self.services.compute(
            parent_message, comparison, job.estimate_id, original.user_id, change=change, notes=notes
        )
        poster = await self.services.poster(original.team_id)
        await poster.update(Destination(original.channel_id), original.message_ts, message)


def _will_not_pay(comparison: Comparison) -> bool:
    result = verdict(comparison)
    return result.answer == "no" and result.reason != "none_usable"


def _is_same(edited: SavedEstimate, comparison: Comparison) -> bool:
    """Return whether a change asks for nothing new: the same question on the same day with the same prices."""
    earlier = edited.result
    is_same_day = (earlier.as_of, earlier.catalog_version) == (comparison.as_of, comparison.catalog_version)
    return is_same_day and edited.fields == comparison.scenario.fields()


def _answer(comparison: Comparison, estimate_id: str, user_id: str, notes: WorkspaceNotes) -> list[SlackMessage]:
    """Return the message in the channel and the replies in its thread."""
    return [parent_message(comparison, estimate_id, user_id, notes=notes), *thread_replies(comparison)]


def _saved_notes(notes: WorkspaceNotes, excess: BudgetExcess | None) -> SavedNotes:
    return SavedNotes(
        exchange=save_exchange(notes.exchange),
        defaults=notes.defaults,
        budget=notes.budget,
        excess_usd=excess.usd if excess else None,
    )
