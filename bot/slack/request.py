"""A request from Slack, read once: every listener gets one of these classes instead of Slack's JSON.

The workspace of a request is the one that installed the app. In a channel that two companies share (Slack Connect), it
differs from the workspace of the user.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from bot.language.surrogates import without_lone_surrogates
from bot.queue.model import SlackFile
from bot.slack.files import read_files
from bot.slack.payload import at

T = TypeVar("T")
MAX_QUERY = 200
"""The length of the longest text that is searched for in a menu, in characters."""
_SLACK_ID = re.compile(r"[A-Z0-9]{1,32}")


class MalformedRequest(ValueError):
    """Error for a request that lacks a field which every request of its kind has."""


class Message(NamedTuple):
    """The message of a button."""

    channel_id: str
    thread_ts: str
    """The thread that the message is in or starts."""
    ts: str


class UserMessage(NamedTuple):
    """A message that a user wrote."""

    user_id: str
    channel_id: str
    ts: str
    thread_ts: str | None
    text: str
    files: tuple[SlackFile, ...]
    is_direct: bool
    """Whether it was written in a direct message with the bot."""
    is_from_app: bool
    is_edited: bool = False


class SlackView(NamedTuple):
    """A modal as it was submitted, or as it was when a button in it was pressed."""

    id: str
    hash: str
    private_metadata: str
    content: dict[str, Any]
    """The whole view, for the readers in bot/forms."""


@dataclass(frozen=True, kw_only=True)
class SlackRequest:
    """The fields of all requests. A request without a user, such as the app's removal, has no `user_id`."""

    team_id: str
    """The workspace that installed the app; the organization's id if the organization installed it."""
    enterprise_id: str | None = None
    user_id: str | None = None
    channel_id: str | None = None
    thread_ts: str | None = None
    delivery_id: str = ""
    """Stays the same when Slack delivers the request again."""


@dataclass(frozen=True, kw_only=True)
class Interaction(SlackRequest):
    """A command or a click: `trigger_id` opens one modal, within three seconds."""

    user_id: str
    trigger_id: str
    response_url: str = ""


@dataclass(frozen=True, kw_only=True)
class CommandRequest(Interaction):
    """`/ftcost …`."""

    channel_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class OptionsRequest(SlackRequest):
    """A request for the options of a type-ahead menu, sent while a user types."""

    action_id: str
    query: str
    """The typed text; empty when the menu opens."""


@dataclass(frozen=True, kw_only=True)
class GlobalShortcutRequest(Interaction):
    """A shortcut that isn't about a message, and has no channel."""


@dataclass(frozen=True, kw_only=True)
class ShortcutRequest(Interaction):
    """A message shortcut."""

    message: Message
    text: str


@dataclass(frozen=True, kw_only=True)
class ActionRequest(Interaction):
    """A press of a button or a choice from its menu."""

    action_value: str | None
    selected_value: str | None
    button_message: Message | None
    button_view: SlackView | None

    @property
    def value(self) -> str:
        """Return the button's value. Raises MalformedRequest."""
        return _required(self.action_value, "value")

    @property
    def message(self) -> Message:
        """Return the message with the button. Raises MalformedRequest."""
        return _required(self.button_message, "message")

    @property
    def view(self) -> SlackView:
        """Return the modal with the button. Raises MalformedRequest."""
        return _required(self.button_view, "view")

    @property
    def idempotency_key(self) -> str:
        """Return a key that a second delivery shares and a second press doesn't."""
        return f"action:{self.trigger_id}"


@dataclass(frozen=True, kw_only=True)
class ViewRequest(Interaction):
    """A submitted modal."""

    view: SlackView

    @property
    def idempotency_key(self) -> str:
        """Return a key that a second delivery or submission of the same state shares."""
        return f"view:{self.view.id}:{self.view.hash}"


@dataclass(frozen=True, kw_only=True)
class EventRequest(SlackRequest):
    """An event. Fields that its type doesn't have are empty."""

    event_id: str
    user_message: UserMessage | None = None
    file_id: str | None = None
    file_user_id: str | None = None
    """The user who shared the file; Slack's event about a file has no `user`."""
    tab: str | None = None
    is_bot_token_revoked: bool = False
    event_time: datetime | None = None

    @property
    def time(self) -> datetime:
        """Return when it happened, in UTC without a time zone. Raises MalformedRequest."""
        return _required(self.event_time, "event_time")

    @property
    def idempotency_key(self) -> str:
        """Return a key that a second delivery of the event shares."""
        return f"event:{self.event_id}"


