"""Published data of genai-prices: a list of providers, whose models have one price or several dated ones. No key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observation, Observations
from pricing.refresh.parse import day_of, name_of, rows, usd
from pricing.refresh.readers.parts import get_json
from pricing.vocabulary import PriceKind

FIELDS: dict[str, PriceKind] = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "output_mtok": "output",
}


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return prices of base models, named provider/model, in US dollars per 1M tokens."""
    observations = []
    for provider in rows(await get_json(http, feed, feed.url), "the answer"):
        models = provider.get("models")
        for model in rows(models, "models"):
            name = name_of(f"{provider.get('id')}/{model.get('id')}")
            observations += [
                Observation(name, usd(_base(prices[field])), "1M tokens", kind, since=since)
                for since, prices in _dated(model.get("prices"))
                for field, kind in FIELDS.items()
                if name and prices.get(field) is not None
            ]
    return Observations(tuple(observations))


def _dated(prices: Any) -> Iterator[tuple[date | None, dict[str, Any]]]:
    """Yield a model's prices with their start dates; prices for a time of day are skipped."""
    for row in [{"prices": prices}] if isinstance(prices, dict) else rows(prices, "prices"):
        constraint, listed = row.get("constraint"), row.get("prices")
        since = day_of(constraint.get("start_date")) if isinstance(constraint, dict) else None
        if isinstance(listed, dict) and (constraint is None or since):
            yield since, listed


def _base(price: Any) -> Any:
    """Return a price, or the base of one that depends on the length of the call (base + tiers)."""
    return price.get("base") if isinstance(price, dict) else price
