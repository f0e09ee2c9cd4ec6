"""The payloads that Slack sends to an app."""

from __future__ import annotations

import copy
from typing import Any

from playground.people.view_state import State
from playground.rules.node import Json
from playground.workspace.entities import APP_ID, BOT_USER, GENERAL
from playground.workspace.workspace import Workspace, message_payload

# Slack deprecated it in favour of the signature, but still sends it.
VERIFICATION_TOKEN = "playground-verification-token"  # noqa: S105


class Payloads:
    """Builder of payloads about one workspace.

    Building a payload registers the trigger ids and response URLs in it.

    Args:
        workspace: The workspace, `FakeSlack.workspace`.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def command(self, command: str, text: str, user: str, channel: str) -> dict[str, str]:
        """Return the form fields of a slash command."""
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": self._workspace.team["id"],
            "team_domain": self._workspace.team["domain"],
            "channel_id": channel,
            "channel_name": self._workspace.channels[channel].payload_name,
            "user_id": user,
            "user_name": self._workspace.users[user].name,
            "command": command,
            "text": escape_text(text),
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self._workspace.new_response_url(user, channel),
            "trigger_id": self._workspace.new_trigger(user, channel),
        }

    def view_submission(self, view: Json, state: State, user: str, channel: str) -> Json:
        """Return the payload of a submitted modal."""
        return {
            **self._interaction("view_submission", user),
            "trigger_id": self._workspace.new_trigger(user, channel, view["id"]),
            "view": with_state(view, state),
            "response_urls": [],
        }

    def view_closed(self, view: Json, state: State, user: str, *, is_cleared: bool) -> Json:
        """Return the payload of a closed modal; `is_cleared` if the whole stack was closed."""
        return {
            **self._interaction("view_closed", user),
            "view": with_state(view, state),
            "is_cleared": is_cleared,
        }

    def block_actions(
        self,
        target: Json,
        action: Json,
        state: State,
        user: str,
        channel: str,
        *,
        attachment_id: int | None = None,
    ) -> Json:
        """Return the payload of a click or a choice in a message or a view, the `target`."""
        payload = {
            **self._interaction("block_actions", user),
            **self._location(target, state),
            "actions": [action | {"action_ts": self._workspace.new_ts()}],
        }
        if attachment_id is not None:
            payload["container"] |= {"type": "message_attachment", "attachment_id": attachment_id}
        if "ts" in target:
            payload["state"] = {"values": state}
            payload["response_url"] = self._workspace.new_response_url(user, channel, target["ts"])
        view_id = target["id"] if "ts" not in target else None
        payload["trigger_id"] = self._workspace.new_trigger(user, channel, view_id)
        return payload

    def block_suggestion(self, target: Json, block_id: str, action_id: str, value: str, user: str) -> Json:
        """Return the payload that asks for the options of an external select."""
        return {
            **self._interaction("block_suggestion", user),
            **self._location(target, {}),
            "action_id": action_id,
            "block_id": block_id,
            "value": value,
        }

    def message_action(self, callback_id: str, message: Json, user: str) -> Json:
        """Return the payload of a message shortcut."""
        channel = message["channel"]
        return {
            **self._interaction("message_action", user),
            "action_ts": self._workspace.new_ts(),
            "callback_id": callback_id,
            "trigger_id": self._workspace.new_trigger(user, channel),
            "response_url": self._workspace.new_response_url(user, channel, message["ts"]),
            "message_ts": message["ts"],
            "channel": self._channel(channel),
            "message": copy.deepcopy(message_payload(message)),
        }

    def global_shortcut(self, callback_id: str, user: str) -> Json:
        """Return the payload of a global shortcut, which has no channel."""
        return {
            **self._interaction("shortcut", user),
            "action_ts": self._workspace.new_ts(),
            "callback_id": callback_id,
            "trigger_id": self._workspace.new_trigger(user, GENERAL),
        }

    def event(self, event: Json) -> Json:
        """Return an event in the envelope of the Events API."""
        event_id = self._workspace.new_id("Ev")
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": self._workspace.team["id"],
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self._workspace.clock()),
            "event_context": f"4-{event_id}",
            "is_ext_shared_channel": False,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self._workspace.team["id"],
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
        }

    def message_event(self, kind: str, message: Json) -> Json:
        """Return the event of a posted message: `app_mention`, or `message` for a direct message."""
        event = copy.deepcopy(message_payload(message)) | {
            "type": kind,
            "channel": message["channel"],
            "event_ts": message["ts"],
        }
        if kind == "message":
            event["channel_type"] = "im"
        else:
            event.pop("subtype", None)
        is_ext_shared = self._workspace.channels[message["channel"]].is_ext_shared
        if is_ext_shared and event.get("files"):
            # The app has to ask files.info for everything else.
            event["files"] = [{"id": file["id"], "file_access": "check_file_info"} for file in event["files"]]
        return self.event(event) | {"is_ext_shared_channel": is_ext_shared}

    def assistant_thread(self, kind: str, thread: Json, user: str, viewed: str | None) -> Json:
        """Return the event of an assistant thread: that it started, or that its user views another channel."""
        context = {"channel_id": viewed, "team_id": self._workspace.team["id"], "enterprise_id": None} if viewed else {}
        assistant_thread = {
            "user_id": user,
            "context": context,
            "channel_id": thread["channel"],
            "thread_ts": thread["ts"],
        }
        return self.event({"type": kind, "assistant_thread": assistant_thread, "event_ts": self._workspace.new_ts()})

    def file_shared(self, file_id: str, user: str, channel: str) -> Json:
        """Return the event of a shared file."""
        event = {
            "type": "file_shared",
            "file_id": file_id,
            "file": {"id": file_id},
            "user_id": user,
            "channel_id": channel,
            "event_ts": self._workspace.new_ts(),
        }
        return self.event(event)

    def _interaction(self, kind: str, user: str) -> Json:
        name = self._workspace.users[user].name
        return {
            "type": kind,
            "token": VERIFICATION_TOKEN,
            "api_app_id": APP_ID,
            "team": {"id": self._workspace.team["id"], "domain": self._workspace.team["domain"]},
            "user": {"id": user, "username": name, "name": name, "team_id": self._workspace.team["id"]},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _location(self, target: Json, state: State) -> Json:
        """Return the keys that say where an interaction happened: in a view, or in a channel's message."""
        if "ts" not in target:
            return {"container": {"type": "view", "view_id": target["id"]}, "view": with_state(target, state)}
        is_ephemeral = bool(target.get("ephemeral"))
        container: Json = {
            "type": "message",
            "message_ts": target["ts"],
            "channel_id": target["channel"],
            "is_ephemeral": is_ephemeral,
        }
        if "thread_ts" in target:
            container["thread_ts"] = target["thread_ts"]
        location: Json = {"container": container, "channel": self._channel(target["channel"])}
        if not is_ephemeral:
            # Slack doesn't send the content of an ephemeral message back.
            location["message"] = copy.deepcopy(message_payload(target))
        return location

    def _channel(self, channel: str) -> Json:
        return {"id": channel, "name": self._workspace.channels[channel].payload_name}


def with_state(view: Json, state: State) -> Json:
    """Return a copy of a view with the state of its inputs."""
    payload: Any = copy.deepcopy(view)
    payload["state"] = {"values": copy.deepcopy(state)}
    return dict(payload)


def escape_text(text: str) -> str:
    """Escape the three characters that Slack escapes in people's texts.

    Args:
        text: The text as typed.

    Returns:
        The text with `&`, `<` and `>` as entities.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
