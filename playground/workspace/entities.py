"""Who and what exists in the local workspace from the start."""

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
        "im:write",
        "im:history",
        "files:read",
        "files:write",
        "users:read",
    }
)
DEFAULT_EVENTS = frozenset({"app_home_opened", "app_mention", "message.im", "file_shared"})


@dataclass(frozen=True)
class User:
    id: str
    name: str
    real_name: str
    is_bot: bool = False
    is_admin: bool = False
    team: str | None = None
    """Their own workspace, where they are here by a shared channel."""


@dataclass
class Channel:
    id: str
    name: str
    kind: Literal["public", "private", "im"]
    members: set[str]

    @property
    def wire_name(self) -> str:
        """The name that payloads carry: Slack hides the real one of private places."""
        return {"public": self.name, "private": "privategroup", "im": "directmessage"}[self.kind]


@dataclass
class Trigger:
    made_at: float
    user: str
    channel: str
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    made_at: float
    user: str
    channel: str
    message_ts: str | None = None
    uses: int = 0


@dataclass
class UploadedFile:
    id: str
    name: str
    length: int
    title: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    shared: bool = False
    alt_text: str = ""
    url: str = ""
    """Where the page shows it."""
    private_url: str = ""
    """Where the app fetches it."""
    user: str = BOT_USER
    bot_may_read: bool = True
    """Whether it stands where the bot is, or was given to it in a form."""
    shares: dict[str, dict[str, list[Json]]] = field(default_factory=dict)
    """`public` or `private`: channel: where it stands there."""

    def share(self, channel: Channel, message: Json) -> None:
        """It stands in a message of a channel from now on."""
        self.shared = True
        self.bot_may_read = self.bot_may_read or BOT_USER in channel.members
        kind = "public" if channel.kind == "public" else "private"
        place: Json = {key: message[key] for key in ("ts", "thread_ts") if key in message}
        self.shares.setdefault(kind, {}).setdefault(channel.id, []).append(place)

    def wire(self) -> Json:
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
    """One call of the bot to the Web API."""

    method: str
    args: Json
    response: Json


def first_users(app_name: str) -> dict[str, User]:
    people = (
        User(YOU, "you", "You", is_admin=True),
        User(COLLEAGUE, "robin", "Robin"),
        User(BOT_USER, app_name, app_name, is_bot=True),
    )
    return {user.id: user for user in people}


def first_channels(app_name: str) -> dict[str, Channel]:
    places = (
        Channel(GENERAL, "general", "public", {YOU, COLLEAGUE, BOT_USER}),
        Channel(RANDOM, "random", "public", {YOU, COLLEAGUE}),
        Channel(FINANCE, "finance", "private", {YOU}),
        Channel(IM, app_name, "im", {YOU, BOT_USER}),
    )
    return {channel.id: channel for channel in places}
