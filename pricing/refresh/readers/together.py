"""Together's models: a list with `pricing` in US dollars per 1M tokens. Needs a key.

Zero means not for sale. Newer versions of Together's client have dropped `finetune`.
"""

from __future__ import annotations

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observation, Observations
from pricing.refresh.parse import name_of, rows, usd
from pricing.refresh.readers.parts import get_json
from pricing.vocabulary import PriceKind

FIELDS: dict[str, PriceKind] = {
    "finetune": "training",
    "input": "input",
    "cachedInput": "cached_input",
    "output": "output",
}


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return prices by model, and the names of all models."""
    models = rows(await get_json(http, feed, feed.url), "the answer")
    observations = []
    for model in models:
        name, pricing = name_of(model.get("id")), model.get("pricing")
        if name and isinstance(pricing, dict):
            observations += [
                Observation(name, usd(pricing[field]), "1M tokens", kind)
                for field, kind in FIELDS.items()
                if pricing.get(field)
            ]
    return Observations(tuple(observations), names=frozenset(name_of(model.get("id")) for model in models))
