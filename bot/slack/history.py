"""The messages of channels and threads that the bot may read."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

PAGE_SIZE = 200  # messages, as Slack advises
MAX_PAGES = 10


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
