"""Interactions: shortcuts, modals, buttons and menus. Each reaches the app as one signed request."""

from __future__ import annotations

from typing import Any

from playground.people import view_state
from playground.people.attachments import Attachments
from playground.people.delivery import Delivery, DeliveryResult
from playground.people.payloads import Payloads
from playground.people.view_state import State
from playground.rules.blocks import elements_of
from playground.rules.elements import check_options_answer
from playground.rules.node import Json, Node
from playground.rules.refusal import Refusal
from playground.rules.views import check_errors, check_view
from playground.workspace.entities import GENERAL, YOU, Channel
from playground.workspace.views import ViewStacks
from playground.workspace.workspace import Workspace


class Interactions(Attachments):
    """The interactions of people. One that Slack's client wouldn't offer raises ValueError."""

    def __init__(self, workspace: Workspace, view_stacks: ViewStacks, delivery: Delivery) -> None:
        super().__init__(workspace)
        self.view_stacks = view_stacks
        self.events_url = ""
        self.events: list[Json] = []
        self.deliveries: list[DeliveryResult] = []
        self._delivery = delivery
        self._payloads = Payloads(workspace)

    async def shortcut(self, callback_id: str, message: Json, *, user: str = YOU) -> DeliveryResult:
        """Choose a message shortcut from a message's menu.

        Args:
            callback_id: The shortcut's callback id.
            message: The message, from `messages()`.
            user: The user who chooses it.

        Returns:
            The app's answer.

        Raises:
            ValueError: The message is ephemeral, or the user isn't in its channel.
        """
        if message.get("ephemeral"):
            raise ValueError("an ephemeral message has no shortcuts")
        self._channel_of(user, message["channel"])
        return await self._interact(self._payloads.message_action(callback_id, message, user))

    async def global_shortcut(self, callback_id: str, *, user: str = YOU) -> DeliveryResult:
        """Choose a global shortcut, which Slack lists where people type.

        Args:
            callback_id: The shortcut's callback id.
            user: The user who chooses it.

        Returns:
            The app's answer.

        Raises:
            ValueError: The app has no such global shortcut.
        """
        known = [item["callback_id"] for item in self.workspace.shortcuts if item.get("type") == "global"]
        if callback_id not in known:
            raise ValueError(f"no global shortcut {callback_id!r}; the app's are {known}")
        return await self._interact(self._payloads.global_shortcut(callback_id, user))

    def fill(self, view: Json, answers: dict[str, Any] | None = None) -> State:
        """Return the complete state of a view after some answers, for `submit_view`.

        Args:
            view: The view, from `views`.
            answers: By block id: a text, an option's value, an id, a date, or a list of these.

        Returns:
            The state: these answers, and the initial values of all other inputs.

        Raises:
            ValueError: A block has no input, or a choice isn't among its options.
        """
        return view_state.fill(view, answers or {}, channel=self.view_stacks.channel_of(view["id"]))

    async def submit_view(self, view_id: str, values: State | None = None, *, user: str = YOU) -> DeliveryResult:
        """Press a modal's submit button. A form with an error that Slack's client finds doesn't reach the app.

        Args:
            view_id: The modal's id.
            values: The state of its inputs, from `fill`. Default: the initial values.
            user: The user who presses the button.

        Returns:
            The app's answer, with the errors that the form shows. The answer's `response_action` is carried out.

        Raises:
            ValueError: There is no such view, or it has no submit button.
        """
        view = self._view(view_id)
        if view["type"] != "modal" or view["submit"] is None:
            raise ValueError("this view has no submit button")
        state = self._state(view, values)
        if errors := view_state.client_errors(view, state):
            return DeliveryResult(errors=errors)
        channel = self.view_stacks.channel_of(view_id) or GENERAL
        result = await self._interact(self._payloads.view_submission(view, state, user, channel))
        if not result.ok:
            return result
        try:
            errors = self._apply_answer(result.json(), view, user, channel)
        except Refusal as refusal:
            self.workspace.record_violation("view_submission", refusal)
            return DeliveryResult(result.status, result.body, result.seconds, error="invalid_response")
        return DeliveryResult(result.status, result.body, result.seconds, errors=errors)

    async def close_view(self, view_id: str, *, user: str = YOU, values: State | None = None) -> DeliveryResult | None:
        """Press a modal's close button.

        Args:
            view_id: The modal's id.
            user: The user who presses the button.
            values: The state of its inputs. Default: the initial values.

        Returns:
            The app's answer, or None if the view doesn't have `notify_on_close`.
        """
        view = self._view(view_id)
        state = self._state(view, values)
        if view["clear_on_close"]:
            self.view_stacks.clear(user)
        else:
            self.view_stacks.close(view)
        if not view["notify_on_close"]:
            return None
        payload = self._payloads.view_closed(view, state, user, is_cleared=view["clear_on_close"])
        return await self._interact(payload)

    def _apply_answer(self, answer: Json, view: Json, user: str, channel: str) -> dict[str, str]:
        """Carry out the `response_action` of the app's answer to a submission. Return the errors in it."""
        action = answer.get("response_action")
        if not answer:
            self.view_stacks.close(view)
        elif action == "errors":
            return check_errors(answer, view)
        elif action == "update":
            self.view_stacks.replace(view, check_view(answer.get("view")))
        elif action == "push":
            self.view_stacks.push_onto(user, channel, check_view(answer.get("view")))
        elif action == "clear":
            self.view_stacks.clear(user)
        else:
            raise Refusal(
                "invalid_response_action", [f"[ERROR] unknown action: {action} [json-pointer:/response_action]"]
            )
        return {}

    async def click(
        self,
        target: Json,
        action_id: str,
        *,
        user: str = YOU,
        block_id: str | None = None,
        answer: Any = None,
        values: State | None = None,
    ) -> DeliveryResult:
        """Press a button or choose an option in a message or a view.

        Args:
            target: The message or the view.
            action_id: The element's action id.
            user: The user who clicks.
            block_id: The element's block, if the action id isn't unique.
            answer: For a menu: an option's value, a list of values, an id or a date.
            values: The state of the other inputs. Default: the initial values.

        Returns:
            The app's answer.

        Raises:
            ValueError: There is no such element or option, or it reports nothing before the view is submitted.
        """
        block, element = self._element(target, action_id, block_id)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise ValueError(f"{action_id!r} reports nothing to the app before the view is submitted")
        action: Json = {"type": element["type"], "block_id": block["block_id"], "action_id": action_id}
        if element["type"] == "button":
            action |= {key: element[key] for key in ("text", "value", "style") if key in element}
        else:
            action |= view_state.element_state(element, answer)
        channel = target.get("channel") or self.view_stacks.channel_of(target["id"]) or GENERAL
        state = self._state(target, values)
        if element["type"] not in {"button", "overflow"}:
            state[block["block_id"]][action_id] = view_state.element_state(element, answer)
        attachment_id = next(
            (part["id"] for part in target.get("attachments", []) if block in part.get("blocks", [])), None
        )
        payload = self._payloads.block_actions(target, action, state, user, channel, attachment_id=attachment_id)
        return await self._interact(payload)

    async def options(
        self, target: Json, action_id: str, value: str = "", *, user: str = YOU, block_id: str | None = None
    ) -> Json:
        """Type into an external select.

        Args:
            target: The message or the view.
            action_id: The element's action id.
            value: The typed text.
            user: The user who types.
            block_id: The element's block, if the action id isn't unique.

        Returns:
            The app's `options` or `option_groups`. Empty if the text is too short or the answer invalid.
        """
        block, element = self._element(target, action_id, block_id)
        if "external" not in element["type"]:
            raise ValueError(f"{action_id!r} isn't an external select")
        if len(value) < element.get("min_query_length", 3):
            return {"options": []}
        payload = self._payloads.block_suggestion(target, block["block_id"], action_id, value, user)
        result = await self._interact(payload)
        if not result.ok:
            return {"options": []}
        try:
            answer = result.json()
            node = Node(answer)
            check_options_answer(node)
            if node.problems:
                raise Refusal("invalid_options", node.problems)
        except Refusal as refusal:
            self.workspace.record_violation("block_suggestion", refusal)
            return {"options": []}
        return answer

    async def _interact(self, payload: Json) -> DeliveryResult:
        return self._record(await self._delivery.send_interaction(self._url(), payload))

    def _url(self) -> str:
        """Return the app's endpoint; by default it is on this server."""
        return self.events_url or f"{self.workspace.base_url}/slack/events"

    def _record(self, result: DeliveryResult) -> DeliveryResult:
        self.deliveries.append(result)
        self.workspace.notify_waiters()
        return result

    def _channel_of(self, user: str, channel: str) -> Channel:
        if channel not in self.workspace.channels:
            raise ValueError(f"no channel {channel}; the channels are {sorted(self.workspace.channels)}")
        conversation = self.workspace.channels[channel]
        if user not in conversation.members:
            raise ValueError(f"{user} is not in {channel}")
        return conversation

    def _view(self, view_id: str) -> Json:
        view = self.view_stacks.find(view_id)
        if view is None:
            raise ValueError(f"no open view {view_id}")
        return view

    def _state(self, target: Json, values: State | None) -> State:
        """Return the state of a view or a message: these values, and the initial ones of the other inputs."""
        channel = target.get("channel") or self.view_stacks.channel_of(target["id"])
        state = view_state.initial_state(_blocks(target), channel=channel)
        for block_id, elements in (values or {}).items():
            for action_id, element in elements.items():
                if action_id not in state.get(block_id, {}):
                    raise ValueError(f"no input {block_id}/{action_id}; the blocks with inputs are {sorted(state)}")
                if element.get("type") == "file_input":
                    element = {**element, "files": [self.file_for_form(file) for file in element.get("files") or []]}
                # Slack reports an emptied input as null.
                state[block_id][action_id] = element | ({"value": None} if element.get("value") == "" else {})
        return state

    def _element(self, target: Json, action_id: str, block_id: str | None) -> tuple[Json, Json]:
        action_ids = []
        for block in _blocks(target):
            for _, element in elements_of(block):
                action_ids.append(element["action_id"])
                if element["action_id"] == action_id and block_id in (None, block["block_id"]):
                    return block, element
        raise ValueError(f"no element {action_id!r}; the elements are {action_ids}")


def _blocks(target: Json) -> list[Json]:
    attachment_blocks = [block for part in target.get("attachments", []) for block in part.get("blocks", [])]
    return [*target.get("blocks", []), *attachment_blocks]
