"""Amounts read from the platforms' billing APIs: recorded answers over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.actuals import aws, azure, openai, together
from bot.actuals.aggregate import bill_scope
from bot.actuals.billing_http import PullError
from bot.actuals.query import BillQuery
from bot.actuals.sigv4 import AwsKey, sign
from calculator import Actual, Usage
from pricing import Catalog, load_bill_rules
from tests.bot.actuals.billing import (
    AWS_KEY,
    AZURE_KEY,
    CLIENT,
    OPENAI_KEY,
    SUBSCRIPTION,
    TENANT,
    TOGETHER_KEY,
    billing_client,
)

DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 1)
SINCE, TODAY = date(2026, 11, 21), date(2027, 1, 15)
D = Decimal
UNKNOWN_FORM = "in a form that ftcost doesn't know"


def query_for(catalog: Catalog, offer: str, *jobs: str, today: date = TODAY, since: date = SINCE) -> BillQuery:
    scope = bill_scope(catalog.offers[offer], catalog, since, today)
    requested_at = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)
    return BillQuery(scope, DECEMBER, load_bill_rules(), requested_at, jobs)


def amounts(actuals: list[Actual]) -> dict[str, str]:
    assert {(actual.month, actual.through) for actual in actuals} == {(DECEMBER, JANUARY)}
    return {actual.part: str(actual.usd) for actual in actuals}


# --- OpenAI ----------------------------------------------------------------------------------------------------------


async def test_openai_costs_calls_tokens_and_epochs(catalog: Catalog) -> None:
    """Training 60.50; input 30.25 and output 20.75 + 49 on the next page: 100.00.

    The base model, another tuned model and items without a name don't count. The usage is that of two days.
    """
    async with billing_client("OpenAI") as (server, http):
        actuals = await openai.pull(http, OPENAI_KEY, query_for(catalog, "openai/gpt-4.1-mini"))
    assert amounts(actuals) == {"inference": "100.00", "training": "60.5"}
    usage = {actual.part: actual.usage for actual in actuals}
    assert usage["inference"] == Usage(
        calls=D(300_000), input_tokens=D(50_000_000), cached_tokens=D(1_000_000), output_tokens=D(14_000_000)
    )
    assert usage["training"] == Usage(trained_tokens=D(12_100_000), epochs=D(3), jobs=D(1))
    costs = server.requests[0][0]
    assert costs.headers["Authorization"] == "Bearer sk-admin-1234"
    assert dict(costs.query) == {
        "start_time": "1796083200",  # 1 December 2026, 00:00 UTC
        "end_time": "1798761600",
        "bucket_width": "1d",
        "group_by": "line_item",
        "limit": "31",
    }
    assert server.requests[1][0].query["page"] == "AAAA"
    assert server.requests[-1][0].headers["Authorization"] == "Bearer sk-proj-5678"


async def test_openai_jobs_are_not_read_without_a_project_key(catalog: Catalog) -> None:
    async with billing_client("OpenAI") as (server, http):
        actuals = await openai.pull(http, {"admin_key": "sk-admin-1234"}, query_for(catalog, "openai/gpt-4.1-mini"))
    assert not any("fine_tuning" in request.path for request, _ in server.requests)
    assert {actual.part: actual.usage for actual in actuals}["training"] == Usage()


async def test_query_covers_the_estimate_date_to_today(catalog: Catalog) -> None:
    """The estimate is from 3 December and today is the 10th: charges of the first two days don't count."""
    query = query_for(catalog, "openai/gpt-4.1-mini", since=date(2026, 12, 3), today=date(2026, 12, 10))
    async with billing_client("OpenAI") as (server, http):
        actuals = await openai.pull(http, {"admin_key": "k"}, query)
    assert [(actual.part, actual.usd, actual.through) for actual in actuals] == [
        ("inference", D(49), date(2026, 12, 11))
    ]
    assert (server.requests[0][0].query["start_time"], server.requests[0][0].query["end_time"]) == (
        "1796256000",
        "1796947200",
    )


# --- Azure -----------------------------------------------------------------------------------------------------------


async def test_azure_costs_by_meter_over_two_pages(catalog: Catalog) -> None:
    """Training 66, hosting 40.80 on each of two days, tuned input 30. Items of base models don't count."""
    async with billing_client("Azure") as (server, http):
        actuals = await azure.pull(http, AZURE_KEY, query_for(catalog, "azure/gpt-4.1-mini@global"))
        path = f"/azure/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
        page_1, page_2 = server.bodies(path)
    assert amounts(actuals) == {"hosting": "81.6", "inference": "30.0", "training": "66.0"}
    login, body = server.requests[0]
    assert login.path == f"/login/{TENANT}/oauth2/v2.0/token"
    assert f"client_id={CLIENT}" in body.decode()
    assert server.requests[1][0].headers["Authorization"] == "Bearer azure-token"
    assert page_1 == page_2
    assert page_1["timePeriod"] == {"from": "2026-12-01T00:00:00Z", "to": "2026-12-31T23:59:59Z"}


async def test_azure_next_page_on_another_host_is_refused(catalog: Catalog) -> None:
    async with billing_client("Azure") as (server, http):
        elsewhere = server.text("azure-query-1.json").replace(server.base, "https://evil.example")
        path = f"/azure/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
        server.answers[path] = lambda: web.Response(text=elsewhere, content_type="application/json")
        with pytest.raises(PullError, match=UNKNOWN_FORM):
            await azure.pull(http, AZURE_KEY, query_for(catalog, "azure/gpt-4.1-mini@global"))
    assert all("evil" not in str(request.url) for request, _ in server.requests)


# --- AWS -------------------------------------------------------------------------------------------------------------


