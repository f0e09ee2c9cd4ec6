"""The Home tab, the workspace's defaults and budgets, and the buttons that approve and decline."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.answers.home import NEW_ESTIMATE, OPEN_BUDGET, OPEN_DEFAULTS, HomeData, home
from bot.forms.defaults import (
    BUDGET,
    DEFAULTS_FORM,
    budget_form,
    defaults_form,
    read_budget,
    read_defaults_form,
)
from bot.forms.estimates import Origin, form
from bot.listeners.modals import call_patiently, open_and_fill, show_modal
from bot.queue.model import DecideJob, Decision
from bot.render.slack.budgets import APPROVE, DECLINE
from bot.services import Services
from bot.slack.request import ActionRequest, EventRequest, Interaction, ViewRequest
from bot.store import WHOLE_WORKSPACE
from bot.usecases.budgets import set_budget
from bot.usecases.defaults import save_defaults
from calculator import FieldErrors

log = logging.getLogger(__name__)


def register(app: AsyncApp, services: Services) -> None:
    @app.event("app_home_opened")
    async def on_home(ack: AsyncAck, slack_request: EventRequest) -> None:
        if slack_request.tab == "home" and slack_request.user_id:
            services.worker.start(publish(services, slack_request.team_id, slack_request.user_id))
        await ack()

    @app.action(NEW_ESTIMATE)
    async def on_new(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        defaults = await services.cached_defaults(slack_request.team_id)
        labels = (await services.menus()).labels
        services.worker.start(
            show_modal(services, slack_request, form(Origin(), defaults=defaults.fields, labels=labels))
        )

    @app.action(OPEN_DEFAULTS)
    async def on_defaults(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        services.worker.start(_open_defaults(services, slack_request))

    @app.action(OPEN_BUDGET)
    async def on_budget(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        services.worker.start(open_budget(services, slack_request, WHOLE_WORKSPACE))

    @app.view(DEFAULTS_FORM)
    async def on_defaults_saved(ack: AsyncAck, slack_request: ViewRequest) -> None:
        try:
            await save_defaults(services, slack_request, read_defaults_form(slack_request.view.content))
        except FieldErrors as error:
            await ack(response_action="errors", errors=error.errors)
            return
        services.worker.start(publish(services, slack_request.team_id, slack_request.user_id))
        await ack()

    @app.view(BUDGET)
    async def on_budget_saved(ack: AsyncAck, slack_request: ViewRequest) -> None:
        budget = read_budget(slack_request.view.content, slack_request.team_id)
        try:
            await set_budget(services, slack_request, budget)
        except FieldErrors as error:
            await ack(response_action="errors", errors=error.errors)
            return
        services.worker.start(publish(services, slack_request.team_id, slack_request.user_id))
        await ack()

    @app.action(APPROVE)
    async def on_approve(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await services.worker.accept(slack_request.idempotency_key, _decision(slack_request, "approved"))
        await ack()

    @app.action(DECLINE)
    async def on_decline(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await services.worker.accept(slack_request.idempotency_key, _decision(slack_request, "declined"))
        await ack()


async def publish(services: Services, team: str, user: str) -> None:
    """Publish a user's Home tab."""
    data = HomeData(
        await services.estimates.recent(team_id=team, user_id=user),
        await services.lookups.watched_by(team, user),
        await services.defaults(team),
        await services.budgets.of(team, WHOLE_WORKSPACE),
        services.workspaces.url(team),
    )
    client = (await services.workspaces.of(team)).client
    view = home(data, services.catalog, services.today())
    if fault := await call_patiently(services, partial(client.views_publish, user_id=user, view=view)):
        log.warning("views.publish failed for user %s of workspace %s: %s", user, team, fault)


async def open_budget(services: Services, request: Interaction, channel_id: str) -> None:
    """Open the form for the budget of a channel or of the workspace."""
    await open_and_fill(services, request, "Budget", partial(_budget_view, services, request.team_id, channel_id))


async def _budget_view(services: Services, team: str, channel_id: str) -> dict[str, Any]:
    return budget_form(await services.budgets.of(team, channel_id), channel_id)


async def _open_defaults(services: Services, request: Interaction) -> None:
    await open_and_fill(services, request, "Defaults", partial(_defaults_view, services, request.team_id))


async def _defaults_view(services: Services, team: str) -> dict[str, Any]:
    return defaults_form((await services.defaults(team)).fields, (await services.menus()).labels)


def _decision(request: ActionRequest, decision: Decision) -> DecideJob:
    return DecideJob(
        estimate_id=request.value,
        team_id=request.team_id,
        user_id=request.user_id,
        channel_id=request.message.channel_id,
        thread_ts=request.message.thread_ts,
        message_ts=request.message.ts,
        decision=decision,
    )
