"""Open modals and Home tabs."""

from __future__ import annotations

import copy
from typing import Any

from playground.rules.blocks import elements_of
from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.rules.views import check_view
from playground.workspace.entities import APP_ID, BOT_ID
from playground.workspace.workspace import Workspace

MAX_STACKED_VIEWS = 3
MODAL = frozenset({"modal"})
HOME = frozenset({"home"})


class ViewStacks:
    """Each user's stack of modals, the last one on top, and Home tab."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[Json]] = {}
        self._channels: dict[str, str] = {}
        self.homes: dict[str, Json] = {}

    def stack(self, user: str) -> list[Json]:
        """Return a user's open modals, the topmost last."""
        return self._stacks.setdefault(user, [])

    def all_open(self) -> list[Json]:
        """Return the open modals of all users."""
        return [view for stack in self._stacks.values() for view in stack]

    def find(self, view_id: str) -> Json | None:
        """Return an open modal or a Home tab by its id, or None."""
        return next((view for view in self._all_views() if view["id"] == view_id), None)

    def owner(self, view_id: str) -> str | None:
        """Return the id of the user who sees a view, or None."""
        for user, stack in self._stacks.items():
            if any(view["id"] == view_id for view in stack):
                return user
        return next((user for user, view in self.homes.items() if view["id"] == view_id), None)

    def channel_of(self, view_id: str) -> str | None:
        """Return the channel that the user was in when the view opened, or None for a Home tab."""
        return self._channels.get(view_id)

    def open(self, trigger_id: object, content: Any) -> Json:
        """Open a modal in place of the user's stack, as views.open does."""
        checked = self._check(content)
        self._check_external_id(checked)
        trigger = self._workspace.use_trigger(trigger_id)
        self.clear(trigger.user)
        return self._add(trigger.user, trigger.channel, checked, "view_opened")

    def push(self, trigger_id: object, content: Any) -> Json:
        """Put a modal on the user's stack, as views.push does."""
        checked = self._check(content)
        self._check_external_id(checked)
        trigger = self._workspace.use_trigger(trigger_id)
        if not any(view["id"] == trigger.view_id for view in self.stack(trigger.user)):
            # Only an interaction in an open modal gives a trigger that can push.
            raise Refusal("invalid_trigger_id")
        return self.push_onto(trigger.user, trigger.channel, checked)

    def push_onto(self, user: str, channel: str, checked: Json) -> Json:
        """Put a checked modal on the user's stack. Raise Refusal beyond three."""
        if len(self.stack(user)) >= MAX_STACKED_VIEWS:
            raise Refusal("push_limit_reached")
        return self._add(user, channel, checked, "view_pushed")

    def update(self, content: Any, *, view_id: object = None, external_id: object = None, hash_: object = None) -> Json:
        """Change an open view, as views.update does."""
        if not view_id and not external_id:
            raise Refusal("invalid_arguments", ["[ERROR] missing required field: view_id"])
        matches = (
            view
            for view in self._all_views()
            if view["id"] == view_id or (external_id and view["external_id"] == external_id)
        )
        view = next(matches, None)
        if view is None:
            raise Refusal("not_found")
        if hash_ and hash_ != view["hash"]:
            raise Refusal("hash_conflict")
        checked = self._check(content, kinds=frozenset({view["type"]}))
        return self.replace(view, checked)

    def replace(self, view: Json, checked: Json) -> Json:
        """Give a view new content under its id. Omitted keys go back to their defaults."""
        ids = {key: view[key] for key in ("id", "root_view_id", "previous_view_id")}
        view.clear()
        view |= self._build_view(checked) | ids
        self._workspace.emit("view_updated", view=view, user=self.owner(view["id"]))
        return view

    def publish(self, user: str, content: Any, hash_: object = None) -> Json:
        """Show a Home tab to a user, as views.publish does."""
        if user not in self._workspace.users:
            raise Refusal("user_not_found")
        checked = check_view(content, kinds=HOME)
        home = self.homes.get(user)
        if home is not None:
            if hash_ and hash_ != home["hash"]:
                raise Refusal("hash_conflict")
            return self.replace(home, checked)
        view = self._build_view(checked)
        self.homes[user] = view
        self._workspace.emit("view_updated", view=view, user=user)
        return view

    def close(self, view: Json) -> None:
        """Close a modal and those on top of it."""
        for user, stack in self._stacks.items():
            if view in stack:
                above = stack[stack.index(view) :]
                del stack[stack.index(view) :]
                for closed in reversed(above):
                    self._workspace.emit("view_closed", view=closed, user=user)

    def clear(self, user: str) -> None:
        """Close all modals of a user."""
        if self.stack(user):
            self.close(self.stack(user)[0])

    def _all_views(self) -> list[Json]:
        return [*self.all_open(), *self.homes.values()]

    def _add(self, user: str, channel: str, checked: Json, event: str) -> Json:
        stack = self.stack(user)
        view = self._build_view(checked)
        if stack:
            view |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        stack.append(view)
        self._channels[view["id"]] = channel
        self._workspace.emit(event, view=view, user=user)
        return view

    def _check(self, content: Any, kinds: frozenset[str] = MODAL) -> Json:
        checked = check_view(content, kinds=kinds)
        has_file_input = any(e["type"] == "file_input" for block in checked["blocks"] for _, e in elements_of(block))
        if has_file_input and "files:read" not in self._workspace.scopes:
            # Slack documents that the scope is needed, but not the error without it.
            raise Refusal("missing_scope", needed="files:read", provided=",".join(sorted(self._workspace.scopes)))
        return checked

    def _check_external_id(self, checked: Json) -> None:
        external_ids = {view["external_id"] for view in self.all_open()}
        if checked.get("external_id") and checked["external_id"] in external_ids:
            raise Refusal("duplicate_external_id")

    def _build_view(self, checked: Json) -> Json:
        """Return a view as Slack answers with it: all keys, generated ids, a new hash."""
        seconds = int(self._workspace.clock())
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
            "hash": f"{seconds}.{self._workspace.new_id('h').lower()}",
            "root_view_id": view_id,
            "previous_view_id": None,
            "clear_on_close": checked.get("clear_on_close", False),
            "notify_on_close": checked.get("notify_on_close", False),
        }
        for key in ("title", "submit", "close"):
            view[key] = copy.deepcopy(checked.get(key))
        return view
