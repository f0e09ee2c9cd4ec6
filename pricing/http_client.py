"""HTTP from servers that aren't trusted: bounded in bytes and time, never redirected to another origin.

Price feeds, bills and shared files are read with it. asyncio and aiohttp are imported on first use: the terminal prices
an estimate without a network, and starts faster without them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL

CHUNK_BYTES = 64 * 1024
MAX_LINE_BYTES = 64 * 1024
MAX_WAIT_SECONDS = 30
BUSY = (429, 503)
MOVED = (301, 302, 303, 307, 308)


class HttpError(Exception):
    """A request without a usable answer. `str()` continues a sentence that begins with the server's name."""


class HttpConnectionError(HttpError, ConnectionError):
    """The server can't be reached, is too slow, or breaks off its answer: another attempt may succeed."""


class HttpStatusError(HttpError):
    """The server answered with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answers with status {status}")
        self.status = status


class HttpSizeError(HttpError):
    """The answer has more bytes than are read."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"is larger than {max_bytes:,} bytes")


class ResponseFormat(NamedTuple):
    """The content types that an answer may have."""

    name: str
    content_types: frozenset[str]


# Object stores and raw file hosts declare text/plain or plain bytes for everything.
JSON = ResponseFormat("JSON", frozenset({"application/json", "text/plain", "application/octet-stream"}))
CSV = ResponseFormat("CSV", frozenset({"text/csv", "text/plain", "application/octet-stream", "binary/octet-stream"}))
ZIP = ResponseFormat("a zip file", frozenset({"application/zip", "application/octet-stream", "binary/octet-stream"}))
TEXT = ResponseFormat("text", frozenset({"text/plain", "application/octet-stream", "binary/octet-stream"}))


class HttpClient(Protocol):
    """The requests that a reader of a price feed makes. Every method raises HttpError."""

    async def get(self, url: str, expected: ResponseFormat, *, max_bytes: int) -> bytes:
        """Return the body of an answer of the expected format."""
        ...

    def lines(self, url: str, expected: ResponseFormat, *, max_bytes: int) -> AsyncIterator[str]:
        """Yield the lines of an answer of the expected format."""
        ...

    def with_header(self, name: str, value: str) -> HttpClient:
        """Return a client that sends this header with every request."""
        ...


class BoundedResponse:
    """An answer with status 200 whose body is yet to be read."""

    def __init__(self, response: ClientResponse, max_bytes: int, timeout_seconds: float | None) -> None:
        self._response = response
        self._max_bytes = max_bytes
        self._timeout_seconds = timeout_seconds

    @property
    def content_type(self) -> str:
        """Return the media type that the server declares, without parameters."""
        return self._response.content_type

    async def chunks(self, size: int = CHUNK_BYTES) -> AsyncIterator[bytes]:
        """Yield the body in pieces of at most `size` bytes. Raises HttpError."""
        count = 0
        pieces = self._response.content.iter_chunked(size)
        while True:
            with _http_errors(self._timeout_seconds):
                chunk = await anext(pieces, b"")
            if not chunk:
                return
            count += len(chunk)
            if count > self._max_bytes:
                raise HttpSizeError(self._max_bytes)
            yield chunk


