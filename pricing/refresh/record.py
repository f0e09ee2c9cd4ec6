"""The source and price that a finding is written as, with the terms of the previous price."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec.structs import asdict

from pricing.price import Price, Source
from pricing.refresh.feed import Feed

READ_BY_PROGRAM = "read by a program"  # the `kind` of a source that a refresh writes

# Copied from the previous price. Amount, source, confidence, since and conflict are not.
TERMS = ("method", "variant", "units_per_deployment", "max_call_input_tokens", "meter")


def key_of(feed_id: str) -> str:
    """Return the key of a feed among the sources of a price file."""
    return feed_id.replace("-", "_")


def source_of(feed: Feed, today: date) -> Source:
    """Return a feed as a source checked today."""
    return Source(title=feed.title, url=feed.source_url, checked=today.isoformat(), kind=READ_BY_PROGRAM)


def source_fields(source: Source) -> dict[str, str]:
    """Return a source as the keys of a price file."""
    return {name: str(value) for name, value in asdict(source).items() if value is not None}


def next_price(previous: Price, usd: Decimal, feed: Feed, today: date) -> Price:
    """Return the price that follows `previous` from today on.

    The note of `previous` is copied, unless it contains a figure or `previous` is unknown: such a note holds only for
    `previous`.
    """
    note = previous.note if previous.known and previous.note and not re.search(r"\d", previous.note) else None
    terms = {name: getattr(previous, name) for name in TERMS}
    return Price(
        usd=usd,
        per=previous.per,
        source=source_of(feed, today),
        confidence=feed.confidence,
        since=today,
        note=note,
        **terms,
    )


def price_fields(price: Price, source_key: str) -> dict[str, str]:
    """Return a price as the keys of a price file, in their usual order."""
    fields: dict[str, str] = {
        "usd": "unknown" if price.usd is None else f"{price.usd.normalize():f}",
        "per": price.per,
        "source": source_key,
        "confidence": price.confidence,
    }
    if price.since:
        fields["since"] = price.since.isoformat()
    unset: Mapping[str, object] = {"units_per_deployment": 1}
    for name in (*TERMS, "note", "conflict"):
        value = getattr(price, name)
        if value is not None and value != unset.get(name):
            fields[name] = str(value)
    return fields
