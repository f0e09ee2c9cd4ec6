"""AWS Price List, Amazon Bedrock: `products` by SKU, `terms.OnDemand` by SKU. No key, a file a region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Measure, Observation, Observations
from pricing.refresh.parse import mapping, name_of, usd
from pricing.refresh.readers.parts import each_part, get_json

# `unit` of a dimension in small letters -> what we price by, and how many of theirs that is
UNITS: dict[str, tuple[Measure, int]] = {
    "1k tokens": ("1M tokens", 1_000),
    "1m tokens": ("1M tokens", 1),
    "hour": ("hour", 1),
    "hours": ("hour", 1),
    "hrs": ("hour", 1),
    "month": ("month", 1),
    "months": ("month", 1),
}


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """On-demand prices by usage type; the usage type begins with its region (`USE1-`)."""

    async def region(part: str) -> Iterable[Observation]:
        return list(_prices(mapping(await get_json(http, feed, feed.url.format(part=part)), "the answer")))

    return await each_part(feed, region)


def _prices(offer: dict[str, Any]) -> Iterator[Observation]:
    terms = mapping(mapping(offer.get("terms"), "terms").get("OnDemand"), "terms.OnDemand")
    for sku, product in mapping(offer.get("products"), "products").items():
        attributes = product.get("attributes") if isinstance(product, dict) else None
        name = name_of(attributes.get("usagetype")) if isinstance(attributes, dict) else ""
        for dimension in _dimensions(terms.get(sku)) if name else ():
            unit = str(dimension.get("unit")).lower()
            amount = dimension.get("pricePerUnit")
            if unit in UNITS and isinstance(amount, dict) and "USD" in amount:
                per, times = UNITS[unit]
                yield Observation(name, usd(amount["USD"], times), per, detail=name_of(dimension.get("description")))


def _dimensions(terms: Any) -> Iterator[dict[str, Any]]:
    """The price dimensions of one SKU. A graduated price has several; they are no single price and are left out."""
    for term in terms.values() if isinstance(terms, dict) else ():
        dimensions = term.get("priceDimensions") if isinstance(term, dict) else None
        if isinstance(dimensions, dict) and len(dimensions) == 1:
            yield from (dimension for dimension in dimensions.values() if isinstance(dimension, dict))
