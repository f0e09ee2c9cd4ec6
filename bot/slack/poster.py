"""Posts messages in Slack: in a channel or thread, or in a direct message if the bot can't post there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of, is_transient
from bot.render.charts.model import Chart
from bot.render.charts.png import ChartUnavailable, chart_png_in_subprocess
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.parts.escaping import clip
from bot.slack.history import find_button, find_part
from bot.slack.outcomes import CONTENT_ERRORS, Outcome, cannot_post_hint, has_other_way, outcome
from bot.slack.uploads import SlackUpload, UploadRefused, depends_on_channel, upload, upload_method

log = logging.getLogger(__name__)

MAX_TEXT = 10_000
MAX_UPDATE_TEXT = 4_000
MAX_TITLE = 100
MAX_ALT = 1_000
EVENT_TYPE = "ftcost_answer"
CLOCK_SKEW = timedelta(minutes=1)


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
            if error_of(error) not in CONTENT_ERRORS:
                raise
            log.warning("Slack refused a message, so it is posted as text: %s", error_of(error))
            if message.chart and destination.thread_ts and await self._post_png(destination, message.chart):
                return PostedMessage(destination, destination.thread_ts)
            key = None if "metadata" in error_of(error) else key
            response = await self._send(destination, _as_text(message), None, key)
        return PostedMessage(Destination(response["channel"], destination.thread_ts or response["ts"]), response["ts"])

    async def _post_png(self, destination: Destination, chart: Chart) -> bool:
        """Post a chart as a PNG. Return False if it can't be drawn, or if Slack refuses it."""
        try:
            content = await self._draw_png(chart)
            file = SlackUpload("chart.png", clip(chart.title, MAX_TITLE), content, clip(chart.alt, MAX_ALT))
            await upload(self._client, destination.channel, destination.thread_ts, file)
        except (ChartUnavailable, SlackClientError) as error:
            if is_transient(error):
                raise
            log.warning("a chart is posted as text: %s", error)
            return False
        return True

    async def upload_or_dm(self, destination: Destination, user: str, file: SlackUpload) -> None:
        """Upload a file; if the channel doesn't take it, send it to the user in a direct message.

        Args:
            destination: The channel and thread.
            user: The recipient of the direct message.
            file: The file.

        Raises:
            UploadRefused: Slack takes the file nowhere.
            SlackApiError: The upload failed for another reason.
        """
        try:
            await upload(self._client, destination.channel, destination.thread_ts, file)
        except SlackApiError as error:
            if not has_other_way(upload_method(error), error):
                raise
            if not depends_on_channel(error):
                raise UploadRefused(error_of(error)) from None
            direct = await self.open_dm(user)
            try:
                await upload(self._client, direct.channel, None, file)
            except SlackApiError as direct_error:
                if not has_other_way(upload_method(direct_error), direct_error):
                    raise
                raise UploadRefused(error_of(direct_error)) from None

    async def _find_posted(self, destination: Destination, key: IdempotencyKey) -> str | None:
        """Return the time stamp of the message with this key; None if it isn't there or can't be read."""
        oldest = str((key.since - CLOCK_SKEW).replace(tzinfo=UTC).timestamp()) if key.since else None
        return await find_part(self._client, destination.channel, destination.thread_ts, key.name, oldest)

    async def find_button(self, thread: Destination, action_id: str, value: str) -> str | None:
        """Return the time stamp of the message in a thread that has a button; None if there is none to read.

        Args:
            thread: The thread.
            action_id: The button's action.
            value: The button's value.
        """
        return await find_button(self._client, thread.channel, thread.thread_ts or "", action_id, value)

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
        """Post a message; if the bot can't post there, send it to the user, with the reason and what helps.

        Args:
            destination: The channel and thread; None for a direct message.
            user: The recipient of the direct message.
            message: The message.
            key: Its identity.

        Returns:
            The message that was posted.
        """
        if destination is None:
            return await self.post(await self.open_dm(user), message, key)
        try:
            return await self.post(destination, message, key)
        except SlackApiError as error:
            if not has_other_way("chat.postMessage", error):
                raise
            hint = cannot_post_hint(destination.channel, error_of(error))
        direct = await self.open_dm(user)
        await self.post(direct, text_message(f"{hint} The answer:"), key and key.part("invite"))
        return await self.post(direct, message, key)

    async def open_dm(self, user: str) -> Destination:
        """Return the direct message with a user. Raises SlackApiError."""
        response = await self._client.conversations_open(users=user)
        return Destination(response["channel"]["id"])

    async def update(self, destination: Destination, ts: str, message: SlackMessage) -> bool:
        """Replace a message.

        Returns:
            False if Slack doesn't let the bot change it, so that it stays as it is.

        Raises:
            SlackApiError: Slack failed, and another attempt may succeed.
        """
        text = clip(message.text, MAX_UPDATE_TEXT)
        try:
            try:
                await self._client.chat_update(channel=destination.channel, ts=ts, text=text, blocks=message.blocks)
            except SlackApiError as error:
                if error_of(error) not in CONTENT_ERRORS:
                    raise
                text = clip(_as_text(message), MAX_UPDATE_TEXT)
                await self._client.chat_update(channel=destination.channel, ts=ts, text=text, blocks=[])
        except SlackApiError as error:
            if is_transient(error):
                raise
            log.info("message %s of channel %s stays as it is: %s", ts, destination.channel, error_of(error))
            return False
        return True

    async def notify(self, user: str, destination: Destination, message: SlackMessage) -> None:
        """Send a message to one user: visible only to them in the channel, or else in a direct message."""
        if destination.channel.startswith("D"):
            try:
                await self.post(destination, message)
                return
            except SlackApiError as error:
                if not has_other_way("chat.postMessage", error):  # it may be a conversation of other people
                    raise
        elif await self.post_ephemeral(user, destination, message):
            return
        await self.post(await self.open_dm(user), message)

    async def post_ephemeral(self, user: str, destination: Destination, message: SlackMessage) -> bool:
        """Post a message in a channel that only one user sees.

        Returns:
            False if the user isn't in the channel, or if the bot may not post there.

        Raises:
            SlackApiError: Slack failed, or refused the token.
        """
        post = partial(
            self._client.chat_postEphemeral, channel=destination.channel, user=user, thread_ts=destination.thread_ts
        )
        try:
            try:
                await post(text=clip(message.text, MAX_TEXT), blocks=message.blocks)
            except SlackApiError as error:
                if error_of(error) not in CONTENT_ERRORS:
                    raise
                await post(text=clip(_as_text(message), MAX_TEXT))
        except SlackApiError as error:
            if outcome("chat.postEphemeral", error_of(error)) is not Outcome.OTHER_WAY:
                raise
            return False
        return True


def _as_text(message: SlackMessage) -> str:
    """Return a message without its blocks: its text, aligned if it has several lines."""
    return f"```{message.text.replace('```', '')}```" if "\n" in message.text else message.text
