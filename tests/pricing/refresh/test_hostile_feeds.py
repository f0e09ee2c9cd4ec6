"""Feeds that are down, slow, cut off, huge, moved or in another format: each only causes a warning."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import date

import pytest
from aiohttp import web
from msgspec.structs import replace

from pricing import Catalog, HttpError
from pricing.http_client import CSV
from pricing.refresh import RefreshReport, load_feeds, refresh
from pricing.refresh.parse import json_of, usd
from tests.pricing.refresh.feed_server import KEYS, FeedServer, feed_server, http, zipped

TODAY = date(2026, 11, 22)
TITLE = "LiteLLM price map"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as feeds:
        yield feeds


async def report_of(
    server: FeedServer, catalog: Catalog, *only: str, timeout_seconds: float = 5, **change: object
) -> RefreshReport:
    """Return the report on LiteLLM, or on other feeds, with changed fields."""
    feeds = {id_: replace(feed, **change) for id_, feed in server.feeds(*(only or ("litellm",))).items()}
    async with http(timeout_seconds) as client:
        return await refresh(client, feeds, catalog, TODAY, KEYS)


async def test_feed_that_is_down_is_a_warning(server: FeedServer, catalog: Catalog) -> None:
    report = await report_of(server, catalog, url="http://127.0.0.1:1/")
    assert report == RefreshReport((), (f"{TITLE} can't be read (ClientConnectorError).",))


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
async def test_error_status_is_a_warning(server: FeedServer, catalog: Catalog, status: int) -> None:
    server.set_answer("/litellm", b"{}", status=status)
    report = await report_of(server, catalog)
    assert report == RefreshReport((), (f"{TITLE} answers with status {status}.",))


async def test_broken_feed_does_not_affect_the_others(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/litellm", b"{}", status=500)
    report = await report_of(server, catalog, "litellm", "azure-retail")
    assert report.warnings == (f"{TITLE} answers with status 500.",)
    assert {finding.feed for finding in report.findings} == {"azure-retail"}


async def test_busy_feed_is_retried_after_its_retry_after(server: FeedServer, catalog: Catalog) -> None:
    async def busy_once(request: web.Request) -> web.StreamResponse:
        if len(server.requests) == 1:
            return web.Response(status=429, headers={"Retry-After": "0"})
        return web.Response(body=server.body("litellm.json"), content_type="text/plain")

    server.answers["/litellm"] = busy_once
    report = await report_of(server, catalog)
    assert report.warnings == ()
    assert len(server.requests) == 2


async def test_feed_that_stays_busy_is_a_warning(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/litellm", b"", status=503, headers={"Retry-After": "0"})
    report = await report_of(server, catalog)
    assert report == RefreshReport((), (f"{TITLE} is busy or redirects in a circle.",))
    assert len(server.requests) == 4


async def test_long_retry_after_is_not_awaited(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/litellm", b"", status=429, headers={"Retry-After": "3600"})
    assert (await report_of(server, catalog)).warnings == (f"{TITLE} answers with status 429.",)


@pytest.mark.parametrize("is_answering", [False, True], ids=["before the answer", "within the answer"])
async def test_slow_feed_is_a_warning(server: FeedServer, catalog: Catalog, is_answering: bool) -> None:
    stopped = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if is_answering:
            await response.prepare(request)
            await response.write(b'{"ft:')
        await stopped.wait()
        return response

    server.answers["/litellm"] = hang
    report = await report_of(server, catalog, timeout_seconds=0.1)
    stopped.set()
    assert report == RefreshReport((), (f"{TITLE} didn't answer within 0.1 seconds.",))


async def test_truncated_answer_is_a_warning(server: FeedServer, catalog: Catalog) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"ft:gpt')
        assert request.transport
        request.transport.close()
        return response

    server.answers["/litellm"] = cut
    assert (await report_of(server, catalog)).warnings == (f"{TITLE} can't be read (ClientPayloadError).",)


@pytest.mark.parametrize(
    "body", [b"", b'{"ft:gpt', b'{"a": 1} {', b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 9000]
)
async def test_invalid_json_is_a_warning(server: FeedServer, catalog: Catalog, body: bytes) -> None:
    server.set_answer("/litellm", body)
    assert (await report_of(server, catalog)).warnings == (f"{TITLE} isn't valid JSON.",)


async def test_huge_answer_is_cut_off_while_it_arrives(server: FeedServer, catalog: Catalog) -> None:
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" " * 100_000)
            sent += 100_000

    server.answers["/litellm"] = flood
    report = await report_of(server, catalog, max_megabytes=1)
    assert report == RefreshReport((), (f"{TITLE} is larger than 1,000,000 bytes.",))
    assert sent < 50_000_000


async def test_compression_bomb_is_cut_off(server: FeedServer, catalog: Catalog) -> None:
    bomb = gzip.compress(b" " * 60_000_000, 1)
    server.set_answer("/litellm", bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    report = await report_of(server, catalog, max_megabytes=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report == RefreshReport((), (f"{TITLE} is larger than 2,000,000 bytes.",))
    assert peak < 20_000_000


async def test_zip_bomb_is_cut_off(server: FeedServer, catalog: Catalog) -> None:
    body = zipped({"nebius.csv": b"0" * 20_000_000})
    server.set_answer("/gpuhunt/nebius/20261121-100/catalog.zip", body, "application/zip")
    report = await report_of(server, catalog, "gpuhunt", max_megabytes=1)
    assert report == RefreshReport((), ("gpuhunt catalogue is larger than 1,000,000 bytes when unpacked.",))


@pytest.mark.parametrize(
    "body", [b"", b"PK\x03\x04", zipped({"a.csv": b"x"})[:-10], zipped({"a.csv": b"", "b.csv": b""})]
)
async def test_invalid_zip_is_a_warning(server: FeedServer, catalog: Catalog, body: bytes) -> None:
    server.set_answer("/gpuhunt/nebius/20261121-100/catalog.zip", body, "application/zip")
    ((warning,), findings) = reversed(await report_of(server, catalog, "gpuhunt"))
    assert findings == ()
    assert "zip" in warning


async def test_gpuhunt_version_with_a_path_is_refused(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/gpuhunt/nebius/version", b"../../secret", "text/plain")
    report = await report_of(server, catalog, "gpuhunt")
    assert report.warnings == ("gpuhunt catalogue has an unexpected format: its version isn't valid.",)
    assert len(server.requests) == 1


async def test_another_content_type_is_a_warning(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/litellm", b"<html>Sign in</html>", "text/html")
    assert (await report_of(server, catalog)).warnings == (f"{TITLE} answers with text/html instead of JSON.",)


async def test_redirect_on_the_same_host_is_followed(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/litellm", b"", status=302, headers={"Location": "/moved"})
    server.set_answer("/moved", server.body("litellm.json"))
    assert (await report_of(server, catalog)).warnings == ()


async def test_redirect_to_another_host_never_gets_the_key(catalog: Catalog) -> None:
    async with feed_server() as server, feed_server() as foreign:
        server.set_answer("/together", b"", status=307, headers={"Location": f"{foreign.base}/together"})
        report = await report_of(server, catalog, "together")
        assert report.warnings == ("Together AI, list of models redirects to 127.0.0.1, which is another host.",)
        assert foreign.requests == []


async def test_redirect_in_a_circle_is_a_warning(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/litellm", b"", status=301, headers={"Location": "/litellm"})
    assert (await report_of(server, catalog)).warnings == (f"{TITLE} is busy or redirects in a circle.",)


@pytest.mark.parametrize("next_url", ["https://elsewhere.test/api", "//elsewhere.test/", "not an address", "http://["])
async def test_next_page_on_another_host_is_refused(server: FeedServer, catalog: Catalog, next_url: str) -> None:
    server.set_answer("/azure-retail/page1", json.dumps({"Items": [], "NextPageLink": next_url}).encode())
    report = await report_of(server, catalog, "azure-retail")
    assert report == RefreshReport((), ("Azure Retail Prices API links to a next page on another host.",))


async def test_endless_pages_are_a_warning(server: FeedServer, catalog: Catalog) -> None:
    endless = json.dumps({"Items": [], "NextPageLink": f"{server.base}/azure-retail/page1"}).encode()
    server.set_answer("/azure-retail/page1", endless)
    report = await report_of(server, catalog, "azure-retail")
    assert report.warnings == ("Azure Retail Prices API has more than 100 pages.",)


async def test_failed_part_is_a_warning(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/aws-bedrock/us-west-2", b"", status=500)
    report = await report_of(server, catalog, "aws-bedrock")
    assert report.warnings == (
        "AWS Price List, Amazon Bedrock was read only in part: us-west-2 answers with status 500.",
    )
    assert {finding.outcome for finding in report.findings} == {"unchanged", "changed", "new"}


CHANGED_FORMATS: dict[str, tuple[str, bytes]] = {
    "eci": ("/eci", b"Model,index\nGPT-4.1,137\n"),
    "azure-retail": ("/azure-retail/page1", b'{"items": []}'),
    "aws-bedrock": ("/aws-bedrock/us-east-1", b'{"products": [], "terms": {}}'),
    "aws-ec2": ("/aws-ec2/us-east-1", b"SKU;Price\n1;2\n"),
    "litellm": ("/litellm", b"[]"),
    "genai-prices": ("/genai-prices", b'{"providers": []}'),
    "openrouter": ("/openrouter", b'{"models": []}'),
    "openai-models": ("/openai-models", b"[]"),
    "together": ("/together", b'{"data": []}'),
    "google-billing": ("/google-billing/C7E2-9256-1C43", b'{"services": []}'),
    "arena": ("/arena/0", b'{"rows": "none"}'),
    "skypilot": ("/skypilot/lambda", b"Instance,Price\na,1\n"),
    "gpuhunt": ("/gpuhunt/nebius/20261121-100/catalog.zip", zipped({"nebius.csv": b"name,price\na,1\n"})),
}


def test_every_feed_has_a_changed_format() -> None:
    assert CHANGED_FORMATS.keys() == load_feeds().keys()


@pytest.mark.parametrize("feed_id", CHANGED_FORMATS)
async def test_changed_format_is_a_warning(server: FeedServer, catalog: Catalog, feed_id: str) -> None:
    path, body = CHANGED_FORMATS[feed_id]
    folder, _, first = path.rpartition("/")
    parts = server.feeds(feed_id)[feed_id].parts if feed_id != "gpuhunt" else ()
    for part in dict.fromkeys((first, *parts)):
        server.set_answer(f"{folder}/{part}", body, "application/octet-stream")
    report = await report_of(server, catalog, feed_id)
    assert report.findings == ()
    assert "has an unexpected format" in report.warnings[0]


async def test_answer_without_expected_names_is_a_warning(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/litellm", b'{"gpt-99": {"input_cost_per_token": 1e-06}}')
    ((warning,), findings) = reversed(await report_of(server, catalog))
    assert findings == ()
    assert "has none of the" in warning


async def test_endless_line_is_refused(server: FeedServer) -> None:
    server.set_answer("/endless", b"x" * 300_000, "text/csv")
    async with http() as client:
        with pytest.raises(HttpError, match="has a line of more than 65,536 bytes"):
            async for _ in client.lines(f"{server.base}/endless", CSV, max_bytes=1_000_000):
                pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", "0.5"),
        ("5e-07", "5E-7"),
        ("0", "0"),
        ("-1", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999", None),
        ("", None),
        ("1_000", None),
        ("٣", None),
        ("$1", None),
        ("9" * 21, None),
    ],
)
def test_price_texts(text: str, expected: str | None) -> None:
    price = usd(text)
    assert (None if price is None else str(price)) == expected


def test_json_numbers_are_exact() -> None:
    assert json_of(b'{"a": 8e-07, "b": NaN, "c": true}') == {"a": usd("8e-07"), "b": None, "c": True}
    assert usd(json_of(b"8e-07"), 1_000_000) == usd("0.8")
    assert usd(json_of(b"true")) is None
