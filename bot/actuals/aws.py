"""What AWS Cost Explorer says of Amazon Bedrock, by day and usage type. AWS takes one cent for each question."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from bot.actuals.aggregate import gather
from bot.actuals.bill import BillLine, billed_day
from bot.actuals.billing_http import MAX_PAGES, BillingHttp, amount
from bot.actuals.query import BillQuery, Key
from bot.actuals.sigv4 import AwsKey, signed
from calculator import Actual

REGION, SERVICE = "us-east-1", "ce"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSInsightsIndexService.GetCostAndUsage",
}


async def pull(http: BillingHttp, key: Key, ask: BillQuery) -> list[Actual]:
    """The amounts of the month by part. Raises PullError."""
    access = AwsKey(key["access_key_id"], key["secret_access_key"])
    question: dict[str, Any] = {
        "TimePeriod": {"Start": ask.start.isoformat(), "End": ask.end.isoformat()},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost", "UsageQuantity"],
        "Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Bedrock"]}},
        "GroupBy": [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}],
    }
    url = f"{http.addresses.aws}/"
    lines: list[BillLine] = []
    for _ in range(MAX_PAGES):
        body = json.dumps(question).encode()
        headers = signed("POST", url, HEADERS, body, key=access, region=REGION, service=SERVICE, at=ask.now)
        answer = await http.post(url, body, headers)
        try:
            for result in answer["ResultsByTime"]:
                day = billed_day(date.fromisoformat(result["TimePeriod"]["Start"]))
                lines += [_line(http, day, group) for group in result["Groups"]]
            onward = answer.get("NextPageToken")
        except (AttributeError, LookupError, TypeError, ValueError):
            raise http.unknown_shape() from None
        if not onward:
            return [one._replace(through=ask.end) for one in gather(lines, ask.rules, ask.scope).actuals]
        question["NextPageToken"] = onward
    raise http.unknown_shape()


def _line(http: BillingHttp, day: date, group: dict[str, Any]) -> BillLine:
    cost, used = group["Metrics"]["UnblendedCost"], group["Metrics"].get("UsageQuantity") or {}
    usd = amount(cost["Amount"])
    if usd is None or cost["Unit"] != "USD":
        raise http.unknown_shape()
    return BillLine(day, str(group["Keys"][0]), usd, amount(used.get("Amount")), str(used.get("Unit", "")).lower())
