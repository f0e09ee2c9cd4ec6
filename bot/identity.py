"""Who the bot is in its workspace, asked once. A failing auth.test must not turn every answer into “please
reinstall”.
"""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.faults import error_of

log = logging.getLogger(__name__)


class Identity:
    """The answer of auth.test. Asked at start, and again while it is not known."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._who: dict[str, Any] | None = None
        self.fault = "not asked yet"

    async def find(self) -> dict[str, Any] | None:
        """team_id, user_id, bot_id and url, or None with the reason in `fault`."""
        if self._who is None:
            try:
                response = await self._client.auth_test()
            except SlackApiError as error:
                self.fault = f"auth.test says {error_of(error)}; check SLACK_BOT_TOKEN"
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                self.fault = f"Slack cannot be reached ({type(error).__name__})"
            else:
                self._who = dict(response.data) if isinstance(response.data, dict) else None
                return self._who
            log.error("%s", self.fault)
        return self._who

    @property
    def known(self) -> bool:
        return self._who is not None

    @property
    def team_url(self) -> str:
        """`https://team.slack.com/`, the beginning of every permalink."""
        return str((self._who or {}).get("url") or "https://slack.com/")
