"""Warnings as plain text, in the order of what they cost when overlooked."""

from __future__ import annotations

from bot.render.money import money
from calculator import Comparison, Estimate, Warning, estimate_warnings

# What costs most when overlooked comes first.
WARNING_ORDER = (
    "not_offered",
    "does_not_fit",
    "closed",
    "closed_to_new_customers",
    "model_ends",
    "price_unknown",
    "deployment_deleted",
    "long_run",
    "idle_hosting",
    "training_ends",
)


def warning_text(warning: Warning, *, code_of: str | None = None) -> str:
    """Return a warning with the money at stake, after the offer's name if it is given."""
    stake = {
        "idle_hosting": "a month",
        "model_ends": "spent on training",
        "minimum_charge": "added",
        "job_cap": "to finish",
    }.get(warning.code)
    money_part = f" ({money(warning.usd)} {stake})" if warning.usd and stake else ""
    return f"{f'{code_of}: ' if code_of else ''}{warning.text}{money_part}"


def sorted_warnings(comparison: Comparison, estimate: Estimate) -> list[Warning]:
    rank = {code: place for place, code in enumerate(WARNING_ORDER)}
    return sorted(
        estimate_warnings(comparison, estimate), key=lambda warning: rank.get(warning.code, len(WARNING_ORDER))
    )
