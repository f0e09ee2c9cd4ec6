"""Google's Cloud Billing catalogue: pages of `skus` a service, prices as units + nanos. Needs a key."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from yarl import URL

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import FeedError, Measure, Observation, Observations
from pricing.refresh.parse import MILLION, mapping, name_of, rows, usd
from pricing.refresh.readers.parts import each_part, get_json

MAX_PAGES = 50
NANO = Decimal("1e-9")
# usageUnit -> what we price by, and how many of theirs that is. Tokens and characters are both counted as `count`.
UNITS: dict[str, tuple[Measure, int]] = {"count": ("1M tokens", MILLION), "h": ("hour", 1), "mo": ("month", 1)}


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Prices by the description of the SKU, which is how the console shows it."""

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

    return await each_part(feed, service)


def _observation(sku: dict[str, Any]) -> Observation | None:
    """A SKU with one price; graduated ones and other units are left out."""
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
    per, times = UNITS[expression["usageUnit"]]
    whole, nanos = usd(price.get("units", "0"), times), usd(price.get("nanos", Decimal(0)), NANO * times)
    regions = sku.get("serviceRegions")
    detail = ", ".join(name_of(region) for region in regions) if isinstance(regions, list) else ""
    return Observation(name, None if whole is None or nanos is None else whole + nanos, per, detail=detail)
