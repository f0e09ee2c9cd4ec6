"""The events of an uninstallation and of a revoked token."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.services import Services
from bot.slack.request import EventRequest


def register(app: AsyncApp, services: Services) -> None:
    # Acknowledge at the end, so that Slack redelivers an event that failed.
    @app.event("app_uninstalled")
    async def on_uninstalled(ack: AsyncAck, slack_request: EventRequest) -> None:
        await services.workspaces.forget(slack_request.team_id, slack_request.time)
        await ack()

    @app.event("tokens_revoked")
    async def on_revoked(ack: AsyncAck, slack_request: EventRequest) -> None:
        if slack_request.is_bot_token_revoked:  # user tokens are revoked by this event too
            await services.workspaces.forget(slack_request.team_id, slack_request.time)
        await ack()
