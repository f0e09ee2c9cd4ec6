"""What was paid: recorded, and compared with its estimate in the estimate's thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.actuals.bill import MAX_BYTES, TOO_LARGE, read_bill
from bot.actuals.command import read_actual
from bot.actuals.match import MatchedBill, choose_offer, match_bill
from bot.actuals.platforms import PLATFORMS
from bot.queue.model import ActualJob, QueuedJob, SlackFile
from bot.render.actuals import actual_page, actual_replies, recalibrate_button
from bot.render.blocks import text_message
from bot.render.escaping import escape
from bot.services import Services
from bot.slack.files import Downloads
from bot.slack.poster import Destination
from bot.store import SavedEstimate
from calculator import Comparison, UserError


@dataclass(frozen=True)
class ActualJobs:
    """The handler of `/ftcost actual …` and of bills in a thread."""

    services: Services
    downloads: Downloads

    async def actual(self, queued: QueuedJob[ActualJob]) -> None:
        """Record the amounts of a command, and post the comparison into the estimate's thread."""
        job = queued.job
        here = Destination(job.asked_in_channel_id or job.channel_id, job.asked_in_thread_ts)
        saved = await self.services.find_estimate(job, here)
        if saved is None:
            return
        try:
            notes = await self._record(queued, saved)
            report = await self.services.actuals.report(saved, read_actual(job.command, job.as_of).offer)
        except UserError as error:
            await (await self.services.poster(job.team_id)).only_to(job.user_id, here, text_message(escape(str(error))))
            return
        page = await asyncio.to_thread(
            actual_page,
            report.comparison,
            report.offer,
            report.variances,
            report.recalibration,
            [*report.notes(saved), *notes, f"estimate {saved.id}"],
        )
        button = recalibrate_button(saved.id) if report.recalibration.fields else None
        thread = Destination(job.channel_id, job.thread_ts)
        await self.services.reply_all(queued, thread, actual_replies(page, report.offer, report.variances, button))

    async def _record(self, queued: QueuedJob[ActualJob], saved: SavedEstimate) -> list[str]:
        """Save the amounts that were typed, read from a platform or from a bill; return notes on them. Raises
        UserError.
        """
        job, today = queued.job, queued.job.as_of
        asked = read_actual(job.command, today)
        comparison = self.services.actuals.comparison(saved)
        notes: list[str] = []
        if asked.pull:
            platform = PLATFORMS[asked.pull]
            chosen = choose_offer(comparison, asked.offer, platform.catalog_platform, f"{platform.title}'s bill")
            actuals, source = (
                await self.services.actuals.pull(asked, saved, chosen, today),
                f"read from {platform.title}",
            )
        elif asked.usd is not None:
            chosen = choose_offer(comparison, asked.offer, None, "it")
            actuals, source = self.services.actuals.typed_amounts(asked, today), "typed"
            if asked.month is None:
                notes.append(f"no month was named, so it is {today:%Y-%m}")
        elif job.file:
            taken = await self._match_bill(job, job.file, asked.offer, comparison)
            chosen, actuals, source = taken.offer, list(taken.actuals), taken.source
            notes += taken.notes
        else:
            return []
        await self.services.actuals.store.record(
            actuals,
            team_id=saved.team_id,
            estimate_id=saved.id,
            offer=chosen.offer.id,
            source=source,
            user_id=job.user_id,
            job_key=queued.idempotency_key,
        )
        return notes

    async def _match_bill(
        self, job: ActualJob, file: SlackFile, offer: str | None, comparison: Comparison
    ) -> MatchedBill:
        """Return the lines of a bill that belong to the estimate. Raises UserError."""
        token = (await self.services.workspaces.of(job.team_id)).token
        if file.size > MAX_BYTES:
            raise UserError(TOO_LARGE)
        async with self.downloads.copy(file, token, _check_size) as copy:
            content = await asyncio.to_thread(copy.read)
        rules, catalog = self.services.actuals.rules, self.services.actuals.catalog
        bill = await asyncio.to_thread(read_bill, content, rules)  # up to some seconds
        return await asyncio.to_thread(match_bill, bill, rules, comparison, offer, catalog, job.as_of)


def _check_size(received: int) -> None:
    """Raise UserError if a file is larger than Slack said and than is read."""
    if received > MAX_BYTES:
        raise UserError(TOO_LARGE)
