"""Slack's assistant container: suggested prompts, the status while the bot works, and the channel that a user views."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_bolt.async_app import (
    AsyncAssistant,
    AsyncGetThreadContext,
    AsyncSetStatus,
    AsyncSetSuggestedPrompts,
)
from slack_bolt.context.assistant.thread_context import AssistantThreadContext
from slack_bolt.context.assistant.thread_context_store.async_store import AsyncAssistantThreadContextStore
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError

from bot.answers.help import SUGGESTED_PROMPTS
from bot.listeners.mentions import accept_mention
from bot.render.parts.blocks import text_message
from bot.services import Services
from bot.slack.payload import are_texts, at
from bot.slack.poster import Destination, Poster
from bot.slack.request import EventRequest

log = logging.getLogger(__name__)

WORKING = "is working out the costs…"
"""Slack shows it behind the app's name, until the answer is posted."""
WELCOME = "Ask me in a sentence, or choose a question. Only you read the answers here."
MAX_THREADS = 10_000


class ThreadContexts(AsyncAssistantThreadContextStore):
    """The channels that users view beside their assistant threads.

    They stay in memory: Bolt's own store reads and edits a message of the thread for each event. After a restart, a
    thread has no context until its user views another channel.
    """

    def __init__(self) -> None:
        self._contexts: OrderedDict[tuple[str, str], AssistantThreadContext] = OrderedDict()

    async def save(self, *, channel_id: str, thread_ts: str, context: dict[str, str]) -> None:
        """Keep the context of a thread. One without a channel, such as that of a list, is dropped."""
        self._contexts.pop((channel_id, thread_ts), None)
        if are_texts(context, "channel_id"):
            self._contexts[channel_id, thread_ts] = AssistantThreadContext(context)
            if len(self._contexts) > MAX_THREADS:
                self._contexts.popitem(last=False)

    async def find(self, *, channel_id: str, thread_ts: str) -> AssistantThreadContext | None:
        """Return the context of a thread; None if it isn't known."""
        return self._contexts.get((channel_id, thread_ts))


class ThreadAssistant(AsyncAssistant):
    """Bolt's assistant, with the workspace's own client."""

    def __init__(self, services: Services) -> None:
        super().__init__(thread_context_store=ThreadContexts())
        self._services = services

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        """Serve an event of an assistant thread, or pass another request on."""
        if not _is_of_thread(req.body):
            return await next()
        request: EventRequest = req.context["slack_request"]
        req.context["client"] = (await self._services.workspaces.of(request.team_id)).client
        return await super().async_process(req=req, resp=resp, next=next)


def assistant(services: Services) -> ThreadAssistant:
    """Return the assistant with its listeners."""
    threads = ThreadAssistant(services)

    @threads.thread_started
    async def on_started(
        slack_request: EventRequest,
        set_suggested_prompts: AsyncSetSuggestedPrompts,
        payload: dict[str, Any],
        save_thread_context: Callable[[dict[str, str]], Awaitable[None]],
    ) -> None:
        thread = payload["assistant_thread"]
        context = thread.get("context") or {}
        await save_thread_context(context)
        poster = await services.poster(slack_request.team_id)
        destination = Destination(thread["channel_id"], thread["thread_ts"])
        services.worker.start(_welcome(poster, destination, set_suggested_prompts, context))

    @threads.thread_context_changed
    async def on_viewed(
        payload: dict[str, Any], save_thread_context: Callable[[dict[str, str]], Awaitable[None]]
    ) -> None:
        await save_thread_context(at(payload, "assistant_thread", "context") or {})

    @threads.user_message
    async def on_message(
        slack_request: EventRequest, set_status: AsyncSetStatus, get_thread_context: AsyncGetThreadContext
    ) -> None:
        message = slack_request.user_message
        if message and (message.files or message.text.strip()):
            context = await get_thread_context()
            services.worker.start(_show_status(set_status))
            await accept_mention(services, slack_request, message, context.channel_id if context else None)

    return threads


async def _welcome(
    poster: Poster, destination: Destination, set_suggested_prompts: AsyncSetSuggestedPrompts, context: dict[str, str]
) -> None:
    """Greet a user and offer three questions."""
    text = WELCOME
    if are_texts(context, "channel_id"):
        channel = f"<#{context['channel_id']}>"
        text += f" “What if …” is about the latest estimate in {channel}; `/ftcost` there answers for everybody."
    try:
        await poster.post(destination, text_message(text))
        await set_suggested_prompts(prompts=list(SUGGESTED_PROMPTS))
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("an assistant thread has no suggested prompts: %r", error)


async def _show_status(set_status: AsyncSetStatus) -> None:
    """Show that the bot works. A direct message outside the assistant container has no status."""
    try:
        await set_status(WORKING)
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
        log.info("a thread has no status: %r", error)


def _is_of_thread(body: dict[str, Any]) -> bool:
    """Return whether a request is an event of an assistant thread, or a user's message in one."""
    event = body.get("event") if body.get("type") == "event_callback" else None
    match at(event, "type"):
        case "assistant_thread_started" | "assistant_thread_context_changed":
            thread = at(event, "assistant_thread")
            context = at(thread, "context")
            return are_texts(thread, "channel_id", "thread_ts") and isinstance(context, dict | None)
        case "message":
            is_written = not at(event, "subtype") or at(event, "subtype") == "file_share"
            is_direct = at(event, "channel_type") == "im" and not at(event, "bot_id")
            return is_written and is_direct and are_texts(event, "channel", "thread_ts", "ts", "user")
        case _:
            return False
