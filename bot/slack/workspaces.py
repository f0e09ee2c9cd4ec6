"""The workspaces that are served, and how to speak to each: one by its token, or many that installed the app."""

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
from bot.store import Installations

log = logging.getLogger(__name__)

# After this another replica's news (a new token, an uninstall) is seen.
CACHE_SECONDS = 60.0
# Until a silent database is asked again.
AGAIN_SECONDS = 5.0
SOMEWHERE = "https://slack.com/"

ClientOf = Callable[..., AsyncWebClient]
"""(token, repeats=True) -> client."""


class NotInstalled(Exception):
    """The workspace does not have the app, or not any more."""


@dataclass(frozen=True)
class Workspace:
    """One workspace and what is said to it. A client of one workspace never reaches another."""

    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    bot_id: str | None
    url: str
    """`https://team.slack.com/`, the beginning of every permalink."""
    token: str
    client: AsyncWebClient
    poster: Poster


class Workspaces(ABC):
    """Whom a request or a job is from."""

    @abstractmethod
    def known(self, team_id: str) -> Workspace | None:
        """The workspace, if no question has to be asked for it."""

    @abstractmethod
    async def find(self, team_id: str) -> Workspace | None:
        """The workspace; None where the app is not installed or Slack does not take its token."""

    @abstractmethod
    async def forget(self, team_id: str, removed_at: datetime) -> None:
        """The app was removed from a workspace (UTC)."""

    @abstractmethod
    async def fault(self) -> str | None:
        """Why requests cannot be answered at this moment."""

    async def of(self, team_id: str) -> Workspace:
        """The workspace. Raises NotInstalled."""
        found = await self.find(team_id)
        if found is None:
            raise NotInstalled(team_id)
        return found

    def url(self, team_id: str) -> str:
        found = self.known(team_id)
        return found.url if found else SOMEWHERE


class OneWorkspace(Workspaces):
    """The workspace of a token. Slack is asked for it at start, and again while it is not known: a failing auth.test
    must not turn every answer into “please reinstall”. That it still takes the token is asked once a minute, by
    whoever asks whether something is wrong.
    """

    def __init__(self, token: str, client_of: ClientOf, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = token
        self._client = client_of(token)
        self._poster = Poster(self._client, client_of(token, repeats=False))
        self._clock = clock
        self._workspace: Workspace | None = None
        self._asked_at = 0.0
        self._fault = "not asked yet"

    def known(self, team_id: str) -> Workspace | None:
        return self._workspace

    async def find(self, team_id: str = "") -> Workspace | None:
        if self._workspace is None:
            await self._ask()
        return self._workspace

    async def _ask(self) -> None:
        """Who we are. A Slack that is away for a while takes nothing back of what it said before."""
        self._asked_at = self._clock()
        try:
            who: Any = await self._client.auth_test()
        except SlackApiError as error:
            self._fault = f"auth.test says {error_of(error)}; check SLACK_BOT_TOKEN"
            if not is_transient(error):
                self._workspace = None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._fault = f"Slack cannot be reached ({type(error).__name__})"
        else:
            self._workspace = Workspace(
                team_id=who["team_id"],
                enterprise_id=who.get("enterprise_id"),
                bot_user_id=who["user_id"],
                bot_id=who.get("bot_id"),
                url=str(who.get("url") or SOMEWHERE),
                token=self._token,
                client=self._client,
                poster=self._poster,
            )
            return
        log.error("%s", self._fault)

    async def of(self, team_id: str) -> Workspace:
        """The workspace. Raises ConnectionError, which passes, while Slack does not say who we are."""
        found = await self.find(team_id)
        if found is None:
            raise ConnectionError(self._fault)
        return found

    async def forget(self, team_id: str, removed_at: datetime) -> None:
        """Whoever runs the bot for one workspace decides what happens to its data."""
        self._workspace = None

    async def fault(self) -> str | None:
        if self._workspace is None or self._clock() - self._asked_at >= CACHE_SECONDS:
            await self._ask()
        return None if self._workspace else self._fault


class ManyWorkspaces(Workspaces):
    """The workspaces that installed the app, kept in memory for a minute each; for longer while the database is away,
    for a form can be opened without it.
    """

    def __init__(
        self,
        installations: Installations,
        client_of: ClientOf,
        know_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`know_seconds` is how long a look-up may take."""
        self._installations = installations
        self._client_of = client_of
        self._clock = clock
        self._cache: dict[str, tuple[float, Workspace]] = {}
        self._know_seconds = know_seconds
        self._patience = Deadlines()

    def known(self, team_id: str) -> Workspace | None:
        until, workspace = self._cache.get(team_id, (0.0, None))
        return workspace if self._clock() < until else None

    async def find(self, team_id: str) -> Workspace | None:
        if found := self.known(team_id):
            return found
        try:
            installed = await self._patience.soon(self._installations.find_team(team_id), self._know_seconds)
        except Exception as error:
            _, before = self._cache.get(team_id, (0.0, None))
            if before is None or not is_transient(error):
                raise
            self._cache[team_id] = (self._clock() + AGAIN_SECONDS, before)
            return before
        if installed is None or not installed.bot_token:
            self._cache.pop(team_id, None)
            return None
        token = installed.bot_token
        client = self._client_of(token)
        workspace = Workspace(
            team_id=team_id,
            enterprise_id=installed.enterprise_id,
            bot_user_id=installed.bot_user_id,
            bot_id=installed.bot_id,
            url=installed.custom_values.get("team_url") or SOMEWHERE,
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
        return None  # no workspace's token says anything about the others
