"""`@ftcost …`, with files or without."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.command import is_actual
from bot.listeners.datasets import accept_files, is_from_somebody
from bot.listeners.modals import Bot, team_of
from bot.queue.store import Job
from bot.slack.files import read_files
from bot.store import new_estimate_id

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")


def register(app: AsyncApp, bot: Bot) -> None:
    @app.event("app_mention")
    async def on_mention(ack: AsyncAck, body: dict[str, Any], event: dict[str, Any]) -> None:
        text = _MENTION.sub(" ", event.get("text") or "").strip()
        bills = read_files(event.get("files")) if is_actual(text) else []
        if is_from_somebody(event) and (bills or not await accept_files(bot, body, event)):
            payload = {
                "id": new_estimate_id(),
                "team": team_of(body),
                "user": event["user"],
                "channel": event["channel"],
                "thread_ts": event.get("thread_ts"),
                "ts": event["ts"],
                "text": text,
                "as_of": bot.today().isoformat(),
                "file": bills[0]._asdict() if bills else None,
            }
            # The first delivery may have been lost, so a retry is work unless its event was seen.
            await bot.worker.accept(Job(f"event:{body['event_id']}", "mention", payload))
        await ack()
