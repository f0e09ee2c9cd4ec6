"""Slack's Web API client, with the retries that a call may have."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import is_rate_limit
from bot.slack.pace import ChannelPace


class PacedClient(AsyncWebClient):
    """A client that posts messages at the pace of their channel."""

    pace: ChannelPace

    async def chat_postMessage(  # noqa: N802 - Slack's name
        self, *, channel: str, **values: Any
    ) -> AsyncSlackResponse:
        """Post a message when its channel's turn has come. Raises SlackApiError."""
        await self.pace.wait(channel)
        try:
            return await super().chat_postMessage(channel=channel, **values)
        except SlackApiError as error:
            if is_rate_limit(error):
                self.pace.slow_down(channel)
            raise


def slack_client(
    session: ClientSession,
    base_url: str,
    proxy: str | None,
    pace: ChannelPace,
    token: str | None,
    *,
    repeats: bool = True,
) -> AsyncWebClient:
    """Return a client for one workspace.

    Args:
        session: The connections that all clients share.
        base_url: The Web API's address.
        proxy: The HTTP proxy; None connects directly, and ignores the environment.
        pace: The pace of messages in channels, which all clients share.
        token: The workspace's bot token.
        repeats: Whether a call may be sent twice. If so, 5xx responses and dropped connections are retried; a 429 is
            never retried here.
    """
    retry_handlers: list[AsyncRetryHandler] = []  # none for 429: the queue runs other jobs meanwhile
    if repeats:
        retry_handlers.append(AsyncConnectionErrorRetryHandler(max_retry_count=3))
        retry_handlers.append(AsyncServerErrorRetryHandler(max_retry_count=3))
    client = PacedClient(token=token, base_url=base_url, session=session, retry_handlers=retry_handlers)
    client.pace = pace
    client.proxy = proxy  # the constructor reads the environment, whose proxy can't reach a local Slack
    return client
