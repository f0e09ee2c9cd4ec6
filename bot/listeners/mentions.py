"""`@ftcost …`, with files or without."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.command import is_actual
from bot.listeners.datasets import accept_files, is_from_somebody
from bot.listeners.modals import Bot, team_of
from bot.queue.model import MentionJob
from bot.slack.files import read_files
from bot.store import new_estimate_id

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")


def register(app: AsyncApp, bot: Bot) -> None:
    @app.event("app_mention")
    async def on_mention(ack: AsyncAck, body: dict[str, Any], event: dict[str, Any]) -> None:
        text = _MENTION.sub(" ", event.get("text") or "").strip()
        bills = read_files(event.get("files")) if is_actual(text) else []
        if is_from_somebody(event) and (bills or not await accept_files(bot, body, event)):
            job = MentionJob(
                estimate_id=new_estimate_id(),
                team_id=team_of(body),
                user_id=event["user"],
                channel_id=event["channel"],
                thread_ts=event.get("thread_ts"),
                message_ts=event["ts"],
                text=text,
                as_of=bot.today(),
                file=bills[0] if bills else None,
            )
            # The first delivery may have been lost, so a retry is work unless its event was seen.
            await bot.worker.accept(f"event:{body['event_id']}", job)
        await ack()
