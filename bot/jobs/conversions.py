"""The job that converts a training file for a platform and uploads the copy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from tempfile import TemporaryFile

from bot.answers.files import copy_text
from bot.counting.parent import convert_in_process
from bot.counting.protocol import ConversionTask
from bot.queue.model import ConvertJob, QueuedJob
from bot.render.parts.blocks import text_message
from bot.render.sentences.datasets import copy_name
from bot.services import Services
from bot.slack.files import Downloads, file_info, read_file
from bot.slack.poster import Destination
from bot.slack.uploads import SlackUpload, UploadRefused
from calculator import UserError
from calculator.datasets import Columns


@dataclass(frozen=True)
class ConversionJobs:
    """The handler of conversions."""

    services: Services
    downloads: Downloads

    async def convert(self, queued: QueuedJob[ConvertJob]) -> None:
        """Convert a file, and upload the copy into the file's thread; tell the user why if it can't be done."""
        job = queued.job
        if queued.replies_posted:
            return
        try:
            await self._upload_copy(job)
        except UserError as error:
            poster = await self.services.poster(job.team_id)
            await poster.notify(job.user_id, Destination(job.channel_id, job.thread_ts), text_message(str(error)))
        await self.services.job_store.record_replies(queued, 1)

    async def _upload_copy(self, job: ConvertJob) -> None:
        workspace = await self.services.workspaces.of(job.team_id)
        file = read_file(await file_info(workspace.client, job.file_id))
        if file is None:
            raise UserError("The file was deleted. Share it again.")
        with TemporaryFile() as converted:
            async with self.downloads.copy(file, workspace.token, lambda _: None) as source:
                task = ConversionTask(
                    f"/dev/fd/{source.fileno()}",
                    job.platform,
                    f"/dev/fd/{converted.fileno()}",
                    Columns(*job.columns) if job.columns else None,
                )
                result = await convert_in_process(task, (source.fileno(), converted.fileno()))
            converted.seek(0)
            content = await asyncio.to_thread(converted.read)
        name = copy_name(file.name, job.platform)
        comment = copy_text(file.name, job.platform, result, self.services.catalog)
        poster = await self.services.poster(job.team_id)
        try:
            await poster.upload_or_dm(
                Destination(job.channel_id, job.thread_ts),
                job.user_id,
                SlackUpload(name, name, content, comment=comment),
            )
        except UploadRefused as refusal:
            raise UserError(str(refusal)) from None
