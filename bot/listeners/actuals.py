"""`/ftcost actual …` and the button that puts what was measured into the form."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.command import USAGE, read_actual
from bot.forms.estimates import Origin, View, form, loading, notice
from bot.listeners.modals import GONE, Bot, team_of
from bot.queue.model import ActualJob
from bot.render.actuals import RECALIBRATE
from bot.render.blocks import SlackMessage, text_message
from calculator import UserError

TITLE = "With what was measured"


async def accept_actual(bot: Bot, body: dict[str, Any], words: str) -> SlackMessage:
    """Write it down as work of the estimate's thread; where the answer will stand. Raises UserError."""
    asked = read_actual(words, bot.today())
    if asked.estimate_id is None:
        raise UserError(f"Say which estimate: {USAGE} `/ftcost list` shows yours.")
    saved = await bot.estimates.get(asked.estimate_id, team_id=team_of(body))
    if saved is None:
        raise UserError(f"There is no estimate “{asked.estimate_id}” in this workspace. `list` shows yours.")
    job = ActualJob(
        estimate_id=saved.id,
        team_id=saved.team_id,
        user_id=body["user_id"],
        channel_id=saved.channel_id or body["channel_id"],
        thread_ts=saved.thread_ts,
        command=words,
        as_of=bot.today(),
        asked_in_channel_id=body["channel_id"],
    )
    await bot.worker.accept(f"command:{body['trigger_id']}", job)
    return text_message(f"The comparison comes into the thread of the estimate `{saved.id}`.")


def register(app: AsyncApp, bot: Bot) -> None:
    @app.action(RECALIBRATE)
    async def on_recalibrate(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        bot.worker.start(_open(bot, body, action["value"]))


async def _open(bot: Bot, body: dict[str, Any], estimate_id: str) -> None:
    view_id = await bot.open(body, loading(TITLE))
    if view_id:
        await bot.fill(body, view_id, _recalibrated(bot, body, estimate_id))


async def _recalibrated(bot: Bot, body: dict[str, Any], estimate_id: str) -> View:
    """The form for a change of the estimate, filled with what was measured since."""
    saved = await bot.estimates.get(estimate_id, team_id=team_of(body))
    if saved is None:
        return notice("Not found", GONE)
    try:
        shown = await bot.books.shown(saved)
    except UserError as error:
        return notice("Not found", str(error))
    origin = Origin(channel=saved.channel_id, thread_ts=saved.thread_ts, edit_of=saved.id)
    return form(origin, {"on": "all", "epochs": "auto", **saved.fields, **shown.recalibrated.fields})
