"""Estimates above their budget: the request to approve them, and the job of Approve and Decline."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.errors import error_of
from bot.queue.model import DecideJob, Job, QueuedJob, WorkspaceJob
from bot.render.parts.blocks import text_message
from bot.render.parts.escaping import escape
from bot.render.slack.budgets import (
    APPROVE,
    SUPERSEDED,
    approval_request,
    approver_mentions,
    approver_notice,
    decision_text,
    direct_request,
    unreachable_notice,
)
from bot.services import Services, idempotency_key
from bot.slack.outcomes import USER_GONE
from bot.slack.poster import Destination
from bot.store import Approval, Budget, SavedEstimate
from bot.workspace.budgets import BudgetExcess
from calculator import UserError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ApprovalJobs:
    """Requests to approve an estimate above its budget, and the handler of their buttons."""

    services: Services

    async def request_approval(
        self, job: WorkspaceJob, budget: Budget, excess: BudgetExcess, edited: SavedEstimate | None
    ) -> Approval:
        """Save a request to approve an estimate, unless an approval of the estimate that it changes covers it.

        Args:
            job: The job of the estimate.
            budget: The budget, with its approvers.
            excess: The amount above the budget.
            edited: The estimate that this one changes.

        Returns:
            The request, or the approval that covers the estimate.
        """
        if approval := await self._covering_approval(excess, edited):
            return approval
        # Users can't approve their own estimate, unless they are the only approver.
        other_users = tuple(user for user in budget.approvers if user != job.user_id)
        approval = Approval(
            team_id=job.team_id,
            estimate_id=job.estimate_id,
            asked_by=job.user_id,
            budget=excess.limit.text,
            estimated=excess.estimated,
            approvers=other_users or budget.approvers,
        )
        await self.services.budgets.ask(approval)
        return approval

    async def _covering_approval(self, excess: BudgetExcess, edited: SavedEstimate | None) -> Approval | None:
        """Return the approval of an earlier version of the estimate, for the same budget and at least the same cost."""
        visited_ids: set[str] = set()
        while edited and edited.id not in visited_ids:
            visited_ids.add(edited.id)
            approval = await self.services.budgets.approval(edited.id, team_id=edited.team_id)
            if approval and approval.decision == "approved" and approval.budget == excess.limit.text:
                approved_usd = edited.result.notes.excess_usd
                if approved_usd is not None and approved_usd >= excess.usd:
                    return approval
            edited = await self.services.estimates.get(edited.edit_of or "", team_id=edited.team_id)
        return None

    async def close_requests(self, changed: SavedEstimate, *, by: str) -> None:
        """Close the open requests of an estimate that was changed and of the estimates before it.

        Args:
            changed: The estimate that was changed.
            by: The user who changed it.
        """
        visited_ids: set[str] = set()
        estimate: SavedEstimate | None = changed
        while estimate and estimate.id not in visited_ids:
            visited_ids.add(estimate.id)
            approval = await self.services.budgets.approval(estimate.id, team_id=estimate.team_id)
            if approval and approval.decision in (None, SUPERSEDED):
                await self.services.budgets.decide(approval, by, SUPERSEDED)
                await self._show_closed(estimate)
            estimate = await self.services.estimates.get(estimate.edit_of or "", team_id=estimate.team_id)

    async def _show_closed(self, estimate: SavedEstimate) -> None:
        """Take the buttons off an estimate's request."""
        approval = await self.services.budgets.approval(estimate.id, team_id=estimate.team_id)
        if approval is None or estimate.channel_id is None or estimate.thread_ts is None:
            return
        poster = await self.services.poster(estimate.team_id)
        thread = Destination(estimate.channel_id, estimate.thread_ts)
        if ts := await poster.find_button(thread, APPROVE, estimate.id):
            await poster.update(thread, ts, approval_request(approval))

    async def ask_directly(
        self, queued: QueuedJob[Job], approval: Approval, question: str, thread: Destination | None
    ) -> None:
        """Notify the approvers, each in a direct message if they can't read the estimate's thread.

        Args:
            queued: The job of the estimate.
            approval: The request.
            question: The estimate's question in words.
            thread: The estimate's thread; None if it is in a direct message.
        """
        poster, asked = await self.services.poster(approval.team_id), 0
        for user in approval.approvers:
            try:
                # A mention doesn't notify users who aren't in the channel; this call fails for them.
                if not (thread and await poster.post_ephemeral(user, thread, approver_notice())):
                    direct = await poster.open_dm(user)
                    await poster.post(
                        direct, direct_request(approval, question), idempotency_key(queued).part(f"approve {user}")
                    )
                asked += 1
            except SlackApiError as error:
                if error_of(error) not in USER_GONE:
                    raise
                log.info("approver %s of estimate %s no longer exists", user, approval.estimate_id)
        if not asked:
            place = thread or await poster.open_dm(approval.asked_by)
            await poster.notify(approval.asked_by, place, unreachable_notice())

    async def decide(self, queued: QueuedJob[DecideJob]) -> None:
        """Save a decision, and post it in the estimate's thread."""
        job = queued.job
        origin = Destination(job.channel_id, job.thread_ts)
        poster = await self.services.poster(job.team_id)
        approval = await self.services.budgets.approval(job.estimate_id, team_id=job.team_id)
        if approval is None:
            await poster.notify(job.user_id, origin, text_message("This request no longer exists."))
            return
        try:
            is_allowed = job.user_id in approval.approvers or (
                not approval.approvers and await self.services.roles.is_admin(job.team_id, job.user_id)
            )
            refusal = f"Only {approver_mentions(approval)} can decide this."
        except UserError as error:  # Slack doesn't say who is an admin
            is_allowed, refusal = False, escape(str(error))
        if not is_allowed:
            await poster.notify(job.user_id, origin, text_message(refusal))
            return
        is_first = await self.services.budgets.decide(approval, job.user_id, job.decision)
        approval = await self.services.budgets.approval(job.estimate_id, team_id=job.team_id) or approval
        if not is_first and not (queued.attempts > 1 and approval.decided_by == job.user_id):
            await poster.notify(job.user_id, origin, text_message(decision_text(approval)))
            return
        await poster.update(origin, job.message_ts, approval_request(approval))
        saved = await self.services.estimates.get(approval.estimate_id, team_id=job.team_id)
        thread = Destination(saved.channel_id, saved.thread_ts) if saved and saved.channel_id else origin
        await self.services.reply_all(queued, thread, [text_message(decision_text(approval))])
