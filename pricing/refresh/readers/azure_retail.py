"""Azure Retail Prices API: pages of `Items`, one per meter and region, linked by `NextPageLink`. No key."""

from __future__ import annotations

import asyncio
from typing import Any

from pricing.http_client import JSON, HttpClient, same_origin
from pricing.refresh.feed import Feed
from pricing.refresh.observation import FeedError, Measure, Observation, Observations
from pricing.refresh.parse import json_of, mapping, name_of, rows, usd

MAX_PAGES = 100
# `unitOfMeasure` -> our unit, and the factor that converts the price
UNITS: dict[str, tuple[Measure, int]] = {
    "1K": ("1M tokens", 1_000),
    "1M": ("1M tokens", 1),
    "1 Hour": ("hour", 1),
    "1/Hour": ("hour", 1),
}


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return every consumption meter, at its price in the first of `feed.regions` that has it."""
    best: dict[str, tuple[int, Observation]] = {}
    url, bytes_left = feed.url, feed.max_bytes
    for _ in range(MAX_PAGES):
        data = await http.get(url, JSON, max_bytes=bytes_left)
        bytes_left -= len(data)
        page = mapping(await asyncio.to_thread(json_of, data), "the answer")
        for item in rows(page.get("Items"), "Items"):
            rank = _region_rank(item, feed.regions)
            observation = _observation(item) if rank is not None else None
            if observation and rank is not None and (observation.name not in best or rank < best[observation.name][0]):
                best[observation.name] = rank, observation
        next_url = page.get("NextPageLink")
        if not next_url:
            return Observations(tuple(observation for _, observation in best.values()))
        if not same_origin(url, next_url):
            raise FeedError("links to a next page on another host")
        url = str(next_url)
    raise FeedError(f"has more than {MAX_PAGES} pages")


def _region_rank(item: dict[str, Any], regions: tuple[str, ...]) -> int | None:
    """Return the preference of an item's region, 0 first; None for other regions."""
    region = item.get("armRegionName")
    return regions.index(region) if region in regions else None


def _observation(item: dict[str, Any]) -> Observation | None:
    """Return the price of a consumption meter; None for reservations, other currencies and other units."""
    name, unit = name_of(item.get("meterName")), name_of(item.get("unitOfMeasure"))
    if not name or unit not in UNITS or item.get("type", "Consumption") != "Consumption":
        return None
    if item.get("currencyCode", "USD") != "USD":
        return None
    per, factor = UNITS[unit]
    detail = f"{name_of(item.get('productName'))}, {item['armRegionName']}"
    return Observation(name, usd(item.get("retailPrice"), factor), per, detail=detail)
