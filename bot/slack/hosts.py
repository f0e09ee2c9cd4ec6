"""The check that an address is Slack's: a payload may name any, and only Slack may get the bot's token."""

from __future__ import annotations

import re

from yarl import URL

# slack.com and files.slack.com serve the Web API and uploaded files; hooks.slack.com takes answers by a
# response_url. https://docs.slack.dev/reference/objects/file-object, https://docs.slack.dev/interactivity/
TOKEN_HOSTS = frozenset({"slack.com", "www.slack.com", "files.slack.com"})
ANSWER_HOSTS = frozenset({"hooks.slack.com"})

# Excludes everything that parsers disagree on: user names, backslashes, blanks, escapes, and non-ASCII hosts.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.:-]+(?:[/?#][!-\[\]-~]*)?\Z")


class NotSlackHost(ValueError):
    """A foreign address, or one that redirects. The text omits the address, which may carry a secret."""


class SlackHosts:
    """Slack's hosts, and the configured API host."""

    def __init__(self, api_url: str) -> None:
        self._configured = _origin(URL(api_url))

    def takes_token(self, address: str) -> bool:
        """Return whether an address may get the bot's token."""
        return self._is_of(address, TOKEN_HOSTS)

    def takes_answers(self, address: str) -> bool:
        """Return whether an address may be a response_url."""
        return self._is_of(address, ANSWER_HOSTS)

    def _is_of(self, address: str, hosts: frozenset[str]) -> bool:
        """Return whether every client would connect to one of the hosts, over TLS, at port 443."""
        if not _PLAIN.match(address):
            return False
        try:
            origin = _origin(URL(address))
        except ValueError:
            return False
        return origin == self._configured or origin in {("https", host, 443) for host in hosts}


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme, url.host, url.port
