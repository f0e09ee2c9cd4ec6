"""LiteLLM's price map: an object of models, with US dollars per token and `deprecation_date`. No key."""

from __future__ import annotations

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observation, Observations, ObservedEnd
from pricing.refresh.parse import MILLION, day_of, mapping, name_of, usd
from pricing.refresh.readers.parts import get_json
from pricing.vocabulary import PriceKind

FIELDS: dict[str, PriceKind] = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cached_input",
    "output_cost_per_token": "output",
    "input_cost_per_token_batches": "batch_input",
    "cache_read_input_token_cost_batches": "batch_cached_input",
    "output_cost_per_token_batches": "batch_output",
}


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return inference prices and end dates by model."""
    models = mapping(await get_json(http, feed, feed.url), "the answer")
    prices, endings = [], []
    for raw_name, model in models.items():
        name = name_of(raw_name)
        if not name or not isinstance(model, dict):
            continue
        prices += [
            Observation(name, usd(model[field], MILLION), "1M tokens", kind)
            for field, kind in FIELDS.items()
            if field in model
        ]
        if day := day_of(model.get("deprecation_date")):
            endings.append(ObservedEnd(name, day))
    return Observations(tuple(prices), tuple(endings))
