"""Upgrade stored results of earlier versions when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.results.model import SCHEMA_VERSION

DEFAULTS_OF_VERSION_1 = {"days": "30", "cached": "0%"}
"""The defaults of a question of version 1."""


def upgrade_result(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a stored result in the shape of the current version.

    Raises:
        ValueError: A later version of ftcost wrote it.
    """
    version = data.get("schema_version", 0)
    if version > SCHEMA_VERSION:
        raise ValueError(f"a result of schema version {version}; this ftcost reads up to {SCHEMA_VERSION}")
    first = data if version else _from_unversioned(data)
    return first if version >= SCHEMA_VERSION else _from_version_1(first)


def upgrade_fields(fields: Mapping[str, str], version: int) -> dict[str, str]:
    """Return the question of a stored estimate with the defaults of the version that priced it.

    Before version 2 a month had 30 days and no prompt was read from a cache unless the question said so. Without
    these fields the same question would cost something else today, and alerts would report a change that is none.

    Args:
        fields: The question as stored.
        version: The schema version of its result as stored.
    """
    return {**(DEFAULTS_OF_VERSION_1 if version < 2 else {}), **fields}


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


def _from_version_1(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result of version 1 as version 2: with baseline and options as far as they follow from it, no verdict.

    An offer that was ranked beside the others is usable, unless its deployments are deleted after some hours.
    """
    base = data["base"]
    keys = ("model", "provider", "complete", "monthly_usd", "total_usd")
    return {
        **data,
        "scenario": {**DEFAULTS_OF_VERSION_1, **data["scenario"]},
        "schema_version": 2,
        "baseline": {key: base[key] for key in keys} if base else None,
        "options": [_option(estimate, data) for estimate in data["estimates"]],
        "verdict": None,
    }


def _option(estimate: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    warnings = {warning["code"]: warning["text"] for warning in estimate["warnings"]}
    code = _set_aside_code(estimate, warnings)
    sentence = next((warnings[key] for key in _SENTENCES if key in warnings), "")
    payback, base = estimate["break_even"], data["base"]
    horizon, months = Decimal(data["scenario"].get("months", "12").partition("..")[0]), Decimal(estimate["months"])
    month, total = estimate["monthly_usd"], estimate["total_usd"]
    against = base and base["complete"] and base["monthly_usd"] and estimate["complete"] and month
    return {
        "offer": estimate["offer"],
        "group": "unknown_class",
        "class": None,
        "class_reason": None,
        "usable": code is None,
        "set_aside": {"code": code, "sentence": sentence} if code else None,
        "monthly_vs_baseline_usd": f"{Decimal(month) - Decimal(base['monthly_usd']):f}" if against else None,
        "pays_back": payback["date"] if payback else None,
        "pays_back_reason": payback["reason"] if payback else None,
        "horizon_total_usd": total if estimate["standing"] == "lasts" or months == horizon else None,
        "average_month_usd": f"{Decimal(total) / months:f}" if total and months else None,
    }


_SENTENCES = ("not_offered", "does_not_fit", "closed", "closed_to_new_customers", "price_unknown", "deployment_deleted")
"""Codes of warnings that say why an offer was not ranked."""


def _set_aside_code(estimate: Mapping[str, Any], warnings: Mapping[str, str]) -> str | None:
    """Return why an offer of version 1 isn't usable; None if it is."""
    if estimate["status"] == "not offered":
        return "not_offered"
    if "does_not_fit" in warnings:
        return "does_not_fit"
    if estimate["status"] == "closed":
        return "ended"
    if estimate["standing"] == "apart":
        return "closed_to_new_customers"
    if "deployment_deleted" in warnings:
        return "not_for_production"
    return None if estimate["complete"] else "unknown_price"


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
