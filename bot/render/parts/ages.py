"""The age of a price as text, with a mark on old ones."""

from __future__ import annotations

from datetime import date

from pricing import OLD_DAYS, Source

OLD = "⚠"
OLD_MEANS = f"{OLD} read over {OLD_DAYS} days ago or undated; check it before you rely on it"


def age(source: Source, today: date) -> str:
    """Return the age of a price: `12 days old`, `4 months old`, `1 year old`; `undated` if only the year is known."""
    days = source.age_days(today)
    if days is None:
        return "undated"
    for length, unit in ((365, "year"), (30, "month"), (1, "day")):
        if days >= length * (2 if unit == "month" else 1):
            count = days // length
            return f"{count} {unit}{'s' if count > 1 else ''} old"
    return "read today"


def age_marked(source: Source, today: date) -> str:
    """Return the age of a price with a mark if it was read over OLD_DAYS ago or is undated: `9 months old ⚠`."""
    return f"{age(source, today)}{f' {OLD}' if source.is_old(today) else ''}"
