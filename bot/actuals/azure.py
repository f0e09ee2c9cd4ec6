"""Costs by day and meter from Azure Cost Management, read as an application with access to costs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.actuals.aggregate import aggregate_bill
from bot.actuals.bill import BillLine, billed_day
from bot.actuals.billing_http import MAX_PAGES, BillingHttp, amount
from bot.actuals.query import BillQuery, Key
from calculator import Actual

API_VERSION = "2025-03-01"
ONE_DAY = timedelta(days=1)


async def pull(http: BillingHttp, key: Key, query: BillQuery) -> list[Actual]:
    """Return the amounts of the month by part. Raises PullError."""
    token = await _token(http, key)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    scope = key["scope"].strip("/")
    url = f"{http.addresses.azure}/{scope}/providers/Microsoft.CostManagement/query?api-version={API_VERSION}"
    request = json.dumps(_request(query)).encode()
    lines: list[BillLine] = []
    for _ in range(MAX_PAGES):
        answer = await http.post(url, request, headers)
        try:
            properties = answer["properties"]
            names = [column["name"] for column in properties["columns"]]
            lines += [_line(http, dict(zip(names, row, strict=True))) for row in properties["rows"]]
            next_link = properties.get("nextLink")
        except (AttributeError, LookupError, TypeError, ValueError):
            raise http.unknown_shape() from None
        if not next_link:
            return [
                actual._replace(through=query.end) for actual in aggregate_bill(lines, query.rules, query.scope).actuals
            ]
        url = http.next_page(url, next_link)
    raise http.unknown_shape()


async def _token(http: BillingHttp, key: Key) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": key["client_id"],
        "client_secret": key["client_secret"],
        "scope": "https://management.azure.com/.default",
    }
    url = f"{http.addresses.azure_login}/{key['tenant_id']}/oauth2/v2.0/token"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await http.post(url, urlencode(form).encode(), headers)
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        raise http.unknown_shape()
    return token


def _request(query: BillQuery) -> dict[str, Any]:
    """Return the request for daily costs in US dollars by meter. Azure includes the last day of a period."""
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{query.start}T00:00:00Z", "to": f"{query.end - ONE_DAY}T23:59:59Z"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"totalCost": {"name": "CostUSD", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": "MeterSubcategory"}, {"type": "Dimension", "name": "Meter"}],
        },
    }


def _line(http: BillingHttp, row: dict[str, Any]) -> BillLine:
    usd = amount(row["CostUSD"])
    if usd is None:
        raise http.unknown_shape()
    day = datetime.strptime(str(row["UsageDate"]), "%Y%m%d").date()  # noqa: DTZ007 - a date has no time zone
    return BillLine(billed_day(day), f"{row['MeterSubcategory'] or ''} {row['Meter'] or ''}".strip(), usd)
