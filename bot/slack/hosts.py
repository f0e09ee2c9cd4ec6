"""Which addresses are Slack's: a payload may name any, and the bot's token goes to Slack alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

# slack.com and files.slack.com are where the Web API and uploaded files live; hooks.slack.com takes answers by a
# response_url. https://docs.slack.dev/reference/objects/file-object, https://docs.slack.dev/interactivity/
TOKEN_HOSTS = frozenset({"slack.com", "www.slack.com", "files.slack.com"})
ANSWER_HOSTS = frozenset({"hooks.slack.com"})

# Nothing that programs read in different ways: user names, backslashes, blanks, escapes or foreign letters in a host.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.:-]+(?:[/?#][!-\[\]-~]*)?\Z")


class NotSlackHost(ValueError):
    """An address that is not asked, or that sends elsewhere. The text does not repeat it: it may carry a secret."""


class SlackHosts:
    """Slack's hosts, and the one that was configured in their place."""

    def __init__(self, api_url: str) -> None:
        self._own = _place(URL(api_url))

    def takes_token(self, address: str) -> bool:
        """Whether an address may be asked with the bot's token."""
        return self._is_of(address, TOKEN_HOSTS)

    def takes_answers(self, address: str) -> bool:
        """Whether an address may be a response_url."""
        return self._is_of(address, ANSWER_HOSTS)

    def _is_of(self, address: str, hosts: frozenset[str]) -> bool:
        """Whether a client that is given this address speaks to one of the hosts, over TLS, at its usual port."""
        if not _PLAIN.match(address):
            return False
        try:
            place = _place(URL(address))
        except ValueError:
            return False
        return place == self._own or place in {("https", host, 443) for host in hosts}


def _place(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme, url.host, url.port


@asynccontextmanager
async def fetch(
    session: aiohttp.ClientSession, hosts: SlackHosts, address: str, token: str
) -> AsyncIterator[aiohttp.ClientResponse]:
    """GET a file with the bot's token; its body is read by the caller, piece by piece. Raises NotSlack where the
    address is not Slack's or sends elsewhere, aiohttp.ClientError where it does not answer with a file.
    """
    if not hosts.takes_token(address):
        raise NotSlackHost("the file's address is not one of Slack's")
    headers = {"Authorization": f"Bearer {token}"}
    async with session.get(address, headers=headers, allow_redirects=False) as answer:
        if 300 <= answer.status < 400:
            raise NotSlackHost(f"the file's address sends elsewhere ({answer.status})")
        answer.raise_for_status()
        yield answer
