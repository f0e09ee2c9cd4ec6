"""The form's submission, and its “More options”."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.datasets import DATASET, read_dataset
from bot.forms.estimates import CALLBACK, COMPARE_CALLBACK, MORE, Origin, errors_for, form, read_values, reply_in
from bot.forms.fields import FROM_FILE
from bot.jobs.datasets import without_file_fields
from bot.listeners.commands import estimate_job
from bot.listeners.modals import GONE, Bot, team_of
from bot.queue.model import DatasetJob, EstimateJob
from bot.slack.files import MAX_FORM_BYTES
from bot.workspace.defaults import WorkspaceDefaults
from calculator import FieldErrors, UserError

ANY_FILE = {"examples": "1", "example": "1"}
"""In place of what a file will say, so that the rest can be checked before it is read."""
TOO_LARGE_HERE = "This file is larger than 10 MB. Send it to the bot as a message instead: up to 500 MB are read there."


async def unseen(bot: Bot, view: dict[str, Any], team: str) -> WorkspaceDefaults:
    """What the workspace has settled for fields that this form does not show; the others hold what was chosen."""
    shown = {block["block_id"] for block in view["blocks"]}
    settled = await bot.settled(team)
    return WorkspaceDefaults({key: text for key, text in settled.fields.items() if key not in shown})


def register(app: AsyncApp, bot: Bot) -> None:
    @app.view(CALLBACK)
    async def on_form(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        origin = Origin.read(view["private_metadata"])
        if reply_in(view) == "dm":
            origin = Origin()
        saved = await bot.estimates.get(origin.edit_of, team_id=team_of(body)) if origin.edit_of else None
        kept = {key: text for key, text in saved.fields.items() if key in FROM_FILE} if saved else {}
        await _accept(ack, body, view, kept, origin, fresh=not origin.edit_of)

    @app.view(COMPARE_CALLBACK)
    async def on_compare(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        origin = Origin.read(view["private_metadata"])
        saved = await bot.estimates.get(origin.edit_of or "", team_id=team_of(body))
        if saved is None:
            await ack(response_action="errors", errors={"on": GONE})
            return
        await _accept(ack, body, view, saved.fields, origin)

    async def _accept(
        ack: AsyncAck,
        body: dict[str, Any],
        view: dict[str, Any],
        before: dict[str, str],
        origin: Origin,
        fresh: bool = False,
    ) -> None:
        settled = await unseen(bot, view, team_of(body)) if fresh else WorkspaceDefaults({})
        try:
            fields = {**before, **settled.complete(read_values(view))}
            file = read_dataset(view)
            if file and file.size > MAX_FORM_BYTES:
                raise FieldErrors({DATASET: TOO_LARGE_HERE})
            await bot.desk.check(fields | (ANY_FILE if file else {}), bot.today())
        except FieldErrors as error:
            await ack(response_action="errors", errors=errors_for(view, error.errors))
            return
        except UserError as error:
            await ack(response_action="errors", errors=errors_for(view, {"on": str(error)}))
            return
        job: EstimateJob | DatasetJob = estimate_job(bot, body, fields, origin, settled.said(read_values(view)))
        if file:
            job = DatasetJob(
                estimate_id=job.estimate_id,
                team_id=job.team_id,
                user_id=job.user_id,
                channel_id=job.channel_id,
                thread_ts=job.thread_ts,
                file=file,
                fields=without_file_fields(job.fields),
                as_of=job.as_of,
                edit_of=job.edit_of,
                defaults_used=job.defaults_used,
            )
        await bot.worker.accept(f"view:{view['id']}:{view['hash']}", job)
        await ack()

    @app.action(MORE)
    async def on_more(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        view = body["view"]
        origin = Origin.read(view["private_metadata"])
        settled = WorkspaceDefaults({}) if origin.edit_of else await unseen(bot, view, team_of(body))
        expanded = form(origin, settled.complete(read_values(view)), more=True, reply_in=reply_in(view))
        bot.worker.start(bot.update(body, view["id"], expanded, view["hash"]))
