"""Estimates above their budget: who is asked to approve them, and Approve and Decline."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from decimal import Decimal

from slack_sdk.errors import SlackApiError

from bot.errors import error_of
from bot.queue.store import Job
from bot.render.blocks import text_message
from bot.render.budgets import approval_request, asked_here, decided, direct_request, people
from bot.services import Services, mark_of
from bot.slack.poster import NOBODY, Destination
from bot.store import Approval, Budget, SavedEstimate
from bot.workspace.budgets import BudgetExcess

log = logging.getLogger(__name__)

EXCESS_USD = "excess_usd"
"""Where a saved result keeps what it was held against its budget with."""


@dataclass(frozen=True)
class DecisionJobs:
    """Kind `decide`; and what an estimate above its budget asks for."""

    desk: Services

    async def asked(self, job: Job, budget: Budget, excess: BudgetExcess, before: SavedEstimate | None) -> Approval:
        """What is to be decided of an estimate, written down; or the approval of what it changes, where that holds."""
        ask = job.payload
        if earlier := await self._earlier(excess, before):
            return earlier
        # Nobody approves what they ask for themselves, unless nobody else could.
        others = tuple(user for user in budget.approvers if user != ask["user"])
        approval = Approval(
            team_id=ask["team"],
            estimate_id=ask["id"],
            asked_by=ask["user"],
            budget=excess.limit.text,
            estimated=excess.estimated,
            approvers=others or budget.approvers,
        )
        await self.desk.budgets.ask(approval)
        return approval

    async def _earlier(self, excess: BudgetExcess, before: SavedEstimate | None) -> Approval | None:
        """The approval of an estimate that this one goes back to, of the same budget and at least as much."""
        seen: set[str] = set()
        while before and before.id not in seen:
            seen.add(before.id)
            found = await self.desk.budgets.approval(before.id, team_id=before.team_id)
            if found and found.decision == "approved" and found.budget == excess.limit.text:
                approved_usd = before.result.get(EXCESS_USD)
                if approved_usd is not None and Decimal(approved_usd) >= excess.usd:
                    return found
            before = await self.desk.estimates.get(before.edit_of or "", team_id=before.team_id)
        return None

    async def ask_directly(self, job: Job, approval: Approval, question: str, thread: Destination | None) -> None:
        """Ask the approvers who do not read the estimate's thread; None where nobody but its asker does."""
        poster = await self.desk.poster(approval.team_id)
        for user in approval.approvers:
            try:
                # Slack tells nobody of a mention in a channel that they are not in, and this says who is.
                if thread and await poster.whisper(user, thread, asked_here()):
                    continue
                place = await poster.direct(user)
                await poster.post(place, direct_request(approval, question), mark_of(job).part(f"approve {user}"))
            except SlackApiError as error:
                if error_of(error) not in NOBODY:
                    raise
                log.info("an approver of %s is not there any more", approval.estimate_id)

    async def decide(self, job: Job) -> None:
        """Write a decision down and show it in the estimate's thread. Payload: id, team, user, channel,
        thread_ts, ts, decision.
        """
        ask = job.payload
        here = Destination(ask["channel"], ask["thread_ts"])
        poster = await self.desk.poster(ask["team"])
        approval = await self.desk.budgets.approval(ask["id"], team_id=ask["team"])
        if approval is None:
            await poster.only_to(ask["user"], here, text_message("This request is not there any more."))
            return
        if ask["user"] not in approval.approvers:
            await poster.only_to(ask["user"], here, text_message(f"Only {people(approval)} can decide this."))
            return
        mine = await self.desk.budgets.decide(approval, ask["user"], ask["decision"])
        approval = await self.desk.budgets.approval(ask["id"], team_id=ask["team"]) or approval
        if not mine and not (job.attempts > 1 and approval.decided_by == ask["user"]):
            await poster.only_to(ask["user"], here, text_message(decided(approval)))
            return
        await poster.change(here, ask["ts"], approval_request(approval))
        saved = await self.desk.estimates.get(approval.estimate_id, team_id=ask["team"])
        thread = Destination(saved.channel_id, saved.thread_ts) if saved and saved.channel_id else here
        await self.desk.reply_all(job, thread, [text_message(decided(approval))])
