"""`/ftcost actual …`, and the button that opens the form filled with measured values."""

from __future__ import annotations

from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.command import USAGE, read_actual
from bot.forms.estimates import Origin, View, form, notice
from bot.forms.inputs import split_fields
from bot.listeners.modals import ESTIMATE_GONE, open_and_fill
from bot.queue.model import ActualJob
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.slack.actuals import RECALIBRATE
from bot.services import Services
from bot.slack.request import ActionRequest, CommandRequest
from calculator import UserError

TITLE = "With measured values"


async def accept_actual(services: Services, request: CommandRequest, command: str) -> SlackMessage:
    """Queue a job that records paid amounts, and return a note for its user.

    Raises:
        UserError: The command has a fault, or the estimate doesn't exist.
    """
    estimate_id = read_actual(command, services.today()).estimate_id
    if estimate_id is None:
        raise UserError(f"Add the id of an estimate: {USAGE} `/ftcost list` shows yours.")
    saved = await services.lookups.find_saved(estimate_id, team_id=request.team_id)
    job = ActualJob(
        estimate_id=saved.id,
        team_id=saved.team_id,
        user_id=request.user_id,
        channel_id=saved.channel_id or request.channel_id,
        thread_ts=saved.thread_ts,
        command=command,
        as_of=services.today(),
        asked_in_channel_id=request.channel_id,
    )
    await services.worker.accept(f"command:{request.trigger_id}", job)
    return text_message(f"The comparison will be posted in the thread of estimate `{saved.id}`.")


def register(app: AsyncApp, services: Services) -> None:
    @app.action(RECALIBRATE)
    async def on_recalibrate(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        make_view = partial(_recalibration_form, services, slack_request)
        services.worker.start(open_and_fill(services, slack_request, TITLE, make_view))


async def _recalibration_form(services: Services, request: ActionRequest) -> View:
    """Return the form that changes the estimate, filled with measured values."""
    saved = await services.estimates.get(request.value, team_id=request.team_id)
    if saved is None:
        return notice("Not found", ESTIMATE_GONE)
    try:
        report = await services.actuals.report(saved)
    except UserError as error:
        return notice("Not found", str(error))
    origin = Origin(channel=saved.channel_id, thread_ts=saved.thread_ts, edit_of=saved.id)
    fields = {"on": "all", **saved.fields, **report.recalibration.fields}
    return form(origin, split_fields(fields), labels=(await services.menus()).labels)
