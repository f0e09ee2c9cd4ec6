"""OAuth v2: the installation of the app into workspaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.store import STATE_LIFETIME, Installations, OAuthStates

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

SCOPES = (
    "app_mentions:read",
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


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow, which also stores the workspace's address, the prefix of its permalinks."""

    async def run_installation(self, code: str) -> Installation | None:
        """Exchange the code for an installation and add the workspace's address."""
        installation = await super().run_installation(code)
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
        states: Stores the state parameters that protect the redirect against forgery.
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