def parse_request(body: Mapping[str, Any]) -> SlackRequest:
    """Return a request as a typed value.

    Args:
        body: Slack's JSON, or its form by name.

    Raises:
        MalformedRequest: A field is missing that every request of this kind has.
    """
    common: dict[str, Any] = {
        "team_id": _team_id(body),
        "enterprise_id": _text(body, "enterprise_id") or _text(body, "enterprise", "id"),
        "delivery_id": _text(body, "event_id") or _text(body, "trigger_id") or "",
    }
    if "command" in body:
        return CommandRequest(
            **common,
            **_interaction(body, _text(body, "user_id")),
            channel_id=_required(_text(body, "channel_id"), "channel_id"),
            text=_text(body, "text") or "",
        )
    match body.get("type"):
        case "event_callback":
            return _event(common, body)
        case "block_actions":
            return _action(common, body)
        case "view_submission":
            view = _required(_view(body), "view")
            return ViewRequest(**common, **_interaction(body, _text(body, "user", "id")), view=view)
        case "block_suggestion":
            return OptionsRequest(
                **common,
                user_id=_text(body, "user", "id"),
                action_id=_required(_text(body, "action_id"), "action_id"),
                query=(_text(body, "value") or "")[:MAX_QUERY],
            )
        case "shortcut":
            return GlobalShortcutRequest(**common, **_interaction(body, _text(body, "user", "id")))
        case "message_action":
            message = _required(_message(body), "message")
            return ShortcutRequest(
                **common,
                **_interaction(body, _text(body, "user", "id")),
                channel_id=message.channel_id,
                thread_ts=_text(body, "message", "thread_ts"),
                message=message,
                text=_text(body, "message", "text") or "",
            )
    return SlackRequest(**common, user_id=_text(body, "user", "id"), channel_id=_text(body, "channel", "id"))


def _team_id(body: Mapping[str, Any]) -> str:
    authorizations = body.get("authorizations")
    candidates = (
        at(authorizations[0], "team_id") if isinstance(authorizations, list) and authorizations else None,
        at(body, "view", "app_installed_team_id"),
        # The buttons of a message are the app's own, and the app posts as its workspace's bot.
        at(body, "message", "bot_profile", "team_id") if body.get("type") == "block_actions" else None,
        body.get("team_id"),
        at(body, "team", "id"),
        at(body, "user", "team_id"),
        body.get("enterprise_id"),
        at(body, "enterprise", "id"),
    )
    return _required(next(filter(None, map(_slack_id, candidates)), None), "team_id")


def _slack_id(value: Any) -> str | None:
    return value if isinstance(value, str) and _SLACK_ID.fullmatch(value) else None


def _interaction(body: Mapping[str, Any], user_id: str | None) -> dict[str, Any]:
    return {
        "user_id": _required(user_id, "user"),
        "trigger_id": _required(_text(body, "trigger_id"), "trigger_id"),
        "response_url": _text(body, "response_url") or "",
    }


def _action(common: Mapping[str, Any], body: Mapping[str, Any]) -> ActionRequest:
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    message = _message(body)
    return ActionRequest(
        **common,
        **_interaction(body, _text(body, "user", "id")),
        channel_id=_text(body, "channel", "id"),
        # A message that only one user sees has no content in the request, but its place.
        thread_ts=_text(body, "message", "thread_ts") or _text(body, "container", "thread_ts"),
        action_value=without_lone_surrogates(value) if isinstance(value := at(action, "value"), str) else None,
        selected_value=_text(action, "selected_option", "value"),
        button_message=message,
        button_view=_view(body),
    )


def _event(common: Mapping[str, Any], body: Mapping[str, Any]) -> EventRequest:
    event = body.get("event")
    user_id, channel_id = _text(event, "user"), _text(event, "channel") or _text(event, "channel_id")
    return EventRequest(
        **common,
        event_id=_required(_text(body, "event_id"), "event_id"),
        user_id=user_id,
        channel_id=channel_id,
        thread_ts=_text(event, "thread_ts"),
        user_message=_user_message(event),
        file_id=_text(event, "file_id"),
        file_user_id=_text(event, "user_id"),
        tab=_text(event, "tab"),
        is_bot_token_revoked=bool(at(event, "tokens", "bot")),
        event_time=_time(body.get("event_time")),
    )


def _user_message(event: Any) -> UserMessage | None:
    """Return the message of an event; None if it has no author or no channel, as with workflows."""
    user_id, channel_id, ts = _text(event, "user"), _text(event, "channel"), _text(event, "ts")
    thread_ts = at(event, "thread_ts") or None
    if not (user_id and channel_id and ts and (thread_ts is None or isinstance(thread_ts, str))):
        return None
    return UserMessage(
        user_id,
        channel_id,
        ts,
        thread_ts,
        text=_text(event, "text") or "",
        files=tuple(read_files(at(event, "files"))),
        is_direct=at(event, "channel_type") == "im",
        is_from_app=bool(at(event, "bot_id")),
        is_edited=bool(at(event, "edited")),
    )


def _message(body: Mapping[str, Any]) -> Message | None:
    channel_id, ts = _text(body, "channel", "id"), _text(body, "message", "ts")
    return Message(channel_id, _text(body, "message", "thread_ts") or ts, ts) if channel_id and ts else None


def _view(body: Mapping[str, Any]) -> SlackView | None:
    view_id, content = _text(body, "view", "id"), body.get("view")
    if view_id is None or not isinstance(content, dict):
        return None
    return SlackView(view_id, _text(content, "hash") or "", _text(content, "private_metadata") or "", content)


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _text(body: Any, *path: str) -> str | None:
    """Return a text without lone surrogates, which no database can store; None if there is no text."""
    value = at(body, *path)
    return without_lone_surrogates(value) if isinstance(value, str) and value else None


def _required(value: T | None, name: str) -> T:
    if value is None:
        raise MalformedRequest(f"a request from Slack has no {name}")
    return value
