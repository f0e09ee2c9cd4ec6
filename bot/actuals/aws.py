"""Costs of Amazon Bedrock by day and usage type, from AWS Cost Explorer. AWS charges one cent per request."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from bot.actuals.aggregate import aggregate_bill
from bot.actuals.bill import BillLine, billed_day
from bot.actuals.billing_http import MAX_PAGES, BillingHttp, amount
from bot.actuals.query import BillQuery, Key
from bot.actuals.sigv4 import AwsKey, sign
from calculator import Actual

REGION, SERVICE = "us-east-1", "ce"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSInsightsIndexService.GetCostAndUsage",
}


async def pull(http: BillingHttp, key: Key, query: BillQuery) -> list[Actual]:
    """Return the amounts of the month by part. Raises PullError."""
    access = AwsKey(key["access_key_id"], key["secret_access_key"])
    request: dict[str, Any] = {
        "TimePeriod": {"Start": query.start.isoformat(), "End": query.end.isoformat()},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost", "UsageQuantity"],
        "Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Bedrock"]}},
        "GroupBy": [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}],
    }
    url = f"{http.addresses.aws}/"
    lines: list[BillLine] = []
    for _ in range(MAX_PAGES):
        body = json.dumps(request).encode()
        headers = sign(
            "POST", url, HEADERS, body, key=access, region=REGION, service=SERVICE, signed_at=query.requested_at
        )
        answer = await http.post(url, body, headers)
        try:
            for result in answer["ResultsByTime"]:
                day = billed_day(date.fromisoformat(result["TimePeriod"]["Start"]))
                lines += [_line(http, day, group) for group in result["Groups"]]
            page_token = answer.get("NextPageToken")
        except (AttributeError, LookupError, TypeError, ValueError):
            raise http.unknown_shape() from None
        if not page_token:
            return [
                actual._replace(through=query.end) for actual in aggregate_bill(lines, query.rules, query.scope).actuals
            ]
        request["NextPageToken"] = page_token
    raise http.unknown_shape()


def _line(http: BillingHttp, day: date, group: dict[str, Any]) -> BillLine:
    cost, quantity = group["Metrics"]["UnblendedCost"], group["Metrics"].get("UsageQuantity") or {}
    usd = amount(cost["Amount"])
    if usd is None or cost["Unit"] != "USD":
        raise http.unknown_shape()
    return BillLine(
        day, str(group["Keys"][0]), usd, amount(quantity.get("Amount")), str(quantity.get("Unit", "")).lower()
    )
