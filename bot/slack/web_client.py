"""Slack's Web API client, with the retries that a call may have."""

from __future__ import annotations

from aiohttp import ClientSession
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient


def slack_client(
    session: ClientSession, base_url: str, proxy: str | None, token: str | None, *, repeats: bool = True
) -> AsyncWebClient:
    """Return a client for one workspace.

    Args:
        session: The connections that all clients share.
        base_url: The Web API's address.
        proxy: The HTTP proxy; None connects directly, and ignores the environment.
        token: The workspace's bot token.
        repeats: Whether a call may be sent twice. If so, 5xx responses and dropped connections are retried; a 429 is
            never retried here.
    """
    retry_handlers: list[AsyncRetryHandler] = []  # none for 429: the queue runs other jobs meanwhile
    if repeats:
        retry_handlers.append(AsyncConnectionErrorRetryHandler(max_retry_count=3))
        retry_handlers.append(AsyncServerErrorRetryHandler(max_retry_count=3))
    client = AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=retry_handlers)
    client.proxy = proxy  # the constructor reads the environment, whose proxy can't reach a local Slack
    return client
