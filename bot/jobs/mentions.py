"""The job of a mention, `@ftcost …`."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from bot.actuals.command import read_actual
from bot.answers.compare import MAX_COMPARED, MIN_COMPARED, NamedResult, side_by_side, split_names
from bot.answers.readings import reading_message
from bot.errors import Postponed
from bot.forms.inputs import ask_in_words
from bot.jobs.actuals import ActualJobs
from bot.jobs.estimates import EstimateJobs
from bot.language.command import ParsedCommand, check_base
from bot.language.formatting import from_slack
from bot.language.reader import Reading
from bot.language.understanding import command_of
from bot.queue.model import ActualJob, EstimateJob, MentionJob, QueuedJob
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.parts.escaping import escape
from bot.render.slack.replies import add_footer, break_even_replies
from bot.services import Services, idempotency_key
from bot.slack.poster import Destination
from bot.store import SavedEstimate
from bot.usecases.lookups import answer_lookup
from bot.workspace.defaults import WorkspaceDefaults
from calculator import UserError

MENTION_HINT = "Name the fields to change, such as `@ftcost epochs=5 calls=100k/day`, or type `@ftcost help`."
THREAD_POLL_S = 1.0
"""Seconds between two looks at the answer that a mention waits for."""


@dataclass(frozen=True)
class MentionJobs:
    """The handler of mentions."""

    services: Services
    estimates: EstimateJobs
    actuals: ActualJobs

    async def mention(self, queued: QueuedJob[MentionJob]) -> None:
        """Answer `@ftcost …`; in a thread, fields change the thread's latest estimate."""
        job = queued.job
        poster = await self.services.poster(job.team_id)
        thread_ts = job.thread_ts or job.message_ts
        origin = Destination(job.channel_id, job.thread_ts)
        try:
            edited = await self._thread_estimate(job)
            if edited is None and job.thread_ts and await self.services.job_store.may_have_begun_thread(queued):
                raise Postponed("the answer that may have begun its thread is not complete", THREAD_POLL_S)
            present = edited or await self._latest_where_user_is(job)
            understood = await self.services.understand(from_slack(job.text), present.fields if present else None)
            base = edited or (present if _is_mere_change(understood) else None)
            if isinstance(understood, Reading):
                command = await self._settled(understood, base, job)
                if isinstance(command, Reading):
                    await poster.notify(job.user_id, origin, reading_message(command))
                    return
            else:
                command = understood
            if command.verb == "form":
                raise UserError(MENTION_HINT)
            if command.verb == "compare" or (command.verb == "breakeven" and not command.fields):
                messages = await self._thread_replies(command, job)
                await self.services.reply_all(queued, Destination(job.channel_id, thread_ts), messages)
                return
            if command.verb == "actual":
                await self._actual(queued, command)
                return
            if command.verb == "keys":
                raise UserError("Enter keys in a form: type `/ftcost keys`.")
            if command.verb not in ("estimate", "breakeven"):
                answer = await answer_lookup(self.services, command, team_id=job.team_id, user_id=job.user_id)
                await poster.notify(job.user_id, origin, answer)
                return
            defaults = WorkspaceDefaults({}) if base else await self.services.defaults(job.team_id)
            fields = {**(base.fields if base else {}), **defaults.complete(command.fields)}
            if command.verb == "breakeven":
                check_base(fields)
            try:
                await self.services.check(fields, job.as_of)
            except UserError as error:
                raise defaults.explain(error, command.fields) from None
        except UserError as error:
            await poster.notify(job.user_id, origin, text_message(escape(str(error))))
            return
        if base and not edited:
            where = f" in <#{base.channel_id}>" if base.channel_id != job.channel_id else ""
            text = f"From estimate `{base.id}`{where}, with your change:"
            await self.services.post(job, origin, text_message(text), idempotency_key(queued).part("base"))
        estimate_job = EstimateJob(
            estimate_id=job.estimate_id,
            team_id=job.team_id,
            user_id=job.user_id,
            channel_id=job.channel_id,
            thread_ts=thread_ts,
            fields=fields,
            as_of=job.as_of,
            edit_of=edited.id if edited else None,
            defaults_used=tuple(defaults.describe_used(command.fields)),
        )
        await self.estimates.estimate(queued.with_job(estimate_job))

    async def _latest_where_user_is(self, job: MentionJob) -> SavedEstimate | None:
        """Return the latest estimate of the channel beside an assistant thread, or of the direct messages."""
        is_in_direct_messages = job.channel_id.startswith("D") and not job.thread_ts
        place = job.viewed_channel_id or (job.channel_id if is_in_direct_messages else None)
        if place is None:
            return None
        return await self.services.estimates.latest_in_channel(team_id=job.team_id, channel_id=place)

    async def _settled(
        self, reading: Reading, edited: SavedEstimate | None, job: MentionJob
    ) -> ParsedCommand | Reading:
        """Return the command of a sentence, or the sentence again if the person has to answer or confirm something.

        A change of the thread's estimate is made at once: everybody in the thread sees it.
        """
        command = command_of(reading)
        if command is None or command.verb not in ("estimate", "breakeven"):
            return command or reading
        defaults = WorkspaceDefaults({}) if edited else await self.services.defaults(job.team_id)
        fields = {**(edited.fields if edited else {}), **defaults.complete(command.fields)}
        try:
            await self.services.check(fields, job.as_of)
        except UserError as error:
            return replace(reading, ask=ask_in_words(error, fields))
        return reading if edited is None and (reading.assumed or reading.unread) else command

    async def _thread_replies(self, command: ParsedCommand, job: MentionJob) -> list[SlackMessage]:
        """Return the comparison or the break-even of a thread's estimates. Raises UserError."""
        if command.verb == "breakeven":
            saved = await self._thread_estimate(job)
            if saved is None:
                raise UserError("Type this in the thread of an estimate, or type `/ftcost breakeven …`.")
            if not (saved.fields.get("base") or saved.fields.get("base_rates")):
                raise UserError(
                    "Name the model that is prompted today, such as `@ftcost base=gpt-4o-mini prompt=2000->100`."
                )
            comparison = await self.services.price(saved.fields, job.as_of)
            return add_footer(await self.services.compute(break_even_replies, comparison), comparison, saved.id)
        if not job.thread_ts or split_names(command.argument):
            return [await answer_lookup(self.services, command, team_id=job.team_id, user_id=job.user_id)]
        estimates = await self.services.estimates.in_thread(
            team_id=job.team_id, channel_id=job.channel_id, thread_ts=job.thread_ts
        )
        left_out = max(0, len(estimates) - MAX_COMPARED)
        del estimates[1 : 1 + left_out]  # keeps the thread's first estimate and the latest ones
        if len(estimates) < MIN_COMPARED:
            count = "only one estimate" if estimates else "no estimate"
            raise UserError(f"This thread has {count} yet. To compare, ask for another one: `@ftcost epochs=5`.")
        results = [NamedResult(saved.name or saved.id, saved.result) for saved in estimates]
        return [side_by_side(results, left_out=left_out).message()]

    async def _actual(self, queued: QueuedJob[MentionJob], command: ParsedCommand) -> None:
        """Record paid amounts for the thread's estimate, or for a named one. Raises UserError."""
        job = queued.job
        actual = read_actual(command.argument, job.as_of)
        saved = await self._thread_estimate(job) if actual.estimate_id is None else None
        estimate_id = actual.estimate_id or (saved.id if saved else None)
        if estimate_id is None:
            raise UserError("Type this in the thread of an estimate, or name one: `/ftcost actual ID …`.")
        saved = saved or await self.services.lookups.find_saved(estimate_id, team_id=job.team_id)
        actual_job = ActualJob(
            estimate_id=estimate_id,
            team_id=job.team_id,
            user_id=job.user_id,
            channel_id=saved.channel_id or job.channel_id,
            thread_ts=saved.thread_ts or job.thread_ts,
            command=command.argument,
            as_of=job.as_of,
            asked_in_channel_id=job.channel_id,
            asked_in_thread_ts=job.thread_ts,
            file=job.file,
        )
        await self.actuals.actual(queued.with_job(actual_job))

    async def _thread_estimate(self, job: MentionJob) -> SavedEstimate | None:
        if not job.thread_ts:
            return None
        return await self.services.estimates.latest_in_thread(
            team_id=job.team_id, channel_id=job.channel_id, thread_ts=job.thread_ts, but_not=job.estimate_id
        )


def _is_mere_change(understood: ParsedCommand | Reading) -> bool:
    """Return whether a text names only differences, and so needs an estimate to change."""
    fields = understood.fields
    is_change = understood.intent == "change" if isinstance(understood, Reading) else understood.verb == "estimate"
    return is_change and bool(fields) and not fields.keys() & {"examples", "lengths"}
