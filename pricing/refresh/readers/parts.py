"""Helpers for readers: JSON, feeds in several parts, and GPU catalogues."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from pricing.http_client import JSON, HttpClient, HttpError
from pricing.refresh.feed import Feed
from pricing.refresh.observation import FeedError, Observation, Observations
from pricing.refresh.parse import json_of, name_of, price_per_gpu, usd


async def get_json(http: HttpClient, feed: Feed, url: str) -> Any:
    """Return parsed JSON. Parsing can take a second, so it runs in a thread. Raises FeedError."""
    return await asyncio.to_thread(json_of, await http.get(url, JSON, max_bytes=feed.max_bytes))


async def read_parts(feed: Feed, read: Callable[[str], Awaitable[Iterable[Observation]]]) -> Observations:
    """Read every part of a feed; a part that fails adds a warning. Raises FeedError if all parts fail."""
    observations: list[Observation] = []
    errors: list[str] = []
    for part in feed.parts:
        try:
            observations += await read(part)
        except (FeedError, HttpError) as error:
            errors.append(f"{part} {error}")
    if len(errors) == len(feed.parts):
        raise FeedError(errors[0].removeprefix(f"{feed.parts[0]} "))
    return Observations(tuple(observations), warnings=tuple(errors))


class GpuListing(NamedTuple):
    """An instance with GPUs in one region, as unchecked text of a GPU catalogue."""

    name: str
    region: str
    gpu: str
    gpu_count: str
    usd_per_hour: str
    """On-demand price of the whole instance."""


def gpu_rates(listings: Iterable[GpuListing], regions: tuple[str, ...]) -> list[Observation]:
    """Return US dollars per GPU-hour by instance name, in the first of `regions` that has it, else the lowest."""
    by_name: dict[str, list[tuple[GpuListing, Decimal | None]]] = {}
    for listing in listings:
        count = usd(listing.gpu_count)
        if listing.name and count:
            by_name.setdefault(listing.name, []).append((listing, price_per_gpu(usd(listing.usd_per_hour), count)))

    def preference(row: tuple[GpuListing, Decimal | None]) -> tuple[int, Decimal]:
        listing, rate = row
        rank = regions.index(listing.region) if listing.region in regions else len(regions)
        return rank, Decimal("Infinity") if rate is None else rate

    observations = []
    for name, candidates in by_name.items():
        listing, rate = min(candidates, key=preference)
        detail = name_of(f"{listing.gpu_count.removesuffix('.0')} × {listing.gpu}, {listing.region}")
        gpu = name_of(f"{name.partition('/')[0]}/{listing.gpu.partition(' ')[0]}")
        observations.append(Observation(name, rate, "hour", detail=detail, gpu=gpu))
    return observations
