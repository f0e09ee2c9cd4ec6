"""The answers of an estimate's buttons: its export, its break-even and its uncertainty."""

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
from bot.render.replies import break_even_replies, dated, uncertainty_replies
from bot.services import Services
from bot.slack.poster import SHUT_OUT, Destination, permalink
from bot.store import SavedEstimate
from calculator import estimate, read_scenario, with_default_spread


class Export(NamedTuple):
    """A file for the thread."""

    name: str
    title: str
    content: str | bytes


@dataclass(frozen=True)
class AnswerJobs:
    """Handlers of the buttons under an estimate."""

    services: Services

    async def export(self, queued: QueuedJob[ExportJob]) -> None:
        """Upload an estimate into its thread: as it was saved, or (xlsx) with formulas."""
        job = queued.job
        here = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, here)
        if saved is None:
            return
        file = await self._export(saved, job.file_format)
        try:
            await self._upload(saved.team_id, file, here)
        except SlackApiError as error:
            if error_of(error) not in SHUT_OUT:
                raise
            poster = await self.services.poster(job.team_id)
            await self._upload(saved.team_id, file, await poster.direct(job.user_id))

    async def break_even(self, queued: QueuedJob[BreakEvenJob]) -> None:
        """Post the break-even of a saved estimate into its thread."""
        job = queued.job
        here = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, here)
        if saved is None:
            return
        comparison = await self.services.price(saved.fields, job.as_of)
        messages = await asyncio.to_thread(break_even_replies, comparison)
        await self.services.reply_all(queued, here, dated(messages, comparison, saved.id))

    async def sure(self, queued: QueuedJob[UncertaintyJob]) -> None:
        """Post how sure a saved estimate is into its thread: by its own ranges, or with a default spread of every
        number if it has none.
        """
        job = queued.job
        here = Destination(job.channel_id, job.thread_ts)
        saved = await self.services.find_estimate(job, here)
        if saved is None:
            return
        scenario = read_scenario(saved.fields)
        spread = self.services.catalog.assumptions["default_spread"].value or Decimal(0)
        asked = scenario if scenario.ranged else with_default_spread(scenario, spread)
        comparison = await asyncio.to_thread(estimate, asked, self.services.catalog, job.as_of)
        messages = await asyncio.to_thread(uncertainty_replies, comparison, assumed=not scenario.ranged)
        await self.services.reply_all(queued, here, dated(messages, comparison, saved.id))

    async def _export(self, saved: SavedEstimate, format: ExportFormat) -> Export:
        """Return the file of one format. A spreadsheet is priced again as of its day, beside the quoted figures."""
        link = permalink(self.services.workspaces.url(saved.team_id), saved)
        match format:
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
        return Export(f"ftcost-{saved.id}.{format}", title, content)

    async def _upload(self, team_id: str, file: Export, place: Destination) -> None:
        client = (await self.services.workspaces.of(team_id)).client
        await client.files_upload_v2(
            channel=place.channel,
            thread_ts=place.thread_ts,
            filename=file.name,
            title=file.title,
            content=file.content,
        )
