"""HTTP as a feed may be trusted with: bounded in bytes and time, on its own host."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import NamedTuple, Protocol

import aiohttp
from yarl import URL

from pricing.refresh.observation import FeedError

CHUNK_BYTES = 64 * 1024
MAX_REDIRECTS = 3
MAX_LINE_BYTES = 64 * 1024
MAX_WAIT_SECONDS = 30
BUSY = (429, 503)
MOVED = (301, 302, 303, 307, 308)


class ResponseFormat(NamedTuple):
    """What an answer may be declared as."""

    name: str
    content_types: frozenset[str]


# Object stores and raw file hosts declare text/plain or plain bytes for everything.
JSON = ResponseFormat("JSON", frozenset({"application/json", "text/plain", "application/octet-stream"}))
CSV = ResponseFormat("CSV", frozenset({"text/csv", "text/plain", "application/octet-stream", "binary/octet-stream"}))
ZIP = ResponseFormat("a zip file", frozenset({"application/zip", "application/octet-stream", "binary/octet-stream"}))
TEXT = ResponseFormat("text", frozenset({"text/plain", "application/octet-stream", "binary/octet-stream"}))


USER_AGENT = "ftcost (price refresh)"


def feed_session(proxy: str | None = None) -> aiohttp.ClientSession:
    """A session for reading feeds, through a proxy or the one that the environment names."""
    return aiohttp.ClientSession(headers={"User-Agent": USER_AGENT}, trust_env=True, proxy=proxy)


class HttpClient(Protocol):
    """What a reader needs of the network. Every method raises FeedError."""

    async def get(self, url: str, form: ResponseFormat, *, max_bytes: int) -> bytes: ...

    def lines(self, url: str, form: ResponseFormat, *, max_bytes: int) -> AsyncIterator[str]: ...

    def with_header(self, name: str, value: str) -> HttpClient: ...


class BoundedClient:
    """GET over an aiohttp session. Bytes are counted after decompression; a redirect to another origin is refused."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        timeout_seconds: float = 300,
        headers: Mapping[str, str] = MappingProxyType({"Accept-Encoding": "gzip"}),
    ) -> None:
        self._session = session
        self._headers = headers
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, connect=min(timeout_seconds, 20))

    def with_header(self, name: str, value: str) -> BoundedClient:
        """The same, sending one header more (a key)."""
        headers = {**self._headers, name: value}
        return BoundedClient(self._session, timeout_seconds=self._timeout.total or 0, headers=headers)

    async def get(self, url: str, form: ResponseFormat, *, max_bytes: int) -> bytes:
        """The whole body. Raises FeedError."""
        return b"".join([chunk async for chunk in self._chunks(url, form, max_bytes)])

    async def lines(self, url: str, form: ResponseFormat, *, max_bytes: int) -> AsyncIterator[str]:
        """The body line by line, for what is too large to hold. Raises FeedError."""
        rest = b""
        async for chunk in self._chunks(url, form, max_bytes):
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                raise FeedError("has a line that does not end")
            for line in whole:
                yield line.decode("utf-8", "replace")
        if rest:
            yield rest.decode("utf-8", "replace")

    async def _chunks(self, url: str, form: ResponseFormat, max_bytes: int) -> AsyncIterator[bytes]:
        count = 0
        try:
            async with self._open(URL(url), form) as response:
                async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                    count += len(chunk)
                    if count > max_bytes:
                        raise FeedError(f"is larger than {max_bytes:,} bytes")
                    yield chunk
        except TimeoutError:
            raise FeedError(f"did not answer within {self._timeout.total:g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FeedError(f"cannot be read ({type(error).__name__})") from None

    @asynccontextmanager
    async def _open(self, url: URL, form: ResponseFormat) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer at the end of at most MAX_REDIRECTS redirects and waits, on the same origin."""
        for _ in range(MAX_REDIRECTS + 1):
            async with self._session.get(
                url,
                headers=self._headers,
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                if response.status in MOVED:
                    onward = url.join(URL(response.headers.get("Location", "")))
                    if onward.origin() != url.origin():
                        raise FeedError(f"sends us on to {onward.host}, which is another host")
                    url = onward
                elif response.status in BUSY and _wait_seconds(response) is not None:
                    await asyncio.sleep(_wait_seconds(response) or 0)
                elif response.status != 200:
                    raise FeedError(f"answers with status {response.status}")
                elif response.content_type not in form.content_types:
                    raise FeedError(f"answers with {response.content_type} instead of {form.name}")
                else:
                    yield response
                    return
        raise FeedError("is busy, or sends us around in a circle")


def same_host(url: str, onward: str) -> str:
    """`onward`, where it is on the origin of `url`. Raises FeedError: a page names the next one, and it is hostile."""
    try:
        same = URL(onward).origin() == URL(url).origin()
    except ValueError:
        same = False
    if not same:
        raise FeedError("names a next page on another host")
    return onward


def _wait_seconds(response: aiohttp.ClientResponse) -> int | None:
    """The Retry-After that a busy feed asks for, where it is one we are willing to wait."""
    text = response.headers.get("Retry-After", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MAX_WAIT_SECONDS else None
