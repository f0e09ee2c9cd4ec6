"""The modals that people have open, and their Home tabs."""

from __future__ import annotations

import copy
from typing import Any

from playground.rules.blocks import elements_of
from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.rules.views import check_view
from playground.workspace.entities import APP_ID, BOT_ID
from playground.workspace.workspace import Workspace

MOST_STACKED = 3
MODAL = frozenset({"modal"})
HOME = frozenset({"home"})


class ViewStacks:
    """A stack of modals for every person; the last one is on top."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[Json]] = {}
        self._channels: dict[str, str] = {}
        self.homes: dict[str, Json] = {}

    def stack(self, user: str) -> list[Json]:
        return self._stacks.setdefault(user, [])

    def all_open(self) -> list[Json]:
        return [view for stack in self._stacks.values() for view in stack]

    def find(self, view_id: str) -> Json | None:
        every = [*self.all_open(), *self.homes.values()]
        return next((view for view in every if view["id"] == view_id), None)

    def owner(self, view_id: str) -> str | None:
        for user, stack in self._stacks.items():
            if any(view["id"] == view_id for view in stack):
                return user
        return next((user for user, view in self.homes.items() if view["id"] == view_id), None)

    def channel_of(self, view_id: str) -> str | None:
        """The conversation that the person was in when the view opened."""
        return self._channels.get(view_id)

    def open(self, trigger_id: object, given: Any) -> Json:
        checked = self._checked(given)
        self._refuse_taken_external_id(checked)
        trigger = self._workspace.use_trigger(trigger_id)
        self.clear(trigger.user)
        return self._add(trigger.user, trigger.channel, checked, "view_opened")

    def push(self, trigger_id: object, given: Any) -> Json:
        checked = self._checked(given)
        self._refuse_taken_external_id(checked)
        trigger = self._workspace.use_trigger(trigger_id)
        if not any(view["id"] == trigger.view_id for view in self.stack(trigger.user)):
            # Only an interaction inside an open modal can push onto it.
            raise Refusal("invalid_trigger_id")
        return self.push_onto(trigger.user, trigger.channel, checked)

    def push_onto(self, user: str, channel: str, checked: Json) -> Json:
        if len(self.stack(user)) >= MOST_STACKED:
            raise Refusal("push_limit_reached")
        return self._add(user, channel, checked, "view_pushed")

    def update(self, given: Any, *, view_id: object = None, external_id: object = None, hash_: object = None) -> Json:
        if not view_id and not external_id:
            raise Refusal("invalid_arguments", ["[ERROR] missing required field: view_id"])
        every = [*self.all_open(), *self.homes.values()]
        found = [v for v in every if v["id"] == view_id or (external_id and v["external_id"] == external_id)]
        if not found:
            raise Refusal("not_found")
        view = found[0]
        if hash_ and hash_ != view["hash"]:
            raise Refusal("hash_conflict")
        checked = self._checked(given, kinds=frozenset({view["type"]}))
        return self.replace(view, checked)

    def replace(self, view: Json, checked: Json) -> Json:
        """New contents under the same id; what is left out goes back to its default."""
        kept = {key: view[key] for key in ("id", "root_view_id", "previous_view_id")}
        view.clear()
        view |= self._wire(checked) | kept
        self._workspace.emit("view_updated", view=view, user=self.owner(view["id"]))
        return view

    def publish(self, user: str, given: Any, hash_: object = None) -> Json:
        if user not in self._workspace.users:
            raise Refusal("user_not_found")
        checked = check_view(given, kinds=HOME)
        before = self.homes.get(user)
        if before is not None:
            if hash_ and hash_ != before["hash"]:
                raise Refusal("hash_conflict")
            return self.replace(before, checked)
        view = self._wire(checked)
        self.homes[user] = view
        self._workspace.emit("view_updated", view=view, user=user)
        return view

    def close(self, view: Json) -> None:
        """Close a view and everything above it."""
        for user, stack in self._stacks.items():
            if view in stack:
                above = stack[stack.index(view) :]
                del stack[stack.index(view) :]
                for closed in reversed(above):
                    self._workspace.emit("view_closed", view=closed, user=user)

    def clear(self, user: str) -> None:
        if self.stack(user):
            self.close(self.stack(user)[0])

    def _add(self, user: str, channel: str, checked: Json, event: str) -> Json:
        stack = self.stack(user)
        view = self._wire(checked)
        if stack:
            view |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        stack.append(view)
        self._channels[view["id"]] = channel
        self._workspace.emit(event, view=view, user=user)
        return view

    def _checked(self, given: Any, kinds: frozenset[str] = MODAL) -> Json:
        checked = check_view(given, kinds=kinds)
        files = any(e["type"] == "file_input" for block in checked["blocks"] for _, e in elements_of(block))
        if files and "files:read" not in self._workspace.scopes:
            # Documented is that the scope is needed, not what the answer is without it.
            raise Refusal("missing_scope", needed="files:read", provided=",".join(sorted(self._workspace.scopes)))
        return checked

    def _refuse_taken_external_id(self, checked: Json) -> None:
        taken = {view["external_id"] for view in self.all_open()}
        if checked.get("external_id") and checked["external_id"] in taken:
            raise Refusal("duplicate_external_id")

    def _wire(self, checked: Json) -> Json:
        """A view as Slack answers with it: every key present, ids filled in, a fresh hash."""
        now = int(self._workspace.clock())
        view_id = self._workspace.new_id("V")
        view: Json = {
            "id": view_id,
            "team_id": self._workspace.team["id"],
            "app_id": APP_ID,
            "app_installed_team_id": self._workspace.team["id"],
            "bot_id": BOT_ID,
            "type": checked["type"],
            "callback_id": checked.get("callback_id", ""),
            "private_metadata": checked.get("private_metadata", ""),
            "external_id": checked.get("external_id", ""),
            "blocks": self._workspace.with_ids(checked["blocks"]),
            "state": {"values": {}},
            "hash": f"{now}.{self._workspace.new_id('h').lower()}",
            "root_view_id": view_id,
            "previous_view_id": None,
            "clear_on_close": checked.get("clear_on_close", False),
            "notify_on_close": checked.get("notify_on_close", False),
        }
        for key in ("title", "submit", "close"):
            view[key] = copy.deepcopy(checked.get(key))
        return view
