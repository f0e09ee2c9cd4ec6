"""What every listener has at hand."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.actuals.service import ActualsService
from bot.answers.lookups import Lookups
from bot.errors import error_of, is_transient
from bot.forms.estimates import Origin, View, form, notice
from bot.forms.opener import FormOpener
from bot.queue.worker import Worker
from bot.services import Services
from bot.slack.replays import DuplicateRequest
from bot.slack.request import CommandRequest, Interaction
from bot.slack.workspaces import Workspaces
from bot.store import EstimateStore
from bot.telemetry.trace import failing
from bot.web.rate_limit import RateLimit
from bot.workspace.defaults import WorkspaceDefaults
from bot.workspace.roles import Roles

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

    async def once(self, request: Interaction) -> None:
        """Raise DuplicateRequest if any replica has served this request. Call it before a request changes or shows
        stored data; a job has an idempotency key of its own.
        """
        is_new = self.desk.inbox.once(f"once:{request.trigger_id}", request.team_id)
        if not await self.worker.soon(is_new):
            raise DuplicateRequest

    async def open_form(self, request: CommandRequest) -> None:
        """Answer `/ftcost` with the empty form."""
        origin = Origin(channel=request.channel_id)
        try:
            settled = await self.settled(request.team_id)
        except Exception as error:
            if not is_transient(error):
                raise
            settled = WorkspaceDefaults({})  # the form needs no database, and what it holds is to be seen
        if settled.fields.get("on"):
            self.worker.start(self.show(request, form(origin, settled=settled.fields)))
            return
        workspace = await self.workspaces.of(request.team_id)
        self.worker.start(self.opener.open(workspace.token, request.trigger_id, origin, request.response_url))

    async def open(self, request: Interaction, view: View) -> str | None:
        """Open a modal and return its id; None, after a message to the user, if Slack did not open it."""
        try:
            client = (await self.workspaces.of(request.team_id)).client
            response = await client.views_open(trigger_id=request.trigger_id, view=view)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            fault = error_of(error) if isinstance(error, SlackApiError) else type(error).__name__
            await self.opener.not_opened(request.response_url, fault)
            return None
        return str(response["view"]["id"])

    async def show(self, request: Interaction, view: View) -> None:
        """Open a modal that is complete."""
        await self.open(request, view)

    async def update(self, team_id: str, view_id: str, view: View, view_hash: str | None = None) -> None:
        """Replace a modal, unless it was closed or differs from the state that `view_hash` names."""
        try:
            client = (await self.workspaces.of(team_id)).client
            await client.views_update(view_id=view_id, view=view, hash=view_hash)
        except SlackApiError as error:
            if error_of(error) not in ("not_found", "hash_conflict"):
                raise

    async def fill(self, team_id: str, view_id: str, make_view: Awaitable[View]) -> None:
        """Replace a modal that says “One moment…” with its content, or with an apology."""
        try:
            view = await make_view
        except Exception:
            code = failing()
            log.exception("%s: a modal could not be filled", code)
            view = notice("Sorry", f"Something went wrong on our side. Please close this and try again. ({code})")
        await self.update(team_id, view_id, view)
