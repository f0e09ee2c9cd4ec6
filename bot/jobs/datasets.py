"""The jobs of training files: download a file, count it and price training on it.

Another attempt starts from the beginning and shows its progress in the same message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from msgspec.structs import replace

from bot.answers.files import columns_message, file_actions
from bot.counting.parent import FileCounter, count_file
from bot.counting.protocol import CountLimits
from bot.errors import is_transient
from bot.jobs.estimates import EstimateJobs
from bot.language.command import write_command
from bot.queue.model import DatasetJob, EstimateJob, QueuedJob, SharedFileJob, SlackFile, WorkspaceJob
from bot.render.parts.blocks import SlackMessage
from bot.render.sentences.headline import headline
from bot.render.slack.datasets import (
    cancellation_message,
    count_progress,
    detail_message,
    download_progress,
    failure_message,
    progress_message,
    summary_message,
)
from bot.services import Services, idempotency_key
from bot.slack.files import Downloads, complete_file, file_info, read_file
from bot.slack.poster import Destination, Poster
from bot.slack.uploads import SlackUpload, UploadRefused
from bot.store import DatasetRun
from calculator import UserError
from calculator.datasets import MAX_SHOWN, Columns, ColumnsUnknown, DatasetReport
from pricing import load_dataset_rules

log = logging.getLogger(__name__)

CANCEL_POLL_S = 0.5
"""Seconds between two checks for a cancellation."""
PROGRESS_INTERVAL_S = 1.7
"""Seconds between two updates of the progress message: Slack allows about fifty a minute."""
MAX_REPORTED = 20_000
"""The number of problems in the file that lists them, which makes about 5 MB."""
COUNT_LIMITS = CountLimits(seconds=300, lines=20_000_000, problems=MAX_REPORTED)
"""A file takes one of two places, for which others wait. 500 MB of chats are counted in two minutes on two cores."""
NO_EXAMPLES = "It contains no examples, so it can't be priced."

FILE_FIELDS = ("examples", "example", "lengths", "acceptance")
"""The fields that a training file supplies."""


class _RunCancelled(Exception):
    """Raised when a user pressed Cancel."""


@dataclass
class _ProgressMessage:
    """The message that shows the progress, and at the end the summary."""

    poster: Poster
    destination: Destination
    ts: str

    @property
    def thread(self) -> Destination:
        """Return the destination of the other replies."""
        return Destination(self.destination.channel, self.destination.thread_ts or self.ts)

    async def update(self, message: SlackMessage) -> bool:
        """Replace the message. Return False if Slack doesn't let the bot change it."""
        return await self.poster.update(self.destination, self.ts, message)


