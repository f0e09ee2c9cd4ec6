"""What the buttons of an estimate ask for: its export, its break-even, how sure it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from slack_sdk.errors import SlackApiError

from bot.desk import Desk
from bot.faults import error_of
from bot.post import SHUT_OUT, Place
from bot.render.data import to_csv
from bot.render.replies import break_even_replies, dated, sure_replies
from bot.store import Job, SavedEstimate
from calculator import estimate, read_scenario, spread_out


@dataclass(frozen=True)
class AnswerJobs:
    """Kinds `export`, `break_even` and `sure`."""

    desk: Desk

    async def export(self, job: Job) -> None:
        """Upload an estimate, as it was saved, as CSV into its thread. Payload: id, team, user, channel, thread_ts."""
        ask = job.payload
        here = Place(ask["channel"], ask["thread_ts"])
        saved = await self.desk.saved_or_told(ask, here)
        if saved is None:
            return
        try:
            await self._upload(saved, here)
        except SlackApiError as error:
            if error_of(error) not in SHUT_OUT:
                raise
            poster = await self.desk.poster(ask["team"])
            await self._upload(saved, await poster.direct(ask["user"]))

    async def break_even(self, job: Job) -> None:
        """The break-even of a saved estimate, into its thread. Payload: id, team, user, channel, thread_ts, as_of."""
        ask = job.payload
        here = Place(ask["channel"], ask["thread_ts"])
        saved = await self.desk.saved_or_told(ask, here)
        if saved is None:
            return
        comparison = await self.desk.price(saved.fields, date.fromisoformat(ask["as_of"]))
        messages = await asyncio.to_thread(break_even_replies, comparison)
        await self.desk.reply_all(job, here, dated(messages, comparison, saved.id))

    async def sure(self, job: Job) -> None:
        """How sure a saved estimate is, into its thread: by its own ranges, else with every number taken as somewhat
        off. Payload as for break_even.
        """
        ask = job.payload
        here = Place(ask["channel"], ask["thread_ts"])
        saved = await self.desk.saved_or_told(ask, here)
        if saved is None:
            return
        scenario = read_scenario(saved.fields)
        spread = self.desk.catalog.assumptions["default_spread"].value or Decimal(0)
        asked = scenario if scenario.ranged else spread_out(scenario, spread)
        comparison = await asyncio.to_thread(estimate, asked, self.desk.catalog, date.fromisoformat(ask["as_of"]))
        messages = await asyncio.to_thread(sure_replies, comparison, assumed=not scenario.ranged)
        await self.desk.reply_all(job, here, dated(messages, comparison, saved.id))

    async def _upload(self, saved: SavedEstimate, place: Place) -> None:
        client = (await self.desk.workspaces.of(saved.team_id)).client
        await client.files_upload_v2(
            channel=place.channel,
            thread_ts=place.thread_ts,
            filename=f"ftcost-{saved.id}.csv",
            title=f"Estimate {saved.id}, line by line",
            content=to_csv(saved.result),
        )
