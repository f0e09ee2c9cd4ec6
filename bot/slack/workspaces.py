"""The workspaces that the bot serves, each with its client: one with a fixed token, or all that installed the app."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of, is_transient
from bot.queue.deadline import Deadlines
from bot.slack.poster import Poster
from bot.slack.tokens import TokenRotation
from bot.store import Installations, UnreadableToken

log = logging.getLogger(__name__)

# A new token, or an uninstallation that another replica handled, takes effect after this time at most.
CACHE_SECONDS = 60.0
# The pause before a database that did not answer is queried again.
RETRY_SECONDS = 5.0
UNKNOWN_URL = "https://slack.com/"

MakeClient = Callable[..., AsyncWebClient]
"""Called as (token, repeats=True)."""


class NotInstalled(Exception):
    """Error for a workspace that has not installed the app, or has removed it."""


@dataclass(frozen=True)
class Workspace:
    """One workspace with its clients. A client of one workspace never reaches another."""

    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    bot_id: str | None
    url: str
    """`https://team.slack.com/`, the prefix of every permalink."""
    token: str
    client: AsyncWebClient
    poster: Poster


class Workspaces(ABC):
    """Finds the workspace of a request or a job."""

    is_single: bool
    """True if the bot serves one workspace alone."""
    refusal: str
    """The answer to requests of an unknown workspace."""

    @abstractmethod
    def known(self, team_id: str) -> Workspace | None:
        """Return the workspace if it is in memory."""

    @abstractmethod
    async def find(self, team_id: str) -> Workspace | None:
        """Return the workspace; None if the app is not installed or Slack refuses its token."""

    @abstractmethod
    async def forget(self, team_id: str, removed_at: datetime) -> None:
        """Record that the app was removed from a workspace.

        Args:
            team_id: The workspace.
            removed_at: The time of the removal, in UTC.
        """

    @abstractmethod
    async def fault(self) -> str | None:
        """Return why requests cannot be answered now; None if they can."""

    async def of(self, team_id: str) -> Workspace:
        """Return the workspace. Raises NotInstalled."""
        workspace = await self.find(team_id)
        if workspace is None:
            raise NotInstalled(team_id)
        return workspace

    def url(self, team_id: str) -> str:
        """Return the workspace's address, the prefix of its permalinks."""
        workspace = self.known(team_id)
        return workspace.url if workspace else UNKNOWN_URL


class OneWorkspace(Workspaces):
    """The workspace of a fixed token.

    auth.test is called at the start, and again until it succeeds: one failure must not turn every answer into “please
    reinstall”. `fault` calls it at most once a minute, to check that the token is still valid.
    """

    is_single = True
    refusal = (
        "ftcost can't reach Slack with its token at the moment. Please try again in a minute, or contact its "
        "administrator."
    )

    def __init__(self, token: str, make_client: MakeClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = token
        self._client = make_client(token)
        self._poster = Poster(self._client, make_client(token, repeats=False))
        self._clock = clock
        self._workspace: Workspace | None = None
        self._checked_at = 0.0
        self._fault = "auth.test was not called yet"

    def known(self, team_id: str) -> Workspace | None:
        return self._workspace

    async def find(self, team_id: str = "") -> Workspace | None:
        if self._workspace is None:
            await self._check_token()
        return self._workspace

    async def _check_token(self) -> None:
        """Call auth.test. A transient error keeps the current workspace."""
        self._checked_at = self._clock()
        try:
            identity: Any = await self._client.auth_test()
        except SlackApiError as error:
            self._fault = f"auth.test failed: {error_of(error)}; check SLACK_BOT_TOKEN"
            if not is_transient(error):
                self._workspace = None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._fault = f"Slack can't be reached ({type(error).__name__})"
        else:
            self._workspace = Workspace(
                team_id=identity["team_id"],
                enterprise_id=identity.get("enterprise_id"),
                bot_user_id=identity["user_id"],
                bot_id=identity.get("bot_id"),
                url=str(identity.get("url") or UNKNOWN_URL),
                token=self._token,
                client=self._client,
                poster=self._poster,
            )
            return
        log.error("%s", self._fault)

    async def of(self, team_id: str) -> Workspace:
        """Return the workspace. Raises ConnectionError, a transient error, until auth.test succeeds."""
        workspace = await self.find(team_id)
        if workspace is None:
            raise ConnectionError(self._fault)
        return workspace

    async def forget(self, team_id: str, removed_at: datetime) -> None:
        """Drop the token's workspace and keep its data: the administrator decides what happens to it."""
        self._workspace = None

    async def fault(self) -> str | None:
        if self._workspace is None or self._clock() - self._checked_at >= CACHE_SECONDS:
            await self._check_token()
        return None if self._workspace else self._fault


class ManyWorkspaces(Workspaces):
    """The workspaces that installed the app.

    Each is cached for a minute, and longer while the database is unavailable, because a form can be opened without it.

    Args:
        installations: The stored installations.
        make_client: Returns the client for a token.
        lookup_timeout_s: The longest time that a database query may take, in seconds.
        clock: Returns seconds.
        rotation: Renews tokens that expire; None keeps the stored ones.
    """

    is_single = False
    refusal = "ftcost isn't installed in this workspace. An admin can add it again from its installation page."

    def __init__(
        self,
        installations: Installations,
        make_client: MakeClient,
        lookup_timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
        rotation: TokenRotation | None = None,
    ) -> None:
        self._installations = installations
        self._client_of = make_client
        self._rotation = rotation
        self._clock = clock
        self._cache: dict[str, tuple[float, Workspace]] = {}
        self._lookup_timeout_s = lookup_timeout_s
        self._deadlines = Deadlines()

    def known(self, team_id: str) -> Workspace | None:
        until, workspace = self._cache.get(team_id, (0.0, None))
        return workspace if self._clock() < until else None

    async def find(self, team_id: str) -> Workspace | None:
        if workspace := self.known(team_id):
            return workspace
        try:
            installed = await self._deadlines.soon(self._installations.find_team(team_id), self._lookup_timeout_s)
        except Exception as error:
            _, cached = self._cache.get(team_id, (0.0, None))
            if cached is None or not is_transient(error):
                raise
            self._cache[team_id] = (self._clock() + RETRY_SECONDS, cached)
            return cached
        if installed is None:
            self._cache.pop(team_id, None)
            return None
        if not installed.bot_token:
            raise UnreadableToken(f"the token of workspace {team_id} can't be read with FTCOST_ENCRYPTION_KEYS")
        if self._rotation is not None:
            installed = await self._rotation.renew_if_due(installed)
        token = str(installed.bot_token)
        client = self._client_of(token)
        workspace = Workspace(
            team_id=team_id,
            enterprise_id=installed.enterprise_id,
            bot_user_id=installed.bot_user_id,
            bot_id=installed.bot_id,
            url=installed.custom_values.get("team_url") or UNKNOWN_URL,
            token=token,
            client=client,
            poster=Poster(client, self._client_of(token, repeats=False)),
        )
        self._cache[team_id] = (self._clock() + CACHE_SECONDS, workspace)
        return workspace

    async def forget(self, team_id: str, removed_at: datetime) -> None:
        await self._installations.remove_team(team_id, removed_at)
        self._cache.pop(team_id, None)

    async def fault(self) -> str | None:
        """Return a fault if no token can be read; a broken token of one workspace doesn't affect the others."""
        try:
            await self._installations.check()
        except UnreadableToken as error:
            return str(error)
        except Exception as error:
            log.warning("cannot check the tokens: %r", error)  # the database has a check of its own
        return None
