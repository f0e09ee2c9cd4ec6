"""OpenAI's models: no prices, but the day on which a model is shut down. Needs a key."""

from __future__ import annotations

from pricing.refresh.feed import Feed
from pricing.refresh.http import Http
from pricing.refresh.observation import Ending, Observations
from pricing.refresh.parse import day_of, mapping, name_of, rows
from pricing.refresh.readers.parts import get_json


async def fetch(http: Http, feed: Feed) -> Observations:
    """End dates by model, and the names of all."""
    models = rows(mapping(await get_json(http, feed, feed.url), "the answer").get("data"), "data")
    endings = [
        Ending(name, day)
        for model in models
        if (name := name_of(model.get("id"))) and (day := day_of(model.get("shutdown_date")))
    ]
    return Observations(endings=tuple(endings), names=frozenset(name_of(model.get("id")) for model in models))
