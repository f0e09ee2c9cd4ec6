"""The app was removed from a workspace, or its token was taken back."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.modals import Bot
from bot.slack.request import EventRequest


def register(app: AsyncApp, bot: Bot) -> None:
    # Acknowledged only when it is done: what fails, Slack delivers again.
    @app.event("app_uninstalled")
    async def on_uninstalled(ack: AsyncAck, slack_request: EventRequest) -> None:
        await bot.workspaces.forget(slack_request.team_id, slack_request.time)
        await ack()

    @app.event("tokens_revoked")
    async def on_revoked(ack: AsyncAck, slack_request: EventRequest) -> None:
        if slack_request.is_bot_token_revoked:  # users have tokens of their own
            await bot.workspaces.forget(slack_request.team_id, slack_request.time)
        await ack()
