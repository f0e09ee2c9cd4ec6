"""The buttons under an estimate."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.command import readable_fields
from bot.form import Origin, View, compare_form, form, loading, notice
from bot.listeners.commands import FIX, open_form
from bot.listeners.context import Bot, team_of
from bot.listeners.submissions import GONE
from bot.store import Job, SavedEstimate


def register(app: AsyncApp, bot: Bot) -> None:
    @app.action("edit")
    async def on_edit(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        bot.worker.start(_open(bot, body, action["value"], "Change the estimate", _edit_view))

    @app.action("compare")
    async def on_compare(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        bot.worker.start(_open(bot, body, action["value"], "Compare offers", _compare_view))

    @app.action("export")
    async def on_export(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        message = body["message"]
        payload = {
            "id": action["value"],
            "team": team_of(body),
            "user": body["user"]["id"],
            "channel": body["channel"]["id"],
            "thread_ts": message.get("thread_ts") or message["ts"],
        }
        # Slack gives each press its own trigger: the same press delivered twice is one, a second press is another.
        await bot.worker.accept(Job(f"action:{body['trigger_id']}", "export", payload))
        await ack()

    @app.action(FIX)
    async def on_fix(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        origin = Origin(channel=body["channel"]["id"])
        bot.worker.start(open_form(bot, body["trigger_id"], origin, readable_fields(action["value"])))


async def _open(bot: Bot, body: dict[str, Any], id: str, title: str, make: Any) -> None:
    """Open a view that waits while its trigger lives, then fill it from the database."""
    view_id = await bot.open(body["trigger_id"], loading(title))
    if view_id:
        await bot.fill(view_id, _view_of, bot, body, id, make)


async def _view_of(bot: Bot, body: dict[str, Any], id: str, make: Any) -> View:
    saved = await bot.estimates.get(id, team_id=team_of(body))
    view: View = make(bot, saved) if saved else notice("Not found", GONE)
    return view


def _origin(saved: SavedEstimate) -> Origin:
    return Origin(channel=saved.channel_id, thread_ts=saved.thread_ts, edit_of=saved.id)


def _edit_view(_: Bot, saved: SavedEstimate) -> View:
    return form(_origin(saved), {"on": "all", "epochs": "auto", **saved.fields})


def _compare_view(bot: Bot, saved: SavedEstimate) -> View:
    catalog = bot.desk.catalog
    ranked = [estimate["offer"] for estimate in saved.result["estimates"]]
    chosen = ranked[:5] if saved.fields.get("on", "all") == "all" else ranked
    return compare_form(_origin(saved), catalog, catalog.trainable(bot.today()), chosen)
