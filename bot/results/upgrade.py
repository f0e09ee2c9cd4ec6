"""Upgrade stored results of earlier versions when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.results.model import SCHEMA_VERSION


def upgrade_result(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a stored result in the shape of the current version.

    Raises:
        ValueError: A later version of ftcost wrote it.
    """
    version = data.get("schema_version", 0)
    if version > SCHEMA_VERSION:
        raise ValueError(f"a result of schema version {version}; this ftcost reads up to {SCHEMA_VERSION}")
    return data if version else _from_unversioned(data)


def _from_unversioned(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result without a version as version 1.

    Its keys were added one by one, so later ones can be missing; a missing key becomes null. An offer's ends stay
    unset if they were not recorded: null would mean that none was announced.
    """
    notes = data.get("aside") or {}
    return {
        **{"headline": "", "question": "", "base": None, "own_gpus": None, "drivers": None},
        **{key: value for key, value in data.items() if key not in ("aside", "excess_usd")},
        "schema_version": 1,
        "estimates": [_offer(estimate) for estimate in data["estimates"]],
        "notes": {
            "exchange": notes.get("exchange"),
            "defaults": notes.get("settled", ()),
            "budget": notes.get("budget"),
            "excess_usd": data.get("excess_usd"),
        },
    }


def _offer(estimate: Mapping[str, Any]) -> dict[str, Any]:
    break_even = estimate.get("break_even")
    return {
        "title": estimate["offer"],
        "training_range_usd": None,
        "moves": (),
        "verdict": (),
        **estimate,
        "break_even": {"net_usd": None, **break_even} if break_even else None,
    }
