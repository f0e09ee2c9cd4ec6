"""The buttons of an estimate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypedDict

from msgspec.structs import replace
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.answers.confirmations import CONFIRM, read_confirmed
from bot.answers.readings import OPEN, RUN
from bot.forms.estimates import (
    BREAK_EVEN_KEYS,
    Origin,
    View,
    break_even_form,
    compare_form,
    form,
    notice,
)
from bot.forms.inputs import split_fields
from bot.language.command import read_command, readable_fields
from bot.listeners.commands import estimate_job
from bot.listeners.modals import ESTIMATE_GONE, open_and_fill, show_modal
from bot.queue.model import BreakEvenJob, UncertaintyJob
from bot.services import Services
from bot.slack.request import ActionRequest
from bot.store import SavedEstimate
from calculator import UserError

MakeView = Callable[[Services, SavedEstimate], Awaitable[View]]


class Target(TypedDict):
    """The fields that the jobs of all buttons share."""

    estimate_id: str
    team_id: str
    user_id: str
    channel_id: str
    thread_ts: str


def register(app: AsyncApp, services: Services) -> None:
    @app.action("edit")
    async def on_edit(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        services.worker.start(_open(services, slack_request, "Change the estimate", _edit_view))

    @app.action("compare")
    async def on_compare(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        services.worker.start(_open(services, slack_request, "Compare offers", _compare_view))

    @app.action("break_even")
    async def on_break_even(ack: AsyncAck, slack_request: ActionRequest) -> None:
        saved = await services.estimates.get(slack_request.value, team_id=slack_request.team_id)
        saved = await _latest(services, saved) if saved else None
        if saved and (missing := _missing_for_break_even(saved.fields)):
            await ack()
            services.worker.start(show_modal(services, slack_request, break_even_form(_origin(saved), missing)))
            return
        target = _target(slack_request, saved.id if saved else slack_request.value)
        await services.worker.accept(slack_request.idempotency_key, BreakEvenJob(as_of=services.today(), **target))
        await ack()

    @app.action("sure")
    async def on_sure(ack: AsyncAck, slack_request: ActionRequest) -> None:
        saved = await services.estimates.get(slack_request.value, team_id=slack_request.team_id)
        saved = await _latest(services, saved) if saved else None
        target = _target(slack_request, saved.id if saved else slack_request.value)
        await services.worker.accept(slack_request.idempotency_key, UncertaintyJob(as_of=services.today(), **target))
        await ack()

    @app.action(OPEN)
    async def on_fix(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        await _open_filled_form(services, slack_request)

    @app.action(RUN)
    async def on_run(ack: AsyncAck, slack_request: ActionRequest) -> None:
        defaults = await services.cached_defaults(slack_request.team_id)
        typed = readable_fields(slack_request.value)
        fields = defaults.complete(typed)
        try:
            await services.check(fields, services.today())
        except UserError:  # the workspace's defaults or the catalogue have changed since the button was shown
            await ack()
            await _open_filled_form(services, slack_request)
            return
        origin = Origin(channel=slack_request.channel_id, thread_ts=slack_request.thread_ts)
        job = estimate_job(services, slack_request, fields, origin, defaults.describe_used(typed))
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()

    @app.action(CONFIRM)
    async def on_confirm(ack: AsyncAck, slack_request: ActionRequest) -> None:
        edit_of, line = read_confirmed(slack_request.value)
        origin = Origin(channel=slack_request.channel_id, thread_ts=slack_request.thread_ts, edit_of=edit_of)
        job = replace(estimate_job(services, slack_request, read_command(line).fields, origin, ()), confirmed=True)
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()


async def _open_filled_form(services: Services, request: ActionRequest) -> None:
    """Open the form, filled with the question of a button."""
    origin = Origin(channel=request.channel_id, thread_ts=request.thread_ts)
    inputs = split_fields(readable_fields(request.value))
    labels = (await services.menus()).labels
    services.worker.start(show_modal(services, request, form(origin, inputs, labels=labels)))


def _target(request: ActionRequest, estimate_id: str) -> Target:
    """Return the estimate and the thread of a button."""
    return Target(
        estimate_id=estimate_id,
        team_id=request.team_id,
        user_id=request.user_id,
        channel_id=request.message.channel_id,
        thread_ts=request.message.thread_ts,
    )


async def _open(services: Services, request: ActionRequest, title: str, make_view: MakeView) -> None:
    """Open a form about an estimate."""
    await open_and_fill(services, request, title, partial(_estimate_view, services, request, make_view))


async def _estimate_view(services: Services, request: ActionRequest, make_view: MakeView) -> View:
    saved = await services.estimates.get(request.value, team_id=request.team_id)
    if saved is None:
        return notice("Not found", ESTIMATE_GONE)
    return await make_view(services, await _latest(services, saved))


async def _latest(services: Services, saved: SavedEstimate) -> SavedEstimate:
    """Return the estimate of a button: the thread's latest for its first message, a reply's own for a reply."""
    if saved.edit_of or not (saved.channel_id and saved.thread_ts):
        return saved
    newest = await services.estimates.latest_in_thread(
        team_id=saved.team_id, channel_id=saved.channel_id, thread_ts=saved.thread_ts, but_not=""
    )
    return newest or saved


def _origin(saved: SavedEstimate) -> Origin:
    return Origin(channel=saved.channel_id, thread_ts=saved.thread_ts, edit_of=saved.id)


def _missing_for_break_even(fields: Mapping[str, str]) -> list[str]:
    """Return the keys of the form that an estimate lacks for its break-even."""
    has = {
        "base": "base" in fields or "base_rates" in fields,
        "calls": "calls" in fields,
        "prompt": "prompt" in fields or "call" in fields,
        "call": "call" in fields,
    }
    return [key for key in BREAK_EVEN_KEYS if not has[key]]


async def _edit_view(services: Services, saved: SavedEstimate) -> View:
    menus = await services.menus()
    return form(_origin(saved), split_fields({"on": "all", **saved.fields}), labels=menus.labels)


async def _compare_view(services: Services, saved: SavedEstimate) -> View:
    labels = (await services.menus()).labels
    # Offers that are sold no longer aren't preselected.
    ranked = [estimate.offer for estimate in saved.result.estimates if estimate.offer in labels]
    chosen = ranked[:5] if saved.fields.get("on", "all") == "all" else ranked
    return compare_form(_origin(saved), chosen, labels)
