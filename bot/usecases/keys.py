"""Listing, storing and removing the platforms' API keys, for admins only.

A key goes from the form into the database, encrypted, and nowhere else: it is never part of a job.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.actuals.platforms import PLATFORMS
from bot.actuals.service import KEYS_DISABLED
from bot.forms.keys import hint_of
from bot.services import Services
from bot.slack.request import Interaction
from bot.store import KeyInfo, PlatformKeyStore
from calculator import UserError


async def list_keys(services: Services, request: Interaction) -> dict[str, KeyInfo]:
    """Return the stored keys by platform, without the keys themselves. Raises UserError if the user is not an admin."""
    return await (await _key_store(services, request)).describe(team_id=request.team_id)


async def store_key(services: Services, request: Interaction, platform: str, fields: Mapping[str, str]) -> None:
    """Store a platform's key. The store writes the audit log.

    Raises:
        UserError: The user is not an admin.
        DuplicateRequest: A replica has served this request.
    """
    keys = await _key_store(services, request)
    await services.once(request)
    hint = hint_of(PLATFORMS[platform], fields)
    await keys.put(platform, fields, hint, team_id=request.team_id, user_id=request.user_id)


async def remove_key(services: Services, request: Interaction, platform: str) -> None:
    """Remove a platform's key. The store writes the audit log.

    Raises:
        UserError: The user is not an admin.
        DuplicateRequest: A replica has served this request.
    """
    keys = await _key_store(services, request)
    await services.once(request)
    await keys.remove(platform, team_id=request.team_id, user_id=request.user_id)


async def _key_store(services: Services, request: Interaction) -> PlatformKeyStore:
    """Return the store of keys. Raises UserError if the user is not an admin, or if keys can't be encrypted."""
    if services.actuals.keys is None:
        raise UserError(KEYS_DISABLED)
    await services.roles.check(request.team_id, request.user_id)
    return services.actuals.keys
