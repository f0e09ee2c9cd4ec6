"""The age of a price as text, with a mark on old ones."""

from __future__ import annotations

from datetime import date

from pricing import OLD_DAYS

OLD = "⚠"
OLD_MEANS = f"{OLD} read over {OLD_DAYS} days ago; check it before you rely on it"


def age(checked_on: date, today: date) -> str:
    """Return the age of a price: `12 days old`, `4 months old`, `1 year old`."""
    days = max(0, (today - checked_on).days)
    for length, unit in ((365, "year"), (30, "month"), (1, "day")):
        if days >= length * (2 if unit == "month" else 1):
            count = days // length
            return f"{count} {unit}{'s' if count > 1 else ''} old"
    return "read today"


def age_marked(checked_on: date, today: date) -> str:
    """Return the age of a price with a mark if it was read over OLD_DAYS ago: `9 months old ⚠`."""
    return f"{age(checked_on, today)}{f' {OLD}' if (today - checked_on).days > OLD_DAYS else ''}"
