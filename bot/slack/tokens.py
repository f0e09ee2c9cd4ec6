"""Token rotation: bot tokens that expire after twelve hours, and are renewed before."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of
from bot.store import Installations

log = logging.getLogger(__name__)

RENEW_BEFORE_MIN = 120
"""A token is renewed this many minutes before it expires."""
PATIENCE_S = 2.0
"""The time that a request waits for a renewal, which goes on afterwards."""


class TokenRotation:
    """Renews the tokens of workspaces in which token rotation is switched on.

    A refresh token can be used once. If two replicas use it, one fails, and finds the other's token in the database.

    Args:
        client_id: The app's client id.
        client_secret: The app's client secret.
        client: A client without a token, which sends each call once.
        installations: The stored installations.
    """

    def __init__(
        self, client_id: str, client_secret: str, client: AsyncWebClient, installations: Installations
    ) -> None:
        self._rotator = AsyncTokenRotator(client_id=client_id, client_secret=client_secret, client=client)
        self._installations = installations
        self._renewals: dict[str, asyncio.Task[Bot]] = {}

    async def renew_if_due(self, bot: Bot) -> Bot:
        """Return an installation with a valid token: itself, or the renewed one if its token expires soon.

        Args:
            bot: The stored installation.
        """
        team_id = str(bot.team_id)
        if not bot.bot_refresh_token:
            return bot
        renewal = self._renewals.get(team_id)
        if renewal is None:
            renewal = self._renewals[team_id] = asyncio.create_task(self._renew(bot))
            renewal.add_done_callback(lambda _: self._renewals.pop(team_id, None))
        # The renewal isn't cancelled, because a token that Slack has issued must be stored.
        await asyncio.wait({renewal}, timeout=PATIENCE_S)
        return renewal.result() if renewal.done() else bot

    async def close(self) -> None:
        """Wait until the renewals under way are stored."""
        if self._renewals:
            await asyncio.wait(self._renewals.values(), timeout=PATIENCE_S)

    async def _renew(self, bot: Bot) -> Bot:
        try:
            renewed = await self._rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=RENEW_BEFORE_MIN
            )
            if renewed is None:
                return bot
            await self._installations.async_save_bot(renewed)
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            stored = await self._installations.find_team(str(bot.team_id))
            if stored and stored.bot_token != bot.bot_token:
                return stored  # another replica was faster
            log.error("cannot renew the token of workspace %s: %s", bot.team_id, _fault(error))
            return bot
        log.info("renewed the token of workspace %s", bot.team_id)
        return renewed


def _fault(error: BaseException) -> str:
    """Return Slack's error or the exception's name; its text may contain a token."""
    cause = error.__cause__ if isinstance(error.__cause__, SlackApiError) else error
    return error_of(cause) if isinstance(cause, SlackApiError) else type(error).__name__
