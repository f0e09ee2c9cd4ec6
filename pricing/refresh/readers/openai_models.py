"""OpenAI's list of models: shutdown dates, but no prices. Needs a key."""

from __future__ import annotations

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observations, ObservedEnd
from pricing.refresh.parse import day_of, mapping, name_of, rows
from pricing.refresh.readers.parts import get_json


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return end dates by model, and the names of all models."""
    models = rows(mapping(await get_json(http, feed, feed.url), "the answer").get("data"), "data")
    endings = [
        ObservedEnd(name, day)
        for model in models
        if (name := name_of(model.get("id"))) and (day := day_of(model.get("shutdown_date")))
    ]
    return Observations(endings=tuple(endings), names=frozenset(name_of(model.get("id")) for model in models))
