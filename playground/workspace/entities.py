"""People, channels and files of the workspace, and those that it starts with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from playground.rules.node import Json

TEAM = {"id": "T0PLAYGRND", "name": "Playground", "domain": "playground"}
APP_ID = "A0APP00001"
BOT_ID = "B0APP00001"
BOT_USER = "U0APPBOT01"
YOU = "U0YOU00001"
COLLEAGUE = "U0ROBIN001"
GENERAL = "C0GENERAL1"
RANDOM = "C0RANDOM01"
FINANCE = "C0FINANCE1"
IM = "D0YOUAPP01"

DEFAULT_SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "chat:write.public",
        "app_mentions:read",
        "assistant:write",
        "im:write",
        "im:history",
        "files:read",
        "files:write",
        "users:read",
    }
)
ASSISTANT_EVENTS = frozenset({"assistant_thread_started", "assistant_thread_context_changed"})
DEFAULT_EVENTS = frozenset({"app_home_opened", "app_mention", "message.im", "file_shared"}) | ASSISTANT_EVENTS


@dataclass(frozen=True)
class User:
    """A member of the workspace, or the app's bot user."""

    id: str
    name: str
    real_name: str
    is_bot: bool = False
    is_admin: bool = False
    team: str | None = None
    """The id of the user's own workspace, if a shared channel brings them here."""
    organization_teams: tuple[str, ...] = ()
    """The ids of the user's workspaces in an organization (Enterprise Grid)."""


@dataclass
class Channel:
    """A channel or a direct message."""

    id: str
    name: str
    kind: Literal["public", "private", "im"]
    members: set[str]
    is_ext_shared: bool = False
    """Whether another company has it too (Slack Connect)."""

    @property
    def payload_name(self) -> str:
        """The name in payloads, where Slack hides those of private channels."""
        return {"public": self.name, "private": "privategroup", "im": "directmessage"}[self.kind]


@dataclass
class AssistantThread:
    """A thread with the app in Slack's assistant container."""

    channel: str
    thread_ts: str
    status: str = ""
    """What the app says that it does; its next reply clears it."""
    prompts: list[dict[str, str]] = field(default_factory=list)
    """The suggested messages: `title` and `message`. The user's next message clears them."""

    def to_json(self) -> Json:
        """Return the thread as the page shows it."""
        return {"thread_ts": self.thread_ts, "status": self.status, "prompts": self.prompts}


@dataclass
class Trigger:
    """A trigger id's record: whose it is, where it comes from, and whether it is used up."""

    created_at: float
    user: str
    channel: str
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """A response URL's record: whose it is, which message it belongs to, and how often it was used."""

    created_at: float
    user: str
    channel: str
    message_ts: str | None = None
    uses: int = 0


@dataclass
class UploadedFile:
    """A file, from the request for its upload URL on."""

    id: str
    name: str
    length: int
    title: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    shared: bool = False
    alt_text: str = ""
    url: str = ""
    """The address for the page."""
    private_url: str = ""
    """The address for the app."""
    user: str = BOT_USER
    bot_may_read: bool = True
    """True once it is in a channel of the app, or was sent in a form."""
    shares: dict[str, dict[str, list[Json]]] = field(default_factory=dict)
    """The messages that contain it, by `public` or `private` and by channel."""

    def share(self, channel: Channel, message: Json) -> None:
        """Record that a message in a channel contains the file."""
        self.shared = True
        self.bot_may_read = self.bot_may_read or BOT_USER in channel.members
        kind = "public" if channel.kind == "public" else "private"
        position: Json = {key: message[key] for key in ("ts", "thread_ts") if key in message}
        self.shares.setdefault(kind, {}).setdefault(channel.id, []).append(position)

    def to_json(self) -> Json:
        """Return the file as the Web API and payloads describe it."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "size": self.length,
            "mode": "hosted",
            "user": self.user,
            "alt_txt": self.alt_text,
            "url": self.url,
            "url_private": self.private_url,
            "url_private_download": self.private_url,
            "permalink": self.url,
        }


@dataclass(frozen=True)
class ApiCall:
    """A call of the app to the Web API."""

    method: str
    """The method, such as `chat.postMessage`, or `response_url`."""
    args: Json
    """The arguments, without the token."""
    response: Json
    """The body of the answer."""


def initial_users(app_name: str) -> dict[str, User]:
    """Return the users by id: you, a colleague and the app's bot user."""
    people = (
        User(YOU, "you", "You", is_admin=True),
        User(COLLEAGUE, "robin", "Robin"),
        User(BOT_USER, app_name, app_name, is_bot=True),
    )
    return {user.id: user for user in people}


def initial_channels(app_name: str) -> dict[str, Channel]:
    """Return the channels by id."""
    channels = (
        Channel(GENERAL, "general", "public", {YOU, COLLEAGUE, BOT_USER}),
        Channel(RANDOM, "random", "public", {YOU, COLLEAGUE}),
        Channel(FINANCE, "finance", "private", {YOU}),
        Channel(IM, app_name, "im", {YOU, BOT_USER}),
    )
    return {channel.id: channel for channel in channels}
