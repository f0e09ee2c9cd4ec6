"""The workspace: people, channels, messages, files, triggers, response URLs and the record of the app's calls."""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.rules.blocks import elements_of
from playground.rules.messages import find_pings
from playground.rules.node import Json
from playground.rules.refusal import Refusal, Violation
from playground.workspace.entities import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    DEFAULT_SCOPES,
    TEAM,
    ApiCall,
    AssistantThread,
    Channel,
    ResponseUrl,
    Trigger,
    UploadedFile,
    initial_channels,
    initial_users,
)

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5


@dataclass
class Workspace:
    """The state of the local Slack, all of it in memory."""

    clock: Callable[[], float]
    app_name: str
    commands: list[Json] = field(default_factory=list)
    """The app's slash commands."""
    shortcuts: list[Json] = field(default_factory=list)
    """The app's shortcuts, for messages and global ones."""
    scopes: set[str] = field(default_factory=lambda: set(DEFAULT_SCOPES))
    subscribed_events: set[str] = field(default_factory=lambda: {"app_mention"})
    messages_tab: bool = True
    """Whether people may write to the app in its Messages tab."""
    base_url: str = ""
    team: dict[str, str] = field(default_factory=lambda: dict(TEAM))
    first_id_number: int = 1
    """The number in the first generated id; two workspaces need different ranges."""

    def __post_init__(self) -> None:
        self.users = initial_users(self.app_name)
        self.channels = initial_channels(self.app_name)
        self.posted: dict[str, list[Json]] = {channel: [] for channel in self.channels}
        self.hidden: list[Json] = []  # ephemeral messages; "to" is the user who sees each
        self.uploads: dict[str, UploadedFile] = {}
        self.assistant_threads: dict[str, AssistantThread] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.calls: list[ApiCall] = []
        self.violations: list[Violation] = []
        self.warnings: list[str] = []
        self.pings: list[str] = []
        self._numbers = itertools.count(self.first_id_number)
        self._last_ts = 0
        self._streams: set[asyncio.Queue[Json | None]] = set()
        self._changed = asyncio.Event()
        self._closed = False

    # --- changes ----------------------------------------------------------------------------------------------------

    def notify_waiters(self) -> None:
        """Wake every caller of `next_change`."""
        self._changed.set()
        self._changed = asyncio.Event()

    def emit(self, kind: str, **details: Any) -> None:
        """Send an event to the open pages, and wake every caller of `next_change`."""
        for stream in self._streams:
            stream.put_nowait(copy.deepcopy({"type": kind, **details}))
        self.notify_waiters()

    async def next_change(self) -> None:
        """Wait for the next change in the workspace."""
        await self._changed.wait()

    def open_stream(self) -> asyncio.Queue[Json | None]:
        """Return a queue that receives every event from now on, and None when the server stops."""
        stream: asyncio.Queue[Json | None] = asyncio.Queue()
        if self._closed:
            stream.put_nowait(None)
        self._streams.add(stream)
        return stream

    def close_stream(self, stream: asyncio.Queue[Json | None]) -> None:
        """Stop sending events to a queue."""
        self._streams.discard(stream)

    def close_streams(self) -> None:
        """End all queues, those opened later too."""
        self._closed = True
        for stream in self._streams:
            stream.put_nowait(None)

    def record_violation(self, where: str, refusal: Refusal) -> None:
        """Record a call or an answer of the app that Slack refuses."""
        self.violations.append(Violation(where, refusal.error, refusal.messages))
        self.notify_waiters()

    # --- ids and names ----------------------------------------------------------------------------------------------

    def new_id(self, prefix: str) -> str:
        """Return an id that is unique in the workspace."""
        return f"{prefix}0{next(self._numbers):09X}"

    def new_ts(self) -> str:
        """Return a time stamp in Slack's format, later than all earlier ones."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def with_ids(self, blocks: list[Json]) -> list[Json]:
        """Return a copy of blocks in which Slack's generated ids fill the missing block and action ids."""
        blocks = copy.deepcopy(blocks)
        for block in blocks:
            block.setdefault("block_id", self.new_id("b"))
            for _, element in elements_of(block):
                element.setdefault("action_id", self.new_id("a"))
        return blocks

    def channel(self, name: str) -> Channel:
        """Return a channel by its id, its `#name` or, for a direct message, the user's id."""
        plain = name.removeprefix("#")
        for channel in self.channels.values():
            if plain in {channel.id, channel.name if channel.kind != "im" else None}:
                return channel
        if name in self.users:
            return self.im(name)
        raise Refusal("channel_not_found")

    def im(self, user: str) -> Channel:
        """Return the direct message between a user and the app; open it if necessary."""
        if user not in self.users or user == BOT_USER:
            raise Refusal("user_not_found")
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        channel = Channel(self.new_id("D"), self.users[user].name, "im", {user, BOT_USER})
        self.channels[channel.id] = channel
        self.posted[channel.id] = []
        return channel

    # --- messages ----------------------------------------------------------------------------------------------

    def find_message(self, channel: str, ts: str) -> Json | None:
        """Return a channel's message, or None."""
        return next((m for m in self.posted.get(channel, []) if m["ts"] == ts), None)

    def find_hidden(self, channel: str, ts: str) -> Json | None:
        """Return a channel's ephemeral message, or None."""
        return next((m for m in self.hidden if m["ts"] == ts and m["channel"] == channel), None)

    def post(self, channel: str, user: str, content: Mapping[str, Any], *, thread_ts: str | None = None) -> Json:
        """Post a message to a channel or to one of its threads. The content is checked already."""
        message = self._build_message(channel, user, content)
        if thread_ts:
            self._add_reply(channel, thread_ts, message)
        self.posted[channel].append(message)
        self.emit("message", message=message)
        thread = self.assistant_threads.get(thread_ts or "")
        if thread:
            if user == BOT_USER:
                thread.status = ""
            else:
                thread.prompts = []
            self.emit_assistant(thread)
        return message

    def emit_assistant(self, thread: AssistantThread) -> None:
        """Send a thread's status and prompts to the open pages."""
        self.emit("assistant", channel=thread.channel, thread=thread.to_json())

    def post_ephemeral(self, channel: str, to: str, content: Mapping[str, Any], thread_ts: str | None = None) -> Json:
        """Post a message that only one user sees."""
        message = self._build_message(channel, BOT_USER, content) | {"ephemeral": True, "to": to}
        if thread_ts:
            message["thread_ts"] = thread_ts
        self.hidden.append(message)
        self.emit("message", message=message)
        return message

    def edit(self, message: Json, content: Mapping[str, Any]) -> None:
        """Change a message in place. Missing blocks and attachments stay, as documented for chat.update."""
        message["text"] = content.get("text", "")
        for key in ("blocks", "attachments"):
            if content.get(key) is None:
                continue
            message.pop(key, None)
            if content[key]:
                message[key] = self.with_ids(content[key]) if key == "blocks" else self._attachments(content[key])
        if content.get("metadata"):
            message["metadata"] = content["metadata"]
        message["edited"] = {"user": BOT_USER, "ts": self.new_ts()}
        self._record_notifications(content)
        self.emit("message_changed", message=message)

    def remove(self, message: Json) -> None:
        """Delete a message."""
        for messages in (self.posted[message["channel"]], self.hidden):
            if message in messages:
                messages.remove(message)
        self.emit("message_deleted", message=message)

    def _build_message(self, channel: str, user: str, content: Mapping[str, Any]) -> Json:
        message: Json = {
            "type": "message",
            "channel": channel,
            "user": user,
            "text": content.get("text", ""),
            "ts": self.new_ts(),
            "team": self.team["id"],
        }
        if user == BOT_USER:
            message |= {"bot_id": BOT_ID, "app_id": APP_ID}
            self._record_notifications(content)
        if content.get("blocks"):
            message["blocks"] = self.with_ids(content["blocks"])
        if content.get("attachments"):
            message["attachments"] = self._attachments(content["attachments"])
        if content.get("metadata"):
            message["metadata"] = content["metadata"]
        if content.get("files"):
            message |= {"files": content["files"], "subtype": "file_share"}
        return message

    def _attachments(self, attachments: list[Json]) -> list[Json]:
        numbered = copy.deepcopy(attachments)
        for number, attachment in enumerate(numbered, start=1):
            attachment["id"] = number
            if "blocks" in attachment:
                attachment["blocks"] = self.with_ids(attachment["blocks"])
        return numbered

    def _record_notifications(self, content: Mapping[str, Any]) -> None:
        """Record whom a message of the app notifies, and what Slack would warn about."""
        self.pings += find_pings(content)
        if content.get("blocks") and not content.get("text"):
            self.warnings.append("missing_text_in_message")

    def _add_reply(self, channel: str, thread_ts: str, message: Json) -> None:
        parent = self.find_message(channel, thread_ts)
        if parent is None:
            raise Refusal("thread_not_found")
        if parent.get("thread_ts", thread_ts) != thread_ts:
            # A reply's own time stamp doesn't name a thread.
            raise Refusal("cannot_reply_to_message")
        message["thread_ts"] = thread_ts
        parent |= {
            "thread_ts": thread_ts,
            "reply_count": parent.get("reply_count", 0) + 1,
            "latest_reply": message["ts"],
        }
        self.emit("message_changed", message=parent)

    # --- triggers and response URLs ------------------------------------------------------------------------------

    def new_trigger(self, user: str, channel: str, view_id: str | None = None) -> str:
        """Return a trigger id for an interaction of a user."""
        trigger_id = f"{next(self._numbers)}.{int(self.clock() * 1000)}.{self.new_id('x').lower()}"
        self.triggers[trigger_id] = Trigger(self.clock(), user, channel, view_id)
        return trigger_id

    def use_trigger(self, trigger_id: object) -> Trigger:
        """Use a trigger up. Raise Refusal if it is unknown, used or older than three seconds."""
        trigger = self.triggers.get(trigger_id) if isinstance(trigger_id, str) else None
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self.clock() - trigger.created_at > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, user: str, channel: str, message_ts: str | None = None) -> str:
        """Return a response URL for an interaction of a user, with or in a message."""
        key = f"{self.team['id']}/{next(self._numbers)}/{self.new_id('r')}"
        self.response_urls[key] = ResponseUrl(self.clock(), user, channel, message_ts)
        return f"{self.base_url}/api/response/{key}"

    def use_response_url(self, key: str) -> ResponseUrl:
        """Count a use of a response URL. Raise Refusal after five uses or thirty minutes."""
        url = self.response_urls.get(key)
        if url is None:
            raise Refusal("invalid_url")
        if self.clock() - url.created_at > RESPONSE_URL_SECONDS:
            raise Refusal("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise Refusal("used_url")
        url.uses += 1
        return url


def message_payload(message: Json) -> Json:
    """Return a message as Slack puts it in answers and payloads."""
    return {key: value for key, value in message.items() if key not in {"channel", "ephemeral", "to"}}
