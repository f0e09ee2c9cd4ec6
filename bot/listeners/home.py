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
from bot.listeners.modals import Bot, team_of
from bot.queue.model import DecideJob, Decision
from bot.render.budgets import APPROVE, DECLINE
from bot.store import WHOLE_WORKSPACE
from bot.workspace.budgets import limit_text, read_limit
from bot.workspace.defaults import read_defaults
from bot.workspace.home import NEW_ESTIMATE, OPEN_BUDGET, OPEN_SETTINGS, HomeData, home
from calculator import FieldErrors, UserError

NOBODY = "Say who may approve an estimate above it, or leave the amount empty to have no budget."


def register(app: AsyncApp, bot: Bot) -> None:
    @app.event("app_home_opened")
    async def on_home(ack: AsyncAck, body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            bot.worker.start(publish(bot, team_of(body), event["user"]))
        await ack()

    @app.action(NEW_ESTIMATE)
    async def on_new(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        settled = await bot.settled(team_of(body))
        bot.worker.start(bot.show(body, form(Origin(), settled=settled.fields)))

    @app.action(OPEN_SETTINGS)
    async def on_settings(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        bot.worker.start(_open_settings(bot, body))

    @app.action(OPEN_BUDGET)
    async def on_budget(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        bot.worker.start(open_budget(bot, body, WHOLE_WORKSPACE))

    @app.view(SETTINGS)
    async def on_settings_saved(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        team, user = team_of(body), body["user"]["id"]
        try:
            before = await bot.settled(team)
            settled = read_defaults(read_settings_form(view), before, bot.desk.catalog, bot.today())
            await bot.roles.check(team, user)
        except FieldErrors as error:
            await ack(response_action="errors", errors=error.errors)
            return
        except UserError as error:
            await ack(response_action="errors", errors={"on": str(error)})
            return
        await bot.once(body)
        await bot.desk.preferences.set(team, user, dict(settled.fields))
        bot.worker.start(publish(bot, team, user))
        await ack()

    @app.view(BUDGET)
    async def on_budget_saved(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        team, user = team_of(body), body["user"]["id"]
        budget = read_budget(view, team)
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
        await bot.once(body)
        await bot.desk.budgets.set(budget, user)
        bot.worker.start(publish(bot, team, user))
        await ack()

    @app.action(APPROVE)
    async def on_approve(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await bot.worker.accept(f"action:{body['trigger_id']}", _decision(body, action["value"], "approved"))
        await ack()

    @app.action(DECLINE)
    async def on_decline(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await bot.worker.accept(f"action:{body['trigger_id']}", _decision(body, action["value"], "declined"))
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


async def open_budget(bot: Bot, body: dict[str, Any], channel_id: str) -> None:
    """The budget of where somebody is."""
    view_id = await bot.open(body, loading("Budget"))
    if view_id:
        await bot.fill(body, view_id, _budget_view(bot, team_of(body), channel_id))


async def _budget_view(bot: Bot, team: str, channel_id: str) -> dict[str, Any]:
    return budget_form(await bot.desk.budgets.of(team, channel_id), channel_id)


async def _open_settings(bot: Bot, body: dict[str, Any]) -> None:
    view_id = await bot.open(body, loading("Settings"))
    if view_id:
        await bot.fill(body, view_id, _settings_view(bot, team_of(body)))


async def _settings_view(bot: Bot, team: str) -> dict[str, Any]:
    return settings_form((await bot.desk.settled(team)).fields)


def _decision(body: dict[str, Any], estimate_id: str, decision: Decision) -> DecideJob:
    message = body["message"]
    return DecideJob(
        estimate_id=estimate_id,
        team_id=team_of(body),
        user_id=body["user"]["id"],
        channel_id=body["channel"]["id"],
        thread_ts=message.get("thread_ts") or message["ts"],
        message_ts=message["ts"],
        decision=decision,
    )
