"""Approve and Decline under an estimate above its budget."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk import Desk
from bot.post import Place
from bot.render.blocks import saying
from bot.render.budget import approval_request, decided, people
from bot.store import Job


@dataclass(frozen=True)
class DecisionJobs:
    """Kind `decide`."""

    desk: Desk

    async def decide(self, job: Job) -> None:
        """Write a decision down and show it in the thread. Payload: id, team, user, channel,
        thread_ts, ts, decision.
        """
        ask = job.payload
        here = Place(ask["channel"], ask["thread_ts"])
        poster = await self.desk.poster(ask["team"])
        approval = await self.desk.budgets.approval(ask["id"], team_id=ask["team"])
        if approval is None:
            await poster.only_to(ask["user"], here, saying("This request is not there any more."))
            return
        if ask["user"] not in approval.approvers:
            await poster.only_to(ask["user"], here, saying(f"Only {people(approval)} can decide this."))
            return
        mine = await self.desk.budgets.decide(approval, ask["user"], ask["decision"])
        approval = await self.desk.budgets.approval(ask["id"], team_id=ask["team"]) or approval
        if not mine and not (job.attempts > 1 and approval.decided_by == ask["user"]):
            await poster.only_to(ask["user"], here, saying(decided(approval)))
            return
        await poster.change(here, ask["ts"], approval_request(approval))
        await self.desk.reply_all(job, here, [saying(decided(approval))])
