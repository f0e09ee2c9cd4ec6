"""`@ftcost …` answered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.actuals.command import read_actual
from bot.answers.compare import FEWEST, MOST, NamedResult, named_in, side_by_side
from bot.jobs.actuals import ActualJobs
from bot.jobs.estimates import EstimateJobs
from bot.language.command import ParsedCommand, check_base, from_slack, read_command
from bot.queue.model import ActualJob, EstimateJob, MentionJob, QueuedJob
from bot.render.blocks import SlackMessage, text_message
from bot.render.escaping import escape
from bot.render.replies import break_even_replies, dated
from bot.services import Services
from bot.slack.poster import Destination
from bot.store import SavedEstimate
from bot.workspace.defaults import WorkspaceDefaults
from calculator import UserError

MENTION_HINT = "Say what to change, such as `@ftcost epochs=5 calls=100k/day`, or ask `@ftcost help`."


@dataclass(frozen=True)
class MentionJobs:
    """The handler of mentions."""

    services: Services
    estimates: EstimateJobs
    actuals: ActualJobs

    async def mention(self, queued: QueuedJob[MentionJob]) -> None:
        """Answer `@ftcost …`; in a thread, for that thread's estimate."""
        job = queued.job
        poster = await self.services.poster(job.team_id)
        thread_ts = job.thread_ts or job.message_ts
        here = Destination(job.channel_id, job.thread_ts)
        try:
            asked = read_command(from_slack(job.text))
            if asked.verb == "form":
                raise UserError(MENTION_HINT)
            if asked.verb == "compare" or (asked.verb == "breakeven" and not asked.fields):
                messages = await self._in_thread(asked, job)
                await self.services.reply_all(queued, Destination(job.channel_id, thread_ts), messages)
                return
            if asked.verb == "actual":
                await self._actual(queued, asked)
                return
            if asked.verb == "keys":
                raise UserError("Keys are entered in a form: type `/ftcost keys`.")
            if asked.verb not in ("estimate", "breakeven"):
                answer = await self.services.lookups.answer(asked, team=job.team_id, user=job.user_id)
                await poster.only_to(job.user_id, here, answer)
                return
            before = await self._thread_estimate(job)
            defaults = WorkspaceDefaults({}) if before else await self.services.defaults(job.team_id)
            fields = {**(before.fields if before else {}), **defaults.complete(asked.fields)}
            if asked.verb == "breakeven":
                check_base(fields)
            try:
                await self.services.check(fields, job.as_of)
            except UserError as error:
                raise defaults.explain(error, asked.fields) from None
        except UserError as error:
            await poster.only_to(job.user_id, here, text_message(escape(str(error))))
            return
        estimate_job = EstimateJob(
            estimate_id=job.estimate_id,
            team_id=job.team_id,
            user_id=job.user_id,
            channel_id=job.channel_id,
            thread_ts=thread_ts,
            fields=fields,
            as_of=job.as_of,
            edit_of=before.id if before else None,
            defaults_used=tuple(defaults.describe_used(asked.fields)),
        )
        await self.estimates.estimate(queued.with_job(estimate_job))

    async def _in_thread(self, asked: ParsedCommand, job: MentionJob) -> list[SlackMessage]:
        """Return the comparison or the break-even of a thread's estimates, for everybody in it. Raises UserError."""
        if asked.verb == "breakeven":
            saved = await self._thread_estimate(job)
            if saved is None:
                raise UserError("Ask this in the thread of an estimate, or ask `/ftcost breakeven …`.")
            if not (saved.fields.get("base") or saved.fields.get("base_rates")):
                raise UserError("Say what is prompted today, such as `@ftcost base=gpt-4o-mini prompt=2000->100`.")
            comparison = await self.services.price(saved.fields, job.as_of)
            return dated(await asyncio.to_thread(break_even_replies, comparison), comparison, saved.id)
        if not job.thread_ts or named_in(asked.argument):
            return [await self.services.lookups.answer(asked, team=job.team_id, user=job.user_id)]
        estimates = await self.services.estimates.in_thread(
            team_id=job.team_id, channel_id=job.channel_id, thread_ts=job.thread_ts
        )
        left_out = max(0, len(estimates) - MOST)
        del estimates[1 : 1 + left_out]  # the thread's first estimate stays, and the latest ones
        if len(estimates) < FEWEST:
            here = "one estimate" if estimates else "no estimate"
            raise UserError(f"There is {here} in this thread yet. To compare, ask for another: `@ftcost epochs=5`.")
        results = [NamedResult(saved.name or saved.id, saved.result) for saved in estimates]
        return [side_by_side(results, left_out=left_out).message()]

    async def _actual(self, queued: QueuedJob[MentionJob], asked: ParsedCommand) -> None:
        """Record what was paid for the thread's estimate, or for a named one. Raises UserError."""
        job = queued.job
        words = read_actual(asked.argument, job.as_of)
        saved = await self._thread_estimate(job) if words.estimate_id is None else None
        estimate_id = words.estimate_id or (saved.id if saved else None)
        if estimate_id is None:
            raise UserError("Ask this in the thread of an estimate, or name one: `/ftcost actual ID …`.")
        saved = saved or await self.services.estimates.get(estimate_id, team_id=job.team_id)
        if saved is None:
            raise UserError(f"There is no estimate “{estimate_id}” in this workspace. `list` shows yours.")
        actual_job = ActualJob(
            estimate_id=estimate_id,
            team_id=job.team_id,
            user_id=job.user_id,
            channel_id=saved.channel_id or job.channel_id,
            thread_ts=saved.thread_ts or job.thread_ts,
            command=asked.argument,
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
