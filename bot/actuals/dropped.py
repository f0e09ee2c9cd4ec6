"""A bill that somebody dropped into a thread, fetched from Slack."""

from __future__ import annotations

from typing import Any, NamedTuple

import aiohttp

from bot.actuals.bill import MAX_BYTES
from bot.render.blocks import clip
from bot.slack_hosts import NotSlack, SlackHosts, fetch
from calculator import UserError

MOST_NAME = 100
TOO_LARGE = f"The file is larger than {MAX_BYTES // 1_000_000} MB; export fewer days, or by month."
NO_SCOPE = "Slack does not hand the file out: the app may need the scope files:read. Install it again."


class Dropped(NamedTuple):
    """What Slack says of a file."""

    name: str
    url: str

    @classmethod
    def first_of(cls, files: Any) -> Dropped | None:
        """The first file of a message that can be fetched; None where there is none."""
        for file in files if isinstance(files, list) else ():
            url = file.get("url_private_download") or file.get("url_private") if isinstance(file, dict) else None
            if isinstance(url, str):
                return cls(clip(str(file.get("name") or "the file"), MOST_NAME), url)
        return None


async def download(session: aiohttp.ClientSession, hosts: SlackHosts, file: Dropped, token: str) -> bytes:
    """The file, with the bot's token. Raises UserError where Slack does not hand it out, or it is too large."""
    content = bytearray()
    try:
        async with fetch(session, hosts, file.url, token) as answer:
            if answer.content_type == "text/html":
                raise UserError(NO_SCOPE)  # instead of a file that may not be read: the page to sign in
            async for piece in answer.content.iter_chunked(65_536):
                content += piece
                if len(content) > MAX_BYTES:
                    raise UserError(TOO_LARGE)
    except NotSlack:
        raise UserError("The file has an address that is not Slack's own, so it was not read.") from None
    except aiohttp.ClientResponseError as error:
        if error.status in (408, 429) or error.status >= 500:
            raise
        raise UserError(f"Slack does not hand the file out (HTTP {error.status}). Share it again.") from None
    return bytes(content)
