"""What every job needs: the catalogue, what is stored, and ways to answer that can be repeated.

A job's own steps are in `bot/jobs/`. Each of them can be done again: an estimate's id comes with its job, and what
stands in Slack already is remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.answers.lookups import Lookups
from bot.prices.current_catalog import CurrentCatalog
from bot.prices.exchange_rates import ExchangeRates
from bot.queue.model import ActualJob, BreakEvenJob, ExportJob, Job, QueuedJob, UncertaintyJob, WorkspaceJob
from bot.queue.store import JobStore
from bot.render.blocks import SlackMessage, text_message
from bot.render.escaping import escape
from bot.slack.poster import Destination, IdempotencyKey, Poster
from bot.slack.workspaces import Workspaces
from bot.store import BudgetStore, DatasetRunStore, DefaultsStore, EstimateStore, SavedEstimate
from bot.workspace.defaults import WorkspaceDefaults
from calculator import Comparison, Scenario, estimate, read_scenario, resolve_question
from pricing import Catalog

T = TypeVar("T")


@dataclass(frozen=True)
class Services:
    """What a job needs to be done."""

    box: CurrentCatalog
    estimates: EstimateStore
    lookups: Lookups
    workspaces: Workspaces
    inbox: JobStore
    counts: DatasetRunStore
    preferences: DefaultsStore
    budgets: BudgetStore
    rates: ExchangeRates

    async def settled(self, team_id: str) -> WorkspaceDefaults:
        """What a workspace has settled for its estimates."""
        return WorkspaceDefaults(await self.preferences.get(team_id))

    @property
    def catalog(self) -> Catalog:
        """The one in use at this moment; a job that asks twice takes it out once."""
        return self.box.catalog

    async def poster(self, team_id: str) -> Poster:
        return (await self.workspaces.of(team_id)).poster

    async def price(self, fields: Mapping[str, str], as_of: date) -> Comparison:
        """The answer to a question, or UserError with what is wrong with it. No I/O: some milliseconds, and some tens
        of them, in a thread, where GPUs are searched.
        """
        return await self._of(estimate, fields, as_of)

    async def check(self, fields: Mapping[str, str], as_of: date) -> None:
        """Raises UserError with what is wrong with a question, as `price` does, in a fraction of its time."""
        await self._of(resolve_question, fields, as_of)

    async def _of(self, answer: Callable[[Scenario, Catalog, date], T], fields: Mapping[str, str], as_of: date) -> T:
        scenario = read_scenario(fields)
        if scenario.names_a_model:
            return await asyncio.to_thread(answer, scenario, self.catalog, as_of)
        return answer(scenario, self.catalog, as_of)

    async def reply_all(
        self, queued: QueuedJob[WorkspaceJob], destination: Destination, messages: list[SlackMessage], part: str = ""
    ) -> None:
        """Post the replies of a job, each once. `part` names these replies if the job posts others too."""
        poster, user_id = await self.poster(queued.job.team_id), queued.job.user_id
        posted_count = await self.inbox.replies(queued) if queued.attempts > 1 else 0
        for number, message in enumerate(messages[posted_count:], posted_count):
            key = mark_of(queued).part(f"{part}{number}")
            destination = (await poster.post_or_dm(destination, user_id, message, key)).place
            await self.inbox.replied(queued, number + 1)

    async def find_estimate(
        self, job: ExportJob | BreakEvenJob | UncertaintyJob | ActualJob, destination: Destination
    ) -> SavedEstimate | None:
        """Return the estimate that a job is about; None, after a message to its user, if it was deleted."""
        saved = await self.estimates.get(job.estimate_id, team_id=job.team_id)
        if saved is None:
            text = f"There is no estimate `{escape(job.estimate_id[:40])}` any more."
            await (await self.poster(job.team_id)).only_to(job.user_id, destination, text_message(text))
        return saved

    async def notify_delay(self, queued: QueuedJob[Job]) -> None:
        """Tell the person who waits that the answer takes longer, unless they see the progress of a count."""
        recipient = queued.job.recipient
        if recipient and await self.counts.get(queued.idempotency_key, team_id=recipient.team_id):
            return
        await self._tell(queued, "This takes longer than usual. The answer comes by itself; no need to ask again.")

    async def apologise(self, queued: QueuedJob[Job], code: str) -> None:
        """Tell the person who waits that the job failed."""
        await self._tell(queued, f"Something went wrong on our side, so there is no answer. Please try again. ({code})")

    async def _tell(self, queued: QueuedJob[Job], text: str) -> None:
        recipient = queued.job.recipient
        if recipient is None:
            return
        poster = await self.poster(recipient.team_id)
        if recipient.channel_id:
            destination = Destination(recipient.channel_id, recipient.thread_ts)
            await poster.only_to(recipient.user_id, destination, text_message(text))
        else:
            await poster.post(await poster.direct(recipient.user_id), text_message(text))


def mark_of(queued: QueuedJob[Job]) -> IdempotencyKey:
    """Return the key of a job's messages."""
    return IdempotencyKey(queued.idempotency_key, may_stand=queued.attempts > 1, since=queued.accepted_at)
