"""A training file that somebody sent: fetched, counted, priced. Whoever takes it over begins again, in the same
message.
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

from slack_sdk.errors import SlackApiError

from bot.counting.parent import count_file
from bot.errors import error_of, is_transient
from bot.jobs.estimates import EstimateJobs
from bot.queue.model import DatasetJob, EstimateJob, QueuedJob, SharedFileJob, SlackFile, WorkspaceJob
from bot.render.blocks import SlackMessage
from bot.render.datasets import (
    cancellation_message,
    count_progress,
    detail_messages,
    download_progress,
    failure_message,
    progress_message,
    summary_message,
)
from bot.render.headline import headline
from bot.services import Services, idempotency_key
from bot.slack.files import Downloads, read_file
from bot.slack.poster import SHUT_OUT, Destination, Poster
from bot.store import DatasetRun
from calculator import UserError
from calculator.datasets import MAX_SHOWN, DatasetReport
from pricing import load_dataset_rules

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Between two looks whether somebody cancelled."""
MOVE_SECONDS = 1.7
"""Between two changes of the line: it moves every two seconds, and Slack takes some fifty changes a minute."""
MAX_REPORTED = 20_000
"""Faults in the file that lists them: some 5 MB."""
NO_EXAMPLES = "There is no example in it, so there is nothing to price."


FILE_FIELDS = ("examples", "example", "lengths")
"""Fields that a file answers itself."""


class _Stopped(Exception):
    """Somebody pressed Cancel."""


@dataclass
class _Line:
    """The message that shows how far the work is."""

    poster: Poster
    place: Destination
    ts: str

    @property
    def thread(self) -> Destination:
        """Where the rest of the answer belongs."""
        return Destination(self.place.channel, self.place.thread_ts or self.ts)

    async def say(self, message: SlackMessage) -> None:
        await self.poster.change(self.place, self.ts, message)


