"""Notices to one user, by every way that Slack leaves open."""

from __future__ import annotations

import logging

from bot.errors import is_rate_limit
from bot.render.parts.blocks import text_message
from bot.slack.poster import Destination
from bot.slack.response_urls import ResponseUrls
from bot.slack.workspaces import Workspaces

log = logging.getLogger(__name__)


class UserNotices:
    """Sends notices to users: in the channel, in a direct message, or to the response_url of their latest request."""

    def __init__(self, workspaces: Workspaces, response_urls: ResponseUrls) -> None:
        self._workspaces = workspaces
        self._response_urls = response_urls

    async def send(self, team_id: str, user_id: str, destination: Destination | None, text: str) -> None:
        """Send a notice.

        Args:
            team_id: The workspace.
            user_id: The user.
            destination: The channel and thread in which only the user sees it; None for a direct message.
            text: The notice, as mrkdwn.

        Raises:
            SlackApiError: Slack takes the notice nowhere, or has too many calls.
            NotInstalled: The workspace has removed the app, and there is no response_url.
        """
        try:
            poster = (await self._workspaces.of(team_id)).poster
            if destination is not None:
                await poster.notify(user_id, destination, text_message(text))
            else:
                await poster.post(await poster.open_dm(user_id), text_message(text))
        except Exception as error:
            if is_rate_limit(error) or not await self._response_urls.send_to_user(team_id, user_id, text):
                raise
            log.warning("user %s of workspace %s got a notice by response_url: %r", user_id, team_id, error)
