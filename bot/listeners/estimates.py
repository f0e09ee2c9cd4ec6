"""The buttons under an estimate."""

from __future__ import annotations

from typing import Any, TypedDict

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.estimates import Origin, View, compare_form, form, loading, notice
from bot.language.command import readable_fields
from bot.listeners.commands import FIX
from bot.listeners.modals import GONE, Bot, team_of
from bot.queue.model import EXPORT_FORMATS, BreakEvenJob, ExportFormat, ExportJob, UncertaintyJob
from bot.slack.payload import whole
from bot.store import SavedEstimate
from calculator import read_scenario


class Target(TypedDict):
    """The fields that the jobs of all buttons have."""

    estimate_id: str
    team_id: str
    user_id: str
    channel_id: str
    thread_ts: str


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
        # The menu says what kind; the button that stands under estimates of old meant CSV.
        chosen = (action.get("selected_option") or {}).get("value") or f"csv {action['value']}"
        name, _, estimate_id = chosen.partition(" ")
        file_format: ExportFormat = next((known for known in EXPORT_FORMATS if known == name), "csv")
        await bot.worker.accept(_key(body), ExportJob(file_format=file_format, **_target(body, estimate_id)))
        await ack()

    @app.action("break_even")
    async def on_break_even(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        saved = await bot.estimates.get(action["value"], team_id=team_of(body))
        saved = await _latest(bot, saved) if saved else None
        if saved and not (saved.fields.get("base") or saved.fields.get("base_rates")):
            await ack()  # nothing to compare with yet: ask for it
            bot.worker.start(bot.show(body, _edit_view(bot, saved, more=True)))
            return
        target = _target(body, saved.id if saved else action["value"])
        await bot.worker.accept(_key(body), BreakEvenJob(as_of=bot.today(), **target))
        await ack()

    @app.action("sure")
    async def on_sure(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        saved = await bot.estimates.get(action["value"], team_id=team_of(body))
        saved = await _latest(bot, saved) if saved else None
        target = _target(body, saved.id if saved else action["value"])
        await bot.worker.accept(_key(body), UncertaintyJob(as_of=bot.today(), **target))
        await ack()

    @app.action(FIX)
    async def on_fix(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        origin = Origin(channel=body["channel"]["id"])
        bot.worker.start(bot.show(body, form(origin, readable_fields(whole(action["value"])))))


def _key(body: dict[str, Any]) -> str:
    """Return the idempotency key of a press; its trigger differs from that of a second press."""
    return f"action:{body['trigger_id']}"


def _target(body: dict[str, Any], estimate_id: str) -> Target:
    """Return the estimate of a button, and the thread in which it was pressed."""
    message = body["message"]
    return Target(
        estimate_id=estimate_id,
        team_id=team_of(body),
        user_id=body["user"]["id"],
        channel_id=body["channel"]["id"],
        thread_ts=message.get("thread_ts") or message["ts"],
    )


async def _open(bot: Bot, body: dict[str, Any], estimate_id: str, title: str, make: Any) -> None:
    """Open a view that waits while its trigger lives, then fill it from the database."""
    view_id = await bot.open(body, loading(title))
    if view_id:
        await bot.fill(body, view_id, _view_of(bot, body, estimate_id, make))


async def _view_of(bot: Bot, body: dict[str, Any], estimate_id: str, make: Any) -> View:
    saved = await bot.estimates.get(estimate_id, team_id=team_of(body))
    if saved is None:
        return notice("Not found", GONE)
    view: View = make(bot, await _latest(bot, saved))
    return view


async def _latest(bot: Bot, saved: SavedEstimate) -> SavedEstimate:
    """The buttons of a thread's first message mean the thread as it stands now; those of a reply mean that reply."""
    if saved.edit_of or not (saved.channel_id and saved.thread_ts):
        return saved
    newest = await bot.estimates.latest_in_thread(
        team_id=saved.team_id, channel_id=saved.channel_id, thread_ts=saved.thread_ts, but_not=""
    )
    return newest or saved


def _origin(saved: SavedEstimate) -> Origin:
    return Origin(channel=saved.channel_id, thread_ts=saved.thread_ts, edit_of=saved.id)


def _edit_view(_: Bot, saved: SavedEstimate, *, more: bool = False) -> View:
    return form(_origin(saved), {"on": "all", "epochs": "auto", **saved.fields}, more=more)


def _compare_view(bot: Bot, saved: SavedEstimate) -> View:
    catalog = bot.desk.catalog
    ranked = [estimate.offer for estimate in saved.result.estimates]
    chosen = ranked[:5] if saved.fields.get("on", "all") == "all" else ranked
    own_gpus = catalog.gpus.offers.values() if read_scenario(saved.fields).names_a_model else ()
    return compare_form(_origin(saved), [*catalog.trainable(bot.today()), *own_gpus], chosen)
