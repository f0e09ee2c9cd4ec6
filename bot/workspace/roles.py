"""The role check: admins, owners and the users in FTCOST_ADMINS may change a workspace's defaults and budgets."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import error_of
from bot.slack.outcomes import USER_GONE
from bot.slack.workspaces import CACHE_SECONDS, NotInstalled, Workspaces
from calculator import UserError

log = logging.getLogger(__name__)

# A slash command must be answered within three seconds, and this is one step of several.
TIMEOUT_S = 2.0
MAX_USERS = 1_000
ADMINS_ONLY = "Only admins and owners of this workspace can do that, and the users in FTCOST_ADMINS."
MISSING_SCOPE = (
    "ftcost can't look up the admins of this workspace, because it was installed without the scope users:read. "
    "Install it again, or ask its administrator to add you to FTCOST_ADMINS."
)
NO_ANSWER = "Slack didn't confirm that you are an admin. Please try again in a minute."


class Roles:
    """Looks up users' roles in Slack, and caches them for a minute.

    Args:
        workspaces: The workspaces, for their clients.
        admins: The ids of users who count as admins, of several workspaces in those that they belong to.
        clock: Returns seconds.
    """

    def __init__(
        self, workspaces: Workspaces, admins: Collection[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspaces = workspaces
        self._admins = frozenset(admins)
        self._clock = clock
        self._cache: dict[tuple[str, str], tuple[float, bool]] = {}

    async def check(self, team_id: str, user_id: str) -> None:
        """Raise UserError if the user is not an admin of the workspace, or if Slack does not answer."""
        if not await self.is_admin(team_id, user_id):
            raise UserError(ADMINS_ONLY)

    async def is_admin(self, team_id: str, user_id: str) -> bool:
        """Return whether a user may change the workspace's defaults and budgets.

        Raises:
            UserError: Slack does not answer.
        """
        if user_id in self._admins and self._workspaces.is_single:
            return True
        valid_until, was_admin = self._cache.get((team_id, user_id), (0.0, False))
        if self._clock() < valid_until:
            return was_admin
        is_admin = await self._look_up(team_id, user_id)
        if len(self._cache) >= MAX_USERS:
            self._cache.clear()
        self._cache[team_id, user_id] = (self._clock() + CACHE_SECONDS, is_admin)
        return is_admin

    async def _look_up(self, team_id: str, user_id: str) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                client = (await self._workspaces.of(team_id)).client
                response = await client.users_info(user=user_id)
        except SlackApiError as error:
            if error_of(error) in USER_GONE:
                return False
            if error_of(error) == "missing_scope" and user_id in self._admins:
                return True
            log.warning("users.info failed: %s", error_of(error))
            raise UserError(MISSING_SCOPE if error_of(error) == "missing_scope" else NO_ANSWER) from None
        except (aiohttp.ClientError, OSError, NotInstalled) as error:  # TimeoutError is an OSError
            log.warning("users.info failed: %r", error)
            raise UserError(NO_ANSWER) from None
        return _is_admin_of(team_id, response["user"], is_named=user_id in self._admins)


def _is_admin_of(team_id: str, user: Any, *, is_named: bool) -> bool:
    """Return whether a user of users.info administers a workspace; `is_named` says that FTCOST_ADMINS names the user.

    An admin of another company can be in a shared channel, and has no rights here. In an organization (Enterprise
    Grid), the user belongs to several workspaces, and `team_id` names only one of them.
    """
    organization: Any = user.get("enterprise_user") or {}
    is_member = user.get("team_id") == team_id or team_id in (organization.get("teams") or ())
    if not is_member or user.get("is_stranger") or user.get("deleted"):
        return False
    return is_named or any(entry.get(role) for entry in (user, organization) for role in ("is_admin", "is_owner"))
