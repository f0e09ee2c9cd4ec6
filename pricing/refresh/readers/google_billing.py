"""Google's Cloud Billing catalogue: pages of `skus` per service, prices as units + nanos. Needs a key."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from yarl import URL

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import FeedError, Measure, Observation, Observations
from pricing.refresh.parse import MILLION, mapping, name_of, rows, usd
from pricing.refresh.readers.parts import get_json, read_parts

MAX_PAGES = 50
NANO = Decimal("1e-9")
# `usageUnit` -> our unit, and the factor that converts the price. `count` is tokens or characters.
UNITS: dict[str, tuple[Measure, int]] = {"count": ("1M tokens", MILLION), "h": ("hour", 1), "mo": ("month", 1)}


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return prices by the description of the SKU, which the console shows."""

    async def service(part: str) -> Iterable[Observation]:
        page_url = url = URL(feed.url.format(part=part))
        observations: list[Observation] = []
        for _ in range(MAX_PAGES):
            page = mapping(await get_json(http, feed, str(url)), "the answer")
            observations += [price for sku in rows(page.get("skus"), "skus") if (price := _observation(sku))]
            if not (token := name_of(page.get("nextPageToken"))):
                return observations
            url = page_url.update_query(pageToken=token)
        raise FeedError(f"has more than {MAX_PAGES} pages")

    return await read_parts(feed, service)


def _observation(sku: dict[str, Any]) -> Observation | None:
    """Return the price of a SKU; None for graduated prices, other currencies and other units."""
    name = name_of(sku.get("description"))
    info = sku.get("pricingInfo")
    newest = info[-1] if isinstance(info, list) and info and isinstance(info[-1], dict) else {}
    expression = newest.get("pricingExpression")
    if not name or not isinstance(expression, dict) or name_of(expression.get("usageUnit")) not in UNITS:
        return None
    rates = expression.get("tieredRates")
    rate = rates[0] if isinstance(rates, list) and len(rates) == 1 and isinstance(rates[0], dict) else {}
    price = rate.get("unitPrice")
    if not isinstance(price, dict) or price.get("currencyCode", "USD") != "USD":
        return None
    per, factor = UNITS[expression["usageUnit"]]
    whole, nanos = usd(price.get("units", "0"), factor), usd(price.get("nanos", Decimal(0)), NANO * factor)
    regions = sku.get("serviceRegions")
    detail = ", ".join(name_of(region) for region in regions) if isinstance(regions, list) else ""
    return Observation(name, None if whole is None or nanos is None else whole + nanos, per, detail=detail)
