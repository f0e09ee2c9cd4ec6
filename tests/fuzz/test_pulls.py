"""Platforms that are asked what was paid, over real HTTP, and answer in any other shape."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from hypothesis import given
from hypothesis import strategies as st

from bot.actuals.aggregate import bill_scope
from bot.actuals.billing_http import BillingHttp, PullError
from bot.actuals.platforms import PLATFORMS
from bot.actuals.query import BillQuery, Key
from calculator import Actual
from pricing import Catalog, load_bill_rules
from tests.bot.actuals.billing import (
    AWS_KEY,
    AZURE_KEY,
    OPENAI_KEY,
    RECORDED,
    TOGETHER_KEY,
    BillingServer,
    billing_server,
)
from tests.fuzz.hostile import anything, damaged, examples, in_time

KEYS: dict[str, tuple[Key, str]] = {
    "openai": (OPENAI_KEY, "openai/gpt-4.1-mini"),
    "azure": (AZURE_KEY, "azure/gpt-4.1-mini@global"),
    "aws": (AWS_KEY, "aws-bedrock/nova-lite"),
    "together": (TOGETHER_KEY, "together/qwen3-8b"),
}
PLACES = {
    "openai": [path for path in RECORDED if path.startswith("/openai/") and " " not in path],
    "azure": [path for path in RECORDED if path.startswith(("/login/", "/azure/")) and " " not in path],
    "aws": ["/aws/"],
    "together": ["/together/v1/fine-tunes/ft-1"],
}


class Host:
    """All platforms at one address, in a loop of their own."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._rules = load_bill_rules()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._server, self._session = self._runner.run(self._open())

    async def _open(self) -> tuple[BillingServer, ClientSession]:
        server = await self._stack.enter_async_context(billing_server())
        return server, await self._stack.enter_async_context(ClientSession())

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    def recorded(self, path: str) -> dict[str, Any]:
        return dict(json.loads(self._server.text(RECORDED[path])))

    def pull(self, platform: str, path: str, body: bytes) -> list[Actual] | PullError:
        """What is made of a platform's answers when one of them is this."""
        key, offer = KEYS[platform]
        scope = bill_scope(self._catalog.offers[offer], self._catalog, date(2026, 11, 21), date(2027, 1, 15))
        ask = BillQuery(scope, date(2026, 12, 1), self._rules, datetime(2027, 1, 15, 9, tzinfo=UTC), ("ft-1",))
        self._server.requests.clear()
        self._server.answers = {path: lambda: web.Response(body=body, content_type="application/json")}
        return self._runner.run(self._pull(platform, key, ask))

    async def _pull(self, platform: str, key: Key, ask: BillQuery) -> list[Actual] | PullError:
        http = BillingHttp(self._session, self._server.addresses, PLATFORMS[platform].title)
        try:
            return await PLATFORMS[platform].pull(http, key, ask)
        except PullError as error:
            return error


@pytest.fixture(scope="module")
def host(catalog: Catalog) -> Iterator[Host]:
    host = Host(catalog)
    yield host
    host.close()


def far_off(recorded: dict[str, Any]) -> list[bytes]:
    """The answer with every number, or every date, as far off as it can be written."""
    text = json.dumps(recorded)
    changes = {r"\b\d+(\.\d+)?\b": "1e999999999", r"\d{4}-\d\d-\d\d": "9999-12-31", r"\b1[67]\d{8}\b": "253402300799"}
    return [re.sub(old, new, text).encode() for old, new in changes.items()]


@examples(50)
@given(st.data())
def test_any_billing_answer_is_read_or_refused(host: Host, data: st.DataObject) -> None:
    platform = data.draw(st.sampled_from(sorted(PLACES)))
    path = data.draw(st.sampled_from(PLACES[platform]))
    whole = damaged(host.recorded(path), most=4).map(lambda answer: json.dumps(answer).encode())
    body = data.draw(
        st.one_of(
            whole,
            whole,
            whole,
            st.sampled_from(far_off(host.recorded(path))),
            anything.map(lambda answer: json.dumps(answer).encode()),
            st.binary(),
        )
    )
    with in_time(body):
        result = host.pull(platform, path, body)
    if isinstance(result, PullError):
        assert str(result).strip()
    else:
        assert all(amount.usd.is_finite() and amount.month < amount.through for amount in result)
