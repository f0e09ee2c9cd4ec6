"""Warnings as plain text, the most expensive to overlook first."""

from __future__ import annotations

from datetime import date

from bot.render.parts.money import money
from bot.render.parts.short import spoken_days
from calculator import Comparison, Estimate, Warning, estimate_warnings

# The most expensive to overlook first.
WARNING_ORDER = (
    "not_offered",
    "does_not_fit",
    "closed",
    "closed_to_new_customers",
    "model_ends",
    "price_unknown",
    "deployment_deleted",
    "file_refused",
    "file_converted",
    "long_run",
    "idle_hosting",
    "adapters_apart",
    "training_ends",
)


def warning_text(warning: Warning, as_of: date) -> str:
    """Return a warning with the money at stake.

    Args:
        warning: The warning.
        as_of: The day of the answer.
    """
    stake = {
        "idle_hosting": "a month",
        "adapters_apart": "a month",
        "model_ends": "spent on training",
        "minimum_charge": "added",
        "job_cap": "to finish",
    }.get(warning.code)
    money_part = f" ({money(warning.usd)} {stake})" if warning.usd and stake else ""
    return f"{spoken_days(warning.text, as_of)}{money_part}"


def sorted_warnings(comparison: Comparison, estimate: Estimate) -> list[Warning]:
    """Return the warnings about an estimate in WARNING_ORDER."""
    rank = {code: index for index, code in enumerate(WARNING_ORDER)}
    return sorted(
        estimate_warnings(comparison, estimate), key=lambda warning: rank.get(warning.code, len(WARNING_ORDER))
    )
