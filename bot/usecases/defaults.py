"""Saving a workspace's defaults."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services import Services
from bot.slack.request import ViewRequest
from bot.workspace.defaults import read_defaults
from calculator import FieldErrors, UserError


async def save_defaults(services: Services, request: ViewRequest, inputs: Mapping[str, str]) -> None:
    """Save a workspace's defaults. The store writes the audit log.

    Args:
        services: The parts of the running bot.
        request: The submitted form, for its workspace and user.
        inputs: The text of each field by key.

    Raises:
        FieldErrors: The user is not an admin, or an input is wrong.
        DuplicateRequest: A replica has served this request.
    """
    current = await services.cached_defaults(request.team_id)
    defaults = read_defaults(inputs, current, services.catalog, services.today())
    try:
        await services.roles.check(request.team_id, request.user_id)
    except UserError as error:
        raise FieldErrors({"on": str(error)}) from None
    await services.once(request)
    await services.defaults_store.set(request.team_id, request.user_id, dict(defaults.fields))
