"""`/ftcost keys` and its modals."""

from __future__ import annotations

from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.platforms import PLATFORMS
from bot.forms.estimates import View, notice
from bot.forms.keys import KEY_CALLBACK, REMOVE, SET, TITLE, key_view, keys_view, read_key
from bot.listeners.modals import open_and_fill, update_modal
from bot.services import Services
from bot.slack.request import ActionRequest, Interaction, ViewRequest
from bot.usecases.keys import list_keys, remove_key, store_key
from calculator import UserError


async def open_keys(services: Services, request: Interaction) -> None:
    """Open the list of keys, or a notice for a user who is not an admin."""
    await open_and_fill(services, request, TITLE, partial(_list, services, request))


def register(app: AsyncApp, services: Services) -> None:
    @app.action(SET)
    async def on_set(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        name, view = slack_request.value, slack_request.view
        if name in PLATFORMS:
            services.worker.start(update_modal(services, slack_request, view.id, key_view(name), view.hash))

    @app.action(REMOVE)
    async def on_remove(ack: AsyncAck, slack_request: ActionRequest) -> None:
        view = await _remove(services, slack_request)
        await ack()
        services.worker.start(update_modal(services, slack_request, slack_request.view.id, view))

    @app.view(KEY_CALLBACK)
    async def on_key(ack: AsyncAck, slack_request: ViewRequest) -> None:
        name = slack_request.view.private_metadata
        platform = PLATFORMS[name]
        fields, errors = read_key(platform, slack_request.view.content)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        try:
            await store_key(services, slack_request, name, fields)
            keys = await list_keys(services, slack_request)
        except UserError as error:
            await ack(response_action="errors", errors={platform.fields[0].name: str(error)})
            return
        await ack(response_action="update", view=keys_view(keys))


async def _list(services: Services, request: Interaction) -> View:
    try:
        return keys_view(await list_keys(services, request))
    except UserError as error:
        return notice(TITLE, str(error))


async def _remove(services: Services, request: ActionRequest) -> View:
    try:
        await remove_key(services, request, request.value)
    except UserError as error:
        return notice(TITLE, str(error))
    return await _list(services, request)
