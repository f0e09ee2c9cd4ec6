"""What every listener has at hand."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.actuals.service import ActualsService
from bot.answers.lookups import Lookups
from bot.errors import error_of, is_transient
from bot.forms.estimates import Origin, View, form, notice
from bot.forms.opener import FormOpener
from bot.queue.worker import Worker
from bot.services import Services
from bot.slack.payload import at
from bot.slack.replays import DuplicateRequest
from bot.slack.workspaces import Workspaces
from bot.store import EstimateStore
from bot.telemetry.trace import failing
from bot.web.rate_limit import RateLimit
from bot.workspace.defaults import WorkspaceDefaults
from bot.workspace.roles import Roles

_SLACK_ID = re.compile(r"[A-Z0-9]{1,32}")

log = logging.getLogger(__name__)

GONE = "This estimate is not there any more. Close this and start a new one with /ftcost."


@dataclass(frozen=True)
class Bot:
    """The parts of the running bot."""

    desk: Services
    worker: Worker
    lookups: Lookups
    estimates: EstimateStore
    workspaces: Workspaces
    opener: FormOpener
    books: ActualsService
    roles: Roles
    limit: RateLimit
    today: Callable[[], date]

    async def settled(self, team_id: str) -> WorkspaceDefaults:
        """What a workspace has settled, as of a minute ago at most: another replica's news may take so long. Raises
        TimeoutError while there is still time to answer.
        """
        known = self.desk.preferences.known(team_id)
        if known is not None:
            return WorkspaceDefaults(known)
        return await self.worker.soon(self.desk.settled(team_id), self.worker.pace.know)

    async def once(self, body: dict[str, Any]) -> None:
        """To be asked before a request changes or shows what the database keeps, unless it is written down as work,
        which has a key of its own. Raises CameBefore where any replica has served it.
        """
        new = self.desk.inbox.once(f"once:{body['trigger_id']}", team_of(body))
        if not await self.worker.soon(new):
            raise DuplicateRequest

    async def open_form(self, body: dict[str, Any], channel: str) -> None:
        """Answer `/ftcost` with the form as it begins."""
        team = team_of(body)
        try:
            settled = await self.settled(team)
        except Exception as error:
            if not is_transient(error):
                raise
            settled = WorkspaceDefaults({})  # the form needs no database, and what it holds is to be seen
        if settled.fields.get("on"):
            self.worker.start(self.show(body, form(Origin(channel=channel), settled=settled.fields)))
            return
        workspace = await self.workspaces.of(team)
        opening = self.opener.open(
            workspace.token, body["trigger_id"], Origin(channel=channel), body.get("response_url", "")
        )
        self.worker.start(opening)

    async def open(self, body: dict[str, Any], view: View) -> str | None:
        """Open a modal for an interaction; its id, or None where Slack did not open it and the person was told."""
        try:
            client = (await self.workspaces.of(team_of(body))).client
            response = await client.views_open(trigger_id=body["trigger_id"], view=view)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            fault = error_of(error) if isinstance(error, SlackApiError) else type(error).__name__
            await self.opener.not_opened(body.get("response_url", ""), fault)
            return None
        return str(response["view"]["id"])

    async def show(self, body: dict[str, Any], view: View) -> None:
        """Open a modal that needs nothing more."""
        await self.open(body, view)

    async def update(self, body: dict[str, Any], view_id: str, view: View, pressed: str | None = None) -> None:
        """Replace a modal; one that was closed meanwhile is left closed, and one that has changed since a button in it
        was `pressed` (its hash then) as it is.
        """
        try:
            client = (await self.workspaces.of(team_of(body))).client
            await client.views_update(view_id=view_id, view=view, hash=pressed)
        except SlackApiError as error:
            if error_of(error) not in ("not_found", "hash_conflict"):
                raise

    async def fill(self, body: dict[str, Any], view_id: str, make: Awaitable[View]) -> None:
        """Replace a modal that waits by what is being made for it, or by an apology."""
        try:
            view = await make
        except Exception:
            code = failing()
            log.exception("%s: a modal could not be filled", code)
            view = notice("Sorry", f"Something went wrong on our side. Please close this and try again. ({code})")
        await self.update(body, view_id, view)


def team_of(body: dict[str, Any]) -> str:
    """The workspace a payload comes from. Raises ValueError where it names none."""
    team = body.get("team_id") or at(body, "team", "id") or at(body, "user", "team_id") or body.get("enterprise_id")
    if not isinstance(team, str) or not _SLACK_ID.fullmatch(team):
        raise ValueError("a payload without a workspace")
    return team
