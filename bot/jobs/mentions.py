"""`@ftcost …` answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.actuals.command import read_actual
from bot.answers.compare import FEWEST, MOST, NamedResult, named_in, side_by_side
from bot.jobs.actuals import ActualJobs
from bot.jobs.estimates import EstimateJobs
from bot.language.command import ParsedCommand, check_base, from_slack, read_command
from bot.queue.store import Job
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
    """Kind `mention`."""

    desk: Services
    estimates: EstimateJobs
    actuals: ActualJobs

    async def mention(self, job: Job) -> None:
        """`@ftcost …`: in a thread it changes that thread's estimate. Payload: id, team, user, channel, thread_ts, ts,
        text, as_of, file (a bill, as in bot/slack/files.py, or None).
        """
        ask = job.payload
        poster = await self.desk.poster(ask["team"])
        thread_ts = ask["thread_ts"] or ask["ts"]
        here = Destination(ask["channel"], ask["thread_ts"])
        try:
            asked = read_command(from_slack(ask["text"]))
            if asked.verb == "form":
                raise UserError(MENTION_HINT)
            if asked.verb == "compare" or (asked.verb == "breakeven" and not asked.fields):
                await self.desk.reply_all(
                    job, Destination(ask["channel"], thread_ts), await self._in_thread(asked, ask)
                )
                return
            if asked.verb == "actual":
                await self._actual(job, asked)
                return
            if asked.verb == "keys":
                raise UserError("Keys go through a form: type `/ftcost keys`.")
            if asked.verb not in ("estimate", "breakeven"):
                answer = await self.desk.lookups.answer(asked, team=ask["team"], user=ask["user"])
                await poster.only_to(ask["user"], here, answer)
                return
            before = await self._thread_estimate(ask)
            settled = WorkspaceDefaults({}) if before else await self.desk.settled(ask["team"])
            fields = {**(before.fields if before else {}), **settled.complete(asked.fields)}
            if asked.verb == "breakeven":
                check_base(fields)
            try:
                await self.desk.price(fields, date.fromisoformat(ask["as_of"]))
            except UserError as error:
                raise settled.owning(error, asked.fields) from None
        except UserError as error:
            await poster.only_to(ask["user"], here, text_message(escape(str(error))))
            return
        payload = {**ask, "fields": fields, "thread_ts": thread_ts, "edit_of": before.id if before else None}
        payload["settled"] = settled.said(asked.fields)
        await self.estimates.estimate(replace(job, kind="estimate", payload=payload))

    async def _in_thread(self, asked: ParsedCommand, ask: Mapping[str, Any]) -> list[SlackMessage]:
        """`compare` and `breakeven` of the thread somebody writes in, for all who read there. Raises UserError."""
        if asked.verb == "breakeven":
            saved = await self._thread_estimate(ask)
            if saved is None:
                raise UserError("Ask this in the thread of an estimate, or ask `/ftcost breakeven …`.")
            if not (saved.fields.get("base") or saved.fields.get("base_rates")):
                raise UserError("Say what is prompted today, such as `@ftcost base=gpt-4o-mini prompt=2000->100`.")
            comparison = await self.desk.price(saved.fields, date.fromisoformat(ask["as_of"]))
            return dated(await asyncio.to_thread(break_even_replies, comparison), comparison, saved.id)
        if not ask["thread_ts"] or named_in(asked.argument):
            return [await self.desk.lookups.answer(asked, team=ask["team"], user=ask["user"])]
        found = await self.desk.estimates.in_thread(
            team_id=ask["team"], channel_id=ask["channel"], thread_ts=ask["thread_ts"]
        )
        left_out = max(0, len(found) - MOST)
        del found[1 : 1 + left_out]  # what the thread began with stays, and the newest
        if len(found) < FEWEST:
            here = "one estimate" if found else "no estimate"
            raise UserError(f"There is {here} in this thread yet. To compare, ask for another: `@ftcost epochs=5`.")
        return [
            side_by_side([NamedResult(one.name or one.id, one.result) for one in found], left_out=left_out).message()
        ]

    async def _actual(self, job: Job, asked: ParsedCommand) -> None:
        """What was paid for the thread's estimate, or for the one that is named. Raises UserError."""
        ask = job.payload
        words = read_actual(asked.argument, date.fromisoformat(ask["as_of"]))
        saved = await self._thread_estimate(ask) if words.estimate_id is None else None
        estimate_id = words.estimate_id or (saved.id if saved else None)
        if estimate_id is None:
            raise UserError("Ask this in the thread of an estimate, or name one: `/ftcost actual ID …`.")
        saved = saved or await self.desk.estimates.get(estimate_id, team_id=ask["team"])
        if saved is None:
            raise UserError(f"There is no estimate “{estimate_id}” in this workspace. `list` shows yours.")
        payload = {
            **ask,
            "id": estimate_id,
            "channel": saved.channel_id or ask["channel"],
            "thread_ts": saved.thread_ts or ask["thread_ts"],
            "asked_in": ask["channel"],
            "asked_thread": ask["thread_ts"],
            "words": asked.argument,
        }
        await self.actuals.actual(replace(job, kind="actual", payload=payload))

    async def _thread_estimate(self, ask: Mapping[str, Any]) -> SavedEstimate | None:
        if not ask["thread_ts"]:
            return None
        return await self.desk.estimates.latest_in_thread(
            team_id=ask["team"], channel_id=ask["channel"], thread_ts=ask["thread_ts"], but_not=ask["id"]
        )
