"""What a person can do in Slack. Each deed reaches the bot as one signed request."""

from __future__ import annotations

from collections.abc import Sequence
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
from playground.web_api import chat
from playground.workspace.entities import BOT_USER, GENERAL, YOU, Channel
from playground.workspace.views import ViewStacks
from playground.workspace.workspace import Workspace


class People(Attachments):
    """The deeds of people. A deed that Slack's own client would not offer is a ValueError."""

    def __init__(self, workspace: Workspace, view_stacks: ViewStacks, delivery: Delivery) -> None:
        super().__init__(workspace)
        self.view_stacks = view_stacks
        self.events_url = ""
        self.events: list[Json] = []
        self.deliveries: list[DeliveryResult] = []
        self._delivery = delivery
        self._payloads = Payloads(workspace)

    # --- commands and shortcuts ----------------------------------------------------------------------------------

    async def command(
        self, text: str = "", *, user: str = YOU, channel: str = GENERAL, command: str | None = None
    ) -> DeliveryResult:
        """Type a slash command into a channel.

        Args:
            text: The text after the command.
            user: The person who types it.
            channel: The channel's id.
            command: The command with its slash. Default: the app's first one.

        Returns:
            The app's answer. A message in it is posted.

        Raises:
            ValueError: The user isn't in the channel, or the app has no such command.
        """
        command = command or next((entry["command"] for entry in self.workspace.commands), "")
        if not command:
            raise ValueError("the app has no slash command")
        self._present(user, channel)
        if "commands" not in self.workspace.scopes:
            raise ValueError("the app has no commands: it lacks the scope")
        fields = self._payloads.command(command, text, user, channel)
        delivered = self._done(await self._delivery.form(self._url(), fields))
        if delivered.ok and delivered.body.strip():
            try:
                try:
                    body = delivered.json()
                except Refusal:
                    body = {"text": delivered.body}
                chat.answer(self.workspace, channel, user, body)
            except Refusal as refusal:
                self.workspace.violate(command, refusal)
        return delivered

    async def shortcut(self, callback_id: str, message: Json, *, user: str = YOU) -> DeliveryResult:
        """Choose a message shortcut from a message's menu."""
        if message.get("ephemeral"):
            raise ValueError("an ephemeral message has no shortcuts")
        self._present(user, message["channel"])
        return await self._interact(self._payloads.message_action(callback_id, message, user))

    # --- modals ----------------------------------------------------------------------------------------------------

    def fill(self, view: Json, answers: dict[str, Any] | None = None) -> State:
        """The complete state of a view after these answers, by block id: text, an option's value, an id, a list."""
        return view_state.fill(view, answers or {}, channel=self.view_stacks.channel_of(view["id"]))

    async def submit_view(self, view_id: str, values: State | None = None, *, user: str = YOU) -> DeliveryResult:
        """Press a modal's submit button. What Slack itself complains about never reaches the bot."""
        view = self._view(view_id)
        if view["type"] != "modal" or view["submit"] is None:
            raise ValueError("this view has no submit button")
        state = self._state(view, values)
        if errors := view_state.client_errors(view, state):
            return DeliveryResult(errors=errors)
        channel = self.view_stacks.channel_of(view_id) or GENERAL
        delivered = await self._interact(self._payloads.view_submission(view, state, user, channel))
        if not delivered.ok:
            return delivered
        try:
            errors = self._follow(delivered.json(), view, user, channel)
        except Refusal as refusal:
            self.workspace.violate("view_submission", refusal)
            return DeliveryResult(delivered.status, delivered.body, delivered.seconds, error="invalid_response")
        return DeliveryResult(delivered.status, delivered.body, delivered.seconds, errors=errors)

    async def close_view(self, view_id: str, *, user: str = YOU, values: State | None = None) -> DeliveryResult | None:
        """Press a modal's close button; the bot hears of it only if the view says so."""
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

    def _follow(self, answer: Json, view: Json, user: str, channel: str) -> dict[str, str]:
        """Do what the bot answered to a submission."""
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

    # --- buttons and menus -------------------------------------------------------------------------------------------

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
        """Press a button, or choose `answer` (an option's value, a list, an id) in a menu of a message or a view."""
        block, element = self._element(target, action_id, block_id)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise ValueError(f"{action_id!r} does not tell the bot before the view is submitted")
        action: Json = {"type": element["type"], "block_id": block["block_id"], "action_id": action_id}
        if element["type"] == "button":
            action |= {key: element[key] for key in ("text", "value", "style") if key in element}
        else:
            action |= view_state.element_state(element, answer)
        channel = target.get("channel") or self.view_stacks.channel_of(target["id"]) or GENERAL
        state = self._state(target, values)
        if element["type"] not in {"button", "overflow"}:
            state[block["block_id"]][action_id] = view_state.element_state(element, answer)
        attached = next((part["id"] for part in target.get("attachments", []) if block in part.get("blocks", [])), None)
        payload = self._payloads.block_actions(target, action, state, user, channel, attachment_id=attached)
        return await self._interact(payload)

    async def options(
        self, target: Json, action_id: str, value: str = "", *, user: str = YOU, block_id: str | None = None
    ) -> Json:
        """Type into an external select: the options (or option groups) that the bot offers."""
        block, element = self._element(target, action_id, block_id)
        if "external" not in element["type"]:
            raise ValueError(f"{action_id!r} is no external select")
        if len(value) < element.get("min_query_length", 3):
            return {"options": []}
        payload = self._payloads.block_suggestion(target, block["block_id"], action_id, value, user)
        delivered = await self._interact(payload)
        if not delivered.ok:
            return {"options": []}
        try:
            answer = delivered.json()
            node = Node(answer)
            check_options_answer(node)
            if node.problems:
                raise Refusal("invalid_options", node.problems)
        except Refusal as refusal:
            self.workspace.violate("block_suggestion", refusal)
            return {"options": []}
        return answer

    # --- messages and the Home tab --------------------------------------------------------------------------------

    async def say(
        self,
        text: str,
        *,
        channel: str = GENERAL,
        thread_ts: str | None = None,
        user: str = YOU,
        files: Sequence[Json] = (),
    ) -> Json:
        """Write a message, as Slack stores it: a mention is `<@U…>`; `files` were attached. The bot hears what it is
        subscribed to.
        """
        place = self._present(user, channel)
        uploads = [self.file_of(file["id"], user) for file in files]
        content: Json = {"text": text, "files": [file.wire() for file in uploads]}
        message = self.workspace.post(channel, user, content, thread_ts=thread_ts)
        for file in uploads:
            file.share(place, message)
        await self._tell(place, message)
        for file in uploads:
            if file.bot_may_read and self._hears("file_shared", "files:read"):
                await self.deliver_event(self._payloads.file_shared(file.id, user, channel))
        return message

    def _hears(self, event: str, scope: str) -> bool:
        return event in self.workspace.subscribed_events and scope in self.workspace.scopes

    async def _tell(self, place: Channel, message: Json) -> None:
        """The events that a person's message makes."""
        if place.kind == "im":
            # A mention in a direct message is an ordinary message.
            if self._hears("message.im", "im:history"):
                await self.deliver_event(self._payloads.message_event("message", message))
        elif (
            f"<@{BOT_USER}>" in message["text"]
            and BOT_USER in place.members
            and self._hears("app_mention", "app_mentions:read")
        ):
            await self.deliver_event(self._payloads.message_event("app_mention", message))

    async def open_home(self, *, user: str = YOU) -> DeliveryResult | None:
        """Open the bot's Home tab."""
        if "app_home_opened" not in self.workspace.subscribed_events:
            return None
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.workspace.im(user).id,
            "tab": "home",
            "event_ts": self.workspace.new_ts(),
        }
        if user in self.view_stacks.homes:
            event["view"] = self.view_stacks.homes[user]
        return await self.deliver_event(self._payloads.event(event))

    async def deliver_event(
        self, payload: Json, retry_num: int | None = None, retry_reason: str = "http_timeout"
    ) -> DeliveryResult:
        """Deliver an event, or deliver it once more. Slack's own later retries do not happen by themselves here."""
        if payload not in self.events:
            self.events.append(payload)
        return self._done(
            await self._delivery.event(self._url(), payload, retry_num=retry_num, retry_reason=retry_reason)
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _interact(self, payload: Json) -> DeliveryResult:
        return self._done(await self._delivery.interaction(self._url(), payload))

    def _url(self) -> str:
        """Where the bot listens; on the same server unless something else was said."""
        return self.events_url or f"{self.workspace.base_url}/slack/events"

    def _done(self, delivered: DeliveryResult) -> DeliveryResult:
        self.deliveries.append(delivered)
        self.workspace.changed()
        return delivered

    def _present(self, user: str, channel: str) -> Channel:
        if channel not in self.workspace.channels:
            raise ValueError(f"no channel {channel}; there are {sorted(self.workspace.channels)}")
        place = self.workspace.channels[channel]
        if user not in place.members:
            raise ValueError(f"{user} is not in {channel}")
        return place

    def _view(self, view_id: str) -> Json:
        view = self.view_stacks.find(view_id)
        if view is None:
            raise ValueError(f"no open view {view_id}")
        return view

    def _state(self, target: Json, values: State | None) -> State:
        """The whole state of a view or a message: what was given, the initial values for the rest."""
        channel = target.get("channel") or self.view_stacks.channel_of(target["id"])
        state = view_state.initial_state(_blocks(target), channel=channel)
        for block_id, elements in (values or {}).items():
            for action_id, element in elements.items():
                if action_id not in state.get(block_id, {}):
                    raise ValueError(f"no input {block_id}/{action_id}; there are {sorted(state)}")
                if element.get("type") == "file_input":
                    element = {**element, "files": [self.file_for_form(file) for file in element.get("files") or []]}
                # Slack reports an emptied input as null.
                state[block_id][action_id] = element | ({"value": None} if element.get("value") == "" else {})
        return state

    def _element(self, target: Json, action_id: str, block_id: str | None) -> tuple[Json, Json]:
        known = []
        for block in _blocks(target):
            for _, element in elements_of(block):
                known.append(element["action_id"])
                if element["action_id"] == action_id and block_id in (None, block["block_id"]):
                    return block, element
        raise ValueError(f"no element {action_id!r}; there are {known}")


def _blocks(target: Json) -> list[Json]:
    attached = [block for part in target.get("attachments", []) for block in part.get("blocks", [])]
    return [*target.get("blocks", []), *attached]
