"""OAuth v2: the installation of the app into workspaces."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.oauth_states import STATE_LIFETIME, OAuthStates
from bot.store import Installations

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

log = logging.getLogger(__name__)

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
)
LOOK_BACK_SCOPES = ("channels:history", "groups:history")
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"


@dataclass(frozen=True)
class OAuth:
    """The app's credentials, and the keys that encrypt its tokens."""

    client_id: str
    client_secret: str
    keys: MultiFernet
    look_back: bool = False
    """Whether to request the optional scopes too."""


class OrganizationInstallation(Exception):
    """Error for an installation in a whole organization (Enterprise Grid)."""


ORGANIZATION_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>ftcost wasn't installed</title>
</head><body>
<h2>ftcost can't be installed in a whole organization</h2>
<p>It serves single workspaces. An admin of the organization can remove it under <i>Integrations → Installed apps</i>.
Then install it in each workspace that wants it: open <a href="/slack/install">this page</a> and choose the workspace
at the top right of Slack's page.</p>
</body></html>
"""


FAILED_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>ftcost wasn't installed</title>
</head><body><h2>Slack didn't confirm the installation</h2>
<p>Nothing was installed. Please <a href="/slack/install">try again</a> in a minute.</p></body></html>
"""


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow, which also stores the workspace's address, the prefix of its permalinks.

    It refuses installations in a whole organization: their requests name no workspace whose data they belong to.
    """

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        """Install the app, and return the page that says so or why not."""
        try:
            return await super().handle_callback(request)
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            log.error("the installation failed: %s", type(error).__name__)
            return BoltResponse(status=502, body=FAILED_PAGE, headers={"Content-Type": "text/html; charset=utf-8"})
        except OrganizationInstallation:
            log.warning("refused an installation in a whole organization")
            return BoltResponse(
                status=400, body=ORGANIZATION_PAGE, headers={"Content-Type": "text/html; charset=utf-8"}
            )

    async def run_installation(self, code: str) -> Installation | None:
        """Exchange the code for an installation and add the workspace's address.

        Raises:
            OrganizationInstallation: It is for a whole organization. Nothing is stored.
        """
        installation = await super().run_installation(code)
        if installation is not None and (installation.is_enterprise_install or not installation.team_id):
            raise OrganizationInstallation
        if installation is not None and not installation.bot_token:
            log.error("Slack answered the installation without a bot token")
            return None
        if installation is not None:
            identity = await self.client.auth_test(token=installation.bot_token)
            installation.set_custom_value("team_url", identity["url"])
        return installation


def install_flow(
    oauth: OAuth, states: OAuthStates, installations: Installations, client: AsyncWebClient, slack_api_url: str
) -> InstallFlow:
    """Return the pages under /slack/install and /slack/oauth_redirect.

    Args:
        oauth: The app's credentials.
        states: Issues the state parameters that protect the redirect against forgery.
        installations: Stores the installations, with their tokens.
        client: The Web API client without a token.
        slack_api_url: The Web API's address; a local Slack has its authorization page there too.
    """
    is_local_slack = not slack_api_url.startswith("https://slack.com/")
    settings = AsyncOAuthSettings(
        client_id=oauth.client_id,
        client_secret=oauth.client_secret,
        scopes=SCOPES + (LOOK_BACK_SCOPES if oauth.look_back else ()),
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        authorization_url=slack_api_url.removesuffix("api/") + "oauth/v2/authorize" if is_local_slack else None,
        installation_store=installations,
        state_store=states,
        state_expiration_seconds=int(STATE_LIFETIME.total_seconds()),
    )
    return InstallFlow(client=client, settings=settings)
