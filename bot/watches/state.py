"""The state of a watch: the figures of the last report, stored as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from bot.results import END_KINDS, OfferQuote, SavedResult

STATE_VERSION = 1


class WatchState(msgspec.Struct, frozen=True, kw_only=True):
    """The figures with which the next check compares, so that a change is reported once."""

    schema_version: int = STATE_VERSION
    quote: OfferQuote
    """The watched offer as last reported."""
    cheapest: str | None
    """The offer last reported as the cheapest."""
    base_usd: Decimal | None
    """The total of prompting the base model as last reported."""
    counted: dict[str, int]
    """The smallest step reported, in days, by kind of end and its day."""
    reminded: date
    """The day of the last reminder of idle costs."""


def decode_state(data: Mapping[str, Any], result: SavedResult) -> WatchState:
    """Return the state of a watch, upgraded from older versions.

    Args:
        data: The stored state.
        result: The result of the watched estimate.
    """
    return msgspec.convert(data if "schema_version" in data else _from_unversioned(data, result), WatchState)


def _from_unversioned(data: Mapping[str, Any], result: SavedResult) -> dict[str, Any]:
    """Return a state without a version number as version 1."""
    figures = data["figures"]
    (offer,) = figures["estimates"]
    base_usd = result.base.total_usd if result.base and result.base.complete else None
    ends = {kind: offer[kind] for kind in END_KINDS} if all(kind in offer for kind in END_KINDS) else None
    keys = ("label", "quantity", "unit_price_usd")
    return {
        "schema_version": STATE_VERSION,
        "quote": {
            "as_of": figures["as_of"],
            "scenario": figures["scenario"],
            "offer": offer["offer"],
            "complete": offer["complete"],
            "ranked": offer["standing"] in ("lasts", "ends"),
            "total_usd": offer["total_usd"],
            "lines": [{key: line[key] for key in keys} for line in offer["lines"]],
            "ends": ends,
        },
        "cheapest": figures["cheapest"],
        "base_usd": figures.get("base_usd", base_usd),
        "counted": data["counted"],
        "reminded": data["reminded"],
    }
