"""A feed in several files: one that fails costs a warning, all that fail cost the feed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from pricing.http_client import JSON, HttpClient, HttpError
from pricing.refresh.feed import Feed
from pricing.refresh.observation import FeedError, Observation, Observations
from pricing.refresh.parse import json_of, name_of, shared_by, usd


async def get_json(http: HttpClient, feed: Feed, url: str) -> Any:
    """JSON, read in a thread: some take a second, and a bot has others to answer. Raises FeedError."""
    return await asyncio.to_thread(json_of, await http.get(url, JSON, max_bytes=feed.max_bytes))


async def each_part(feed: Feed, read: Callable[[str], Awaitable[Iterable[Observation]]]) -> Observations:
    """`read(part)` for every part, one after the other. Raises FeedError where none could be read."""
    observations: list[Observation] = []
    failed: list[str] = []
    for part in feed.parts:
        try:
            observations += await read(part)
        except (FeedError, HttpError) as error:
            failed.append(f"{part} {error}")
    if len(failed) == len(feed.parts):
        raise FeedError(failed[0].removeprefix(f"{feed.parts[0]} "))
    return Observations(tuple(observations), warnings=tuple(failed))


class GpuListing(NamedTuple):
    """An instance with GPUs in one region, as a GPU catalogue lists it: text, not yet checked."""

    name: str
    region: str
    gpu: str
    gpu_count: str
    hourly: str
    """US dollars an hour for the whole instance, on demand."""


def gpu_rates(rentals: Iterable[GpuListing], regions: tuple[str, ...]) -> list[Observation]:
    """US dollars per GPU-hour, one for each instance name: in the first of `regions` that has it, else the lowest."""
    by_name: dict[str, list[tuple[GpuListing, Decimal | None]]] = {}
    for rental in rentals:
        count = usd(rental.gpu_count)
        if rental.name and count:
            by_name.setdefault(rental.name, []).append((rental, shared_by(usd(rental.hourly), count)))

    def preference(row: tuple[GpuListing, Decimal | None]) -> tuple[int, Decimal]:
        rental, rate = row
        place = regions.index(rental.region) if rental.region in regions else len(regions)
        return place, Decimal("Infinity") if rate is None else rate

    observations = []
    for name, offered in by_name.items():
        rental, rate = min(offered, key=preference)
        detail = name_of(f"{rental.gpu_count.removesuffix('.0')} × {rental.gpu}, {rental.region}")
        observations.append(Observation(name, rate, "hour", detail=detail))
    return observations
