"""Files that users send in a thread, and the button that cancels their count."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.jobs.datasets import dropped_file_key, without_file_fields
from bot.language.command import readable_fields
from bot.language.formatting import from_slack
from bot.queue.model import DatasetJob, SharedFileJob
from bot.render.blocks import text_message
from bot.render.datasets import CANCEL
from bot.services import Services
from bot.slack.poster import Destination
from bot.slack.request import ActionRequest, EventRequest, UserMessage
from bot.store import new_estimate_id
from bot.usecases.datasets import RunOfAnotherUser, cancel_run


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


async def accept_files(services: Services, team_id: str, message: UserMessage) -> None:
    """Queue a count of each file of a message. Fields in the message's text apply to all of them."""
    fields = without_file_fields(readable_fields(from_slack(message.text)))
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
