"""`/ftcost keys` and its forms. A key goes from the form into the database, encrypted, and nowhere else: it is never
written down as work, which keeps payloads as they are.
"""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.actuals.platforms import PLATFORMS
from bot.actuals.service import NO_KEYS
from bot.forms.estimates import View, loading, notice
from bot.forms.keys import KEY_CALLBACK, REMOVE, SET, TITLE, hint_of, key_view, keys_view, read_key
from bot.listeners.modals import Bot, team_of
from bot.store import ProviderKeys
from calculator import UserError


async def open_keys(bot: Bot, body: dict[str, Any]) -> None:
    """Open the list for an admin, or say why not."""
    view_id = await bot.open(body, loading(TITLE))
    if view_id:
        await bot.fill(body, view_id, _list(bot, body, body["user_id"]))


def register(app: AsyncApp, bot: Bot) -> None:
    @app.action(SET)
    async def on_set(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        if action["value"] in PLATFORMS:
            view = body["view"]
            bot.worker.start(bot.update(body, view["id"], key_view(action["value"]), view["hash"]))

    @app.action(REMOVE)
    async def on_remove(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await bot.once(body)
        await ack()
        bot.worker.start(bot.fill(body, body["view"]["id"], _removed(bot, body, action["value"])))

    @app.view(KEY_CALLBACK)
    async def on_key(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        name, team, user = view["private_metadata"], team_of(body), body["user"]["id"]
        platform = PLATFORMS[name]
        fields, errors = read_key(platform, view)
        try:
            keys = await _allowed(bot, team, user)
        except UserError as error:
            errors = {platform.fields[0].name: str(error)}
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await bot.once(body)
        await keys.put(name, fields, hint_of(platform, fields), team_id=team, user_id=user)
        await ack(response_action="update", view=keys_view(await keys.known(team_id=team)))


async def _allowed(bot: Bot, team: str, user: str) -> ProviderKeys:
    """The keys, for somebody who may change them. Raises UserError."""
    if bot.books.keys is None:
        raise UserError(NO_KEYS)
    await bot.roles.check(team, user)
    return bot.books.keys


async def _list(bot: Bot, body: dict[str, Any], user: str) -> View:
    try:
        keys = await _allowed(bot, team_of(body), user)
    except UserError as error:
        return notice(TITLE, str(error))
    return keys_view(await keys.known(team_id=team_of(body)))


async def _removed(bot: Bot, body: dict[str, Any], name: str) -> View:
    user = body["user"]["id"]
    try:
        keys = await _allowed(bot, team_of(body), user)
    except UserError as error:
        return notice(TITLE, str(error))
    await keys.remove(name, team_id=team_of(body), user_id=user)
    return await _list(bot, body, user)
