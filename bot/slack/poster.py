"""Getting a message to where it belongs in Slack, or to the person who asked where that cannot be."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of
from bot.render.blocks import SlackMessage, text_message
from bot.render.charts.model import Chart
from bot.render.charts.png import ChartUnavailable, chart_png_elsewhere
from bot.render.escaping import clip

log = logging.getLogger(__name__)

# The channel cannot be posted in: the bot is not in it, or may not.
SHUT_OUT = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "restricted_action",
        "cannot_reply_to_message",
        "missing_scope",
    }
)
NOBODY = frozenset({"user_not_found", "user_disabled", "user_not_visible"})
"""There is no such person to write to."""
MAX_TEXT = 10_000
MAX_UPDATE_TEXT = 4_000
MAX_TITLE = 100
MAX_ALT = 1_000
EVENT_TYPE = "ftcost_answer"
LOOK_AT = 200  # messages a page, as Slack advises
MOST_PAGES = 10
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class Destination:
    """A channel and, where the message belongs into a thread, its thread."""

    channel: str
    thread_ts: str | None = None


class ThreadPosition(Protocol):
    """Something that may stand in Slack."""

    @property
    def channel_id(self) -> str | None: ...
    @property
    def thread_ts(self) -> str | None: ...
    @property
    def message_ts(self) -> str | None: ...


def permalink(team_url: str, what: ThreadPosition) -> str | None:
    """The address that chat.getPermalink gives for a message, built from the workspace's own; None where it does not
    stand in Slack.
    """
    if not (what.channel_id and what.message_ts):
        return None
    address = f"{team_url}archives/{what.channel_id}/p{what.message_ts.replace('.', '')}"
    in_thread = what.thread_ts and what.thread_ts != what.message_ts
    return f"{address}?thread_ts={what.thread_ts}&cid={what.channel_id}" if in_thread else address


class IdempotencyKey(NamedTuple):
    """What tells a message from every other, also after a restart: written into its metadata."""

    name: str
    may_stand: bool
    """Whether an attempt before this one may have posted it without learning so."""
    since: datetime | None
    """UTC; it cannot have been posted before."""

    def part(self, number: int | str) -> IdempotencyKey:
        return self._replace(name=f"{self.name}/{number}")


class PostedMessage(NamedTuple):
    """Where a message stands: the thread it is in (its own, where it begins one) and its own time stamp."""

    place: Destination
    ts: str


class Poster:
    """Posts messages. `once` is a client that does not by itself repeat what may have been done already."""

    def __init__(self, client: AsyncWebClient, once: AsyncWebClient) -> None:
        self._client = client
        self._once_client = once

    async def post(
        self, place: Destination, message: SlackMessage, mark: IdempotencyKey | None = None
    ) -> PostedMessage:
        """Post, unless it stands already, and say where it stands. Raises SlackApiError."""
        if mark and mark.may_stand and (ts := await self._standing(place, mark)):
            return PostedMessage(Destination(place.channel, place.thread_ts or ts), ts)
        try:
            response = await self._send(place, message.text, message.blocks, mark)
        except SlackApiError as error:
            if error_of(error) not in ("invalid_blocks", "msg_blocks_too_long", "invalid_attachments"):
                raise
            if message.chart is not None and place.thread_ts:
                try:
                    return await self._picture(place, place.thread_ts, message.chart)
                except ChartUnavailable as unavailable:
                    log.warning("a chart is posted as text: %s", unavailable)
            text = f"```{message.text.replace('```', '')}```" if "\n" in message.text else message.text
            response = await self._send(place, text, None, mark)
        return PostedMessage(Destination(response["channel"], place.thread_ts or response["ts"]), response["ts"])

    async def _picture(self, place: Destination, thread_ts: str, chart: Chart) -> PostedMessage:
        """Post the chart as a PNG, for a Slack that does not draw charts itself. Raises ChartUnavailable."""
        await self._client.files_upload_v2(
            channel=place.channel,
            thread_ts=thread_ts,
            filename="chart.png",
            title=clip(chart.title, MAX_TITLE),
            content=await chart_png_elsewhere(chart),
            alt_txt=clip(chart.alt, MAX_ALT),
        )
        return PostedMessage(place, thread_ts)

    async def _standing(self, place: Destination, mark: IdempotencyKey) -> str | None:
        """The time stamp of a marked message; None where it does not stand, or the bot may not look."""
        oldest = str((mark.since - CLOCKS_DIFFER).replace(tzinfo=UTC).timestamp()) if mark.since else None
        try:
            if place.thread_ts:
                pages = await self._client.conversations_replies(
                    channel=place.channel, ts=place.thread_ts, include_all_metadata=True, limit=LOOK_AT, oldest=oldest
                )
            else:
                pages = await self._client.conversations_history(
                    channel=place.channel, include_all_metadata=True, limit=LOOK_AT, oldest=oldest
                )
            seen = 0
            async for page in pages:
                for message in page["messages"]:
                    if (message.get("metadata") or {}).get("event_payload", {}).get("part") == mark.name:
                        return str(message["ts"])
                if (seen := seen + 1) == MOST_PAGES:
                    break
        except SlackApiError as error:
            if error_of(error) not in (*SHUT_OUT, "thread_not_found"):
                raise
        return None

    async def _send(  # type: ignore[no-untyped-def]
        self, place: Destination, text: str, blocks: list[dict[str, object]] | None, mark: IdempotencyKey | None
    ):
        return await self._once_client.chat_postMessage(
            channel=place.channel,
            thread_ts=place.thread_ts,
            text=clip(text, MAX_TEXT),
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"part": mark.name}} if mark else None,
        )

    async def post_or_dm(
        self, place: Destination | None, user: str, message: SlackMessage, mark: IdempotencyKey | None = None
    ) -> PostedMessage:
        """Post at `place`; where the bot may not, tell the person how to invite it and answer in a direct message."""
        if place is not None:
            try:
                return await self.post(place, message, mark)
            except SlackApiError as error:
                if error_of(error) not in SHUT_OUT:
                    raise
        direct = await self.direct(user)
        if place is not None:
            text = f"I cannot post in <#{place.channel}>. For the next time, type `/invite @ftcost` there. The answer:"
            await self.post(direct, text_message(text), mark and mark.part("invite"))
        return await self.post(direct, message, mark)

    async def direct(self, user: str) -> Destination:
        """The direct message with a person."""
        response = await self._client.conversations_open(users=user)
        return Destination(response["channel"]["id"])

    async def change(self, place: Destination, ts: str, message: SlackMessage) -> None:
        """Replace a message. One that is gone, or cannot be changed any more, is left as it is."""
        try:
            await self._client.chat_update(
                channel=place.channel, ts=ts, text=clip(message.text, MAX_UPDATE_TEXT), blocks=message.blocks
            )
        except SlackApiError as error:
            if error_of(error) not in (*SHUT_OUT, "message_not_found", "cant_update_message", "edit_window_closed"):
                raise

    async def only_to(self, user: str, place: Destination, message: SlackMessage) -> None:
        """Said to one person where they are, or in a direct message where that cannot be."""
        if not await self.whisper(user, place, message):
            await self.post(await self.direct(user), message)

    async def whisper(self, user: str, place: Destination, message: SlackMessage) -> bool:
        """Say it to one person in a channel. False where they are not in it, or the bot may not."""
        try:
            await self._client.chat_postEphemeral(
                channel=place.channel,
                user=user,
                thread_ts=place.thread_ts,
                text=clip(message.text, MAX_TEXT),
                blocks=message.blocks,
            )
        except SlackApiError as error:
            if error_of(error) not in (*SHUT_OUT, "user_not_in_channel"):
                raise
            return False
        return True
