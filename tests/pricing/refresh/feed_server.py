"""A local server that answers like the price feeds, with recorded or hostile answers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, web
from msgspec.structs import replace

from pricing import BoundedClient
from pricing.refresh import Feed, load_feeds

FOLDER = Path(__file__).parent / "feeds"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Path, and page token if any -> recorded file and content type.
RECORDED = {
    "/azure-retail/page1": ("azure-retail-1.json", "application/json"),
    "/azure-retail/page2": ("azure-retail-2.json", "application/json"),
    "/aws-bedrock/us-east-1": ("aws-bedrock-us-east-1.json", "application/json"),
    "/aws-bedrock/us-west-2": ("aws-bedrock-us-west-2.json", "application/json"),
    "/aws-ec2/us-east-1": ("aws-ec2-us-east-1.csv", "text/csv"),
    "/litellm": ("litellm.json", "text/plain"),
    "/genai-prices": ("genai-prices.json", "text/plain"),
    "/openrouter": ("openrouter.json", "application/json"),
    "/openai-models": ("openai-models.json", "application/json"),
    "/eci": ("eci.csv", "text/csv"),
    "/arena/0": ("arena.json", "application/json"),
    "/together": ("together.json", "application/json"),
    "/google-billing/C7E2-9256-1C43": ("google-billing-1.json", "application/json"),
    "/google-billing/C7E2-9256-1C43 AB_c1": ("google-billing-2.json", "application/json"),
    "/skypilot/lambda": ("skypilot-lambda.csv", "text/plain"),
    "/skypilot/nebius": ("skypilot-nebius.csv", "text/plain"),
}
ADDRESSES = {
    "azure-retail": "azure-retail/page1?api-version=2023-01-01-preview",
    "aws-bedrock": "aws-bedrock/{part}",
    "aws-ec2": "aws-ec2/{part}",
    "google-billing": "google-billing/{part}?pageSize=5000",
    "arena": "arena/{part}",
    "skypilot": "skypilot/{part}",
    "gpuhunt": "gpuhunt/{part}",
}
PARTS = {"google-billing": ("C7E2-9256-1C43",), "skypilot": ("lambda", "nebius"), "gpuhunt": ("nebius",)}
KEYS = {"OPENAI_API_KEY": "sk-1", "TOGETHER_API_KEY": "tg-1", "GOOGLE_BILLING_API_KEY": "g-1"}


class FeedServer:
    """Serves recorded answers, or those in `answers` by path."""

    def __init__(self) -> None:
        self.base = ""
        self.answers: dict[str, Answer] = {}
        self.requests: list[web.Request] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        path = f"{request.path} {request.query.get('pageToken', '')}".strip()
        if path in self.answers:
            return await self.answers[path](request)
        if path in RECORDED:
            name, content_type = RECORDED[path]
            return web.Response(body=self.body(name), content_type=content_type)
        if path == "/gpuhunt/nebius/version":
            return web.Response(text="20261121-100\n", content_type="binary/octet-stream")
        if path == "/gpuhunt/nebius/20261121-100/catalog.zip":
            archive = zipped({"nebius.csv": (FOLDER / "gpuhunt-nebius.csv").read_bytes()})
            return web.Response(body=archive, content_type="application/zip")
        raise web.HTTPNotFound

    def body(self, name: str) -> bytes:
        return (FOLDER / name).read_text().replace("{base}", self.base).encode()

    def feeds(self, *only: str) -> Mapping[str, Feed]:
        """Return the shipped feeds with the addresses of this server."""
        return {
            feed_id: replace(
                feed,
                url=f"{self.base}/{ADDRESSES.get(feed_id, feed_id)}",
                parts=PARTS.get(feed_id, feed.parts),
            )
            for feed_id, feed in load_feeds().items()
            if not only or feed_id in only
        }

    def set_answer(self, path: str, body: bytes, content_type: str = "application/json", **options: object) -> None:
        """Set the answer for a path."""

        async def answer(request: web.Request) -> web.StreamResponse:
            return web.Response(body=body, content_type=content_type, **options)  # type: ignore[arg-type]

        self.answers[path] = answer


@asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    """Run the server on a free local port."""
    server = FeedServer()
    app = web.Application()
    app.router.add_route("GET", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def http(timeout_seconds: float = 5) -> AsyncIterator[BoundedClient]:
    async with ClientSession() as session:
        yield BoundedClient(session, timeout_seconds=timeout_seconds)


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()
