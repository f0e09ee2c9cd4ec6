"""LMArena's leaderboard, from its dataset on Hugging Face: pages of rows, the overall category at the start. No key."""

from __future__ import annotations

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observations, ObservedScore
from pricing.refresh.parse import mapping, name_of, rows, usd
from pricing.refresh.readers.parts import get_json

PAGE_ROWS = 100
MAX_PAGES = 20
CATEGORY = "overall"


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return the overall ratings by LMArena's name of the model."""
    scores: list[ObservedScore] = []
    for page in range(MAX_PAGES):
        answer = mapping(await get_json(http, feed, feed.url.format(part=page * PAGE_ROWS)), "the answer")
        entries = [row["row"] for row in rows(answer.get("rows"), "rows") if isinstance(row.get("row"), dict)]
        overall = [row for row in entries if row.get("category") == CATEGORY]
        named = ((name_of(row.get("model_name")), row.get("rating")) for row in overall)
        scores += [ObservedScore(name, usd(value)) for name, value in named if name]
        if len(entries) < PAGE_ROWS or len(overall) < len(entries):
            break
    return Observations(scores=tuple(scores))
