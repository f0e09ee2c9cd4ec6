"""The query for a platform's billing API: one month of one model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from bot.actuals.aggregate import BillScope
from calculator import month_after
from pricing import BillRules

Key = Mapping[str, str]
"""The fields of a platform's key, as an admin entered them."""


class BillQuery(NamedTuple):
    """The charges of one model in one month."""

    scope: BillScope
    month: date
    """The first day of the month."""
    rules: BillRules
    requested_at: datetime
    """UTC."""
    jobs: tuple[str, ...] = ()
    """Ids of fine-tuning jobs, for platforms without a billing API."""

    @property
    def start(self) -> date:
        """Return the first day of the month that the estimate covers."""
        return max(self.month, self.scope.since)

    @property
    def end(self) -> date:
        """Return the day after the period: the first of the next month, or tomorrow."""
        return min(month_after(self.month), self.scope.today + timedelta(days=1))


def epoch(day: date) -> int:
    """Return the seconds since 1970 at the start of a day, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
