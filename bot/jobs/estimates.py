"""An estimate, and a change of one: priced, saved, posted into its thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date

from bot.jobs.budgets import DecisionJobs
from bot.queue.model import EstimateJob, QueuedJob
from bot.render.blocks import SlackMessage
from bot.render.budgets import approval_holds, approval_request
from bot.render.change import change_reply
from bot.render.currency import read_exchange, save_exchange
from bot.render.estimate_diff import CostCause, reasons
from bot.render.headline import headline, question
from bot.render.messages import WorkspaceNotes, parent_message
from bot.render.replies import thread_replies
from bot.render.results import build_result
from bot.results import SavedNotes, store_result
from bot.services import Services, idempotency_key
from bot.slack.poster import Destination
from bot.store import WHOLE_WORKSPACE, Budget, SavedEstimate
from bot.workspace.budgets import BudgetExcess, BudgetUndecided, held_against, read_limit
from calculator import Comparison


@dataclass(frozen=True)
class EstimateJobs:
    """The handler of estimates and of their changes."""

    services: Services
    decisions: DecisionJobs

    async def estimate(self, queued: QueuedJob[EstimateJob], comparison: Comparison | None = None) -> None:
        """Price a question unless its `comparison` is known already, save the estimate and post it."""
        job = queued.job
        comparison = comparison or await self.services.price(job.fields, job.as_of)
        budget = await self._budget(job)
        held = held_against(comparison, read_limit(budget.amount)) if budget else None
        defaults = await self.services.defaults(job.team_id)
        exchange = await self.services.rates.get(comparison.scenario.currency, defaults.own_rate, comparison.as_of)
        aside = WorkspaceNotes(exchange, job.defaults_used, held.sentence if held else None)
        before = await self.services.estimates.get(job.edit_of, team_id=job.team_id) if job.edit_of else None
        await self.services.estimates.save(
            job.estimate_id,
            team_id=job.team_id,
            user_id=job.user_id,
            fields=comparison.scenario.fields(),
            result=store_result(await asyncio.to_thread(build_result, comparison), _saved_notes(aside, held)),
            edit_of=before.id if before else None,
        )
        if before and before.channel_id:
            messages = [await asyncio.to_thread(self._change, before, comparison, job, aside)]
            place: Destination | None = Destination(before.channel_id, before.thread_ts)
        else:
            messages = await asyncio.to_thread(_answer, comparison, job.estimate_id, job.user_id, aside)
            place = Destination(job.channel_id, job.thread_ts) if job.channel_id else None
        await self._post_all(queued, place, messages)
        if budget and isinstance(held, BudgetExcess):
            await self._ask_approval(queued, budget, held, before, messages, question(comparison))
        if before:
            await self._mark_changed(before, comparison)

    async def _ask_approval(
        self,
        queued: QueuedJob[EstimateJob],
        budget: Budget,
        excess: BudgetExcess,
        before: SavedEstimate | None,
        messages: list[SlackMessage],
        asked: str,
    ) -> None:
        """After the answer's messages: the request to approve it, or that an earlier approval holds."""
        approval = await self.decisions.request_approval(queued.job, budget, excess, before)
        if approval.estimate_id != queued.job.estimate_id:
            await self._post_all(queued, None, [*messages, approval_holds(approval)])
            return
        saved = await self.services.estimates.get(approval.estimate_id, team_id=approval.team_id)
        channel = saved and saved.channel_id
        thread = Destination(channel, saved.thread_ts) if saved and channel and not channel.startswith("D") else None
        mine = approval.asked_by in approval.approvers
        await self._post_all(
            queued, None, [*messages, approval_request(approval, elsewhere=thread is None and not mine)]
        )
        if not mine:
            await self.decisions.ask_directly(queued, approval, asked, thread)

    async def _budget(self, job: EstimateJob) -> Budget | None:
        """The budget of where the answer goes."""
        return await self.services.budgets.of(job.team_id, job.channel_id or WHOLE_WORKSPACE)

    def _change(
        self, before: SavedEstimate, after: Comparison, job: EstimateJob, aside: WorkspaceNotes
    ) -> SlackMessage:
        return change_reply(before.result, after, job.estimate_id, job.user_id, self._why(before, after), aside)

    def _why(self, before: SavedEstimate, after: Comparison) -> list[CostCause]:
        """The difference of the offer in the headline by cause, where it was priced before too."""
        if after.best is None:
            return []
        quote = before.result.quote(after.best.offer.id)
        return (quote and reasons(quote, after.scenario.fields(), self.services.catalog, after.as_of)) or []

    async def _post_all(
        self, queued: QueuedJob[EstimateJob], place: Destination | None, messages: list[SlackMessage]
    ) -> None:
        """Post what does not stand yet, into one thread."""
        job, mark = queued.job, idempotency_key(queued)
        poster = await self.services.poster(job.team_id)
        saved = await self.services.estimates.get(job.estimate_id, team_id=job.team_id)
        count = saved.posted if saved else 0
        if saved and saved.channel_id:
            place = Destination(saved.channel_id, saved.thread_ts)
        for message in messages[count:]:
            if count and place is not None:
                posted = await poster.post(place, message, mark.part(count))
            else:
                posted = await poster.post_or_dm(place, job.user_id, message, mark.part(count))
            place, count = posted.place, count + 1
            await self.services.estimates.mark_posted(
                job.estimate_id,
                team_id=job.team_id,
                channel_id=place.channel,
                thread_ts=place.thread_ts or posted.ts,
                message_ts=posted.ts,
                posted=count,
            )

    async def _mark_changed(self, before: SavedEstimate, after: Comparison) -> None:
        """Say on the first message that its figures are no longer the latest, where it can be written as it was."""
        first = await self.services.estimates.first_of(before)
        if (
            first.message_ts is None
            or first.channel_id is None
            or first.catalog_version != self.services.catalog.version
        ):
            return
        was = await self.services.price(first.fields, date.fromisoformat(first.as_of))
        aside = _workspace_notes(first.result.notes)
        message = await asyncio.to_thread(
            parent_message, was, first.id, first.user_id, latest_headline=headline(after), notes=aside
        )
        poster = await self.services.poster(first.team_id)
        await poster.change(Destination(first.channel_id), first.message_ts, message)


def _answer(comparison: Comparison, estimate_id: str, user_id: str, aside: WorkspaceNotes) -> list[SlackMessage]:
    """The message in the channel and what follows in its thread."""
    return [parent_message(comparison, estimate_id, user_id, notes=aside), *thread_replies(comparison, aside.exchange)]


def _saved_notes(notes: WorkspaceNotes, held: BudgetExcess | BudgetUndecided | None) -> SavedNotes:
    return SavedNotes(
        exchange=save_exchange(notes.exchange),
        defaults=notes.defaults,
        budget=notes.budget,
        excess_usd=held.usd if isinstance(held, BudgetExcess) else None,
    )


def _workspace_notes(notes: SavedNotes) -> WorkspaceNotes:
    return WorkspaceNotes(read_exchange(notes.exchange), notes.defaults, notes.budget)
