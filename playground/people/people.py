"""The actions of people in Slack. Each reaches the app as one signed request."""

from __future__ import annotations

from collections.abc import Sequence

from playground.people.delivery import DeliveryResult
from playground.people.interactions import Interactions
from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.web_api import chat
from playground.workspace.entities import BOT_USER, GENERAL, YOU, AssistantThread, Channel


class People(Interactions):
    """The actions of people. One that Slack's client wouldn't offer raises ValueError."""

    async def command(
        self, text: str = "", *, user: str = YOU, channel: str = GENERAL, command: str | None = None
    ) -> DeliveryResult:
        """Type a slash command into a channel.

        Args:
            text: The text after the command.
            user: The user who types it.
            channel: The channel's id.
            command: The command with its slash. Default: the app's first one.

        Returns:
            The app's answer. A message in it is posted.

        Raises:
            ValueError: The user isn't in the channel, or the app has no command or lacks the scope for it.
        """
        command = command or next((entry["command"] for entry in self.workspace.commands), "")
        if not command:
            raise ValueError("the app has no slash command")
        self._channel_of(user, channel)
        if "commands" not in self.workspace.scopes:
            raise ValueError("the app lacks the scope `commands`")
        fields = self._payloads.command(command, text, user, channel)
        result = self._record(await self._delivery.send_form(self._url(), fields))
        if result.ok and result.body.strip():
            try:
                try:
                    body = result.json()
                except Refusal:
                    body = {"text": result.body}
                chat.post_answer(self.workspace, channel, user, body)
            except Refusal as refusal:
                self.workspace.record_violation(command, refusal)
        return result

    async def say(
        self,
        text: str,
        *,
        channel: str = GENERAL,
        thread_ts: str | None = None,
        user: str = YOU,
        files: Sequence[Json] = (),
    ) -> Json:
        """Post a message of a user. The app receives the events that it subscribes to.

        Args:
            text: The text as Slack stores it: a mention is `<@U…>`.
            channel: The channel's id.
            thread_ts: The parent message's time stamp, for a reply.
            user: The author.
            files: Files from `attach`.

        Returns:
            The message.

        Raises:
            ValueError: The user isn't in the channel, a file isn't theirs, or the app's Messages tab is switched off.
        """
        conversation = self._channel_of(user, channel)
        if conversation.kind == "im" and not self.workspace.messages_tab:
            raise ValueError("Sending messages to this app has been turned off.")
        uploads = [self.file_of(file["id"], user) for file in files]
        content: Json = {"text": text, "files": [file.to_json() for file in uploads]}
        message = self.workspace.post(channel, user, content, thread_ts=thread_ts)
        for file in uploads:
            file.share(conversation, message)
        await self._send_message_event(conversation, message)
        for file in uploads:
            if file.bot_may_read and self._receives("file_shared", "files:read"):
                await self.deliver_event(self._payloads.file_shared(file.id, user, channel))
        return message

    async def open_home(self, *, user: str = YOU) -> DeliveryResult | None:
        """Open the app's Home tab. Return the app's answer, or None without a subscription to `app_home_opened`."""
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

    async def open_assistant(self, *, viewed: str | None = GENERAL, user: str = YOU) -> Json:
        """Start a thread with the app in Slack's assistant container. The app receives `assistant_thread_started`.

        Args:
            viewed: The channel that the user views beside it, or None.
            user: The user who opens it.

        Returns:
            The thread's first message, for `say(thread_ts=…)` in its channel.

        Raises:
            ValueError: The app has no assistant: it lacks the event or the scope `assistant:write`.
        """
        if not self._receives("assistant_thread_started", "assistant:write"):
            raise ValueError("the app has no assistant")
        channel = self.workspace.im(user).id
        thread = self.workspace.post(channel, BOT_USER, {"text": "New chat"})
        thread["subtype"] = "assistant_app_thread"
        self.workspace.assistant_threads[thread["ts"]] = AssistantThread(channel, thread["ts"])
        payload = self._payloads.assistant_thread("assistant_thread_started", thread, user, viewed)
        await self.deliver_event(payload)
        return thread

    async def view_channel(self, thread: Json, viewed: str, *, user: str = YOU) -> None:
        """View another channel beside an assistant thread, the first message of which is `thread`."""
        if self._receives("assistant_thread_context_changed", "assistant:write"):
            payload = self._payloads.assistant_thread("assistant_thread_context_changed", thread, user, viewed)
            await self.deliver_event(payload)

    async def deliver_event(
        self, payload: Json, retry_num: int | None = None, retry_reason: str = "http_timeout"
    ) -> DeliveryResult:
        """Send an event to the app, or send it again. Slack's automatic retries don't happen here.

        Args:
            payload: The event in its envelope, from `Payloads` or `events`.
            retry_num: The number of the retry, for the headers of one.
            retry_reason: The reason of the retry.

        Returns:
            The app's answer.
        """
        if payload not in self.events:
            self.events.append(payload)
        return self._record(
            await self._delivery.send_event(self._url(), payload, retry_num=retry_num, retry_reason=retry_reason)
        )

    def _receives(self, event: str, scope: str) -> bool:
        return event in self.workspace.subscribed_events and scope in self.workspace.scopes

    async def _send_message_event(self, channel: Channel, message: Json) -> None:
        """Send the event of a user's message, if the app receives it."""
        if channel.kind == "im":
            # A mention in a direct message is an ordinary message.
            if self._receives("message.im", "im:history"):
                await self.deliver_event(self._payloads.message_event("message", message))
        elif (
            f"<@{BOT_USER}>" in message["text"]
            and BOT_USER in channel.members
            and self._receives("app_mention", "app_mentions:read")
        ):
            await self.deliver_event(self._payloads.message_event("app_mention", message))
