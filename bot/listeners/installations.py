"""The app was removed from a workspace, or its token was taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.modals import Bot, team_of


def register(app: AsyncApp, bot: Bot) -> None:
    # Acknowledged only when it is done: what fails, Slack delivers again.
    @app.event("app_uninstalled")
    async def on_uninstalled(ack: AsyncAck, body: dict[str, Any]) -> None:
        await bot.workspaces.forget(team_of(body), _removed_at(body))
        await ack()

    @app.event("tokens_revoked")
    async def on_revoked(ack: AsyncAck, body: dict[str, Any], event: dict[str, Any]) -> None:
        if (event.get("tokens") or {}).get("bot"):  # a person's own token says nothing of the bot's
            await bot.workspaces.forget(team_of(body), _removed_at(body))
        await ack()


def _removed_at(body: dict[str, Any]) -> datetime:
    """When it was removed. UTC."""
    return datetime.fromtimestamp(body["event_time"], UTC).replace(tzinfo=None)
