"""`/ftcost keys` and its forms. A key goes from the form into the database, encrypted, and nowhere else: it is never
written down as work, which keeps payloads as they are.
"""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.platforms import PLATFORMS
from bot.actuals.service import NO_KEYS
from bot.forms.estimates import View, loading, notice
from bot.forms.keys import KEY_CALLBACK, REMOVE, SET, TITLE, hint_of, key_view, keys_view, read_key
from bot.listeners.modals import Bot
from bot.slack.request import ActionRequest, Interaction, ViewRequest
from bot.store import ProviderKeys
from calculator import UserError


async def open_keys(bot: Bot, request: Interaction) -> None:
    """Open the list of keys for an admin, or say why not."""
    view_id = await bot.open(request, loading(TITLE))
    if view_id:
        await bot.fill(request.team_id, view_id, _list(bot, request))


def register(app: AsyncApp, bot: Bot) -> None:
    @app.action(SET)
    async def on_set(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await ack()
        name, view = slack_request.value, slack_request.view
        if name in PLATFORMS:
            bot.worker.start(bot.update(slack_request.team_id, view.id, key_view(name), view.hash))

    @app.action(REMOVE)
    async def on_remove(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await bot.once(slack_request)
        await ack()
        removal = _remove(bot, slack_request)
        bot.worker.start(bot.fill(slack_request.team_id, slack_request.view.id, removal))

    @app.view(KEY_CALLBACK)
    async def on_key(ack: AsyncAck, slack_request: ViewRequest) -> None:
        team, user, name = slack_request.team_id, slack_request.user_id, slack_request.view.private_metadata
        platform = PLATFORMS[name]
        fields, errors = read_key(platform, slack_request.view.content)
        try:
            keys = await _allowed(bot, team, user)
        except UserError as error:
            errors = {platform.fields[0].name: str(error)}
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await bot.once(slack_request)
        await keys.put(name, fields, hint_of(platform, fields), team_id=team, user_id=user)
        await ack(response_action="update", view=keys_view(await keys.known(team_id=team)))


async def _allowed(bot: Bot, team: str, user: str) -> ProviderKeys:
    """The keys, for somebody who may change them. Raises UserError."""
    if bot.books.keys is None:
        raise UserError(NO_KEYS)
    await bot.roles.check(team, user)
    return bot.books.keys


async def _list(bot: Bot, request: Interaction) -> View:
    try:
        keys = await _allowed(bot, request.team_id, request.user_id)
    except UserError as error:
        return notice(TITLE, str(error))
    return keys_view(await keys.known(team_id=request.team_id))


async def _remove(bot: Bot, request: ActionRequest) -> View:
    try:
        keys = await _allowed(bot, request.team_id, request.user_id)
    except UserError as error:
        return notice(TITLE, str(error))
    await keys.remove(request.value, team_id=request.team_id, user_id=request.user_id)
    return await _list(bot, request)
