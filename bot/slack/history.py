"""The messages of channels and threads that the bot may read."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of, is_rate_limit, is_transient, retry_after_s

log = logging.getLogger(__name__)

PAGE_SIZE = 200  # messages, as Slack advises
MAX_PAGES = 10
LOOK_BACK_PATIENCE_S = 5.0
"""The longest time that an answer waits to look for itself. Apps that are distributed commercially may read one page of
15 messages a minute; their answers are posted without looking."""


async def read_messages(
    client: AsyncWebClient, channel: str, thread_ts: str | None = None, oldest: str | None = None
) -> AsyncIterator[Mapping[str, Any]]:
    """Yield the messages of a thread or channel with their metadata, at most `MAX_PAGES` pages.

    Args:
        client: The workspace's client.
        channel: The channel.
        thread_ts: The thread; None for the channel's own messages.
        oldest: The time stamp of the oldest message to read.

    Raises:
        SlackApiError: The bot can't read the channel, or Slack failed.
    """
    pages: AsyncIterable[Any]
    if thread_ts:
        pages = await client.conversations_replies(
            channel=channel, ts=thread_ts, include_all_metadata=True, limit=PAGE_SIZE, oldest=oldest
        )
    else:
        pages = await client.conversations_history(
            channel=channel, include_all_metadata=True, limit=PAGE_SIZE, oldest=oldest
        )
    page_count = 0
    async for page in pages:
        for message in page["messages"]:
            yield message
        page_count += 1
        if page_count == MAX_PAGES:
            return


async def find_part(
    client: AsyncWebClient, channel: str, thread_ts: str | None, part: str, oldest: str | None
) -> str | None:
    """Return the time stamp of the message whose metadata has an idempotency key.

    Args:
        client: The workspace's client.
        channel: The channel.
        thread_ts: The thread; None for the channel's own messages.
        part: The key.
        oldest: The time stamp of the oldest message to read.

    Returns:
        The time stamp, or None if there is no such message, or if the bot can't read the channel now.

    Raises:
        SlackApiError: Slack failed, and another attempt may succeed soon.
    """
    try:
        async for message in read_messages(client, channel, thread_ts, oldest):
            if (message.get("metadata") or {}).get("event_payload", {}).get("part") == part:
                return str(message["ts"])
    except SlackApiError as error:
        if is_transient(error) and not (is_rate_limit(error) and retry_after_s(error) > LOOK_BACK_PATIENCE_S):
            raise
        log.info("cannot look for message %s in channel %s: %s", part, channel, error_of(error))
    return None


async def find_button(client: AsyncWebClient, channel: str, thread_ts: str, action_id: str, value: str) -> str | None:
    """Return the time stamp of the message in a thread that has a button; None if there is none to read.

    Raises:
        SlackApiError: Slack failed, and another attempt may succeed.
    """
    try:
        async for message in read_messages(client, channel, thread_ts):
            elements = (element for block in message.get("blocks", ()) for element in block.get("elements", ()))
            if any(item.get("action_id") == action_id and item.get("value") == value for item in elements):
                return str(message["ts"])
    except SlackApiError as error:
        if is_transient(error):
            raise
    return None