async def test_aws_costs_and_tokens_by_usage_type(catalog: Catalog) -> None:
    """150M tokens at $0.30 are 45, 105M at $2.50 are 262.50: 307.50. 12M tokens were trained for 45.36."""
    async with billing_client("AWS") as (server, http):
        actuals = await aws.pull(http, AWS_KEY, query_for(catalog, "aws-bedrock/nova-2-lite"))
    assert amounts(actuals) == {"inference": "307.5", "storage": "1.95", "training": "45.36"}
    usage = {actual.part: actual.usage for actual in actuals}
    assert usage["inference"] == Usage(input_tokens=D(150_000_000), cached_tokens=D(0), output_tokens=D(105_000_000))
    assert usage["training"] == Usage(trained_tokens=D(12_000_000))
    request, body = server.requests[0]
    assert request.headers["X-Amz-Target"] == "AWSInsightsIndexService.GetCostAndUsage"
    assert json.loads(body)["TimePeriod"] == {"Start": "2026-12-01", "End": "2027-01-01"}
    assert request.headers["Authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE12345/20270115/us-east-1/ce/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
    )


@pytest.mark.parametrize(
    ("headers", "signature"),
    [
        ({"My-Header1": "value2,value2,value1"}, "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        ({"My-Header1": "value1,value2,value3"}, "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"),
        ({}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ],
)
def test_signatures_match_the_aws_test_suite(headers: Mapping[str, str], signature: str) -> None:
    """get-header-key-duplicate, get-header-value-multiline and get-vanilla of the Signature Version 4 test suite."""
    headers_sent = sign(
        "GET",
        "https://example.amazonaws.com/",
        headers,
        b"",
        key=AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        region="us-east-1",
        service="service",
        signed_at=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
    )
    assert headers_sent["authorization"].endswith(f"Signature={signature}")


# --- Together --------------------------------------------------------------------------------------------------------


async def test_together_prices_jobs_in_billionths(catalog: Catalog) -> None:
    async with billing_client("Together") as (server, http):
        actuals = await together.pull(http, TOGETHER_KEY, query_for(catalog, "together/qwen3-8b", "ft-1"))
    assert amounts(actuals) == {"training": "7.68"}
    assert actuals[0].usage == Usage(epochs=D(4), jobs=D(1))
    assert server.requests[0][0].headers["Authorization"] == "Bearer together-1234"


@pytest.mark.parametrize(
    ("offer", "jobs", "reason"),
    [
        ("together/qwen3-8b", (), "Name the jobs"),
        ("together/qwen3-8b", ("ft-2",), "is running"),
        ("together/qwen3-14b", ("ft-1",), "trained Qwen/Qwen3-8B"),
        ("together/qwen3-8b", ("ft-unknown",), "doesn't know this address"),
        ("together/qwen3-8b", ("ft-/../../secret",), "doesn't know this address"),
    ],
)
async def test_unusable_together_job_is_refused_with_the_reason(
    catalog: Catalog, offer: str, jobs: tuple[str, ...], reason: str
) -> None:
    async with billing_client("Together") as (_, http):
        with pytest.raises(PullError, match=reason):
            await together.pull(http, TOGETHER_KEY, query_for(catalog, offer, *jobs))


# --- unexpected answers ----------------------------------------------------------------------------------------------

COSTS = "/openai/v1/organization/costs"


def text(body: str, status: int = 200) -> Any:
    return lambda: web.Response(text=body, status=status, content_type="application/json")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (text("{}", 401), "doesn't accept the key"),
        (text("{}", 403), "can't read costs"),
        (text("{}", 429), "rate limiting"),
        (text("{}", 503), "status 503"),
        (lambda: web.Response(status=302, headers={"Location": "https://evil.example/"}), "status 302"),
        (text("<html>"), UNKNOWN_FORM),
        (text("[]"), UNKNOWN_FORM),
        (text("{}"), UNKNOWN_FORM),
        (text('{"data": [{"start_time": 1, "results": [{}]}]}'), UNKNOWN_FORM),
        (text('{"data": [{"start_time": 1e400, "results": []}]}'), UNKNOWN_FORM),
        (
            text('{"data": [{"start_time": 1, "results": [{"amount": {"value": NaN, "currency": "usd"}}]}]}'),
            UNKNOWN_FORM,
        ),
        (
            text('{"data": [{"start_time": 1, "results": [{"amount": {"value": 1, "currency": "eur"}}]}]}'),
            UNKNOWN_FORM,
        ),
        (
            text('{"data": [{"start_time": 1, "results": [{"amount": {"value": "1e999", "currency": "usd"}}]}]}'),
            UNKNOWN_FORM,
        ),
        (text('{"data": [], "has_more": true, "next_page": "x"}'), UNKNOWN_FORM),  # endless
        (text("[" * 100_000), UNKNOWN_FORM),
        (text(" " * 8_000_001), "8 MB"),
    ],
)
async def test_unexpected_answer_is_an_error_without_the_key(catalog: Catalog, answer: Any, reason: str) -> None:
    async with billing_client("OpenAI") as (server, http):
        server.answers[COSTS] = answer
        with pytest.raises(PullError, match=reason) as caught:
            await openai.pull(http, OPENAI_KEY, query_for(catalog, "openai/gpt-4.1-mini"))
    assert "sk-" not in str(caught.value)


async def test_unreachable_platform_is_an_error(catalog: Catalog) -> None:
    async with billing_client("OpenAI") as (server, http):
        server.base = ""
        http.addresses = http.addresses._replace(openai="http://127.0.0.1:1")
        with pytest.raises(PullError, match="can't be read"):
            await openai.pull(http, OPENAI_KEY, query_for(catalog, "openai/gpt-4.1-mini"))
