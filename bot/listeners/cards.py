"""A card's menu and Sources button, the form that deletes an answer, and the buttons of export formats."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.estimates import DELETE_CALLBACK, Origin, delete_form
from bot.listeners.home import open_budget
from bot.listeners.modals import show_modal
from bot.queue.model import CARD_CHOICES, EXPORT_FORMATS, CardChoice, CardJob, ExportFormat, ExportJob
from bot.render.messages import BUDGET, DELETE, EXPORT, export_view
from bot.services import Services
from bot.slack.request import ActionRequest, ViewRequest


def register(app: AsyncApp, services: Services) -> None:
    @app.action("more")
    async def on_choice(ack: AsyncAck, slack_request: ActionRequest) -> None:
        name, _, estimate_id = (slack_request.selected_value or "").partition(" ")
        if name == BUDGET:
            await ack()
            services.worker.start(open_budget(services, slack_request, slack_request.message.channel_id))
            return
        if name == EXPORT:
            await ack()
            services.worker.start(show_modal(services, slack_request, export_view(estimate_id)))
            return
        if name == DELETE:
            await ack()
            message = slack_request.message
            origin = Origin(message.channel_id, message.thread_ts, estimate_id)
            services.worker.start(show_modal(services, slack_request, delete_form(origin)))
            return
        choice: CardChoice = next((choice for choice in CARD_CHOICES if choice == name), "offers")
        await services.worker.accept(
            slack_request.idempotency_key, _card_job(services, slack_request, choice, estimate_id)
        )
        await ack()

    @app.view(DELETE_CALLBACK)
    async def on_delete(ack: AsyncAck, slack_request: ViewRequest) -> None:
        view = slack_request.view
        origin = Origin.read(view.private_metadata)
        job = CardJob(
            estimate_id=origin.edit_of or "",
            team_id=slack_request.team_id,
            user_id=slack_request.user_id,
            channel_id=origin.channel or "",
            thread_ts=origin.thread_ts,
            choice="delete",
            as_of=services.today(),
        )
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()

    @app.action("sources")
    async def on_sources(ack: AsyncAck, slack_request: ActionRequest) -> None:
        job = _card_job(services, slack_request, "sources", slack_request.value)
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()

    @app.action(re.compile(f"^export_({'|'.join(EXPORT_FORMATS)})$"))
    async def on_export_format(ack: AsyncAck, slack_request: ActionRequest) -> None:
        name, _, estimate_id = slack_request.value.partition(" ")
        file_format: ExportFormat = next((kind for kind in EXPORT_FORMATS if kind == name), "csv")
        # A press in the modal doesn't name the channel.
        saved = await services.estimates.get(estimate_id, team_id=slack_request.team_id)
        job = ExportJob(
            estimate_id=estimate_id,
            team_id=slack_request.team_id,
            user_id=slack_request.user_id,
            channel_id=(saved.channel_id if saved else None) or slack_request.channel_id or "",
            thread_ts=saved.thread_ts if saved else slack_request.thread_ts,
            file_format=file_format,
        )
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()


def _card_job(services: Services, request: ActionRequest, choice: CardChoice, estimate_id: str) -> CardJob:
    return CardJob(
        estimate_id=estimate_id,
        team_id=request.team_id,
        user_id=request.user_id,
        channel_id=request.message.channel_id,
        thread_ts=request.message.thread_ts,
        choice=choice,
        as_of=services.today(),
    )
