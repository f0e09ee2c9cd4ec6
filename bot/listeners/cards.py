"""A card's menu and Sources button, and the forms that export or delete an answer."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.estimates import DELETE_CALLBACK, EXPORT_CALLBACK, FORMAT, Origin, delete_form, export_form
from bot.forms.inputs import element_text
from bot.listeners.home import open_budget
from bot.listeners.modals import show_modal
from bot.queue.model import CARD_CHOICES, EXPORT_FORMATS, CardChoice, CardJob, ExportFormat, ExportJob
from bot.render.slack.card import BUDGET, DELETE, EXPORT
from bot.services import Services
from bot.slack.payload import at
from bot.slack.request import ActionRequest, ViewRequest

CARD_FORMS = {EXPORT: export_form, DELETE: delete_form}
"""The forms that a choice in the menu opens."""


def register(app: AsyncApp, services: Services) -> None:
    @app.action("more")
    async def on_choice(ack: AsyncAck, slack_request: ActionRequest) -> None:
        name, _, estimate_id = (slack_request.selected_value or "").partition(" ")
        origin = _origin(slack_request, estimate_id)
        if name == BUDGET:
            await ack()
            services.worker.start(open_budget(services, slack_request, slack_request.message.channel_id))
            return
        if name in CARD_FORMS:
            await ack()
            services.worker.start(show_modal(services, slack_request, CARD_FORMS[name](origin)))
            return
        choice: CardChoice = next((choice for choice in CARD_CHOICES if choice == name), "offers")
        await services.worker.accept(slack_request.idempotency_key, _card_job(services, slack_request, choice, origin))
        await ack()

    @app.view(DELETE_CALLBACK)
    async def on_delete(ack: AsyncAck, slack_request: ViewRequest) -> None:
        job = _card_job(services, slack_request, "delete", Origin.read(slack_request.view.private_metadata))
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()

    @app.action("sources")
    async def on_sources(ack: AsyncAck, slack_request: ActionRequest) -> None:
        job = _card_job(services, slack_request, "sources", _origin(slack_request, slack_request.value))
        await services.worker.accept(slack_request.idempotency_key, job)
        await ack()

    @app.action(re.compile(f"^export_({'|'.join(EXPORT_FORMATS)})$"))
    async def on_export_format(ack: AsyncAck, slack_request: ActionRequest) -> None:
        name, _, estimate_id = slack_request.value.partition(" ")
        await _accept_export(services, slack_request, _origin(slack_request, estimate_id), name)
        await ack()

    @app.action("export")
    async def on_earlier_export(ack: AsyncAck, slack_request: ActionRequest) -> None:
        # Cards of earlier versions have a menu of formats, or a button for CSV.
        name, _, estimate_id = (slack_request.selected_value or f"csv {slack_request.value}").partition(" ")
        await _accept_export(services, slack_request, _origin(slack_request, estimate_id), name)
        await ack()

    @app.view(EXPORT_CALLBACK)
    async def on_export(ack: AsyncAck, slack_request: ViewRequest) -> None:
        view = slack_request.view
        name = element_text(at(view.content, "state", "values", FORMAT, FORMAT)) or ""
        await _accept_export(services, slack_request, Origin.read(view.private_metadata), name)
        await ack()


async def _accept_export(
    services: Services, request: ActionRequest | ViewRequest, origin: Origin, format_name: str
) -> None:
    """Queue the export of an estimate.

    Args:
        services: The parts of the running bot.
        request: The request, for its workspace and user.
        origin: The estimate, and the place of its card.
        format_name: The chosen format.
    """
    # The thread of the estimate may be another one than that of the message with the button.
    saved = await services.estimates.get(origin.edit_of or "", team_id=request.team_id)
    file_format: ExportFormat = next((kind for kind in EXPORT_FORMATS if kind == format_name), "csv")
    job = ExportJob(
        estimate_id=origin.edit_of or "",
        team_id=request.team_id,
        user_id=request.user_id,
        channel_id=(saved.channel_id if saved else None) or origin.channel or "",
        thread_ts=saved.thread_ts if saved else origin.thread_ts,
        file_format=file_format,
    )
    await services.worker.accept(request.idempotency_key, job)


def _origin(request: ActionRequest, estimate_id: str) -> Origin:
    """Return an estimate and the place of the message with its button."""
    return Origin(request.message.channel_id, request.message.thread_ts, estimate_id)


def _card_job(services: Services, request: ActionRequest | ViewRequest, choice: CardChoice, origin: Origin) -> CardJob:
    return CardJob(
        estimate_id=origin.edit_of or "",
        team_id=request.team_id,
        user_id=request.user_id,
        channel_id=origin.channel or "",
        thread_ts=origin.thread_ts,
        choice=choice,
        as_of=services.today(),
    )
