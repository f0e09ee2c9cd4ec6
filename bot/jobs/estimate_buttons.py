"""The jobs of an estimate's buttons: export, break-even and uncertainty."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from slack_sdk.errors import SlackApiError

from bot.errors import error_of
from bot.queue.model import BreakEvenJob, ExportFormat, ExportJob, QueuedJob, UncertaintyJob
from bot.render.exports import to_csv, to_yaml
from bot.render.replies import add_price_date, break_even_replies, uncertainty_replies
from bot.services import Services
from bot.slack.poster import CANNOT_POST, Destination, permalink
from bot.store import SavedEstimate
from calculator import estimate, read_scenario, with_default_spread


class Export(NamedTuple):
    """An estimate as a file."""

    name: str
    title: str
    content: str | bytes


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
        file = await self._export(saved, job.file_format)
        try:
            await self._upload(saved.team_id, file, thread)
        except SlackApiError as error:
            if error_of(error) not in CANNOT_POST:
                raise
            poster = await self.services.poster(job.team_id)
            await self._upload(saved.team_id, file, await poster.open_dm(job.user_id))

    async def break_even(self, queued: QueuedJob[BreakEvenJob]) -> None:
        """Post the break-even of a saved estimate into its thread."""
        job = queued.job
        thread = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, thread)
        if saved is None:
            return
        comparison = await self.services.price(saved.fields, job.as_of)
        messages = await asyncio.to_thread(break_even_replies, comparison)
        await self.services.reply_all(queued, thread, add_price_date(messages, comparison, saved.id))

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
        comparison = await asyncio.to_thread(estimate, ranged, self.services.catalog, job.as_of)
        messages = await asyncio.to_thread(uncertainty_replies, comparison, assumed=not scenario.ranged)
        await self.services.reply_all(queued, thread, add_price_date(messages, comparison, saved.id))

    async def _export(self, saved: SavedEstimate, file_format: ExportFormat) -> Export:
        """Return an estimate as a file. A spreadsheet is priced again, because it has formulas beside the quote."""
        link = permalink(self.services.workspaces.url(saved.team_id), saved)
        match file_format:
            case "xlsx":
                from bot.render.xlsx import to_xlsx

                comparison = await self.services.price(saved.fields, date.fromisoformat(saved.as_of))
                content: str | bytes = await asyncio.to_thread(
                    to_xlsx, comparison, self.services.catalog, quoted=saved.result, link=link or ""
                )
                title = f"Estimate {saved.id} as a spreadsheet with formulas"
            case "yaml":
                content, title = to_yaml(saved.result, link=link), f"Estimate {saved.id}, the scenario"
            case _:
                content, title = to_csv(saved.result, link=link), f"Estimate {saved.id}, line by line"
        return Export(f"ftcost-{saved.id}.{file_format}", title, content)

    async def _upload(self, team_id: str, file: Export, destination: Destination) -> None:
        client = (await self.services.workspaces.of(team_id)).client
        await client.files_upload_v2(
            channel=destination.channel,
            thread_ts=destination.thread_ts,
            filename=file.name,
            title=file.title,
            content=file.content,
        )
