"""Accepted work, done: estimates and changes posted into threads, mentions answered, exports uploaded.

Every step can be repeated: an estimate's id comes with its job, and the store knows which of its messages stand
already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.command import Asked, check_base, from_slack, read_command
from bot.compare import FEWEST, MOST, Named, named_in, side_by_side
from bot.explain import Reason, reasons
from bot.faults import error_of
from bot.lookups import Lookups
from bot.post import SHUT_OUT, Mark, Place, Poster
from bot.render.blocks import SlackMessage, escape, saying
from bot.render.change import change_reply
from bot.render.data import to_csv, to_json
from bot.render.messages import parent
from bot.render.replies import break_even_replies, dated, sure_replies, thread_replies
from bot.render.words import headline
from bot.store import EstimateStore, Inbox, Job, SavedEstimate
from bot.worker import Handler
from bot.workspaces import Workspaces
from calculator import Comparison, UserError, asked_of, estimate, read_scenario, spread_out
from pricing import Catalog

MENTION_HINT = "Say what to change, such as `@ftcost epochs=5 calls=100k/day`, or ask `@ftcost help`."


@dataclass(frozen=True)
class Desk:
    """What a job needs to be done."""

    catalog: Catalog
    estimates: EstimateStore
    lookups: Lookups
    workspaces: Workspaces
    inbox: Inbox

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "estimate": self.estimate,
            "mention": self.mention,
            "export": self.export,
            "break_even": self.break_even,
            "sure": self.sure,
        }

    async def _poster(self, team_id: str) -> Poster:
        return (await self.workspaces.of(team_id)).poster

    def price(self, fields: Mapping[str, str], as_of: date) -> Comparison:
        """The answer to a question, or UserError with what is wrong with it. No I/O, some milliseconds."""
        return estimate(read_scenario(fields), self.catalog, as_of)

    def check(self, fields: Mapping[str, str], as_of: date) -> None:
        """Raises UserError with what is wrong with a question, as `price` does, in a fraction of its time."""
        asked_of(read_scenario(fields), self.catalog, as_of)

    async def estimate(self, job: Job) -> None:
        """Price, save, post. Payload: id, team, user, channel (None: direct message), thread_ts, fields, edit_of,
        as_of.
        """
        ask = job.payload
        comparison = self.price(ask["fields"], date.fromisoformat(ask["as_of"]))
        before = await self.estimates.get(ask["edit_of"], team_id=ask["team"]) if ask["edit_of"] else None
        await self.estimates.save(
            ask["id"],
            team_id=ask["team"],
            user_id=ask["user"],
            fields=comparison.scenario.fields(),
            result=await asyncio.to_thread(to_json, comparison),  # warnings, draws and all: some tens of milliseconds
            edit_of=before.id if before else None,
        )
        if before and before.channel_id:
            messages = [await asyncio.to_thread(self._change, before, comparison, ask)]
            place: Place | None = Place(before.channel_id, before.thread_ts)
        else:
            messages = await asyncio.to_thread(_answer, comparison, ask["id"], ask["user"])
            place = Place(ask["channel"], ask["thread_ts"]) if ask["channel"] else None
        await self._post_all(job, place, messages)
        if before:
            await self._mark_changed(before, comparison)

    def _change(self, before: SavedEstimate, after: Comparison, ask: Mapping[str, Any]) -> SlackMessage:
        return change_reply(before.result, after, ask["id"], ask["user"], self._why(before, after))

    def _why(self, before: SavedEstimate, after: Comparison) -> list[Reason]:
        """The difference of the offer in the headline by cause, where it was priced before too."""
        if after.best is None:
            return []
        found = reasons(before.result, after.scenario.fields(), after.best.offer.id, self.catalog, after.as_of)
        return found or []

    async def _post_all(self, job: Job, place: Place | None, messages: list[SlackMessage]) -> None:
        """Post what does not stand yet, into one thread."""
        ask, mark = job.payload, _mark(job)
        poster = await self._poster(ask["team"])
        saved = await self.estimates.get(ask["id"], team_id=ask["team"])
        count = saved.posted if saved else 0
        if saved and saved.channel_id:
            place = Place(saved.channel_id, saved.thread_ts)
        for message in messages[count:]:
            if count and place is not None:
                posted = await poster.post(place, message, mark.part(count))
            else:
                posted = await poster.post_or_dm(place, ask["user"], message, mark.part(count))
            place, count = posted.place, count + 1
            await self.estimates.mark_posted(
                ask["id"],
                team_id=ask["team"],
                channel_id=place.channel,
                thread_ts=place.thread_ts or posted.ts,
                message_ts=posted.ts,
                posted=count,
            )

    async def _mark_changed(self, before: SavedEstimate, after: Comparison) -> None:
        """Say on the first message that its figures are no longer the latest, where it can be written as it was."""
        first = await self.estimates.first_of(before)
        if first.message_ts is None or first.channel_id is None or first.catalog_version != self.catalog.version:
            return
        was = self.price(first.fields, date.fromisoformat(first.as_of))
        message = parent(was, first.id, first.user_id, now=headline(after))
        poster = await self._poster(first.team_id)
        await poster.change(Place(first.channel_id), first.message_ts, message)

    async def mention(self, job: Job) -> None:
        """`@ftcost …`: in a thread it changes that thread's estimate. Payload: id, team, user, channel, thread_ts, ts,
        text, as_of.
        """
        ask = job.payload
        poster = await self._poster(ask["team"])
        thread_ts = ask["thread_ts"] or ask["ts"]
        here = Place(ask["channel"], ask["thread_ts"])
        try:
            asked = read_command(from_slack(ask["text"]))
            if asked.verb == "form":
                raise UserError(MENTION_HINT)
            if asked.verb == "compare" or (asked.verb == "breakeven" and not asked.fields):
                await self._reply_all(job, Place(ask["channel"], thread_ts), await self._in_thread(asked, ask))
                return
            if asked.verb not in ("estimate", "breakeven"):
                answer = await self.lookups.answer(asked, team=ask["team"], user=ask["user"])
                await poster.only_to(ask["user"], here, answer)
                return
            before = await self._thread_estimate(ask)
            fields = {**(before.fields if before else {}), **asked.fields}
            if asked.verb == "breakeven":
                check_base(fields)
            self.price(fields, date.fromisoformat(ask["as_of"]))
        except UserError as error:
            await poster.only_to(ask["user"], here, saying(escape(str(error))))
            return
        payload = {**ask, "fields": fields, "thread_ts": thread_ts, "edit_of": before.id if before else None}
        await self.estimate(replace(job, kind="estimate", payload=payload))

    async def _in_thread(self, asked: Asked, ask: Mapping[str, Any]) -> list[SlackMessage]:
        """`compare` and `breakeven` of the thread somebody writes in, for all who read there. Raises UserError."""
        if asked.verb == "breakeven":
            saved = await self._thread_estimate(ask)
            if saved is None:
                raise UserError("Ask this in the thread of an estimate, or ask `/ftcost breakeven …`.")
            if not (saved.fields.get("base") or saved.fields.get("base_rates")):
                raise UserError("Say what is prompted today, such as `@ftcost base=gpt-4o-mini prompt=2000->100`.")
            comparison = self.price(saved.fields, date.fromisoformat(ask["as_of"]))
            return dated(break_even_replies(comparison), comparison, saved.id)
        if not ask["thread_ts"] or named_in(asked.argument):
            return [await self.lookups.answer(asked, team=ask["team"], user=ask["user"])]
        found = await self.estimates.in_thread(
            team_id=ask["team"], channel_id=ask["channel"], thread_ts=ask["thread_ts"]
        )
        left_out = max(0, len(found) - MOST)
        del found[1 : 1 + left_out]  # what the thread began with stays, and the newest
        if len(found) < FEWEST:
            here = "one estimate" if found else "no estimate"
            raise UserError(f"There is {here} in this thread yet. To compare, ask for another: `@ftcost epochs=5`.")
        return [side_by_side([Named(one.name or one.id, one.result) for one in found], left_out=left_out).message()]

    async def _thread_estimate(self, ask: Mapping[str, Any]) -> SavedEstimate | None:
        if not ask["thread_ts"]:
            return None
        return await self.estimates.latest_in_thread(
            team_id=ask["team"], channel_id=ask["channel"], thread_ts=ask["thread_ts"], but_not=ask["id"]
        )

    async def export(self, job: Job) -> None:
        """Upload an estimate, as it was saved, as CSV into its thread. Payload: id, team, user, channel, thread_ts."""
        ask = job.payload
        here = Place(ask["channel"], ask["thread_ts"])
        saved = await self._saved_or_told(ask, here)
        if saved is None:
            return
        try:
            await self._upload(saved, here)
        except SlackApiError as error:
            if error_of(error) not in SHUT_OUT:
                raise
            poster = await self._poster(ask["team"])
            await self._upload(saved, await poster.direct(ask["user"]))

    async def break_even(self, job: Job) -> None:
        """The break-even of a saved estimate, into its thread. Payload: id, team, user, channel, thread_ts, as_of."""
        ask = job.payload
        here = Place(ask["channel"], ask["thread_ts"])
        saved = await self._saved_or_told(ask, here)
        if saved is None:
            return
        comparison = self.price(saved.fields, date.fromisoformat(ask["as_of"]))
        await self._reply_all(job, here, dated(break_even_replies(comparison), comparison, saved.id))

    async def sure(self, job: Job) -> None:
        """How sure a saved estimate is, into its thread: by its own ranges, else with every number taken as somewhat
        off. Payload as for break_even.
        """
        ask = job.payload
        here = Place(ask["channel"], ask["thread_ts"])
        saved = await self._saved_or_told(ask, here)
        if saved is None:
            return
        scenario = read_scenario(saved.fields)
        spread = self.catalog.assumptions["default_spread"].value or Decimal(0)
        asked = scenario if scenario.ranged else spread_out(scenario, spread)
        comparison = estimate(asked, self.catalog, date.fromisoformat(ask["as_of"]))
        messages = await asyncio.to_thread(sure_replies, comparison, assumed=not scenario.ranged)
        await self._reply_all(job, here, dated(messages, comparison, saved.id))

    async def _reply_all(self, job: Job, here: Place, messages: list[SlackMessage]) -> None:
        """Post replies that the store does not count, each once."""
        poster, user = await self._poster(job.payload["team"]), job.payload["user"]
        stand = await self.inbox.replies(job) if job.attempts > 1 else 0
        for number, message in enumerate(messages[stand:], stand):
            here = (await poster.post_or_dm(here, user, message, _mark(job).part(number))).place
            await self.inbox.replied(job, number + 1)

    async def _saved_or_told(self, ask: Mapping[str, Any], here: Place) -> SavedEstimate | None:
        """The estimate a button belongs to; None where it is gone, and the person was told."""
        saved = await self.estimates.get(ask["id"], team_id=ask["team"])
        if saved is None:
            gone = saying(f"There is no estimate `{escape(ask['id'])}` any more.")
            poster = await self._poster(ask["team"])
            await poster.only_to(ask["user"], here, gone)
        return saved

    async def _upload(self, saved: SavedEstimate, place: Place) -> None:
        client = (await self.workspaces.of(saved.team_id)).client
        await client.files_upload_v2(
            channel=place.channel,
            thread_ts=place.thread_ts,
            filename=f"ftcost-{saved.id}.csv",
            title=f"Estimate {saved.id}, line by line",
            content=to_csv(saved.result),
        )

    async def say_late(self, job: Job) -> None:
        """Tell the person who waits that the answer comes, but later."""
        await self._tell(job, "This takes longer than usual. The answer comes by itself; no need to ask again.")

    async def apologise(self, job: Job, code: str) -> None:
        """Tell the person who waits that it is our fault."""
        await self._tell(job, f"Something went wrong on our side, so there is no answer. Please try again. ({code})")

    async def _tell(self, job: Job, text: str) -> None:
        ask, poster = job.payload, await self._poster(job.payload["team"])
        if ask.get("channel"):
            await poster.only_to(ask["user"], Place(ask["channel"], ask.get("thread_ts")), saying(text))
        else:
            await poster.post(await poster.direct(ask["user"]), saying(text))


def _answer(comparison: Comparison, estimate_id: str, user_id: str) -> list[SlackMessage]:
    """The message in the channel and what follows in its thread."""
    return [parent(comparison, estimate_id, user_id), *thread_replies(comparison)]


def _mark(job: Job) -> Mark:
    return Mark(job.key, may_stand=job.attempts > 1, since=job.accepted_at)
