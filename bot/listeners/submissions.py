"""The submission of the estimate form, and of those that compare an estimate or ask for its break-even."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.datasets import DATASET, read_dataset
from bot.forms.estimates import BREAK_EVEN_CALLBACK, CALLBACK, COMPARE_CALLBACK, Origin
from bot.forms.fields import FROM_FILE
from bot.forms.inputs import (
    WHICH_MODEL,
    compose_fields,
    errors_for,
    missing_inputs,
    missing_traffic,
    read_inputs,
    split_fields,
)
from bot.jobs.datasets import without_file_fields
from bot.language.command import readable_fields
from bot.listeners.commands import estimate_job
from bot.listeners.menus import hidden_defaults
from bot.listeners.modals import ESTIMATE_GONE
from bot.queue.model import BreakEvenJob, DatasetJob, EstimateJob, SlackFile
from bot.services import Services
from bot.slack.files import MAX_FORM_BYTES
from bot.slack.request import ViewRequest
from bot.store import SavedEstimate
from bot.workspace.defaults import WorkspaceDefaults
from calculator import FieldErrors, UserError

ANY_FILE = {"examples": "1", "example": "1"}
"""Placeholders for the values of a file, so that the other fields can be checked before it is read."""
TOO_LARGE_FOR_FORM = (
    "This file is larger than 10 MB. Send it to the bot as a message instead, where the limit is 500 MB."
)
KEPT = FROM_FILE | {"share"}
"""The keys that a change of an estimate keeps, because its form doesn't show them."""


def register(app: AsyncApp, services: Services) -> None:
    @app.view(CALLBACK)
    async def on_form(ack: AsyncAck, slack_request: ViewRequest) -> None:
        view = slack_request.view.content
        origin = Origin.read(slack_request.view.private_metadata)
        saved = await services.estimates.get(origin.edit_of, team_id=slack_request.team_id) if origin.edit_of else None
        kept_fields = _kept_fields(origin, saved)
        is_new = not origin.edit_of
        defaults = (
            await hidden_defaults(services, slack_request.view, slack_request.team_id)
            if is_new
            else WorkspaceDefaults({})
        )
        try:
            inputs = read_inputs(view)
            file = read_dataset(view)
            if file and file.size > MAX_FORM_BYTES:
                raise FieldErrors({DATASET: TOO_LARGE_FOR_FORM})
            fields = {**kept_fields, **defaults.complete(compose_fields(inputs))}
            await _check(services, fields | (ANY_FILE if file else {}), missing_inputs(inputs, has_file=bool(file)))
        except UserError as error:
            await ack(response_action="errors", errors=errors_for(view, _errors_by_key(error, "on")))
            return
        if fields.get("share") == "me" and is_new:
            origin = Origin()
        job = estimate_job(services, slack_request, fields, origin, defaults.describe_used(compose_fields(inputs)))
        await services.worker.accept(slack_request.idempotency_key, _dataset_job(job, file) if file else job)
        await ack()

    @app.view(COMPARE_CALLBACK)
    async def on_compare(ack: AsyncAck, slack_request: ViewRequest) -> None:
        view = slack_request.view.content
        origin = Origin.read(slack_request.view.private_metadata)
        saved = await services.estimates.get(origin.edit_of or "", team_id=slack_request.team_id)
        if saved is None:
            await ack(response_action="errors", errors={"on": ESTIMATE_GONE})
            return
        try:
            fields = {**saved.fields, **compose_fields(read_inputs(view))}
            await services.check(fields, services.today())
        except UserError as error:
            await ack(response_action="errors", errors=errors_for(view, _errors_by_key(error, "on")))
            return
        await services.worker.accept(
            slack_request.idempotency_key, estimate_job(services, slack_request, fields, origin, ())
        )
        await ack()

    @app.view(BREAK_EVEN_CALLBACK)
    async def on_break_even(ack: AsyncAck, slack_request: ViewRequest) -> None:
        """Change the estimate, then post its break-even: both jobs are about one thread, so they run in this order."""
        view = slack_request.view.content
        origin = Origin.read(slack_request.view.private_metadata)
        saved = await services.estimates.get(origin.edit_of or "", team_id=slack_request.team_id)
        first_block = str(view["blocks"][0]["block_id"])
        if saved is None:
            await ack(response_action="errors", errors={first_block: ESTIMATE_GONE})
            return
        try:
            inputs = read_inputs(view)
            fields = {**saved.fields, **compose_fields(inputs)}
            missing = missing_traffic(split_fields(saved.fields) | inputs)
            if not fields.keys() & {"base", "base_rates"}:
                missing["base"] = WHICH_MODEL
            await _check(services, fields, missing)
        except UserError as error:
            await ack(response_action="errors", errors=errors_for(view, _errors_by_key(error, first_block)))
            return
        job = estimate_job(services, slack_request, fields, origin, ())
        await services.worker.accept(slack_request.idempotency_key, job)
        if job.channel_id:
            await services.worker.accept(
                f"{slack_request.idempotency_key}:break_even",
                BreakEvenJob(
                    estimate_id=job.estimate_id,
                    team_id=job.team_id,
                    user_id=job.user_id,
                    channel_id=job.channel_id,
                    thread_ts=job.thread_ts,
                    as_of=job.as_of,
                ),
            )
        await ack()


def _kept_fields(origin: Origin, saved: SavedEstimate | None) -> dict[str, str]:
    """Return the fields that the form doesn't show: of a counted file, and of the estimate that is changed."""
    of_estimate = {key: text for key, text in saved.fields.items() if key in KEPT} if saved else {}
    return readable_fields(origin.file or "") | of_estimate


async def _check(services: Services, fields: Mapping[str, str], missing: dict[str, str]) -> None:
    """Raise FieldErrors with everything that is wrong or missing; of one field, the question about a missing value."""
    try:
        await services.check(fields, services.today())
    except FieldErrors as error:
        raise FieldErrors(error.errors | missing) from None
    if missing:
        raise FieldErrors(missing)


def _errors_by_key(error: UserError, key: str) -> Mapping[str, str]:
    """Return the errors by key; `key` gets an error that isn't about one field."""
    return error.errors if isinstance(error, FieldErrors) else {key: str(error)}


def _dataset_job(job: EstimateJob, file: SlackFile) -> DatasetJob:
    return DatasetJob(
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
