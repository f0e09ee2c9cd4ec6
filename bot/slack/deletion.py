"""Deletes the messages of an answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of, is_transient
from bot.slack.history import read_messages
from bot.slack.poster import EVENT_TYPE, Destination

Deletion = Literal["all", "card", "part"]
"""The deleted part of an answer: all of it, the card alone (its replies are unknown), or the part that Slack let go."""


async def delete_answer(
    client: AsyncWebClient, thread: Destination, ts: str, *, count: int, recorded: Collection[str]
) -> Deletion:
    """Delete an answer: all the bot's messages in a thread that the answer began, otherwise the answer's own.

    Args:
        client: The workspace's client.
        thread: The answer's thread.
        ts: The answer's first message.
        count: The number of the answer's messages, which follow each other.
        recorded: The recorded messages of the bot in the thread. They are complete if `ts` is among them.

    Returns:
        The deleted part.

    Raises:
        SlackApiError: Slack failed, and another attempt may succeed.
    """
    messages, is_complete = set(recorded), ts in recorded
    try:
        async for message in read_messages(client, thread.channel, thread.thread_ts):
            if (message.get("metadata") or {}).get("event_type") == EVENT_TYPE:
                messages.add(str(message["ts"]))
        is_complete = True
    except SlackApiError as error:
        if is_transient(error):
            raise
        is_complete |= error_of(error) == "thread_not_found"
    replies = sorted((message for message in messages if float(message) > float(ts)), key=float)
    if ts != thread.thread_ts:
        replies = replies[: max(0, count - 1)]
    refused = [reply for reply in reversed(replies) if not await _delete(client, thread.channel, reply)]
    if not await _delete(client, thread.channel, ts) or refused:
        return "part"
    return "all" if is_complete else "card"


async def _delete(client: AsyncWebClient, channel: str, ts: str) -> bool:
    """Delete a message. Return False if Slack refuses to."""
    try:
        await client.chat_delete(channel=channel, ts=ts)
    except SlackApiError as error:
        if is_transient(error):
            raise
        return error_of(error) == "message_not_found"
    return True
