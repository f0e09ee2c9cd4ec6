"""Posts messages in Slack: in a channel or thread, or in a direct message if the bot can't post there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of
from bot.render.blocks import SlackMessage, text_message
from bot.render.charts.model import Chart
from bot.render.charts.png import ChartUnavailable, chart_png_in_subprocess
from bot.render.escaping import clip
from bot.slack.history import read_messages

log = logging.getLogger(__name__)

CANNOT_POST = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "cannot_reply_to_message",
        "missing_scope",
    }
)
"""Slack's errors for a channel that the bot isn't in or may not post in."""
UNREADABLE = CANNOT_POST | {"thread_not_found"}
"""Slack's errors for a thread or channel that the bot can't read, or that is gone."""
USER_GONE = frozenset({"user_not_found", "user_disabled", "user_not_visible"})
"""Slack's errors for a user who was removed or that the bot can't see."""
MAX_TEXT = 10_000
MAX_UPDATE_TEXT = 4_000
MAX_TITLE = 100
MAX_ALT = 1_000
EVENT_TYPE = "ftcost_answer"
CLOCK_SKEW = timedelta(minutes=1)

Deletion = Literal["all", "card", "part"]
"""The deleted part of an answer: all of it, the card alone (the bot can't read its replies), or what Slack allowed."""


@dataclass(frozen=True)
class Destination:
    """The channel of a message, and its thread if it is a reply."""

    channel: str
    thread_ts: str | None = None


class ThreadPosition(Protocol):
    """The position of a message in Slack; all None if it was not posted."""

    @property
    def channel_id(self) -> str | None: ...
    @property
    def thread_ts(self) -> str | None: ...
    @property
    def message_ts(self) -> str | None: ...


def permalink(team_url: str, position: ThreadPosition) -> str | None:
    """Return the address that chat.getPermalink gives for a message, without the call.

    Args:
        team_url: The workspace's address, such as `https://team.slack.com/`.
        position: The message's position.

    Returns:
        The address, or None if the message was not posted.
    """
    if not (position.channel_id and position.message_ts):
        return None
    address = f"{team_url}archives/{position.channel_id}/p{position.message_ts.replace('.', '')}"
    in_thread = position.thread_ts and position.thread_ts != position.message_ts
    return f"{address}?thread_ts={position.thread_ts}&cid={position.channel_id}" if in_thread else address


class IdempotencyKey(NamedTuple):
    """The identity of a message, which is written into its metadata and stays the same after a restart."""

    name: str
    may_be_posted: bool
    """Whether an earlier attempt may have posted the message and ended before it recorded so."""
    since: datetime | None
    """The earliest time of such a post, in UTC."""

    def part(self, number: int | str) -> IdempotencyKey:
        """Return the key of one of several messages of a job."""
        return self._replace(name=f"{self.name}/{number}")


class PostedMessage(NamedTuple):
    """A posted message: its thread (the one that it starts, unless it is a reply) and its time stamp."""

    destination: Destination
    ts: str


class Poster:
    """Posts the messages of one workspace.

    Args:
        client: The workspace's client.
        no_retry_client: A client that sends each call once, for calls that post a message.
        draw_png: Returns a chart's PNG, or raises ChartUnavailable.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        no_retry_client: AsyncWebClient,
        draw_png: Callable[[Chart], Awaitable[bytes]] = chart_png_in_subprocess,
    ) -> None:
        self._client = client
        self._no_retry_client = no_retry_client
        self._draw_png = draw_png

    async def post(
        self, destination: Destination, message: SlackMessage, key: IdempotencyKey | None = None
    ) -> PostedMessage:
        """Post a message, unless an earlier attempt posted it.

        A Slack that doesn't know the chart block gets the chart as a PNG, or the message as text.

        Args:
            destination: The channel and thread.
            message: The message.
            key: Its identity; without one it is posted in any case.

        Returns:
            The message, posted now or earlier.

        Raises:
            SlackApiError: Slack refused the message.
        """
        if key and key.may_be_posted and (ts := await self._find_posted(destination, key)):
            return PostedMessage(Destination(destination.channel, destination.thread_ts or ts), ts)
        try:
            response = await self._send(destination, message.text, message.blocks, key)
        except SlackApiError as error:
            if error_of(error) not in ("invalid_blocks", "msg_blocks_too_long", "invalid_attachments"):
                raise
            if message.chart is not None and destination.thread_ts:
                try:
                    return await self._post_png(destination, destination.thread_ts, message.chart)
                except ChartUnavailable as unavailable:
                    log.warning("a chart is posted as text: %s", unavailable)
            text = f"```{message.text.replace('```', '')}```" if "\n" in message.text else message.text
            response = await self._send(destination, text, None, key)
        return PostedMessage(Destination(response["channel"], destination.thread_ts or response["ts"]), response["ts"])

    async def _post_png(self, destination: Destination, thread_ts: str, chart: Chart) -> PostedMessage:
        """Post a chart as a PNG. Raises ChartUnavailable."""
        await self._client.files_upload_v2(
            channel=destination.channel,
            thread_ts=thread_ts,
            filename="chart.png",
            title=clip(chart.title, MAX_TITLE),
            content=await self._draw_png(chart),
            alt_txt=clip(chart.alt, MAX_ALT),
        )
        return PostedMessage(destination, thread_ts)

    async def _find_posted(self, destination: Destination, key: IdempotencyKey) -> str | None:
        """Return the time stamp of the message with this key; None if it isn't there, or if the bot may not read the
        channel.
        """
        oldest = str((key.since - CLOCK_SKEW).replace(tzinfo=UTC).timestamp()) if key.since else None
        try:
            async for message in read_messages(self._client, destination.channel, destination.thread_ts, oldest):
                if (message.get("metadata") or {}).get("event_payload", {}).get("part") == key.name:
                    return str(message["ts"])
        except SlackApiError as error:
            if error_of(error) not in UNREADABLE:
                raise
        return None

    async def find_button(self, thread: Destination, action_id: str, value: str) -> str | None:
        """Return the time stamp of the message in a thread that has a button; None if there is none to read.

        Args:
            thread: The thread.
            action_id: The button's action.
            value: The button's value.
        """
        try:
            async for message in read_messages(self._client, thread.channel, thread.thread_ts):
                if _has_button(message, action_id, value):
                    return str(message["ts"])
        except SlackApiError as error:
            if error_of(error) not in UNREADABLE:
                raise
        return None

    async def delete_answer(self, thread: Destination, ts: str, *, count: int) -> Deletion:
        """Delete an answer: all the bot's messages in its thread, or its own ones in a thread that a user started.

        Args:
            thread: The answer's thread.
            ts: The answer's first message.
            count: The number of its messages, which follow each other.

        Returns:
            The deleted part.
        """
        replies: list[str] = []
        is_readable = True
        try:
            replies = [
                str(message["ts"])
                async for message in read_messages(self._client, thread.channel, thread.thread_ts)
                if (message.get("metadata") or {}).get("event_type") == EVENT_TYPE and float(message["ts"]) > float(ts)
            ]
        except SlackApiError as error:
            if error_of(error) not in UNREADABLE:
                raise
            is_readable = error_of(error) == "thread_not_found"
        if ts != thread.thread_ts:
            replies = sorted(replies)[: max(0, count - 1)]
        refused = [reply for reply in sorted(replies, reverse=True) if not await self._delete(thread.channel, reply)]
        if not await self._delete(thread.channel, ts) or refused:
            return "part"
        return "all" if is_readable else "card"

    async def _delete(self, channel: str, ts: str) -> bool:
        """Delete a message. Return False if Slack refuses to."""
        try:
            await self._client.chat_delete(channel=channel, ts=ts)
        except SlackApiError as error:
            if error_of(error) not in (*CANNOT_POST, "message_not_found", "cant_delete_message"):
                raise
            return error_of(error) == "message_not_found"
        return True

    async def _send(  # type: ignore[no-untyped-def]
        self, destination: Destination, text: str, blocks: list[dict[str, object]] | None, key: IdempotencyKey | None
    ):
        return await self._no_retry_client.chat_postMessage(
            channel=destination.channel,
            thread_ts=destination.thread_ts,
            text=clip(text, MAX_TEXT),
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"part": key.name}} if key else None,
        )

    async def post_or_dm(
        self, destination: Destination | None, user: str, message: SlackMessage, key: IdempotencyKey | None = None
    ) -> PostedMessage:
        """Post a message; if the bot can't post there, send it to the user, with a line on how to invite the bot.

        Args:
            destination: The channel and thread; None for a direct message.
            user: The recipient of the direct message.
            message: The message.
            key: Its identity.

        Returns:
            The message that was posted.
        """
        if destination is not None:
            try:
                return await self.post(destination, message, key)
            except SlackApiError as error:
                if error_of(error) not in CANNOT_POST:
                    raise
        direct = await self.open_dm(user)
        if destination is not None:
            hint = f"I can't post in <#{destination.channel}>. To get answers there, type `/invite @ftcost` in it."
            await self.post(direct, text_message(f"{hint} The answer:"), key and key.part("invite"))
        return await self.post(direct, message, key)

    async def open_dm(self, user: str) -> Destination:
        """Return the direct message with a user. Raises SlackApiError."""
        response = await self._client.conversations_open(users=user)
        return Destination(response["channel"]["id"])

    async def update(self, destination: Destination, ts: str, message: SlackMessage) -> None:
        """Replace a message, unless it was deleted or Slack doesn't allow to change it any more."""
        try:
            await self._client.chat_update(
                channel=destination.channel, ts=ts, text=clip(message.text, MAX_UPDATE_TEXT), blocks=message.blocks
            )
        except SlackApiError as error:
            if error_of(error) not in (*CANNOT_POST, "message_not_found", "cant_update_message", "edit_window_closed"):
                raise

    async def notify(self, user: str, destination: Destination, message: SlackMessage) -> None:
        """Send a message to one user: visible only to them in the channel, or else in a direct message."""
        if destination.channel.startswith("D"):
            await self.post(destination, message)
        elif not await self.post_ephemeral(user, destination, message):
            await self.post(await self.open_dm(user), message)

    async def post_ephemeral(self, user: str, destination: Destination, message: SlackMessage) -> bool:
        """Post a message in a channel that only one user sees.

        Returns:
            False if the user isn't in the channel, or if the bot may not post there.
        """
        try:
            await self._client.chat_postEphemeral(
                channel=destination.channel,
                user=user,
                thread_ts=destination.thread_ts,
                text=clip(message.text, MAX_TEXT),
                blocks=message.blocks,
            )
        except SlackApiError as error:
            if error_of(error) not in (*CANNOT_POST, "user_not_in_channel"):
                raise
            return False
        return True


def _has_button(message: Mapping[str, Any], action_id: str, value: str) -> bool:
    elements = (element for block in message.get("blocks", ()) for element in block.get("elements", ()))
    return any(element.get("action_id") == action_id and element.get("value") == value for element in elements)
