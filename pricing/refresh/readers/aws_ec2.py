"""AWS Price List, Amazon EC2: a CSV of several hundred megabytes per region, read line by line. No key."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from pricing.http_client import CSV, HttpClient
from pricing.refresh.feed import Feed
from pricing.refresh.observation import FeedError, Observation, Observations
from pricing.refresh.readers.parts import GpuListing, gpu_rates, read_parts

FIRST_COLUMN = '"SKU"'
PREAMBLE_LINES = 20
# An ordinary Linux instance, paid by the hour.
TERMS = {
    "TermType": "OnDemand",
    "Unit": "Hrs",
    "Currency": "USD",
    "Tenancy": "Shared",
    "Operating System": "Linux",
    "Pre Installed S/W": "NA",
    "CapacityStatus": "Used",
}
COLUMNS = (*TERMS, "Instance Type", "GPU", "PricePerUnit", "Region Code")


async def fetch(http: HttpClient, feed: Feed) -> Observations:
    """Return US dollars per GPU-hour by instance type."""

    async def region(part: str) -> Iterable[Observation]:
        return gpu_rates(await _listings(http, feed, part), feed.regions)

    return await read_parts(feed, region)


async def _listings(http: HttpClient, feed: Feed, part: str) -> list[GpuListing]:
    header: list[str] = []
    listings = []
    preamble_lines = 0
    async for line in http.lines(feed.url.format(part=part), CSV, max_bytes=feed.max_bytes):
        if not header:
            if line.startswith(FIRST_COLUMN):
                header = next(csv.reader([line]))
                if missing := [column for column in COLUMNS if column not in header]:
                    raise FeedError(f"has an unexpected format: the column {missing[0]} is missing")
            elif (preamble_lines := preamble_lines + 1) > PREAMBLE_LINES:
                break
        elif '"OnDemand"' in line:
            values = next(csv.reader([line]))
            row = dict(zip(header, values, strict=False))
            if len(values) == len(header) and all(row[column] == value for column, value in TERMS.items()):
                listings.append(
                    GpuListing(row["Instance Type"], row["Region Code"], "GPU", row["GPU"], row["PricePerUnit"])
                )
    if not header:
        raise FeedError("has an unexpected format: the line of column names is missing")
    return listings
