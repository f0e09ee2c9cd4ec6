"""The buttons under an estimate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.estimates import Origin, View, compare_form, form, loading, notice
from bot.language.command import readable_fields
from bot.listeners.commands import FIX
from bot.listeners.modals import GONE, Bot
from bot.queue.model import EXPORT_FORMATS, BreakEvenJob, ExportFormat, ExportJob, UncertaintyJob
from bot.slack.request import ActionRequest
from bot.store import SavedEstimate
from calculator import read_scenario

MakeView = Callable[[Bot, SavedEstimate], View]


class Target(TypedDict):
    """The fields that the jobs of all buttons have."""

    estimate_id: str
    team_id: str
    user_id: str
    channel_id: str
    thread_ts: str


def register(app: AsyncApp, bot: Bot) -> None:
    @app.action("edit")
    async def on_edit(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        bot.worker.start(_open(bot, slack_request, "Change the estimate", _edit_view))

    @app.action("compare")
    async def on_compare(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        bot.worker.start(_open(bot, slack_request, "Compare offers", _compare_view))

    @app.action("export")
    async def on_export(ack: AsyncAck, slack_request: ActionRequest) -> None:
        # Earlier estimates have a button for CSV instead of the menu.
        chosen = slack_request.selected_value or f"csv {slack_request.value}"
        name, _, estimate_id = chosen.partition(" ")
        file_format: ExportFormat = next((known for known in EXPORT_FORMATS if known == name), "csv")
        await bot.worker.accept(
            slack_request.idempotency_key,
            ExportJob(file_format=file_format, **_target(slack_request, estimate_id)),
        )
        await ack()

    @app.action("break_even")
    async def on_break_even(ack: AsyncAck, slack_request: ActionRequest) -> None:
        saved = await bot.estimates.get(slack_request.value, team_id=slack_request.team_id)
        saved = await _latest(bot, saved) if saved else None
        if saved and not (saved.fields.get("base") or saved.fields.get("base_rates")):
            await ack()  # nothing to compare with yet: ask for it
            bot.worker.start(bot.show(slack_request, _edit_view(bot, saved, more=True)))
            return
        target = _target(slack_request, saved.id if saved else slack_request.value)
        await bot.worker.accept(slack_request.idempotency_key, BreakEvenJob(as_of=bot.today(), **target))
        await ack()

    @app.action("sure")
    async def on_sure(ack: AsyncAck, slack_request: ActionRequest) -> None:
        saved = await bot.estimates.get(slack_request.value, team_id=slack_request.team_id)
        saved = await _latest(bot, saved) if saved else None
        target = _target(slack_request, saved.id if saved else slack_request.value)
        await bot.worker.accept(slack_request.idempotency_key, UncertaintyJob(as_of=bot.today(), **target))
        await ack()

    @app.action(FIX)
    async def on_fix(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        origin = Origin(channel=slack_request.channel_id)
        bot.worker.start(bot.show(slack_request, form(origin, readable_fields(slack_request.value))))


def _target(request: ActionRequest, estimate_id: str) -> Target:
    """Return the estimate of a button, and the thread in which it was pressed."""
    return Target(
        estimate_id=estimate_id,
        team_id=request.team_id,
        user_id=request.user_id,
        channel_id=request.message.channel_id,
        thread_ts=request.message.thread_ts,
    )


async def _open(bot: Bot, request: ActionRequest, title: str, make_view: MakeView) -> None:
    """Open a modal that says “One moment…” before the trigger ends, then fill it from the database."""
    view_id = await bot.open(request, loading(title))
    if view_id:
        await bot.fill(request.team_id, view_id, _estimate_view(bot, request, make_view))


async def _estimate_view(bot: Bot, request: ActionRequest, make_view: MakeView) -> View:
    saved = await bot.estimates.get(request.value, team_id=request.team_id)
    if saved is None:
        return notice("Not found", GONE)
    return make_view(bot, await _latest(bot, saved))


async def _latest(bot: Bot, saved: SavedEstimate) -> SavedEstimate:
    """Return the estimate that a button means: the thread's latest for the buttons of its first message, that of the
    reply for a reply's.
    """
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
