"""AWS Price List, Amazon Bedrock: `products` and `terms.OnDemand` by SKU. No key; one file per region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Measure, Observation, Observations
from pricing.refresh.parse import mapping, name_of, usd
from pricing.refresh.readers.parts import get_json, read_parts

# The lower-case `unit` of a dimension -> our unit, and the factor that converts the price
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
    """Return on-demand prices by usage type, which starts with its region (`USE1-`)."""

    async def region(part: str) -> Iterable[Observation]:
        return list(_prices(mapping(await get_json(http, feed, feed.url.format(part=part)), "the answer")))

    return await read_parts(feed, region)


def _prices(offer: dict[str, Any]) -> Iterator[Observation]:
    terms = mapping(mapping(offer.get("terms"), "terms").get("OnDemand"), "terms.OnDemand")
    for sku, product in mapping(offer.get("products"), "products").items():
        attributes = product.get("attributes") if isinstance(product, dict) else None
        name = name_of(attributes.get("usagetype")) if isinstance(attributes, dict) else ""
        for dimension in _dimensions(terms.get(sku)) if name else ():
            unit = str(dimension.get("unit")).lower()
            amount = dimension.get("pricePerUnit")
            if unit in UNITS and isinstance(amount, dict) and "USD" in amount:
                per, factor = UNITS[unit]
                yield Observation(name, usd(amount["USD"], factor), per, detail=name_of(dimension.get("description")))


def _dimensions(terms: Any) -> Iterator[dict[str, Any]]:
    """Yield the price dimension of each term of a SKU. Graduated prices, which have several, are skipped."""
    for term in terms.values() if isinstance(terms, dict) else ():
        dimensions = term.get("priceDimensions") if isinstance(term, dict) else None
        if isinstance(dimensions, dict) and len(dimensions) == 1:
            yield from (dimension for dimension in dimensions.values() if isinstance(dimension, dict))
