"""Behind a proxy: all that is said to Slack goes by it, and nothing in the playground."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from bot.prices.current_catalog import RefreshPlan
from bot.store import RefreshedPriceStore
from playground import FakeSlack
from pricing import Catalog
from tests import reused_databases
from tests.bot import slack_actions, support_bot
from tests.bot.prices.test_current_catalog import AFTER, wait_for_refresh, with_refreshed
from tests.conftest import running_bot
from tests.pricing.refresh.feed_server import feed_server


class ForwardProxy:
    """An HTTP proxy that notes what it is asked for, as `POST http://host:port/path`."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ForwardProxy]:
        runner = web.ServerRunner(web.Server(self._forward))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _forward(self, request: web.BaseRequest) -> web.Response:
        target = request.raw_path if request.raw_path.startswith("http") else str(request.url)
        self.requests.append(f"{request.method} {target}")
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        async with ClientSession(auto_decompress=False) as session:
            body = await request.read()
            async with session.request(request.method, target, headers=headers, data=body) as answer:
                return web.Response(
                    status=answer.status, body=await answer.read(), headers={"Content-Type": answer.content_type}
                )


async def test_all_requests_use_the_proxy(catalog: Catalog, slack: FakeSlack, database_url: str) -> None:
    async with ForwardProxy().open() as proxy, running_bot(catalog, slack, database_url, proxy=proxy.url):
        assert (await slack.command("")).ok
        await slack_actions.opened(slack)
        assert (await slack.command(support_bot.LINE)).ok
        await slack_actions.answered(slack)
        slack.fail_next("views.open", "internal_error")
        assert (await slack.command("")).ok
        (notice,) = await slack.wait_for(slack.ephemerals)
    assert "didn't open the form" in notice["text"]
    *by_proxy, answer = [request.removeprefix(f"POST {slack.api_url}") for request in proxy.requests]
    assert answer.startswith("response/")
    assert by_proxy == [call.method for call in slack.calls if call.method != "response_url"]
    assert {"auth.test", "views.open", "chat.postMessage"} <= set(by_proxy)


async def test_broken_proxy_is_reported_as_a_form_that_did_not_open(
    catalog: Catalog, slack: FakeSlack, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with ForwardProxy().open() as proxy, running_bot(catalog, slack, database_url, proxy=proxy.url) as running:
        assert await running.app.workspaces.fault() is None
        slack.fail_next("views.open", "fatal_error", status=502)
        assert (await slack.command("")).ok
        await slack.wait_for(slack.ephemerals)
    assert "http_502" in caplog.text


async def test_price_feeds_use_the_proxy(catalog: Catalog, slack: FakeSlack, database_url: str) -> None:
    async with (
        ForwardProxy().open() as proxy,
        feed_server() as server,
        reused_databases.opened(database_url) as database,
    ):
        plan = RefreshPlan(1, server.feeds("azure-retail"), {}, with_refreshed, proxy.url)
        async with running_bot(catalog, slack, database_url, lambda: AFTER, refresh=plan) as running:
            await wait_for_refresh(running, RefreshedPriceStore(database), 1)
    assert server.requests
    assert len(proxy.requests) == len(server.requests)


async def test_playground_does_not_use_the_proxy(
    catalog: Catalog, slack: FakeSlack, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its Slack is on the same machine, whatever proxy the environment names for the world."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with running_bot(catalog, slack, database_url):
        assert (await slack.command(support_bot.LINE)).ok
        await slack_actions.answered(slack)
