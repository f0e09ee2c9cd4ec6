"""Getting a message to where it belongs in Slack, or to the person who asked where that cannot be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.blocks import SlackMessage, clip, saying
from bot.render.chart import Chart

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
MAX_TEXT = 10_000
MAX_UPDATE_TEXT = 4_000
MAX_TITLE = 100
MAX_ALT = 1_000


@dataclass(frozen=True)
class Place:
    """A channel and, where the message belongs into a thread, its thread."""

    channel: str
    thread_ts: str | None = None


class Posted(NamedTuple):
    """Where a message stands: the thread it is in (its own, where it begins one) and its own time stamp."""

    place: Place
    ts: str


class Poster:
    """Posts messages."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, place: Place, message: SlackMessage) -> Posted:
        """Post and say where it stands. Raises SlackApiError."""
        try:
            response = await self._send(place, message.text, message.blocks)
        except SlackApiError as error:
            if error_of(error) not in ("invalid_blocks", "msg_blocks_too_long", "invalid_attachments"):
                raise
            if message.chart is not None and place.thread_ts:
                return await self._picture(place, place.thread_ts, message.chart)
            text = f"```{message.text.replace('```', '')}```" if "\n" in message.text else message.text
            response = await self._send(place, text, None)
        return Posted(Place(response["channel"], place.thread_ts or response["ts"]), response["ts"])

    async def _picture(self, place: Place, thread_ts: str, chart: Chart) -> Posted:
        """The chart as a picture, for a Slack that does not draw charts itself. Drawn off the event loop."""
        from bot.render.chart_png import chart_png  # its library is needed by nothing else

        await self._client.files_upload_v2(
            channel=place.channel,
            thread_ts=thread_ts,
            filename="chart.png",
            title=clip(chart.title, MAX_TITLE),
            content=await asyncio.to_thread(chart_png, chart),
            alt_txt=clip(chart.alt, MAX_ALT),
        )
        return Posted(place, thread_ts)

    async def _send(self, place: Place, text: str, blocks: list[dict[str, object]] | None):  # type: ignore[no-untyped-def]
        return await self._client.chat_postMessage(
            channel=place.channel,
            thread_ts=place.thread_ts,
            text=clip(text, MAX_TEXT),
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
        )

    async def post_or_dm(self, place: Place | None, user: str, message: SlackMessage) -> Posted:
        """Post at `place`; where the bot may not, tell the person how to invite it and answer in a direct message."""
        if place is not None:
            try:
                return await self.post(place, message)
            except SlackApiError as error:
                if error_of(error) not in SHUT_OUT:
                    raise
        direct = await self.direct(user)
        if place is not None:
            text = f"I cannot post in <#{place.channel}>. For the next time, type `/invite @ftcost` there. The answer:"
            await self.post(direct, saying(text))
        return await self.post(direct, message)

    async def direct(self, user: str) -> Place:
        """The direct message with a person."""
        response = await self._client.conversations_open(users=user)
        return Place(response["channel"]["id"])

    async def change(self, place: Place, ts: str, message: SlackMessage) -> None:
        """Replace a message. One that is gone, or cannot be changed any more, is left as it is."""
        try:
            await self._client.chat_update(
                channel=place.channel, ts=ts, text=clip(message.text, MAX_UPDATE_TEXT), blocks=message.blocks
            )
        except SlackApiError as error:
            if error_of(error) not in (*SHUT_OUT, "message_not_found", "cant_update_message", "edit_window_closed"):
                raise

    async def only_to(self, user: str, place: Place, message: SlackMessage) -> None:
        """Said to one person where they are, or in a direct message where that cannot be."""
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
            await self.post(await self.direct(user), message)


def error_of(error: SlackApiError) -> str:
    """Slack's error name."""
    return str(error.response.get("error", "")) if error.response is not None else ""
