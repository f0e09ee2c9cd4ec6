"""What every job needs: the catalogue, what is stored, and ways to answer that can be repeated.

A job's own steps are in `bot/jobs/`. Each of them can be done again: an estimate's id comes with its job, and what
stands in Slack already is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.exchange import Rates
from bot.lookups import Lookups
from bot.post import Mark, Place, Poster
from bot.preferences import Preferences
from bot.render.blocks import SlackMessage, escape, saying
from bot.store import BudgetStore, EstimateStore, Inbox, Job, PreferenceStore, SavedEstimate
from bot.workspaces import Workspaces
from calculator import Comparison, estimate, read_scenario
from pricing import Catalog


@dataclass(frozen=True)
class Desk:
    """What a job needs to be done."""

    catalog: Catalog
    estimates: EstimateStore
    lookups: Lookups
    workspaces: Workspaces
    inbox: Inbox
    preferences: PreferenceStore
    budgets: BudgetStore
    rates: Rates

    async def settled(self, team_id: str) -> Preferences:
        """What a workspace has settled for its estimates."""
        return Preferences(await self.preferences.get(team_id))

    async def poster(self, team_id: str) -> Poster:
        return (await self.workspaces.of(team_id)).poster

    def price(self, fields: Mapping[str, str], as_of: date) -> Comparison:
        """The answer to a question, or UserError with what is wrong with it. No I/O, some milliseconds."""
        return estimate(read_scenario(fields), self.catalog, as_of)

    async def reply_all(self, job: Job, here: Place, messages: list[SlackMessage]) -> None:
        """Post replies that the store does not count, each once."""
        poster, user = await self.poster(job.payload["team"]), job.payload["user"]
        stand = await self.inbox.replies(job) if job.attempts > 1 else 0
        for number, message in enumerate(messages[stand:], stand):
            here = (await poster.post_or_dm(here, user, message, mark_of(job).part(number))).place
            await self.inbox.replied(job, number + 1)

    async def saved_or_told(self, ask: Mapping[str, Any], here: Place) -> SavedEstimate | None:
        """The estimate a button belongs to; None where it is gone, and the person was told."""
        saved = await self.estimates.get(ask["id"], team_id=ask["team"])
        if saved is None:
            gone = saying(f"There is no estimate `{escape(ask['id'])}` any more.")
            poster = await self.poster(ask["team"])
            await poster.only_to(ask["user"], here, gone)
        return saved

    async def say_late(self, job: Job) -> None:
        """Tell the person who waits that the answer comes, but later."""
        await self._tell(job, "This takes longer than usual. The answer comes by itself; no need to ask again.")

    async def apologise(self, job: Job, code: str) -> None:
        """Tell the person who waits that it is our fault."""
        await self._tell(job, f"Something went wrong on our side, so there is no answer. Please try again. ({code})")

    async def _tell(self, job: Job, text: str) -> None:
        ask, poster = job.payload, await self.poster(job.payload["team"])
        if ask.get("channel"):
            await poster.only_to(ask["user"], Place(ask["channel"], ask.get("thread_ts")), saying(text))
        else:
            await poster.post(await poster.direct(ask["user"]), saying(text))


def mark_of(job: Job) -> Mark:
    return Mark(job.key, may_stand=job.attempts > 1, since=job.accepted_at)
