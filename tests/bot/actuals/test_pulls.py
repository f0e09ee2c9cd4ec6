"""Platforms asked what was paid: recorded answers, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from bot.actuals import aws, azure, openai, together
from bot.actuals.aggregate import scope_of
from bot.actuals.billing_http import PullError
from bot.actuals.query import BillQuery
from bot.actuals.sigv4 import AwsKey, signed
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
    asking,
)

DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 1)
SINCE, TODAY = date(2026, 11, 21), date(2027, 1, 15)
D = Decimal
UNKNOWN_FORM = "in a form that ftcost doesn't know"


def ask(catalog: Catalog, offer: str, *jobs: str, today: date = TODAY, since: date = SINCE) -> BillQuery:
    scope = scope_of(catalog.offers[offer], catalog, since, today)
    now = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)
    return BillQuery(scope, DECEMBER, load_bill_rules(), now, jobs)


def amounts(found: list[Actual]) -> dict[str, str]:
    assert {(one.month, one.through) for one in found} == {(DECEMBER, JANUARY)}
    return {one.part: str(one.usd) for one in found}


# --- OpenAI ----------------------------------------------------------------------------------------------------------


async def test_openai_says_costs_calls_tokens_and_epochs(catalog: Catalog) -> None:
    """Training 60.50; input 30.25, output 20.75 + 49 on the next page: 100.00. The base model, another tuned model and
    what has no line item are left out. 300,000 calls of 50M input tokens, 1M output tokens read from two days.
    """
    async with asking("OpenAI") as (server, http):
        found = await openai.pull(http, OPENAI_KEY, ask(catalog, "openai/gpt-4.1-mini"))
    assert amounts(found) == {"inference": "100.00", "training": "60.5"}
    usage = {one.part: one.usage for one in found}
    assert usage["inference"] == Usage(
        calls=D(300_000), input_tokens=D(50_000_000), cached_tokens=D(1_000_000), output_tokens=D(14_000_000)
    )
    assert usage["training"] == Usage(trained_tokens=D(12_100_000), epochs=D(3), jobs=D(1))
    costs = server.asked[0][0]
    assert costs.headers["Authorization"] == "Bearer sk-admin-1234"
    assert dict(costs.query) == {
        "start_time": "1796083200",  # 1 December 2026, 00:00 UTC
        "end_time": "1798761600",
        "bucket_width": "1d",
        "group_by": "line_item",
        "limit": "31",
    }
    assert server.asked[1][0].query["page"] == "AAAA"
    assert server.asked[-1][0].headers["Authorization"] == "Bearer sk-proj-5678"


async def test_without_a_project_key_openais_jobs_are_not_asked(catalog: Catalog) -> None:
    async with asking("OpenAI") as (server, http):
        found = await openai.pull(http, {"admin_key": "sk-admin-1234"}, ask(catalog, "openai/gpt-4.1-mini"))
    assert not any("fine_tuning" in request.path for request, _ in server.asked)
    assert {one.part: one.usage for one in found}["training"] == Usage()


async def test_a_month_is_asked_from_the_day_of_the_estimate_to_today(catalog: Catalog) -> None:
    """3 December, the day of the estimate, to 10 December, today: the charges of the first two days are not counted."""
    asked = ask(catalog, "openai/gpt-4.1-mini", since=date(2026, 12, 3), today=date(2026, 12, 10))
    async with asking("OpenAI") as (server, http):
        found = await openai.pull(http, {"admin_key": "k"}, asked)
    assert [(one.part, one.usd, one.through) for one in found] == [("inference", D(49), date(2026, 12, 11))]
    assert (server.asked[0][0].query["start_time"], server.asked[0][0].query["end_time"]) == (
        "1796256000",
        "1796947200",
    )


# --- Azure -----------------------------------------------------------------------------------------------------------


async def test_azure_says_costs_by_meter_over_two_pages(catalog: Catalog) -> None:
    """Training 66, hosting 40.80 on each of two days, tuned input 30. What is not tuned is not ours."""
    async with asking("Azure") as (server, http):
        found = await azure.pull(http, AZURE_KEY, ask(catalog, "azure/gpt-4.1-mini@global"))
        query = f"/azure/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
        first, second = server.bodies(query)
    assert amounts(found) == {"hosting": "81.6", "inference": "30.0", "training": "66.0"}
    login, body = server.asked[0]
    assert login.path == f"/login/{TENANT}/oauth2/v2.0/token"
    assert f"client_id={CLIENT}" in body.decode()
    assert server.asked[1][0].headers["Authorization"] == "Bearer azure-token"
    assert first == second
    assert first["timePeriod"] == {"from": "2026-12-01T00:00:00Z", "to": "2026-12-31T23:59:59Z"}


async def test_azures_next_page_is_not_followed_to_another_host(catalog: Catalog) -> None:
    async with asking("Azure") as (server, http):
        elsewhere = server.text("azure-query-1.json").replace(server.base, "https://evil.example")
        path = f"/azure/subscriptions/{SUBSCRIPTION}/providers/Microsoft.CostManagement/query"
        server.answers[path] = lambda: web.Response(text=elsewhere, content_type="application/json")
        with pytest.raises(PullError, match=UNKNOWN_FORM):
            await azure.pull(http, AZURE_KEY, ask(catalog, "azure/gpt-4.1-mini@global"))
    assert all("evil" not in str(request.url) for request, _ in server.asked)


# --- AWS -------------------------------------------------------------------------------------------------------------


async def test_aws_says_costs_and_tokens_by_usage_type(catalog: Catalog) -> None:
    """150M tokens at $0.30 are 45, 105M at $2.50 are 262.50: 307.50. 12M tokens were trained for 45.36."""
    async with asking("AWS") as (server, http):
        found = await aws.pull(http, AWS_KEY, ask(catalog, "aws-bedrock/nova-2-lite"))
    assert amounts(found) == {"inference": "307.5", "storage": "1.95", "training": "45.36"}
    usage = {one.part: one.usage for one in found}
    assert usage["inference"] == Usage(input_tokens=D(150_000_000), cached_tokens=D(0), output_tokens=D(105_000_000))
    assert usage["training"] == Usage(trained_tokens=D(12_000_000))
    request, body = server.asked[0]
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
def test_signatures_are_those_of_awss_test_suite(headers: Mapping[str, str], signature: str) -> None:
    """get-header-key-duplicate, get-header-value-multiline and get-vanilla of the Signature Version 4 test suite."""
    made = signed(
        "GET",
        "https://example.amazonaws.com/",
        headers,
        b"",
        key=AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        region="us-east-1",
        service="service",
        at=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
    )
    assert made["authorization"].endswith(f"Signature={signature}")


# --- Together --------------------------------------------------------------------------------------------------------


async def test_together_says_a_jobs_price_in_billionths(catalog: Catalog) -> None:
    async with asking("Together") as (server, http):
        found = await together.pull(http, TOGETHER_KEY, ask(catalog, "together/qwen3-8b", "ft-1"))
    assert amounts(found) == {"training": "7.68"}
    assert found[0].usage == Usage(epochs=D(4), jobs=D(1))
    assert server.asked[0][0].headers["Authorization"] == "Bearer together-1234"


@pytest.mark.parametrize(
    ("offer", "jobs", "why"),
    [
        ("together/qwen3-8b", (), "Name the jobs"),
        ("together/qwen3-8b", ("ft-2",), "is running"),
        ("together/qwen3-14b", ("ft-1",), "trained Qwen/Qwen3-8B"),
        ("together/qwen3-8b", ("ft-unknown",), "doesn't know this address"),
        ("together/qwen3-8b", ("ft-/../../secret",), "doesn't know this address"),
    ],
)
async def test_a_job_that_does_not_count_is_said_to(
    catalog: Catalog, offer: str, jobs: tuple[str, ...], why: str
) -> None:
    async with asking("Together") as (_, http):
        with pytest.raises(PullError, match=why):
            await together.pull(http, TOGETHER_KEY, ask(catalog, offer, *jobs))


# --- platforms that misbehave ----------------------------------------------------------------------------------------

COSTS = "/openai/v1/organization/costs"


def text(body: str, status: int = 200) -> Any:
    return lambda: web.Response(text=body, status=status, content_type="application/json")


@pytest.mark.parametrize(
    ("answer", "why"),
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
        (text('{"data": [], "has_more": true, "next_page": "x"}'), UNKNOWN_FORM),  # for ever
        (text("[" * 100_000), UNKNOWN_FORM),
        (text(" " * 8_000_001), "8 MB"),
    ],
)
async def test_an_odd_answer_is_a_sentence_without_the_key(catalog: Catalog, answer: Any, why: str) -> None:
    async with asking("OpenAI") as (server, http):
        server.answers[COSTS] = answer
        with pytest.raises(PullError, match=why) as caught:
            await openai.pull(http, OPENAI_KEY, ask(catalog, "openai/gpt-4.1-mini"))
    assert "sk-" not in str(caught.value)


async def test_a_host_that_is_away_is_a_sentence(catalog: Catalog) -> None:
    async with asking("OpenAI") as (server, http):
        server.base = ""
        http.addresses = http.addresses._replace(openai="http://127.0.0.1:1")
        with pytest.raises(PullError, match="can't be read"):
            await openai.pull(http, OPENAI_KEY, ask(catalog, "openai/gpt-4.1-mini"))
