"""`/ftcost` and the message shortcut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.estimates import Origin, form
from bot.language.command import ParsedCommand, check_base, from_slack, read_command, readable_fields
from bot.listeners.actuals import accept_actual
from bot.listeners.home import open_budget
from bot.listeners.keys import open_keys
from bot.listeners.modals import Bot, team_of
from bot.queue.model import EstimateJob
from bot.render.blocks import SlackMessage, section
from bot.render.escaping import escape
from bot.store import new_estimate_id
from calculator import UserError

COMMAND = "/ftcost"
CATALOGUE_ALONE = ("help", "models", "price", "fit")
"""Look-ups that ask the database nothing, and answer without it."""
FIX = "fix"
BUTTON_VALUE = 2_000


async def answer_command(bot: Bot, body: dict[str, Any]) -> dict[str, Any]:
    """Do what `/ftcost …` asks, or write it down. What the acknowledgement says to the asker, and nobody else; nothing
    where an answer comes otherwise.
    """
    typed = body.get("text")
    if not typed:  # in the greatest hurry
        await bot.open_form(body, body["channel_id"])
        return {}
    text = from_slack(typed)
    try:
        asked = read_command(text)
        if asked.verb == "form":
            await bot.open_form(body, body["channel_id"])
            return {}
        if asked.verb == "budget":
            bot.worker.start(open_budget(bot, body, body["channel_id"]))
            return {}
        if asked.verb == "breakeven" and not asked.fields:
            bot.worker.start(bot.show(body, form(Origin(channel=body["channel_id"]), more=True)))
            return {}
        if asked.verb == "keys":
            bot.worker.start(open_keys(bot, body))
            return {}
        if asked.verb == "breakeven":
            check_base(asked.fields)
        elif asked.verb != "estimate":
            found = accept_actual(bot, body, asked.argument) if asked.verb == "actual" else _look_up(bot, body, asked)
            answer = await bot.worker.soon(found)
            return {"text": answer.text, "blocks": answer.blocks}
        settled = await bot.settled(team_of(body))
        fields = settled.complete(asked.fields)
    except UserError as error:
        return _refusal(error, text)
    try:
        await bot.desk.check(fields, bot.today())
    except UserError as error:
        return _refusal(settled.owning(error, asked.fields), text)
    job = estimate_job(bot, body, fields, Origin(channel=body["channel_id"]), settled.said(asked.fields))
    await bot.worker.accept(f"command:{body['trigger_id']}", job)
    return {}


async def _look_up(bot: Bot, body: dict[str, Any], asked: ParsedCommand) -> SlackMessage:
    if asked.verb not in CATALOGUE_ALONE:
        await bot.once(body)
    return await bot.lookups.answer(asked, team=team_of(body), user=body["user_id"])


def register(app: AsyncApp, bot: Bot) -> None:
    @app.command(COMMAND)
    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(**await answer_command(bot, body))

    @app.shortcut("ftcost_from_message")
    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        message = body["message"]
        origin = Origin(channel=body["channel"]["id"], thread_ts=message.get("thread_ts") or message["ts"])
        values = readable_fields(from_slack(message.get("text") or ""))
        bot.worker.start(bot.show(body, form(origin, values or None)))


def estimate_job(
    bot: Bot, body: dict[str, Any], fields: dict[str, str], origin: Origin, defaults_used: Iterable[str]
) -> EstimateJob:
    """Return the job that answers a question."""
    return EstimateJob(
        estimate_id=new_estimate_id(),
        team_id=team_of(body),
        user_id=body["user_id"] if "user_id" in body else body["user"]["id"],
        channel_id=origin.channel,
        thread_ts=origin.thread_ts,
        fields=fields,
        as_of=bot.today(),
        edit_of=origin.edit_of,
        defaults_used=tuple(defaults_used),
    )


def _refusal(error: UserError, typed: str) -> dict[str, Any]:
    """What was wrong, what was typed, and a button that puts it into the form."""
    line = f"/ftcost {typed}".strip()
    faults = escape(str(error)).splitlines()
    text = "\n".join(f"• {fault}" for fault in faults) if len(faults) > 1 else faults[0]
    blocks: list[dict[str, Any]] = [section(text), section(f"```{escape(line[:2_500].replace('```', ''))}```")]
    if "=" in typed and len(typed) <= BUTTON_VALUE:
        button = {
            "type": "button",
            "action_id": FIX,
            "text": {"type": "plain_text", "text": "Fix in the form"},
            "value": typed,
        }
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": text, "blocks": blocks}
