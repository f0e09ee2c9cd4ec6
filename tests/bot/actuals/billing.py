"""A local server that answers like the platforms' billing APIs, with hand-written answers in their formats."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from bot.actuals.billing_http import Addresses, BillingHttp

FOLDER = Path(__file__).parent / "answers"
TENANT, CLIENT = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
SUBSCRIPTION = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
AZURE_KEY = {
    "tenant_id": TENANT,
    "client_id": CLIENT,
    "client_secret": "azure-secret",
    "scope": f"/subscriptions/{SUBSCRIPTION}/",
}
OPENAI_KEY = {"admin_key": "sk-admin-1234", "project_key": "sk-proj-5678"}
AWS_KEY = {"access_key_id": "AKIDEXAMPLE12345", "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
TOGETHER_KEY = {"api_key": "together-1234"}
_QUERY = f"/azure/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
# Path, and page if any -> recorded answer.
RECORDED = {
    "/openai/v1/organization/costs": "openai-costs-1.json",
    "/openai/v1/organization/costs AAAA": "openai-costs-2.json",
    "/openai/v1/organization/usage/completions": "openai-usage.json",
    "/openai/v1/fine_tuning/jobs": "openai-jobs.json",
    f"/login/{TENANT}/oauth2/v2.0/token": "azure-token.json",
    _QUERY: "azure-query-1.json",
    f"{_QUERY} BBBB": "azure-query-2.json",
    "/aws/": "aws-cost.json",
    "/together/v1/fine-tunes/ft-1": "together-job.json",
    "/together/v1/fine-tunes/ft-2": "together-running.json",
}


class BillingServer:
    """Serves recorded answers, or those in `answers` by path. `requests` holds the requests with their bodies."""

    def __init__(self) -> None:
        self.base = ""
        self.answers: dict[str, Callable[[], web.StreamResponse]] = {}
        self.requests: list[tuple[web.Request, bytes]] = []

    @property
    def addresses(self) -> Addresses:
        base = self.base
        return Addresses(f"{base}/openai", f"{base}/login", f"{base}/azure", f"{base}/aws", f"{base}/together")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request, await request.read()))
        if request.path in self.answers:
            return self.answers[request.path]()
        page = request.query.get("page") or request.query.get("$skiptoken") or ""
        name = RECORDED.get(f"{request.path} {page}".strip())
        if name is None:
            raise web.HTTPNotFound
        return web.Response(text=self.text(name), content_type="application/json")

    def text(self, name: str) -> str:
        return (FOLDER / name).read_text().replace("{base}", self.base)

    def bodies(self, path: str) -> list[Any]:
        """Return the JSON bodies that were sent to a path."""
        return [json.loads(body) for request, body in self.requests if request.path == path]


@asynccontextmanager
async def billing_server() -> AsyncIterator[BillingServer]:
    """Run the server on a free local port."""
    server = BillingServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def billing_client(title: str) -> AsyncIterator[tuple[BillingServer, BillingHttp]]:
    """Run the server and a client for it."""
    async with billing_server() as server, ClientSession() as session:
        yield server, BillingHttp(session, server.addresses, title)
