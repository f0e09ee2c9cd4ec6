"""What was paid: recorded, and held against its estimate in the estimate's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.actuals.bill import MAX_BYTES, TOO_LARGE, read_bill
from bot.actuals.command import read_actual
from bot.actuals.match import MatchedBill, choose_offer, take_bill
from bot.actuals.platforms import PLATFORMS
from bot.actuals.service import ActualsService
from bot.queue.store import Job
from bot.render.actuals import actual_page, actual_replies, recalibrate_button
from bot.render.blocks import text_message
from bot.render.escaping import escape
from bot.services import Services
from bot.slack.files import Downloads, SlackFile
from bot.slack.poster import Destination
from bot.store import SavedEstimate
from calculator import Comparison, UserError


@dataclass(frozen=True)
class ActualJobs:
    """Kind `actual`."""

    desk: Services
    books: ActualsService
    downloads: Downloads

    async def actual(self, job: Job) -> None:
        """Record what is asked and answer with the comparison. Payload: id, team, user, channel and thread_ts of the
        estimate, asked_in (where the person is), words, as_of, file (as in bot/slack/files.py, or None).
        """
        ask = job.payload
        here = Destination(ask["asked_in"] or ask["channel"], ask.get("asked_thread"))
        saved = await self.desk.saved_or_told(ask, here)
        if saved is None:
            return
        try:
            notes = await self._record(job, saved)
            shown = await self.books.shown(saved, read_actual(ask["words"], _today(ask)).offer)
        except UserError as error:
            await (await self.desk.poster(ask["team"])).only_to(ask["user"], here, text_message(escape(str(error))))
            return
        page = await asyncio.to_thread(
            actual_page,
            shown.comparison,
            shown.offer,
            shown.held,
            shown.recalibrated,
            [*shown.notes(saved), *notes, f"estimate {saved.id}"],
        )
        button = recalibrate_button(saved.id) if shown.recalibrated.fields else None
        thread = Destination(ask["channel"], ask["thread_ts"])
        await self.desk.reply_all(job, thread, actual_replies(page, shown.offer, shown.held, button))

    async def _record(self, job: Job, saved: SavedEstimate) -> list[str]:
        """Write down what was typed, pulled or dropped; notes on it. Raises UserError."""
        ask, today = job.payload, _today(job.payload)
        asked = read_actual(ask["words"], today)
        comparison = self.books.comparison(saved)
        notes: list[str] = []
        if asked.pull:
            platform = PLATFORMS[asked.pull]
            chosen = choose_offer(comparison, asked.offer, platform.sold_as, f"{platform.title}'s bill")
            found, source = await self.books.pulled(asked, saved, chosen, today), f"asked of {platform.title}"
        elif asked.usd is not None:
            chosen = choose_offer(comparison, asked.offer, None, "it")
            found, source = self.books.typed(asked, today), "typed"
            if asked.month is None:
                notes.append(f"no month was named, so it is {today:%Y-%m}")
        elif ask.get("file"):
            taken = await self._taken(ask, asked.offer, comparison)
            chosen, found, source = taken.offer, list(taken.actuals), taken.source
            notes += taken.notes
        else:
            return []
        await self.books.store.record(
            found,
            team_id=saved.team_id,
            estimate_id=saved.id,
            offer=chosen.offer.id,
            source=source,
            user_id=ask["user"],
            job_key=job.key,
        )
        return notes

    async def _taken(self, ask: Mapping[str, Any], offer: str | None, comparison: Comparison) -> MatchedBill:
        """What counts of the bill that came with a mention. Raises UserError."""
        token = (await self.desk.workspaces.of(ask["team"])).token
        file = SlackFile(**ask["file"])
        if file.size > MAX_BYTES:
            raise UserError(TOO_LARGE)
        async with self.downloads.copy(file, token, _bounded) as copy:
            content = await asyncio.to_thread(copy.read)
        rules, catalog = self.books.rules, self.books.catalog
        bill = await asyncio.to_thread(read_bill, content, rules)  # up to some seconds
        return await asyncio.to_thread(take_bill, bill, rules, comparison, offer, catalog, _today(ask))


def _bounded(received: int) -> None:
    """A file may be larger than Slack said. Raises UserError."""
    if received > MAX_BYTES:
        raise UserError(TOO_LARGE)


def _today(ask: Mapping[str, Any]) -> date:
    return date.fromisoformat(ask["as_of"])
