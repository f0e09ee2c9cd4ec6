"""Saving a workspace's defaults."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services import Services
from bot.slack.request import ViewRequest
from bot.workspace.defaults import read_defaults
from calculator import FieldErrors, UserError


async def save_defaults(services: Services, request: ViewRequest, typed: Mapping[str, str]) -> None:
    """Save the defaults that an admin typed. The store writes the audit log.

    Raises:
        FieldErrors: The user is not an admin, or an input is wrong.
        DuplicateRequest: A replica has served this request.
    """
    before = await services.known_defaults(request.team_id)
    defaults = read_defaults(typed, before, services.catalog, services.today())
    try:
        await services.roles.check(request.team_id, request.user_id)
    except UserError as error:
        raise FieldErrors({"on": str(error)}) from None
    await services.once(request)
    await services.defaults_store.set(request.team_id, request.user_id, dict(defaults.fields))
