"""Estimates above their budget: who is asked to approve them, and Approve and Decline."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.errors import error_of
from bot.queue.model import DecideJob, Job, QueuedJob, WorkspaceJob
from bot.render.blocks import text_message
from bot.render.budgets import approval_request, approver_mentions, approver_notice, decision_text, direct_request
from bot.services import Services, idempotency_key
from bot.slack.poster import NOBODY, Destination
from bot.store import Approval, Budget, SavedEstimate
from bot.workspace.budgets import BudgetExcess

log = logging.getLogger(__name__)

"""Where a saved result keeps what it was held against its budget with."""


@dataclass(frozen=True)
class DecisionJobs:
    """Requests to approve an estimate above its budget, and the handler of their buttons."""

    services: Services

    async def request_approval(
        self, job: WorkspaceJob, budget: Budget, excess: BudgetExcess, before: SavedEstimate | None
    ) -> Approval:
        """Save and return a request to approve an estimate; the approval of the estimate that it changes if that still
        holds.
        """
        if earlier := await self._earlier(excess, before):
            return earlier
        # Nobody approves what they ask for themselves, unless nobody else could.
        others = tuple(user for user in budget.approvers if user != job.user_id)
        approval = Approval(
            team_id=job.team_id,
            estimate_id=job.estimate_id,
            asked_by=job.user_id,
            budget=excess.limit.text,
            estimated=excess.estimated,
            approvers=others or budget.approvers,
        )
        await self.services.budgets.ask(approval)
        return approval

    async def _earlier(self, excess: BudgetExcess, before: SavedEstimate | None) -> Approval | None:
        """The approval of an estimate that this one goes back to, of the same budget and at least as much."""
        seen: set[str] = set()
        while before and before.id not in seen:
            seen.add(before.id)
            found = await self.services.budgets.approval(before.id, team_id=before.team_id)
            if found and found.decision == "approved" and found.budget == excess.limit.text:
                approved_usd = before.result.notes.excess_usd
                if approved_usd is not None and approved_usd >= excess.usd:
                    return found
            before = await self.services.estimates.get(before.edit_of or "", team_id=before.team_id)
        return None

    async def ask_directly(
        self, queued: QueuedJob[Job], approval: Approval, question: str, thread: Destination | None
    ) -> None:
        """Ask the approvers who do not read the estimate's thread; None where nobody but its asker does."""
        poster = await self.services.poster(approval.team_id)
        for user in approval.approvers:
            try:
                # Slack tells nobody of a mention in a channel that they are not in, and this says who is.
                if thread and await poster.whisper(user, thread, approver_notice()):
                    continue
                place = await poster.direct(user)
                await poster.post(
                    place, direct_request(approval, question), idempotency_key(queued).part(f"approve {user}")
                )
            except SlackApiError as error:
                if error_of(error) not in NOBODY:
                    raise
                log.info("an approver of %s is not there any more", approval.estimate_id)

    async def decide(self, queued: QueuedJob[DecideJob]) -> None:
        """Save a decision and show it in the estimate's thread."""
        job = queued.job
        here = Destination(job.channel_id, job.thread_ts)
        poster = await self.services.poster(job.team_id)
        approval = await self.services.budgets.approval(job.estimate_id, team_id=job.team_id)
        if approval is None:
            await poster.only_to(job.user_id, here, text_message("This request doesn't exist any more."))
            return
        if job.user_id not in approval.approvers:
            await poster.only_to(
                job.user_id, here, text_message(f"Only {approver_mentions(approval)} can decide this.")
            )
            return
        mine = await self.services.budgets.decide(approval, job.user_id, job.decision)
        approval = await self.services.budgets.approval(job.estimate_id, team_id=job.team_id) or approval
        if not mine and not (queued.attempts > 1 and approval.decided_by == job.user_id):
            await poster.only_to(job.user_id, here, text_message(decision_text(approval)))
            return
        await poster.change(here, job.message_ts, approval_request(approval))
        saved = await self.services.estimates.get(approval.estimate_id, team_id=job.team_id)
        thread = Destination(saved.channel_id, saved.thread_ts) if saved and saved.channel_id else here
        await self.services.reply_all(queued, thread, [text_message(decision_text(approval))])
