"""The job of `/ftcost actual …`: record paid amounts and compare them with the estimate, in its thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.actuals.bill import MAX_BYTES, TOO_LARGE, read_bill
from bot.actuals.command import read_actual
from bot.actuals.match import MatchedBill, choose_offer, match_bill
from bot.actuals.platforms import PLATFORMS
from bot.queue.model import ActualJob, QueuedJob, SlackFile
from bot.render.answer.actuals import actual_page
from bot.render.parts.blocks import text_message
from bot.render.parts.escaping import escape
from bot.render.parts.short import short_month
from bot.render.slack.actuals import actual_replies, recalibrate_button
from bot.services import Services
from bot.slack.files import Downloads, complete_file
from bot.slack.poster import Destination
from bot.store import SavedEstimate
from calculator import Comparison, UserError


@dataclass(frozen=True)
class ActualJobs:
    """The handler of paid amounts: typed, read from a platform, or from a bill in a thread."""

    services: Services
    downloads: Downloads

    async def actual(self, queued: QueuedJob[ActualJob]) -> None:
        """Record the amounts of a command, and post their comparison with the estimate into its thread."""
        job = queued.job
        origin = Destination(job.asked_in_channel_id or job.channel_id, job.asked_in_thread_ts)
        saved = await self.services.find_estimate(job, origin)
        if saved is None:
            return
        try:
            notes = await self._record(queued, saved)
            report = await self.services.actuals.report(saved, read_actual(job.command, job.as_of).offer)
        except UserError as error:
            await (await self.services.poster(job.team_id)).notify(
                job.user_id, origin, text_message(escape(str(error)))
            )
            return
        page = await self.services.compute(
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
        """Save the amounts of a command, a platform or a bill; return notes on them. Raises UserError."""
        job, today = queued.job, queued.job.as_of
        command = read_actual(job.command, today)
        comparison = self.services.actuals.comparison(saved)
        notes: list[str] = []
        if command.pull:
            platform = PLATFORMS[command.pull]
            chosen = choose_offer(comparison, command.offer, platform.catalog_platform, f"{platform.title}'s bill")
            actuals, source = (
                await self.services.actuals.pull(command, saved, chosen, today),
                f"read from {platform.title}",
            )
        elif command.usd is not None:
            chosen = choose_offer(comparison, command.offer, None, "it")
            actuals, source = self.services.actuals.typed_amounts(command, today), "typed"
            if command.month is None:
                notes.append(f"no month given, so {short_month(today)} is assumed")
        elif job.file:
            match = await self._match_bill(job, job.file, command.offer, comparison)
            chosen, actuals, source = match.offer, list(match.actuals), match.source
            notes += match.notes
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
        """Return the lines of a bill that belong to the estimate.

        Raises:
            UserError: The bill can't be read, or none of its lines match.
        """
        workspace = await self.services.workspaces.of(job.team_id)
        file = await complete_file(workspace.client, file)
        if file.size > MAX_BYTES:
            raise UserError(TOO_LARGE)
        async with self.downloads.copy(file, workspace.token, _check_size) as copy:
            content = await asyncio.to_thread(copy.read)
        rules, catalog = self.services.actuals.rules, self.services.actuals.catalog
        bill = await self.services.compute(read_bill, content, rules)  # takes up to some seconds
        return await self.services.compute(match_bill, bill, rules, comparison, offer, catalog, job.as_of)


def _check_size(received: int) -> None:
    """Raise UserError if more bytes arrive than a bill may have; Slack's size may be wrong."""
    if received > MAX_BYTES:
        raise UserError(TOO_LARGE)
