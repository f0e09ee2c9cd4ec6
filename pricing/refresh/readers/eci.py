"""Epoch AI's file of the Epoch Capabilities Index: a CSV with one model per row. No key."""

from __future__ import annotations

import asyncio

from pricing.http_client import CSV, HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observations, ObservedScore
from pricing.refresh.parse import csv_of, name_of, text_of, usd

COLUMNS = ("Model", "eci")


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return the index by Epoch's name of the model."""
    text = text_of(await http.get(feed.url, CSV, max_bytes=feed.max_bytes))
    return await asyncio.to_thread(_scores, text)


def _scores(text: str) -> Observations:
    named = ((name_of(row["Model"]), row["eci"]) for row in csv_of(text, COLUMNS))
    return Observations(scores=tuple(ObservedScore(name, usd(value)) for name, value in named if name))
