"""The Home tab, the workspace's settings and budgets, and what their approvers decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.defaults import (
    AMOUNT,
    APPROVERS,
    BUDGET,
    SETTINGS,
    budget_form,
    read_budget,
    read_settings_form,
    settings_form,
)
from bot.forms.estimates import Origin, form, loading
from bot.listeners.modals import Bot
from bot.queue.model import DecideJob, Decision
from bot.render.budgets import APPROVE, DECLINE
from bot.slack.request import ActionRequest, EventRequest, Interaction, ViewRequest
from bot.store import WHOLE_WORKSPACE
from bot.workspace.budgets import limit_text, read_limit
from bot.workspace.defaults import read_defaults
from bot.workspace.home import NEW_ESTIMATE, OPEN_BUDGET, OPEN_SETTINGS, HomeData, home
from calculator import FieldErrors, UserError

NOBODY = "Say who may approve an estimate above it, or leave the amount empty to have no budget."


def register(app: AsyncApp, bot: Bot) -> None:
    @app.event("app_home_opened")
    async def on_home(ack: AsyncAck, slack_request: EventRequest) -> None:
        if slack_request.tab == "home" and slack_request.user_id:
            bot.worker.start(publish(bot, slack_request.team_id, slack_request.user_id))
        await ack()

    @app.action(NEW_ESTIMATE)
    async def on_new(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        settled = await bot.settled(slack_request.team_id)
        bot.worker.start(bot.show(slack_request, form(Origin(), settled=settled.fields)))

    @app.action(OPEN_SETTINGS)
    async def on_settings(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        bot.worker.start(_open_settings(bot, slack_request))

    @app.action(OPEN_BUDGET)
    async def on_budget(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        bot.worker.start(open_budget(bot, slack_request, WHOLE_WORKSPACE))

    @app.view(SETTINGS)
    async def on_settings_saved(ack: AsyncAck, slack_request: ViewRequest) -> None:
        team, user = slack_request.team_id, slack_request.user_id
        try:
            before = await bot.settled(team)
            settled = read_defaults(
                read_settings_form(slack_request.view.content), before, bot.desk.catalog, bot.today()
            )
            await bot.roles.check(team, user)
        except FieldErrors as error:
            await ack(response_action="errors", errors=error.errors)
            return
        except UserError as error:
            await ack(response_action="errors", errors={"on": str(error)})
            return
        await bot.once(slack_request)
        await bot.desk.preferences.set(team, user, dict(settled.fields))
        bot.worker.start(publish(bot, team, user))
        await ack()

    @app.view(BUDGET)
    async def on_budget_saved(ack: AsyncAck, slack_request: ViewRequest) -> None:
        team, user = slack_request.team_id, slack_request.user_id
        budget = read_budget(slack_request.view.content, team)
        try:
            if budget.amount:
                budget = replace(budget, amount=limit_text(read_limit(budget.amount)))
            await bot.roles.check(team, user)
        except UserError as error:
            await ack(response_action="errors", errors={AMOUNT: str(error)})
            return
        if budget.amount and not budget.approvers:
            await ack(response_action="errors", errors={APPROVERS: NOBODY})
            return
        await bot.once(slack_request)
        await bot.desk.budgets.set(budget, user)
        bot.worker.start(publish(bot, team, user))
        await ack()

    @app.action(APPROVE)
    async def on_approve(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await bot.worker.accept(slack_request.idempotency_key, _decision(slack_request, "approved"))
        await ack()

    @app.action(DECLINE)
    async def on_decline(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await bot.worker.accept(slack_request.idempotency_key, _decision(slack_request, "declined"))
        await ack()


async def publish(bot: Bot, team: str, user: str) -> None:
    """Put a person's Home as it is now."""
    data = HomeData(
        await bot.estimates.recent(team_id=team, user_id=user),
        await bot.lookups.watched_by(team, user),
        await bot.desk.settled(team),
        await bot.desk.budgets.of(team, WHOLE_WORKSPACE),
        bot.workspaces.url(team),
    )
    client = (await bot.workspaces.of(team)).client
    await client.views_publish(user_id=user, view=home(data, bot.desk.catalog, bot.today()))


async def open_budget(bot: Bot, request: Interaction, channel_id: str) -> None:
    """Open the form for the budget of a channel or of the workspace."""
    view_id = await bot.open(request, loading("Budget"))
    if view_id:
        await bot.fill(request.team_id, view_id, _budget_view(bot, request.team_id, channel_id))


async def _budget_view(bot: Bot, team: str, channel_id: str) -> dict[str, Any]:
    return budget_form(await bot.desk.budgets.of(team, channel_id), channel_id)


async def _open_settings(bot: Bot, request: Interaction) -> None:
    view_id = await bot.open(request, loading("Settings"))
    if view_id:
        await bot.fill(request.team_id, view_id, _settings_view(bot, request.team_id))


async def _settings_view(bot: Bot, team: str) -> dict[str, Any]:
    return settings_form((await bot.desk.settled(team)).fields)


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