class BoundedClient:
    """Requests over an aiohttp session. Bytes are counted after decompression.

    Args:
        session: Carries proxy, cookies and connections.
        timeout_seconds: For a whole answer; None: the limits of the session.
        headers: Sent with every request.
        attempts: Requests for one answer. With more than one, redirects on the same origin are followed and a
            Retry-After of up to 30 seconds is awaited; with one, both are a status like any other.
    """

    def __init__(
        self,
        session: ClientSession,
        *,
        timeout_seconds: float | None = 300,
        headers: Mapping[str, str] = MappingProxyType({"Accept-Encoding": "gzip"}),
        attempts: int = 4,
    ) -> None:
        self._session = session
        self._timeout_seconds = timeout_seconds
        self._headers = headers
        self._attempts = attempts

    def with_header(self, name: str, value: str) -> BoundedClient:
        """Return a client that also sends this header, such as a key."""
        return BoundedClient(
            self._session,
            timeout_seconds=self._timeout_seconds,
            headers={**self._headers, name: value},
            attempts=self._attempts,
        )

    async def get(self, url: str, expected: ResponseFormat, *, max_bytes: int) -> bytes:
        """Return the body of an answer of the expected format. Raises HttpError."""
        async with self.open("GET", url, max_bytes=max_bytes, expected=expected) as response:
            return b"".join([chunk async for chunk in response.chunks()])

    async def lines(self, url: str, expected: ResponseFormat, *, max_bytes: int) -> AsyncIterator[str]:
        """Yield the body line by line, for a body that is too large to hold. Raises HttpError."""
        tail = b""
        async with self.open("GET", url, max_bytes=max_bytes, expected=expected) as response:
            async for chunk in response.chunks():
                *complete, tail = (tail + chunk).split(b"\n")
                if len(tail) > MAX_LINE_BYTES:
                    raise HttpError(f"has a line of more than {MAX_LINE_BYTES:,} bytes")
                for line in complete:
                    yield line.decode("utf-8", "replace")
        if tail:
            yield tail.decode("utf-8", "replace")

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url: str | URL,
        *,
        max_bytes: int,
        expected: ResponseFormat | None = None,
        body: bytes | None = None,
    ) -> AsyncIterator[BoundedResponse]:
        """Send a request and yield its answer, whose body the caller reads.

        Args:
            method: GET or POST.
            url: A redirect to another origin is refused.
            max_bytes: The most that `chunks` yields.
            expected: The format that the answer must declare; None: any.
            body: Sent with the request.

        Raises:
            HttpConnectionError: If the server can't be reached or is too slow.
            HttpStatusError: If the status isn't 200.
            HttpError: If the answer has another format or redirects to another origin.
        """
        response = await self._final_response(method, url, body)
        async with response:
            if expected and response.content_type not in expected.content_types:
                raise HttpError(f"answers with {response.content_type} instead of {expected.name}")
            yield BoundedResponse(response, max_bytes, self._timeout_seconds)

    async def _final_response(self, method: str, url: str | URL, body: bytes | None) -> ClientResponse:
        """Return the answer with status 200 behind the redirects and waits that are allowed."""
        import asyncio

        from yarl import URL

        with _http_errors(self._timeout_seconds):
            address = URL(url)
        for _ in range(self._attempts):
            with _http_errors(self._timeout_seconds):
                response = await self._request(method, address, body)
            if response.status == 200:
                return response
            response.close()
            if self._attempts == 1:
                break
            if response.status in MOVED:
                address = _redirect_target(response, address)
            elif response.status in BUSY and (seconds := _retry_after_s(response)) is not None:
                await asyncio.sleep(seconds)
            else:
                break
        else:
            raise HttpError("is busy or redirects in a circle")
        raise HttpStatusError(response.status)

    async def _request(self, method: str, address: URL, body: bytes | None) -> ClientResponse:
        from aiohttp import ClientTimeout

        seconds = self._timeout_seconds
        limits = self._session.timeout if seconds is None else ClientTimeout(total=seconds, connect=min(seconds, 20))
        return await self._session.request(
            method,
            address,
            data=body,
            headers=self._headers,
            allow_redirects=False,
            timeout=limits,
        )


def same_origin(url: str, address: object) -> bool:
    """Return whether an address that an answer names has the scheme, host and port of `url`."""
    from yarl import URL

    try:
        return isinstance(address, str) and URL(address).origin() == URL(url).origin()
    except ValueError:
        return False


@contextmanager
def _http_errors(timeout_seconds: float | None) -> Iterator[None]:
    """Raise aiohttp's errors as HttpConnectionError."""
    from aiohttp import ClientError

    try:
        yield
    except TimeoutError:
        seconds = "the time allowed" if timeout_seconds is None else f"{timeout_seconds:g} seconds"
        raise HttpConnectionError(f"didn't answer within {seconds}") from None
    except ValueError as error:  # an invalid address
        raise HttpError(f"can't be read ({type(error).__name__})") from None
    except (ClientError, OSError) as error:
        raise HttpConnectionError(f"can't be read ({type(error).__name__})") from None


def _redirect_target(response: ClientResponse, address: URL) -> URL:
    from yarl import URL

    with _http_errors(None):
        target = address.join(URL(response.headers.get("Location", "")))
        is_same_origin = target.origin() == address.origin()
    if not is_same_origin:
        raise HttpError(f"redirects to {target.host}, which is another host")
    return target


def _retry_after_s(response: ClientResponse) -> int | None:
    """Return the seconds to wait, or None if they are missing or too many."""
    text = response.headers.get("Retry-After", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MAX_WAIT_SECONDS else None
