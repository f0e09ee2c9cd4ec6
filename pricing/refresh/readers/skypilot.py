"""SkyPilot's catalogues of instances: one CSV per cloud. No key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from pricing.http_client import CSV, HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import Observation, Observations
from pricing.refresh.parse import csv_of, name_of, text_of
from pricing.refresh.readers.parts import GpuListing, gpu_rates, read_parts

COLUMNS = ("InstanceType", "AcceleratorName", "AcceleratorCount", "Price", "Region")


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return US dollars per GPU-hour, named cloud/instance, or cloud/GPU if the cloud has no instance types."""

    async def cloud(part: str) -> Iterable[Observation]:
        text = text_of(await http.get(feed.url.format(part=part), CSV, max_bytes=feed.max_bytes))
        return await asyncio.to_thread(
            gpu_rates,
            (
                GpuListing(
                    name_of(f"{part}/{row['InstanceType'] or row['AcceleratorName']}"),
                    row["Region"],
                    row["AcceleratorName"],
                    row["AcceleratorCount"],
                    row["Price"],
                )
                for row in csv_of(text, COLUMNS)
                if row["AcceleratorName"] and row["Price"]
            ),
            feed.regions,
        )

    return await read_parts(feed, cloud)
