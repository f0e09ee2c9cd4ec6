"""The jobs of an estimate's buttons: export, break-even and uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.queue.model import BreakEvenJob, ExportFormat, ExportJob, QueuedJob, UncertaintyJob
from bot.render.exports.csv_yaml import to_csv, to_json, to_yaml
from bot.render.parts.blocks import text_message
from bot.render.parts.escaping import escape
from bot.render.slack.replies import add_footer, break_even_replies, uncertainty_replies
from bot.services import Services
from bot.slack.poster import Destination, permalink
from bot.slack.uploads import SlackUpload, UploadRefused
from bot.store import SavedEstimate
from calculator import UserError, estimate, read_scenario, with_default_spread

ELSEWHERE = "The estimate is in `/ftcost list`, and `ftcost estimate --format csv` prints the same lines in a terminal."


@dataclass(frozen=True)
class EstimateButtonJobs:
    """Handlers of the buttons under an estimate."""

    services: Services

    async def export(self, queued: QueuedJob[ExportJob]) -> None:
        """Upload an estimate into its thread, or into a direct message if the bot can't post there."""
        job = queued.job
        thread = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, thread)
        if saved is None:
            return
        poster = await self.services.poster(job.team_id)
        try:
            file = await self._export(saved, job.file_format)
        except UserError as error:
            await poster.notify(job.user_id, thread, text_message(escape(str(error))))
            return
        try:
            await poster.upload_or_dm(thread, job.user_id, file)
        except UploadRefused as refusal:
            await poster.notify(job.user_id, thread, text_message(f"{refusal} {ELSEWHERE}"))

    async def break_even(self, queued: QueuedJob[BreakEvenJob]) -> None:
        """Post the break-even of a saved estimate into its thread."""
        job = queued.job
        thread = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, thread)
        if saved is None:
            return
        comparison = await self.services.price(saved.fields, job.as_of)
        messages = await self.services.compute(break_even_replies, comparison)
        await self.services.reply_all(queued, thread, add_footer(messages, comparison, saved.id))

    async def uncertainty(self, queued: QueuedJob[UncertaintyJob]) -> None:
        """Post the uncertainty of a saved estimate: from its own ranges, or from a default spread of every number."""
        job = queued.job
        thread = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, thread)
        if saved is None:
            return
        scenario = read_scenario(saved.fields)
        spread = self.services.catalog.assumptions["default_spread"].value or Decimal(0)
        ranged = scenario if scenario.ranged else with_default_spread(scenario, spread)
        comparison = await self.services.compute(estimate, ranged, self.services.catalog, job.as_of)
        messages = await self.services.compute(uncertainty_replies, comparison, assumed=not scenario.ranged)
        await self.services.reply_all(queued, thread, add_footer(messages, comparison, saved.id))

    async def _export(self, saved: SavedEstimate, file_format: ExportFormat) -> SlackUpload:
        """Return an estimate as a file. A spreadsheet and a memo are priced again, beside the quote.

        Raises:
            UserError: The libraries that write the file aren't installed.
        """
        link = permalink(self.services.workspaces.url(saved.team_id), saved)
        content: str | bytes
        match file_format:
            case "pdf":
                from bot.render.memo.content import build_memo
                from bot.render.memo.pdf import memo_pdf

                comparison = await self.services.price(saved.fields, date.fromisoformat(saved.as_of))
                memo = await self.services.compute(build_memo, comparison, quoted=saved.result, link=link or "")
                content = await self.services.compute(memo_pdf, memo)
                title = f"Estimate {saved.id}, the decision memo"
            case "json":
                content = to_json(saved.result)
                title = f"Estimate {saved.id}, the whole answer"
            case "xlsx":
                from bot.render.exports.xlsx import to_xlsx

                comparison = await self.services.price(saved.fields, date.fromisoformat(saved.as_of))
                content = await self.services.compute(
                    to_xlsx, comparison, self.services.catalog, quoted=saved.result, link=link or ""
                )
                title = f"Estimate {saved.id} as a spreadsheet with formulas"
            case "yaml":
                content, title = to_yaml(saved.result, link=link), f"Estimate {saved.id}, the scenario"
            case _:
                content, title = to_csv(saved.result, link=link), f"Estimate {saved.id}, line by line"
        return SlackUpload(f"ftcost-{saved.id}.{file_format}", title, content)
