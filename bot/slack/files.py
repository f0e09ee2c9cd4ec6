"""Files that people share in Slack: what a payload says of one, and its bytes on disk for as long as they are read."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import IO, Any

import aiohttp

from bot.queue.model import SlackFile
from bot.slack.hosts import NotSlackHost, SlackHosts
from bot.slack.payload import whole
from calculator import UserError
from pricing import BoundedClient, BoundedResponse, HttpSizeError, HttpStatusError

log = logging.getLogger(__name__)

MAX_FORM_BYTES = 10_000_000
"""Slack's own limit for a file in a form."""
MAX_FILE_BYTES = 500_000_000
MAX_FILES = 10
"""Of one message."""
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_CHUNK_BYTES = 1 << 20
_MAX_NAME = 100
TOO_LARGE = (
    f"It is larger than {MAX_FILE_BYTES // 1_000_000:,} MB, which is the most that is read here. Pack it with gzip, "
    "send a part, or count it in a terminal: ftcost count FILE."
)


def read_file(given: Any) -> SlackFile | None:
    """A file object of a payload; None for what is none, and for a file that is gone or kept elsewhere."""
    if not isinstance(given, dict) or given.get("mode") in ("tombstone", "hidden_by_limit", "external"):
        return None
    identity, size = given.get("id"), given.get("size")
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        return None
    url = given.get("url_private_download") or given.get("url_private")
    return SlackFile(
        id=identity,
        name=" ".join(whole(str(given.get("name") or given.get("title") or "the file")).split())[:_MAX_NAME],
        size=size if isinstance(size, int) and size > 0 else 0,
        mimetype=whole(str(given.get("mimetype") or ""))[:_MAX_NAME],
        url=whole(url) if isinstance(url, str) and url else None,
    )


def read_files(given: Any) -> list[SlackFile]:
    """The files of a message or of a form's field."""
    found = map(read_file, given[:MAX_FILES]) if isinstance(given, list) else ()
    return [file for file in found if file is not None]


class Downloads:
    """Fetches files of Slack's with a workspace's token. The session unpacks nothing by itself."""

    def __init__(self, session: aiohttp.ClientSession, hosts: SlackHosts, max_bytes: int = MAX_FILE_BYTES) -> None:
        self._session = session
        self._hosts = hosts
        self._max_bytes = max_bytes

    @asynccontextmanager
    async def copy(self, file: SlackFile, token: str, received: Callable[[int], None]) -> AsyncIterator[IO[bytes]]:
        """A copy on disk that has no name, so that it goes with its last reader, also where that one is killed.

        `received` is told how many bytes are there. Raises UserError where Slack does not hand the file out.
        """
        if file.size > self._max_bytes:
            raise UserError(TOO_LARGE)
        with TemporaryFile() as copy:
            try:
                await self._fill(copy, file, token, received)
            except NotSlackHost as error:
                log.warning("file %s was not fetched: %s", file.id, error)
                raise UserError("Slack names an address for it that is not Slack's own, so it was not read.") from None
            except HttpSizeError:
                raise UserError(TOO_LARGE) from None
            except HttpStatusError as error:
                if error.status in (408, 429) or error.status >= 500:
                    raise ConnectionError(f"file {file.id}: Slack {error}") from None
                raise UserError(f"Slack does not hand it out (HTTP {error.status}). Share it again.") from None
            yield copy

    async def _fill(self, copy: IO[bytes], file: SlackFile, token: str, received: Callable[[int], None]) -> None:
        async with self._open(file.url or "", token) as response:
            if response.content_type == "text/html" and file.mimetype != "text/html":
                # Instead of a file that a token may not read, Slack sends the page to sign in.
                raise UserError("Slack does not hand it out: the app may need the scope files:read. Install it again.")
            size = 0
            async for chunk in response.chunks(_CHUNK_BYTES):
                size += len(chunk)
                await asyncio.to_thread(copy.write, chunk)
                received(size)
        await asyncio.to_thread(copy.flush)
        copy.seek(0)

    @asynccontextmanager
    async def _open(self, url: str, token: str) -> AsyncIterator[BoundedResponse]:
        """Request a file with the bot's token. Raises NotSlackHost, HttpError."""
        if not self._hosts.takes_token(url):
            raise NotSlackHost("its address isn't one of Slack's")
        headers = {"Authorization": f"Bearer {token}"}
        client = BoundedClient(self._session, timeout_seconds=None, headers=headers, attempts=1)
        try:
            async with client.open("GET", url, max_bytes=self._max_bytes) as response:
                yield response
        except HttpStatusError as error:
            if 300 <= error.status < 400:
                raise NotSlackHost(f"its address redirects elsewhere ({error.status})") from None
            raise


def download_session(proxy: str | None) -> aiohttp.ClientSession:
    """For files: as long as something comes, with the bytes as they are."""
    return aiohttp.ClientSession(
        proxy=proxy,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
    )
