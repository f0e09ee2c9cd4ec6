"""gpuhunt's catalogues: `version` names a provider's latest zip, which holds one CSV. No key."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

from pricing.http_client import TEXT, ZIP, HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import FeedError, Observation, Observations
from pricing.refresh.parse import csv_of, name_of, only_csv_in, text_of
from pricing.refresh.readers.parts import GpuListing, gpu_rates, read_parts

COLUMNS = ("instance_name", "location", "price", "gpu_count", "gpu_name", "gpu_memory", "spot")
VERSION = re.compile(r"[0-9A-Za-z._-]{1,40}")


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return on-demand US dollars per GPU-hour, named provider/instance."""

    async def provider(part: str) -> Iterable[Observation]:
        folder = feed.url.format(part=part)
        version = text_of(await http.get(f"{folder}/version", TEXT, max_bytes=1_000)).strip()
        if not VERSION.fullmatch(version):
            raise FeedError("has an unexpected format: its version isn't valid")
        archive = await http.get(f"{folder}/{version}/catalog.zip", ZIP, max_bytes=feed.max_bytes)
        text = only_csv_in(archive, feed.max_bytes)
        return await asyncio.to_thread(
            gpu_rates,
            (
                GpuListing(
                    name_of(f"{part}/{row['instance_name']}"),
                    row["location"],
                    f"{row['gpu_name']} {row['gpu_memory'].removesuffix('.0')} GB",
                    row["gpu_count"],
                    row["price"],
                )
                for row in csv_of(text, COLUMNS)
                if row["gpu_name"] and row["spot"].lower() == "false"
            ),
            feed.regions,
        )

    return await read_parts(feed, provider)