def without_file_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields without those that a training file supplies."""
    return {key: text for key, text in fields.items() if key not in FILE_FIELDS}


def dropped_file_key(channel_id: str, file_id: str) -> str:
    """Return the idempotency key of a file in a channel; Slack may send several events for one file."""
    return f"file:{channel_id}:{file_id}"


@dataclass(frozen=True)
class DatasetJobs:
    """Handlers of training files."""

    services: Services
    estimates: EstimateJobs
    downloads: Downloads
    file_counter: FileCounter | None

    async def shared_file(self, queued: QueuedJob[SharedFileJob]) -> None:
        """Queue the count of a file if it was shared in one of the bot's threads; the event names only its id."""
        job = queued.job
        try:
            info = await file_info((await self.services.workspaces.of(job.team_id)).client, job.file_id)
        except UserError:
            return  # deleted, or not visible to the bot
        file, thread_ts = read_file(info), _thread_of(info, job.channel_id)
        if file is None or thread_ts is None or not file.may_be_data:
            return
        thread = {"team_id": job.team_id, "channel_id": job.channel_id, "thread_ts": thread_ts}
        if await self.services.estimates.in_thread(**thread) or await self.services.dataset_runs.in_thread(**thread):
            dataset_job = DatasetJob(
                estimate_id=job.estimate_id,
                team_id=job.team_id,
                user_id=job.user_id,
                channel_id=job.channel_id,
                thread_ts=thread_ts,
                file=file,
                fields={},
                as_of=job.as_of,
                continues_thread=True,
            )
            await self.services.job_store.put(QueuedJob(dropped_file_key(job.channel_id, file.id), dataset_job))

    async def dataset(self, queued: QueuedJob[DatasetJob]) -> None:
        """Count a file, and post the report and the estimate."""
        with suppress(UserError):  # the count says why
            client = (await self.services.workspaces.of(queued.job.team_id)).client
            queued = queued.with_job(replace(queued.job, file=await complete_file(client, queued.job.file)))
        job, key, file = queued.job, queued.idempotency_key, queued.job.file
        run = await self.services.dataset_runs.get(key, team_id=job.team_id)
        if run and run.ended_at:
            return
        progress = await self._progress_message(queued, run)
        try:
            with TemporaryFile() as problems:
                report = await self._count_until_cancelled(queued, progress, problems)
                await self._answer(queued, progress, report, problems)
        except _RunCancelled:
            await self._finish(queued, progress, cancellation_message(file.name, job.user_id))
        except ColumnsUnknown as error:
            await self._finish(queued, progress, columns_message(file, error.columns, write_command(job.fields)))
        except UserError as error:
            await self._finish(queued, progress, failure_message(file.name, str(error)))
        except Exception as error:
            reason = "It will be tried again." if is_transient(error) else "Something went wrong on our side."
            with suppress(Exception):
                await progress.update(failure_message(file.name, reason))
            raise
        await self.services.dataset_runs.end(key, team_id=job.team_id)

    async def _finish(self, queued: QueuedJob[DatasetJob], progress: _ProgressMessage, message: SlackMessage) -> None:
        """Replace the progress with the result; if Slack doesn't let the bot change the message, reply to it."""
        if not await progress.update(message):
            await self.services.post(queued.job, progress.thread, message, idempotency_key(queued).part("result"))

    # --- counting ----------------------------------------------------------------------------------------------------

    async def _progress_message(self, queued: QueuedJob[DatasetJob], run: DatasetRun | None) -> _ProgressMessage:
        """Return the progress message of an earlier attempt, or post one."""
        job, file, key = queued.job, queued.job.file, queued.idempotency_key
        poster = await self.services.poster(job.team_id)
        if run:
            return _ProgressMessage(poster, Destination(run.channel_id, run.thread_ts), run.message_ts)
        edited = await self.services.estimates.get(job.edit_of, team_id=job.team_id) if job.edit_of else None
        destination = Destination(job.channel_id, job.thread_ts) if job.channel_id else None
        if edited and edited.channel_id:
            destination = Destination(edited.channel_id, edited.thread_ts)
        message = progress_message(file.name, key, download_progress(0, file.size))
        if destination and job.message_ts:
            progress = _ProgressMessage(poster, destination, job.message_ts)
            await progress.update(message)
        else:
            posted = await self.services.post(job, destination, message, idempotency_key(queued).part("line"))
            progress = _ProgressMessage(poster, posted.destination, posted.ts)
        await self.services.dataset_runs.begin(
            key,
            team_id=job.team_id,
            user_id=job.user_id,
            channel_id=progress.destination.channel,
            thread_ts=progress.thread.thread_ts or progress.ts,
            message_ts=progress.ts,
        )
        return progress

    async def _count_until_cancelled(
        self, queued: QueuedJob[DatasetJob], progress: _ProgressMessage, problems: IO[bytes]
    ) -> DatasetReport:
        """Return the report on the file, and show the progress meanwhile.

        Raises:
            _RunCancelled: A user pressed Cancel; any replica may have served the button.
        """
        steps = [download_progress(0, queued.job.file.size)]
        count = asyncio.ensure_future(self._count(queued.job, problems, steps.append))
        updates = asyncio.ensure_future(self._show_progress(queued, progress, steps))
        cancellation = asyncio.ensure_future(self._wait_for_cancel(queued))
        try:
            await asyncio.wait((count, cancellation), return_when=asyncio.FIRST_COMPLETED)
            if not count.done():
                raise _RunCancelled
            return count.result()
        finally:
            for task in (count, updates, cancellation):
                task.cancel()
            # The last progress update ends before the summary replaces it.
            await asyncio.gather(count, updates, cancellation, return_exceptions=True)

    async def _count(self, job: DatasetJob, problems: IO[bytes], on_step: Callable[[str], None]) -> DatasetReport:
        file, team = job.file, job.team_id
        workspace = await self.services.workspaces.of(team)
        file, token = await complete_file(workspace.client, file), workspace.token
        rules = await asyncio.to_thread(load_dataset_rules)
        async with self.downloads.copy(file, token, lambda size: on_step(download_progress(size, file.size))) as copy:
            return await count_file(
                Path(f"/dev/fd/{copy.fileno()}"),
                catalog=self.services.catalog,
                rules=rules,
                progress=lambda progress: on_step(count_progress(progress)),
                report_path=Path(f"/dev/fd/{problems.fileno()}"),
                max_reported=MAX_REPORTED,
                columns=Columns(*job.columns) if job.columns else None,
                descriptors=(copy.fileno(), problems.fileno()),
                count_limits=COUNT_LIMITS,
                file_counter=self.file_counter,
            )

    async def _show_progress(self, queued: QueuedJob[DatasetJob], progress: _ProgressMessage, steps: list[str]) -> None:
        """Update the progress message with the latest step until cancelled."""
        key, file = queued.idempotency_key, queued.job.file
        clock = asyncio.get_running_loop().time
        started = clock()
        updates = 0
        while True:
            updates = max(updates + 1, int((clock() - started) / PROGRESS_INTERVAL_S))
            await asyncio.sleep(started + updates * PROGRESS_INTERVAL_S - clock())
            del steps[:-1]
            try:
                await progress.update(progress_message(file.name, key, f"{steps[-1]}, {clock() - started:.0f} s"))
            except Exception as error:
                log.warning("%s: cannot update the progress message: %r", key, error)

    async def _wait_for_cancel(self, queued: QueuedJob[DatasetJob]) -> None:
        """Return when a user has pressed Cancel."""
        while True:
            try:
                run = await self.services.dataset_runs.get(queued.idempotency_key, team_id=queued.job.team_id)
                if run and run.cancelled_at:
                    return
            except Exception as error:
                log.warning("%s: the check for a cancellation failed: %r", queued.idempotency_key, error)
            await asyncio.sleep(CANCEL_POLL_S)

    # --- answering ---------------------------------------------------------------------------------------------------

    async def _answer(
        self, queued: QueuedJob[DatasetJob], progress: _ProgressMessage, report: DatasetReport, problems: IO[bytes]
    ) -> None:
        """Replace the progress with the summary, and post the report, its problems and the estimate in the thread."""
        job, file, fields, edit_of = queued.job, queued.job.file, dict(queued.job.fields), queued.job.edit_of
        if job.continues_thread and progress.destination.thread_ts:
            edited = await self.services.estimates.latest_in_thread(
                team_id=job.team_id,
                channel_id=progress.destination.channel,
                thread_ts=progress.destination.thread_ts,
                but_not=job.estimate_id,
            )
            if edited:
                fields, edit_of = {**without_file_fields(edited.fields), **fields}, edited.id
        fields |= report.fields()
        try:
            comparison = await self.services.price(fields, job.as_of) if report.count.examples else None
            answer = headline(comparison) if comparison else NO_EXAMPLES
        except UserError as error:
            comparison, answer = None, str(error)
        actions = file_actions(file.id, report, job.columns, can_use=bool(comparison) and not job.asks_price)
        # Under a question in a thread, the file gets one message: the estimate's own three follow.
        is_reply = progress.destination.thread_ts not in (None, progress.ts)
        is_joined = bool(comparison) and job.asks_price and is_reply
        summary = summary_message(file.name, report, None if is_joined else answer, actions)
        details = detail_message(report)
        if is_joined:
            summary = summary._replace(blocks=[*summary.blocks, *details.blocks])
        await self._finish(queued, progress, summary)
        messages = [] if is_joined else [details]
        await self.services.reply_all(queued, progress.thread, messages, part="details")
        if report.problems > MAX_SHOWN and queued.replies_posted <= len(messages):
            await self._upload(job, file, progress.thread, problems)
            await self.services.job_store.record_replies(queued, len(messages) + 1)
        if comparison and job.asks_price:
            estimate_job = EstimateJob(
                estimate_id=job.estimate_id,
                team_id=job.team_id,
                user_id=job.user_id,
                channel_id=progress.thread.channel,
                thread_ts=progress.thread.thread_ts,
                fields=fields,
                as_of=job.as_of,
                edit_of=edit_of,
                defaults_used=job.defaults_used,
                confirmed=True,
            )
            await self.estimates.estimate(queued.with_job(estimate_job), comparison)

    async def _upload(self, job: WorkspaceJob, file: SlackFile, thread: Destination, problems: IO[bytes]) -> None:
        """Upload the list of all problems into the thread."""
        problems.seek(0)
        content = await asyncio.to_thread(problems.read)
        upload = SlackUpload(f"problems-{file.id}.jsonl", f"Problems of {file.name}", content)
        try:
            await (await self.services.poster(job.team_id)).upload_or_dm(thread, job.user_id, upload)
        except UploadRefused as refusal:
            log.info("file %s: cannot upload its problems: %s", file.id, refusal)


def _thread_of(info: Mapping[str, Any], channel_id: str) -> str | None:
    """Return the thread in which a file was shared most recently; None if that was in the channel itself."""
    by_kind = info.get("shares")
    kinds = by_kind.values() if isinstance(by_kind, dict) else ()
    in_channel = [kind.get(channel_id) for kind in kinds if isinstance(kind, dict)]
    shares = [share for group in in_channel if isinstance(group, list) for share in group if isinstance(share, dict)]
    newest = max(shares, key=lambda share: str(share.get("ts")), default={})
    thread_ts = newest.get("thread_ts")
    return thread_ts if isinstance(thread_ts, str) else None
