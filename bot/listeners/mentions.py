"""`@ftcost …` and direct messages, with or without files."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.command import is_actual
from bot.listeners.datasets import accept_files
from bot.queue.model import MentionJob
from bot.services import Services
from bot.slack.request import EventRequest, UserMessage
from bot.store import KEEP_FINISHED, new_estimate_id

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")


def register(app: AsyncApp, services: Services) -> None:
    @app.event("app_mention")
    async def on_mention(ack: AsyncAck, slack_request: EventRequest) -> None:
        message = slack_request.user_message
        # Bots that answer mentions of each other would never stop.
        if message and not message.is_from_app and not _is_long_past(services, message):
            await accept_mention(services, slack_request, message)
        await ack()

    @app.event("message")
    async def on_message(ack: AsyncAck, slack_request: EventRequest) -> None:
        # A direct message is answered like a mention. In channels file_shared reports files, so that the bot
        # doesn't have to read every message.
        message = slack_request.user_message
        if message and message.is_direct and not message.is_from_app and (message.files or message.text.strip()):
            await accept_mention(services, slack_request, message)
        await ack()


async def accept_mention(
    services: Services, request: EventRequest, message: UserMessage, viewed_channel_id: str | None = None
) -> None:
    """Queue a count of the message's files, or its answer if it has none; the file of `actual …` is a bill.

    Args:
        services: The parts of the running bot.
        request: The event.
        message: The message.
        viewed_channel_id: The channel that the user views beside an assistant thread.
    """
    text = _MENTION.sub(" ", message.text).strip()
    bill = next(iter(message.files), None) if is_actual(text) else None
    if message.files and not bill:
        await accept_files(services, request.team_id, message, text)
        return
    job = MentionJob(
        estimate_id=new_estimate_id(),
        team_id=request.team_id,
        user_id=message.user_id,
        channel_id=message.channel_id,
        thread_ts=message.thread_ts,
        message_ts=message.ts,
        text=text,
        as_of=services.today(),
        file=bill,
        viewed_channel_id=viewed_channel_id,
    )
    # The first delivery may have been lost, so a redelivery is accepted unless the first one was. Slack sends another
    # event when the message is edited, which isn't answered again.
    await services.worker.accept(f"mention:{message.channel_id}:{message.ts}", job)


def _is_long_past(services: Services, message: UserMessage) -> bool:
    """Return whether a message is edited that may have been answered so long ago that its job is deleted."""
    try:
        written_at = datetime.fromtimestamp(float(message.ts), UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return False
    return message.is_edited and written_at < services.job_store.now() - KEEP_FINISHED
