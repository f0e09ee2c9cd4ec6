"""The form's submission, and its “More options”."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.form import CALLBACK, COMPARE_CALLBACK, MORE, Origin, errors_for, form, read_values, reply_in
from bot.listeners.commands import estimate_job
from bot.listeners.context import Bot, team_of
from calculator import FieldErrors, UserError

GONE = "This estimate is not there any more. Close this and start a new one with /ftcost."


def register(app: AsyncApp, bot: Bot) -> None:
    @app.view(CALLBACK)
    async def on_form(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        origin = Origin.read(view["private_metadata"])
        if reply_in(view) == "dm":
            origin = Origin()
        await _accept(ack, body, view, {}, origin)

    @app.view(COMPARE_CALLBACK)
    async def on_compare(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        origin = Origin.read(view["private_metadata"])
        saved = await bot.estimates.get(origin.edit_of or "", team_id=team_of(body))
        if saved is None:
            await ack(response_action="errors", errors={"on": GONE})
            return
        await _accept(ack, body, view, saved.fields, origin)

    async def _accept(
        ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], before: dict[str, str], origin: Origin
    ) -> None:
        try:
            fields = {**before, **read_values(view)}
            bot.desk.price(fields, bot.today())
        except FieldErrors as error:
            await ack(response_action="errors", errors=errors_for(view, error.errors))
            return
        except UserError as error:
            await ack(response_action="errors", errors=errors_for(view, {"on": str(error)}))
            return
        await bot.worker.accept(estimate_job(bot, f"view:{view['id']}:{view['hash']}", body, fields, origin))
        await ack()

    @app.action(MORE)
    async def on_more(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        view = body["view"]
        expanded = form(Origin.read(view["private_metadata"]), read_values(view), more=True, reply_in=reply_in(view))
        bot.worker.start(bot.update(body, view["id"], expanded))
