"""OpenRouter's models: `data[].pricing` in US dollars per token, as text; -1 if the price varies. No key."""

from __future__ import annotations

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observation, Observations
from pricing.refresh.parse import MILLION, mapping, name_of, rows, usd
from pricing.refresh.readers.parts import get_json
from pricing.vocabulary import PriceKind

FIELDS: dict[str, PriceKind] = {"prompt": "input", "input_cache_read": "cached_input", "completion": "output"}
VARIES = "-1"


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return prices of base models, in US dollars per 1M tokens."""
    answer = mapping(await get_json(http, feed, feed.url), "the answer")
    observations = []
    for model in rows(answer.get("data"), "data"):
        name, pricing = name_of(model.get("id")), model.get("pricing")
        if name and isinstance(pricing, dict):
            observations += [
                Observation(name, usd(pricing[field], MILLION), "1M tokens", kind)
                for field, kind in FIELDS.items()
                if field in pricing and str(pricing[field]) != VARIES
            ]
    return Observations(tuple(observations))
