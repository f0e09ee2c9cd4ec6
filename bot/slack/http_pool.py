"""Posting to one host over connections that are kept: for the request that has no time to lose (decision 22)."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, Self, cast

import aiohappyeyeballs
import aiohttp
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from yarl import URL

AT_ONCE = 100
ANSWER_BYTES = 1_000_000
"""Slack's longest answer here repeats the form: some 10 kB."""
IDLE_SECONDS = 15.0
"""Servers close what is idle, some after 20 seconds, and a request that crosses that is lost."""
SECOND_FAMILY_SECONDS = 0.25
"""Before an address of the other kind (IPv4, IPv6) is tried beside the first."""


class Answer(NamedTuple):
    status: int
    body: bytes


class Wire:
    """HTTP/1.1 to the host of a URL. Not repeated, not redirected, and answers are asked for as they are, not packed.

    `seconds` is for connecting, and as much for an answer.
    """

    def __init__(self, base: URL, seconds: float) -> None:
        self._base = base
        self._seconds = seconds
        self._idle: list[_Connection] = []
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tls = ssl.create_default_context() if base.scheme == "https" else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().close()

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body. Raises OSError (TimeoutError and ConnectionError are of its kind) and ValueError for a header
        that is none.
        """
        request = b"%b%d\r\n\r\n%b" % (_head(self._base, path, tuple(headers.items())), len(body), body)
        async with self._turns:
            connection = self._kept() or await self._new()
            answer = await connection.ask(request, self._seconds)
        if connection.is_open:
            self._idle.append(connection)
        return answer

    def _kept(self) -> _Connection | None:
        """The one used last, so that what a burst needed is closed after it."""
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._idle and self._idle[0].idle_since < oldest:
            self._idle.pop(0).close()
        while self._idle:
            if (connection := self._idle.pop()).is_open:
                return connection
        return None

    async def _new(self) -> _Connection:
        loop, host = asyncio.get_running_loop(), self._base.raw_host or ""
        async with asyncio.timeout(self._seconds):
            found = await loop.getaddrinfo(host, self._base.port, type=socket.SOCK_STREAM)
            connected = await aiohappyeyeballs.start_connection(found, happy_eyeballs_delay=SECOND_FAMILY_SECONDS)
            _, connection = await loop.create_connection(
                _Connection, sock=connected, ssl=self._tls, server_hostname=host if self._tls else None
            )
        return connection


class Proxied:
    """The same by way of an HTTP proxy, which aiohttp knows how to ask; the session has its address."""

    def __init__(self, session: aiohttp.ClientSession, base: URL) -> None:
        self._session = session
        self._base = base

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """As `Wire.post`."""
        try:
            async with self._session.post(
                self._base.join(URL(path)), headers=headers, data=body, allow_redirects=False, middlewares=()
            ) as answer:
                return Answer(answer.status, await answer.read())
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._body = b""
        self.is_open = True
        self.idle_since = 0.0

    async def ask(self, request: bytes, seconds: float) -> Answer:
        """Whoever does not wait to the end takes the connection along: an answer that may yet come is nobody's."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        late = loop.call_later(seconds, self._fail, TimeoutError("no answer in time"))
        self._transport.write(request)
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            late.cancel()

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    # --- from the event loop -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._fail(ConnectionError("this is no HTTP"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(ConnectionError("the connection broke"))

    def _fail(self, error: OSError) -> None:
        self.close()
        if self._answer and not self._answer.done():
            self._answer.set_exception(error)

    # --- from the parser ---------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._body = b""
        if self._answer is None or self._answer.done():
            self._fail(ConnectionError("an answer to no question"))

    def on_body(self, part: bytes) -> None:
        self._body += part
        if len(self._body) > ANSWER_BYTES:
            self._fail(ConnectionError("the answer has no end"))

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200 or self._answer is None or self._answer.done():  # 1xx: the answer is yet to come
            return
        if not self._parser.should_keep_alive():
            self.close()
        self.idle_since = asyncio.get_running_loop().time()
        self._answer.set_result(Answer(status, self._body))


@lru_cache(maxsize=1_000)
def _head(base: URL, path: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """All but the length of the body. A workspace asks with the same one every time."""
    address = base.join(URL(path))
    lines = [f"POST {address.raw_path_qs} HTTP/1.1", f"Host: {address.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if not all(line.isascii() and line.isprintable() for line in lines):
        raise ValueError("a header holds what no header may hold")
    return "\r\n".join([*lines, "Content-Length: "]).encode()
