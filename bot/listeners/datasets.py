"""Files that users send in a thread, and the button that cancels their count."""

from __future__ import annotations

from msgspec.structs import replace
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.answers.files import CHOOSE_COLUMNS, CONVERT_FILE, SEPARATOR, USE_FILE
from bot.forms.columns import COLUMNS_CALLBACK, TableOrigin, columns_form, read_columns_form
from bot.forms.estimates import Origin, form
from bot.forms.fields import FROM_FILE
from bot.forms.inputs import split_fields
from bot.jobs.datasets import dropped_file_key, without_file_fields
from bot.language.command import readable_fields, write_command
from bot.language.formatting import from_slack
from bot.listeners.commands import estimate_job
from bot.listeners.modals import show_modal
from bot.queue.model import ConvertJob, DatasetJob, SharedFileJob, SlackFile
from bot.render.parts.blocks import text_message
from bot.render.slack.datasets import CANCEL
from bot.services import Services
from bot.slack.poster import Destination
from bot.slack.request import ActionRequest, EventRequest, UserMessage, ViewRequest
from bot.store import new_estimate_id
from bot.usecases.datasets import RunOfAnotherUser, cancel_run
from calculator import FieldErrors


def register(app: AsyncApp, services: Services) -> None:
    @app.event("file_shared")
    async def on_shared(ack: AsyncAck, slack_request: EventRequest) -> None:
        team_id, user_id = slack_request.team_id, slack_request.file_user_id
        channel_id, file_id = slack_request.channel_id, slack_request.file_id
        workspace = await services.workspaces.find(team_id)
        is_own = workspace is not None and user_id == workspace.bot_user_id
        if user_id and channel_id and file_id and not is_own and not channel_id.startswith("D"):
            job = SharedFileJob(
                estimate_id=new_estimate_id(),
                team_id=team_id,
                user_id=user_id,
                channel_id=channel_id,
                file_id=file_id,
                as_of=services.today(),
            )
            await services.worker.accept(slack_request.idempotency_key, job)
        await ack()

    @app.action(CANCEL)
    async def on_cancel(ack: AsyncAck, slack_request: ActionRequest) -> None:
        try:
            await cancel_run(services, slack_request)
        except RunOfAnotherUser as error:
            destination = Destination(error.run.channel_id, error.run.thread_ts)
            poster = await services.poster(slack_request.team_id)
            message = text_message(str(error))
            services.worker.start(poster.notify(slack_request.user_id, destination, message))
        await ack()

    @app.action(USE_FILE)
    async def on_use(ack: AsyncAck, slack_request: ActionRequest) -> None:
        """Change the thread's estimate to the file, or open the form filled from the file."""
        fields, message = readable_fields(slack_request.value), slack_request.message
        latest = await services.estimates.latest_in_thread(
            team_id=slack_request.team_id, channel_id=message.channel_id, thread_ts=message.thread_ts, but_not=""
        )
        if latest:
            origin = Origin(channel=message.channel_id, thread_ts=message.thread_ts, edit_of=latest.id)
            changed = {**without_file_fields(latest.fields), **fields}
            job = replace(estimate_job(services, slack_request, changed, origin, ()), confirmed=True)
            await services.worker.accept(slack_request.idempotency_key, job)
            await ack()
            return
        await ack()
        hidden = write_command({key: text for key, text in fields.items() if key in FROM_FILE})
        origin = Origin(channel=message.channel_id, thread_ts=message.thread_ts, file=hidden or None)
        labels = (await services.menus()).labels
        view = form(origin, split_fields(fields), labels=labels)
        services.worker.start(show_modal(services, slack_request, view))

    @app.action(CONVERT_FILE)
    async def on_convert(ack: AsyncAck, slack_request: ActionRequest) -> None:
        platform, file_id, *columns = (slack_request.selected_value or "").split(SEPARATOR)
        job = ConvertJob(
            estimate_id=new_estimate_id(),
            team_id=slack_request.team_id,
            user_id=slack_request.user_id,
            channel_id=slack_request.message.channel_id,
            thread_ts=slack_request.message.thread_ts,
            file_id=file_id,
            platform=platform,
            columns=(columns[0], columns[1]) if len(columns) == 2 else None,
        )
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()

    @app.action(CHOOSE_COLUMNS)
    async def on_choose(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        message = slack_request.message
        origin = TableOrigin.read(slack_request.value)._replace(
            channel_id=message.channel_id, thread_ts=message.thread_ts, message_ts=message.ts
        )
        services.worker.start(show_modal(services, slack_request, columns_form(origin)))

    @app.view(COLUMNS_CALLBACK)
    async def on_columns(ack: AsyncAck, slack_request: ViewRequest) -> None:
        origin = TableOrigin.read(slack_request.view.private_metadata)
        try:
            columns = read_columns_form(slack_request.view.content)
        except FieldErrors as error:
            await ack(response_action="errors", errors=error.errors)
            return
        job = DatasetJob(
            estimate_id=new_estimate_id(),
            team_id=slack_request.team_id,
            user_id=slack_request.user_id,
            channel_id=origin.channel_id,
            thread_ts=origin.thread_ts,
            file=SlackFile(id=origin.file_id, name=origin.name, size=0, mimetype="text/csv", url=None),
            fields=readable_fields(origin.line),
            as_of=services.today(),
            continues_thread=True,
            columns=columns,
            message_ts=origin.message_ts,
        )
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()


async def accept_files(services: Services, team_id: str, message: UserMessage, text: str) -> None:
    """Queue a count of each file of a message, with the question that its text asks of all of them.

    Args:
        services: The parts of the running bot.
        team_id: The workspace.
        message: The message.
        text: Its text without the mention of the bot.
    """
    fields = without_file_fields(await services.read_question(from_slack(text))) if text else {}
    for file in message.files:
        job = DatasetJob(
            estimate_id=new_estimate_id(),
            team_id=team_id,
            user_id=message.user_id,
            channel_id=message.channel_id,
            thread_ts=message.thread_ts or message.ts,
            file=file,
            fields=fields,
            as_of=services.today(),
            continues_thread=True,
        )
        await services.worker.accept(dropped_file_key(message.channel_id, file.id), job)
