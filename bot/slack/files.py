"""Files that people share in Slack: the file objects of a payload, and downloads."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import IO, Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import error_of, is_transient
from bot.language.surrogates import without_lone_surrogates
from bot.queue.model import SlackFile
from bot.slack.hosts import NotSlackHost, SlackHosts
from calculator import UserError
from pricing import BoundedClient, BoundedResponse, HttpSizeError, HttpStatusError

log = logging.getLogger(__name__)

MAX_FORM_BYTES = 10_000_000
"""Slack's own limit for a file in a form."""
MAX_FILE_BYTES = 500_000_000
MAX_DOWNLOAD_S = 600.0
MIN_BYTES_PER_S = 20_000
"""The least average rate of a download after SLOW_START_S seconds: it holds a place for which others wait."""
SLOW_START_S = 30.0
MAX_FILES = 10
"""The number of files that are read from one message."""
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_CHUNK_BYTES = 1 << 20
_MAX_NAME = 100
_NOT_SHOWN = "Slack doesn't show it to me. Share it in a conversation that I'm in."
_NO_INFO = {
    "access_denied": _NOT_SHOWN,
    "file_deleted": "It was deleted. Share it again.",
    "file_not_found": _NOT_SHOWN,
    "missing_scope": "The app lacks the permission to read files (files:read). Install it again.",
    "not_visible": _NOT_SHOWN,
}
"""The reasons by Slack's errors."""
TOO_LARGE = (
    f"It's larger than {MAX_FILE_BYTES // 1_000_000:,} MB, the largest size the bot reads. Compress it with gzip, "
    "send a part of it, or count it in a terminal: ftcost count FILE."
)


def read_file(value: Any) -> SlackFile | None:
    """Return the file object of a payload.

    Args:
        value: JSON of any shape.

    Returns:
        The file, or None if the value isn't a file object, or if the file was deleted or is hosted elsewhere.
    """
    if not isinstance(value, dict) or value.get("mode") in ("tombstone", "hidden_by_limit", "external"):
        return None
    identity, size = value.get("id"), value.get("size")
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        return None
    url = value.get("url_private_download") or value.get("url_private")
    name = without_lone_surrogates(str(value.get("name") or value.get("title") or "the file"))
    return SlackFile(
        id=identity,
        name=" ".join(name.split())[:_MAX_NAME],
        size=size if isinstance(size, int) and size > 0 else 0,
        mimetype=without_lone_surrogates(str(value.get("mimetype") or ""))[:_MAX_NAME],
        url=without_lone_surrogates(url) if isinstance(url, str) and url else None,
    )


def read_files(value: Any) -> list[SlackFile]:
    """Return the files of a message or of a form's field, ten at most."""
    files = map(read_file, value[:MAX_FILES]) if isinstance(value, list) else ()
    return [file for file in files if file is not None]


async def file_info(client: AsyncWebClient, file_id: str) -> dict[str, Any]:
    """Return Slack's description of a file.

    Args:
        client: The client of the workspace in which the file was shared.
        file_id: The file's id.

    Raises:
        UserError: Slack doesn't show the file to the bot. The text says why.
        SlackApiError: Slack failed, and another attempt may succeed.
    """
    try:
        response = await client.files_info(file=file_id)
    except SlackApiError as error:
        if is_transient(error):
            raise
        name = error_of(error)
        raise UserError(_NO_INFO.get(name, f"Slack doesn't deliver it ({name}). Share it again.")) from None
    info: dict[str, Any] = response["file"]
    return info


async def complete_file(client: AsyncWebClient, file: SlackFile) -> SlackFile:
    """Return a file with its name, size and address, which Slack leaves out in channels of two companies.

    Raises:
        UserError: Slack doesn't show the file to the bot.
    """
    return file if file.url else read_file(await file_info(client, file.id)) or file


class Downloads:
    """Downloads Slack's files with a workspace's token.

    Args:
        session: A session that doesn't decompress responses, from `download_session`.
        hosts: The addresses that may get the token.
        max_bytes: The largest file.
        clock: Returns seconds.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        hosts: SlackHosts,
        max_bytes: int = MAX_FILE_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._session = session
        self._hosts = hosts
        self._max_bytes = max_bytes

    @asynccontextmanager
    async def copy(self, file: SlackFile, token: str, on_progress: Callable[[int], None]) -> AsyncIterator[IO[bytes]]:
        """Download a file into a temporary file without a name, which is gone even if this process is killed.

        Args:
            file: The file.
            token: The token of its workspace's bot.
            on_progress: Called with the number of bytes received so far.

        Yields:
            The copy, at its beginning.

        Raises:
            UserError: The file is too large, or Slack doesn't deliver it.
            ConnectionError: Slack is overloaded or out of order; another attempt may succeed.
        """
        if file.size > self._max_bytes:
            raise UserError(TOO_LARGE)
        with TemporaryFile() as copy:
            try:
                await self._fill(copy, file, token, on_progress)
            except NotSlackHost as error:
                log.warning("file %s was not downloaded: %s", file.id, error)
                raise UserError("Its address isn't one of Slack's, so it wasn't downloaded.") from None
            except HttpSizeError:
                raise UserError(TOO_LARGE) from None
            except HttpStatusError as error:
                if error.status in (408, 429) or error.status >= 500:
                    raise ConnectionError(f"file {file.id}: Slack {error}") from None
                raise UserError(f"Slack doesn't deliver it (HTTP {error.status}). Share it again.") from None
            yield copy

    async def _fill(self, copy: IO[bytes], file: SlackFile, token: str, on_progress: Callable[[int], None]) -> None:
        async with self._open(file.url or "", token) as response:
            if response.content_type == "text/html" and file.mimetype != "text/html":
                # Slack sends its sign-in page instead of a file that the token may not read.
                raise UserError("Slack doesn't deliver it: the app may lack the scope files:read. Install it again.")
            size, started = 0, self._clock()
            async for chunk in response.chunks(_CHUNK_BYTES):
                size += len(chunk)
                seconds = self._clock() - started
                if seconds > MAX_DOWNLOAD_S or (seconds > SLOW_START_S and size < seconds * MIN_BYTES_PER_S):
                    raise UserError(f"Slack delivered only {size:,} bytes in {seconds:,.0f} s. Share it again.")
                await asyncio.to_thread(copy.write, chunk)
                on_progress(size)
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
    """Return the session for files: it waits 30 s for each chunk, however long the file, and doesn't decompress."""
    return aiohttp.ClientSession(
        proxy=proxy,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
    )