def without_file_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that a training file does not answer itself."""
    return {key: text for key, text in fields.items() if key not in FILE_FIELDS}


def dropped_file_key(channel_id: str, file_id: str) -> str:
    """Return the idempotency key of a file in a channel, of which Slack may send several events."""
    return f"file:{channel_id}:{file_id}"


@dataclass(frozen=True)
class DatasetJobs:
    """Handlers of training files."""

    services: Services
    estimates: EstimateJobs
    downloads: Downloads

    async def shared(self, queued: QueuedJob[SharedFileJob]) -> None:
        """Queue a count of a file that was shared in one of the bot's threads. Slack's event says neither thread nor
        name.
        """
        job = queued.job
        try:
            given = await self._info(job.team_id, job.file_id)
        except UserError:
            return  # gone already, or nothing that the bot may see
        file, thread_ts = read_file(given), _thread_of(given, job.channel_id)
        if file is None or thread_ts is None or not file.may_be_data:
            return
        here = {"team_id": job.team_id, "channel_id": job.channel_id, "thread_ts": thread_ts}
        if await self.services.estimates.in_thread(**here) or await self.services.dataset_runs.in_thread(**here):
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
            await self.services.inbox.put(QueuedJob(dropped_file_key(job.channel_id, file.id), dataset_job))

    async def dataset(self, queued: QueuedJob[DatasetJob]) -> None:
        """Count a file and price training on it."""
        job, key, file = queued.job, queued.idempotency_key, queued.job.file
        begun = await self.services.dataset_runs.get(key, team_id=job.team_id)
        if begun and begun.ended_at:
            return
        line = await self._line(queued, begun)
        try:
            with TemporaryFile() as faults:
                report = await self._watched(queued, line, faults)
                await self._answer(queued, line, report, faults)
        except _Stopped:
            await line.say(cancellation_message(file.name, job.user_id))
        except UserError as error:
            await line.say(failure_message(file.name, str(error)))
        except Exception as error:
            with suppress(Exception):
                await line.say(
                    failure_message(file.name, "It begins again." if is_transient(error) else "The fault is ours.")
                )
            raise
        await self.services.dataset_runs.end(key, team_id=job.team_id)

    # --- reading -----------------------------------------------------------------------------------------------------

    async def _line(self, queued: QueuedJob[DatasetJob], begun: DatasetRun | None) -> _Line:
        """The message that moves: the one that stands, or a new one in the thread, channel or direct message."""
        job, file, key = queued.job, queued.job.file, queued.idempotency_key
        poster = await self.services.poster(job.team_id)
        if begun:
            return _Line(poster, Destination(begun.channel_id, begun.thread_ts), begun.message_ts)
        before = await self.services.estimates.get(job.edit_of, team_id=job.team_id) if job.edit_of else None
        place = Destination(job.channel_id, job.thread_ts) if job.channel_id else None
        if before and before.channel_id:
            place = Destination(before.channel_id, before.thread_ts)
        message = progress_message(file.name, key, download_progress(0, file.size))
        posted = await poster.post_or_dm(place, job.user_id, message, idempotency_key(queued).part("line"))
        line = _Line(poster, posted.place, posted.ts)
        await self.services.dataset_runs.begin(
            key,
            team_id=job.team_id,
            user_id=job.user_id,
            channel_id=posted.place.channel,
            thread_ts=line.thread.thread_ts or posted.ts,
            message_ts=posted.ts,
        )
        return line

    async def _watched(self, queued: QueuedJob[DatasetJob], line: _Line, faults: IO[bytes]) -> DatasetReport:
        """What is in the file, while the line moves and Cancel is heard, on whichever replica it was pressed."""
        how_far = [download_progress(0, queued.job.file.size)]
        work = asyncio.ensure_future(self._read(queued.job, faults, how_far.append))
        move = asyncio.ensure_future(self._move(queued, line, how_far))
        cancelled = asyncio.ensure_future(self._cancelled(queued))
        try:
            await asyncio.wait((work, cancelled), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise _Stopped
            return work.result()
        finally:
            for task in (work, move, cancelled):
                task.cancel()
            # What was being said is over before the next is said.
            await asyncio.gather(work, move, cancelled, return_exceptions=True)

    async def _read(self, job: DatasetJob, faults: IO[bytes], say: Callable[[str], None]) -> DatasetReport:
        file, team = job.file, job.team_id
        if file.url is None:
            file = read_file(await self._info(team, file.id)) or file
        token = (await self.services.workspaces.of(team)).token
        rules = await asyncio.to_thread(load_dataset_rules)
        async with self.downloads.copy(file, token, lambda done: say(download_progress(done, file.size))) as copy:
            return await count_file(
                Path(f"/dev/fd/{copy.fileno()}"),
                catalog=self.services.catalog,
                rules=rules,
                progress=lambda progress: say(count_progress(progress)),
                report_path=Path(f"/dev/fd/{faults.fileno()}"),
                max_reported=MAX_REPORTED,
                descriptors=(copy.fileno(), faults.fileno()),
            )

    async def _info(self, team: str, file_id: str) -> dict[str, Any]:
        """What Slack knows of a file. Raises UserError where it is gone."""
        client = (await self.services.workspaces.of(team)).client
        try:
            answer = await client.files_info(file=file_id)
        except SlackApiError as error:
            if is_transient(error):
                raise
            raise UserError(f"Slack does not hand it out ({error_of(error)}). Share it again.") from None
        found: dict[str, Any] = answer["file"]
        return found

    async def _move(self, queued: QueuedJob[DatasetJob], line: _Line, how_far: list[str]) -> None:
        key, file = queued.idempotency_key, queued.job.file
        clock = asyncio.get_running_loop().time
        started = clock()
        moves = 0
        while True:
            moves = max(moves + 1, int((clock() - started) / MOVE_SECONDS))
            await asyncio.sleep(started + moves * MOVE_SECONDS - clock())
            del how_far[:-1]
            try:
                await line.say(progress_message(file.name, key, f"{how_far[-1]}, {clock() - started:.0f} s"))
            except Exception as error:
                log.warning("%s: the line could not be moved: %r", key, error)

    async def _cancelled(self, queued: QueuedJob[DatasetJob]) -> None:
        """Returns when somebody pressed Cancel."""
        while True:
            try:
                begun = await self.services.dataset_runs.get(queued.idempotency_key, team_id=queued.job.team_id)
                if begun and begun.cancelled_at:
                    return
            except Exception as error:
                log.warning("%s: could not look for a cancel: %r", queued.idempotency_key, error)
            await asyncio.sleep(LOOK_SECONDS)

    # --- answering ---------------------------------------------------------------------------------------------------

    async def _answer(
        self, queued: QueuedJob[DatasetJob], line: _Line, report: DatasetReport, faults: IO[bytes]
    ) -> None:
        """The verdict in place of the line; in its thread what is in the file, what is wrong, and the estimate."""
        job, file, fields, edit_of = queued.job, queued.job.file, dict(queued.job.fields), queued.job.edit_of
        if job.continues_thread and line.place.thread_ts:
            before = await self.services.estimates.latest_in_thread(
                team_id=job.team_id,
                channel_id=line.place.channel,
                thread_ts=line.place.thread_ts,
                but_not=job.estimate_id,
            )
            if before:
                fields, edit_of = {**before.fields, **fields}, before.id
        fields |= report.count.fields()
        try:
            priced = await self.services.price(fields, job.as_of) if report.count.examples else None
            answer = headline(priced) if priced else NO_EXAMPLES
        except UserError as error:
            priced, answer = None, str(error)
        await line.say(summary_message(file.name, report, answer))
        messages = detail_messages(report)
        await self.services.reply_all(queued, line.thread, messages, part="details")
        if report.problems > MAX_SHOWN and queued.replies_posted <= len(messages):
            await self._upload(job, file, line.thread, faults)
            await self.services.inbox.record_replies(queued, len(messages) + 1)
        if priced:
            estimate_job = EstimateJob(
                estimate_id=job.estimate_id,
                team_id=job.team_id,
                user_id=job.user_id,
                channel_id=line.thread.channel,
                thread_ts=line.thread.thread_ts,
                fields=fields,
                as_of=job.as_of,
                edit_of=edit_of,
                defaults_used=job.defaults_used,
            )
            await self.estimates.estimate(queued.with_job(estimate_job), priced)

    async def _upload(self, job: WorkspaceJob, file: SlackFile, place: Destination, faults: IO[bytes]) -> None:
        """Every fault as a file into the thread."""
        faults.seek(0)
        content = await asyncio.to_thread(faults.read)
        client = (await self.services.workspaces.of(job.team_id)).client
        try:
            await client.files_upload_v2(
                channel=place.channel,
                thread_ts=place.thread_ts,
                filename=f"problems-{file.id}.jsonl",
                title=f"Problems of {file.name}",
                content=content,
            )
        except SlackApiError as error:
            if error_of(error) not in SHUT_OUT:
                raise
            log.info("the problems of %s stay unlisted: %s", file.id, error_of(error))


def _thread_of(given: Mapping[str, Any], channel: str) -> str | None:
    """The thread that a file was shared into, newest first; None where it stands in the channel itself."""
    shares = given.get("shares")
    places = (
        [kind.get(channel) for kind in shares.values() if isinstance(kind, dict)] if isinstance(shares, dict) else []
    )
    found = [one for place in places if isinstance(place, list) for one in place if isinstance(one, dict)]
    newest = max(found, key=lambda one: str(one.get("ts")), default={})
    thread_ts = newest.get("thread_ts")
    return thread_ts if isinstance(thread_ts, str) else None
