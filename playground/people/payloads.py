"""The payloads that Slack sends to a bot, built from what is in the workspace."""

from __future__ import annotations

import copy
from typing import Any

from playground.people.view_state import State
from playground.rules.node import Json
from playground.workspace.entities import APP_ID, BOT_USER
from playground.workspace.workspace import Workspace, wire_message

# Long deprecated in favour of the signature, but still on the wire.
VERIFICATION_TOKEN = "playground-verification-token"  # noqa: S105


class Payloads:
    """Builds payloads; keeps no state of its own."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def command(self, command: str, text: str, user: str, channel: str) -> dict[str, str]:
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": self._workspace.team["id"],
            "team_domain": self._workspace.team["domain"],
            "channel_id": channel,
            "channel_name": self._workspace.channels[channel].wire_name,
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
        return {
            **self._interaction("view_submission", user),
            "trigger_id": self._workspace.new_trigger(user, channel, view["id"]),
            "view": with_state(view, state),
            "response_urls": [],
        }

    def view_closed(self, view: Json, state: State, user: str, *, is_cleared: bool) -> Json:
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
        payload = {
            **self._interaction("block_actions", user),
            **self._place(target, state),
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
        return {
            **self._interaction("block_suggestion", user),
            **self._place(target, {}),
            "action_id": action_id,
            "block_id": block_id,
            "value": value,
        }

    def message_action(self, callback_id: str, message: Json, user: str) -> Json:
        channel = message["channel"]
        return {
            **self._interaction("message_action", user),
            "action_ts": self._workspace.new_ts(),
            "callback_id": callback_id,
            "trigger_id": self._workspace.new_trigger(user, channel),
            "response_url": self._workspace.new_response_url(user, channel, message["ts"]),
            "message_ts": message["ts"],
            "channel": self._channel(channel),
            "message": copy.deepcopy(wire_message(message)),
        }

    def event(self, event: Json) -> Json:
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
        event = copy.deepcopy(wire_message(message)) | {
            "type": kind,
            "channel": message["channel"],
            "event_ts": message["ts"],
        }
        if kind == "message":
            event["channel_type"] = "im"
        else:
            event.pop("subtype", None)
        return self.event(event)

    def file_shared(self, file_id: str, user: str, channel: str) -> Json:
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

    def _place(self, target: Json, state: State) -> Json:
        """Where an interaction happened: in a view, or in a message of a channel."""
        if "ts" not in target:
            return {"container": {"type": "view", "view_id": target["id"]}, "view": with_state(target, state)}
        hidden = bool(target.get("ephemeral"))
        container: Json = {
            "type": "message",
            "message_ts": target["ts"],
            "channel_id": target["channel"],
            "is_ephemeral": hidden,
        }
        if "thread_ts" in target:
            container["thread_ts"] = target["thread_ts"]
        place: Json = {"container": container, "channel": self._channel(target["channel"])}
        if not hidden:
            # Slack does not send the contents of an ephemeral message back.
            place["message"] = copy.deepcopy(wire_message(target))
        return place

    def _channel(self, channel: str) -> Json:
        return {"id": channel, "name": self._workspace.channels[channel].wire_name}


def with_state(view: Json, state: State) -> Json:
    sent: Any = copy.deepcopy(view)
    sent["state"] = {"values": copy.deepcopy(state)}
    return dict(sent)


def escape_text(text: str) -> str:
    """The three characters that Slack escapes in what people type."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
