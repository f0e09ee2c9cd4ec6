"""Files that people drop into a direct message or a thread, and the button that stops their count."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.jobs.datasets import dataset_job, dropped_key
from bot.language.command import from_slack, readable_fields
from bot.listeners.modals import Bot, team_of
from bot.queue.store import Job
from bot.render.blocks import text_message
from bot.render.datasets import CANCEL
from bot.render.escaping import escape
from bot.slack.files import read_files
from bot.slack.payload import are_texts
from bot.slack.poster import Destination
from bot.store import new_estimate_id


def register(app: AsyncApp, bot: Bot) -> None:
    @app.event("message")
    async def on_message(ack: AsyncAck, body: dict[str, Any], event: dict[str, Any]) -> None:
        # Threads of channels are heard of by file_shared, for which nobody's messages need to be read.
        if event.get("channel_type") == "im" and is_from_somebody(event) and not event.get("bot_id"):
            await accept_files(bot, body, event)
        await ack()

    @app.event("file_shared")
    async def on_shared(ack: AsyncAck, body: dict[str, Any], event: dict[str, Any]) -> None:
        team, channel, user = team_of(body), str(event.get("channel_id")), str(event.get("user_id"))
        workspace = await bot.workspaces.find(team)
        own = workspace is not None and user == workspace.bot_user_id
        if not own and not channel.startswith("D") and event.get("file_id"):
            payload = {
                "id": new_estimate_id(),
                "team": team,
                "user": user,
                "channel": channel,
                "file_id": event["file_id"],
                "unasked": True,
                "as_of": bot.today().isoformat(),
            }
            await bot.worker.accept(Job(f"event:{body['event_id']}", "shared", payload))
        await ack()

    @app.action(CANCEL)
    async def on_cancel(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        team, user, key = team_of(body), body["user"]["id"], action["value"]
        begun = await bot.desk.counts.get(key, team_id=team)
        if begun and begun.user_id == user:
            await bot.desk.counts.cancel(key, team_id=team)
        await ack()
        if begun and begun.user_id != user:
            text = f"Only <@{escape(begun.user_id)}>, who sent the file, can stop this."
            poster = await bot.desk.poster(team)
            bot.worker.start(poster.only_to(user, Destination(begun.channel_id, begun.thread_ts), text_message(text)))


def is_from_somebody(event: dict[str, Any]) -> bool:
    """Whether a message says who wrote it and where; what does not can be answered by nobody."""
    return are_texts(event, "user", "channel", "ts") and isinstance(event.get("thread_ts") or "", str)


async def accept_files(bot: Bot, body: dict[str, Any], event: dict[str, Any]) -> int:
    """Write down every file of a message as work; what stands in its text counts too. How many there were."""
    files = read_files(event.get("files"))
    typed = readable_fields(from_slack(event.get("text") or ""))
    for file in files:
        payload = {
            "id": new_estimate_id(),
            "team": team_of(body),
            "user": event["user"],
            "channel": event["channel"],
            "thread_ts": event.get("thread_ts") or event["ts"],
            "file": file._asdict(),
            "fields": typed,
            "edit_of": None,
            "joins": True,
            "as_of": bot.today().isoformat(),
        }
        await bot.worker.accept(dataset_job(dropped_key(event["channel"], file.id), payload))
    return len(files)
