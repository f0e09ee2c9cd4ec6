"""The addresses that Slack sends with commands and clicks. They take messages to one user, and need no token."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable

import aiohttp

from bot.slack.hosts import SlackHosts

log = logging.getLogger(__name__)

LIFETIME_S = 29 * 60.0
"""Slack takes messages at a response_url for 30 minutes."""
MAX_USERS = 10_000


class ResponseUrls:
    """Sends messages to response_urls, and remembers the latest one of each user.

    They are the last way to a user if Slack refuses the token, and stay in memory, because they are secrets.

    Args:
        session: The session that counts all calls of the Web API.
        hosts: The addresses that may be a response_url.
        clock: Returns seconds.
    """

    def __init__(
        self, session: aiohttp.ClientSession, hosts: SlackHosts, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._hosts = hosts
        self._clock = clock
        self._latest: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def remember(self, team_id: str, user_id: str, url: str) -> None:
        """Keep the address of a user's latest command or click; an empty one is ignored."""
        if not url:
            return
        self._latest[team_id, user_id] = (self._clock() + LIFETIME_S, url)
        self._latest.move_to_end((team_id, user_id))
        if len(self._latest) > MAX_USERS:
            self._latest.popitem(last=False)

    async def send_to_user(self, team_id: str, user_id: str, text: str) -> bool:
        """Send a message to the address of a user's latest command or click.

        Returns:
            False if there is none, or if Slack doesn't take the message.
        """
        valid_until, url = self._latest.get((team_id, user_id), (0.0, ""))
        return self._clock() < valid_until and await self.send(url, text)

    async def send(self, url: str, text: str) -> bool:
        """Send a message that only the user of a request sees.

        Args:
            url: The request's response_url; empty if it has none.
            text: The message.

        Returns:
            False if Slack doesn't take the message.
        """
        if not self._hosts.takes_answers(url):
            return False
        body = {"response_type": "ephemeral", "replace_original": False, "text": text}
        try:
            async with self._session.post(url, json=body, allow_redirects=False) as response:
                response.raise_for_status()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # The exception's text may contain the address, which is secret.
            log.warning("a response_url didn't take a message: %s", type(error).__name__)
            return False
        return True
