"""The submission of the form, and its “More options” button."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.datasets import DATASET, read_dataset
from bot.forms.estimates import CALLBACK, COMPARE_CALLBACK, MORE, Origin, errors_for, form, read_values, reply_in
from bot.forms.fields import FROM_FILE
from bot.jobs.datasets import without_file_fields
from bot.listeners.commands import estimate_job
from bot.listeners.modals import ESTIMATE_GONE, update_modal
from bot.queue.model import DatasetJob, EstimateJob
from bot.services import Services
from bot.slack.files import MAX_FORM_BYTES
from bot.slack.request import ActionRequest, SlackView, ViewRequest
from bot.workspace.defaults import WorkspaceDefaults
from calculator import FieldErrors, UserError

ANY_FILE = {"examples": "1", "example": "1"}
"""Placeholders for the values of a file, so that the other fields can be checked before it is read."""
TOO_LARGE_FOR_FORM = (
    "This file is larger than 10 MB. Send it to the bot as a message instead, where the limit is 500 MB."
)


async def hidden_defaults(services: Services, view: SlackView, team_id: str) -> WorkspaceDefaults:
    """Return the workspace's defaults of the fields that a form doesn't show; the user has set the others."""
    visible_keys = {block["block_id"] for block in view.content["blocks"]}
    defaults = await services.cached_defaults(team_id)
    return WorkspaceDefaults({key: text for key, text in defaults.fields.items() if key not in visible_keys})


def register(app: AsyncApp, services: Services) -> None:
    @app.view(CALLBACK)
    async def on_form(ack: AsyncAck, slack_request: ViewRequest) -> None:
        origin = Origin.read(slack_request.view.private_metadata)
        if reply_in(slack_request.view.content) == "dm":
            origin = Origin()
        saved = await services.estimates.get(origin.edit_of, team_id=slack_request.team_id) if origin.edit_of else None
        file_fields = {key: text for key, text in saved.fields.items() if key in FROM_FILE} if saved else {}
        await _accept(ack, slack_request, file_fields, origin, is_new=not origin.edit_of)

    @app.view(COMPARE_CALLBACK)
    async def on_compare(ack: AsyncAck, slack_request: ViewRequest) -> None:
        origin = Origin.read(slack_request.view.private_metadata)
        saved = await services.estimates.get(origin.edit_of or "", team_id=slack_request.team_id)
        if saved is None:
            await ack(response_action="errors", errors={"on": ESTIMATE_GONE})
            return
        await _accept(ack, slack_request, saved.fields, origin)

    async def _accept(
        ack: AsyncAck, request: ViewRequest, base_fields: dict[str, str], origin: Origin, is_new: bool = False
    ) -> None:
        view = request.view.content
        defaults = await hidden_defaults(services, request.view, request.team_id) if is_new else WorkspaceDefaults({})
        try:
            fields = {**base_fields, **defaults.complete(read_values(view))}
            file = read_dataset(view)
            if file and file.size > MAX_FORM_BYTES:
                raise FieldErrors({DATASET: TOO_LARGE_FOR_FORM})
            await services.check(fields | (ANY_FILE if file else {}), services.today())
        except FieldErrors as error:
            await ack(response_action="errors", errors=errors_for(view, error.errors))
            return
        except UserError as error:
            await ack(response_action="errors", errors=errors_for(view, {"on": str(error)}))
            return
        job: EstimateJob | DatasetJob = estimate_job(
            services, request, fields, origin, defaults.describe_used(read_values(view))
        )
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
        await services.worker.accept(f"view:{request.view.id}:{request.view.hash}", job)
        await ack()

    @app.action(MORE)
    async def on_more(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        team_id, view = slack_request.team_id, slack_request.view
        origin = Origin.read(view.private_metadata)
        defaults = WorkspaceDefaults({}) if origin.edit_of else await hidden_defaults(services, view, team_id)
        values = defaults.complete(read_values(view.content))
        expanded = form(origin, values, more=True, reply_in=reply_in(view.content))
        services.worker.start(update_modal(services, team_id, view.id, expanded, view.hash))
