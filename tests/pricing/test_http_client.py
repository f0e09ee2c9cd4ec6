"""The bounds of the HTTP client, each against a local server."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import ClientSession, web

from pricing import BoundedClient, HttpConnectionError, HttpError, HttpSizeError, HttpStatusError, same_origin
from pricing.http_client import TEXT

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Answers every request with `answer` and records it."""

    url = ""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.answer: Answer = self.ok

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return await self.answer(request)

    async def ok(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="content")

    def responds(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=body, headers={"Content-Type": "text/plain", **names})

        self.answer = answer


@pytest.fixture
async def servers() -> AsyncIterator[tuple[Server, Server]]:
    pair, runners = (Server(), Server()), []
    for server in pair:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", server.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        runners.append(runner)
    yield pair
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def server(servers: tuple[Server, Server]) -> Server:
    return servers[0]


async def get(url: str, *, timeout_seconds: float = 5, attempts: int = 4) -> bytes:
    async with ClientSession() as session:
        client = BoundedClient(session, timeout_seconds=timeout_seconds, attempts=attempts)
        return await client.get(url, TEXT, max_bytes=1000)


async def test_body_up_to_the_cap_is_returned(server: Server) -> None:
    server.responds(body=b"x" * 1000)
    assert await get(server.url) == b"x" * 1000


@pytest.mark.parametrize("headers", [{}, {"Content_Encoding": "gzip"}], ids=["plain", "compressed"])
async def test_body_over_the_cap_is_refused(server: Server, headers: dict[str, str]) -> None:
    """A compressed body is counted after decompression."""
    body = b"x" * 1001
    server.responds(200, gzip.compress(body) if headers else body, **headers)
    with pytest.raises(HttpSizeError, match="is larger than 1,000 bytes"):
        await get(server.url)


async def test_redirect_on_the_same_origin_is_followed(server: Server) -> None:
    async def redirect(request: web.Request) -> web.StreamResponse:
        if request.path == "/target":
            return web.Response(text="content")
        return web.Response(status=302, headers={"Location": "/target"})

    server.answer = redirect
    assert await get(server.url) == b"content"


@pytest.mark.parametrize("location", ["{other}/file", "//elsewhere.test/", "http://[", ""])
async def test_redirect_to_another_origin_is_refused(servers: tuple[Server, Server], location: str) -> None:
    server, foreign = servers
    server.responds(302, Location=location.format(other=foreign.url))
    with pytest.raises(HttpError):
        await get(server.url)
    assert foreign.requests == []


async def test_single_attempt_treats_a_redirect_as_a_status(server: Server) -> None:
    server.responds(302, Location="/target")
    with pytest.raises(HttpStatusError) as caught:
        await get(server.url, attempts=1)
    assert caught.value.status == 302
    assert len(server.requests) == 1


async def test_another_content_type_is_refused(server: Server) -> None:
    server.responds(200, b"<html>", Content_Type="text/html")
    with pytest.raises(HttpError, match="answers with text/html instead of text"):
        await get(server.url)


@pytest.mark.parametrize("is_answering", [False, True], ids=["before the answer", "within the answer"])
async def test_slow_server_times_out(server: Server, is_answering: bool) -> None:
    stopped = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        if is_answering:
            await response.prepare(request)
            await response.write(b"x")
        await stopped.wait()
        return response

    server.answer = hang
    with pytest.raises(HttpConnectionError, match=r"didn't answer within 0\.1 seconds"):
        await get(server.url, timeout_seconds=0.1)
    stopped.set()


async def test_unreachable_server_is_a_connection_error() -> None:
    with pytest.raises(ConnectionError, match=r"can't be read \(ClientConnectorError\)"):
        await get("http://127.0.0.1:1/")


@pytest.mark.parametrize("url", ["http://[", "no address"])
async def test_invalid_address_is_not_a_connection_error(url: str) -> None:
    """A retry wouldn't help."""
    with pytest.raises(HttpError) as caught:
        await get(url)
    assert not isinstance(caught.value, ConnectionError)


async def test_requests_go_through_the_proxy_of_the_session(servers: tuple[Server, Server]) -> None:
    proxy, server = servers
    async with ClientSession(proxy=proxy.url) as session:
        assert await BoundedClient(session).get(f"{server.url}/file", TEXT, max_bytes=100) == b"content"
    assert len(proxy.requests) == 1
    assert server.requests == []


async def test_post_sends_its_body_and_header(server: Server) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"{request.method} {await request.text()} {request.headers['X-Key']}")

    server.answer = echo
    async with ClientSession() as session:
        client = BoundedClient(session).with_header("X-Key", "k")
        async with client.open("POST", server.url, max_bytes=100, body=b"question") as response:
            assert response.content_type == "text/plain"
            assert b"".join([chunk async for chunk in response.chunks()]) == b"POST question k"


async def test_errors_of_the_caller_are_not_translated(server: Server) -> None:
    async with ClientSession() as session:
        with pytest.raises(OSError, match="the disk is full"):
            async with BoundedClient(session).open("GET", server.url, max_bytes=100):
                raise OSError("the disk is full")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.test/next", True),
        ("http://a.test/", False),
        ("https://b.test/", False),
        ("https://a.test:8443/", False),
        ("/next", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_same_origin(address: object, expected: bool) -> None:
    assert same_origin("https://a.test/first", address) is expected
