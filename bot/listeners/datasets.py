"""Files that people drop into a direct message or a thread, and the button that stops their count."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.jobs.datasets import dropped_file_key, without_file_fields
from bot.language.command import from_slack, readable_fields
from bot.listeners.modals import Bot, team_of
from bot.queue.model import DatasetJob, SharedFileJob
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
            job = SharedFileJob(
                estimate_id=new_estimate_id(),
                team_id=team,
                user_id=user,
                channel_id=channel,
                file_id=str(event["file_id"]),
                as_of=bot.today(),
            )
            await bot.worker.accept(f"event:{body['event_id']}", job)
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
    fields = without_file_fields(readable_fields(from_slack(event.get("text") or "")))
    for file in files:
        job = DatasetJob(
            estimate_id=new_estimate_id(),
            team_id=team_of(body),
            user_id=event["user"],
            channel_id=event["channel"],
            thread_ts=event.get("thread_ts") or event["ts"],
            file=file,
            fields=fields,
            as_of=bot.today(),
            continues_thread=True,
        )
        await bot.worker.accept(dropped_file_key(event["channel"], file.id), job)
    return len(files)
