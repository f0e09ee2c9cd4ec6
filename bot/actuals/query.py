"""What a platform is asked: one month of one offer's model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from bot.actuals.aggregate import BillScope
from calculator import month_after
from pricing import BillRules

Key = Mapping[str, str]
"""The fields of a platform's key, as somebody put them in."""


class BillQuery(NamedTuple):
    """`month` begins on its first day; `jobs` are ids that somebody named; `now` is UTC."""

    scope: BillScope
    month: date
    rules: BillRules
    now: datetime
    jobs: tuple[str, ...] = ()

    @property
    def start(self) -> date:
        """The first day of the month that the estimate covers."""
        return max(self.month, self.scope.since)

    @property
    def end(self) -> date:
        """The first day after: the next month, or tomorrow."""
        return min(month_after(self.month), self.scope.today + timedelta(days=1))


def epoch(day: date) -> int:
    """Seconds since 1970 at the start of a day, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
