"""What every job needs: the catalogue, what is stored, and ways to answer that can be repeated.

A job's own steps are in `bot/jobs/`. Each of them can be done again: an estimate's id comes with its job, and what
stands in Slack already is remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from bot.answers.lookups import Lookups
from bot.prices.current_catalog import CurrentCatalog
from bot.prices.exchange_rates import ExchangeRates
from bot.queue.store import Job, JobStore
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

    async def reply_all(self, job: Job, here: Destination, messages: list[SlackMessage], part: str = "") -> None:
        """Post replies that the store does not count, each once; `part` of the job's messages, where it has others."""
        poster, user = await self.poster(job.payload["team"]), job.payload["user"]
        stand = await self.inbox.replies(job) if job.attempts > 1 else 0
        for number, message in enumerate(messages[stand:], stand):
            here = (await poster.post_or_dm(here, user, message, mark_of(job).part(f"{part}{number}"))).place
            await self.inbox.replied(job, number + 1)

    async def saved_or_told(self, ask: Mapping[str, Any], here: Destination) -> SavedEstimate | None:
        """The estimate a button belongs to; None where it is gone, and the person was told."""
        saved = await self.estimates.get(ask["id"], team_id=ask["team"])
        if saved is None:
            gone = text_message(f"There is no estimate `{escape(ask['id'][:40])}` any more.")
            poster = await self.poster(ask["team"])
            await poster.only_to(ask["user"], here, gone)
        return saved

    async def say_late(self, job: Job) -> None:
        """Tell the person who waits that the answer comes, but later; unless they see how far it is."""
        if await self.counts.get(job.key, team_id=job.payload["team"]):
            return
        await self._tell(job, "This takes longer than usual. The answer comes by itself; no need to ask again.")

    async def apologise(self, job: Job, code: str) -> None:
        """Tell the person who waits that it is our fault."""
        await self._tell(job, f"Something went wrong on our side, so there is no answer. Please try again. ({code})")

    async def _tell(self, job: Job, text: str) -> None:
        if job.payload.get("unasked"):
            return  # nobody waits
        ask, poster = job.payload, await self.poster(job.payload["team"])
        if ask.get("channel"):
            await poster.only_to(ask["user"], Destination(ask["channel"], ask.get("thread_ts")), text_message(text))
        else:
            await poster.post(await poster.direct(ask["user"]), text_message(text))


def mark_of(job: Job) -> IdempotencyKey:
    return IdempotencyKey(job.key, may_stand=job.attempts > 1, since=job.accepted_at)
