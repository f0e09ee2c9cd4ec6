"""Actual amounts by estimate. Nothing is overwritten: a correction follows what it corrects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.store.database import Database
from bot.store.tables import actuals
from calculator import Actual, Usage


@dataclass(frozen=True)
class RecordedActual:
    """An actual amount of one offer of an estimate, who recorded it, and its source: `typed`, an export, a platform."""

    offer: str
    actual: Actual
    source: str
    user_id: str
    created_at: datetime


class ActualStore:
    """Actual amounts by workspace and estimate."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def record(
        self,
        amounts: Sequence[Actual],
        *,
        team_id: str,
        estimate_id: str,
        offer: str,
        source: str,
        user_id: str,
        job_key: str,
    ) -> None:
        """Record amounts, all or none. A job that runs again replaces what it recorded before."""
        created_at = self._now()
        rows = [
            {
                "team_id": team_id,
                "estimate_id": estimate_id,
                "offer": offer,
                "month": amount.month.isoformat()[:7],
                "part": amount.part,
                "usd": str(amount.usd),
                "through": amount.through.isoformat(),
                "usage": {name: str(count) for name, count in amount.usage._asdict().items() if count is not None},
                "source": source,
                "user_id": user_id,
                "job_key": job_key,
                "created_at": created_at,
            }
            for amount in amounts
        ]

        def replace(connection: Connection) -> None:
            connection.execute(delete(actuals).where(actuals.c.team_id == team_id, actuals.c.job_key == job_key))
            for row in rows:  # one by one: their numbers give the order
                connection.execute(insert(actuals).values(row))

        await self._database.write(replace)

    async def history(self, *, team_id: str, estimate_id: str) -> list[RecordedActual]:
        """Return everything that was recorded for an estimate, corrections after what they correct."""
        query = (
            select(actuals)
            .where(actuals.c.team_id == team_id, actuals.c.estimate_id == estimate_id)
            .order_by(actuals.c.number)
        )
        return [_recorded(row) for row in await self._database.fetch_all(query)]


def newest(history: Sequence[RecordedActual], offer: str) -> list[RecordedActual]:
    """Return the valid amounts of an offer: the latest of each month and part."""
    latest = {(entry.actual.month, entry.actual.part): entry for entry in history if entry.offer == offer}
    return [latest[key] for key in sorted(latest)]


def _recorded(row: Row[Any]) -> RecordedActual:
    usage = Usage(**{name: Decimal(count) for name, count in row.usage.items()})
    month, through = date.fromisoformat(f"{row.month}-01"), date.fromisoformat(row.through)
    actual = Actual(month, row.part, Decimal(row.usd), through, usage)
    return RecordedActual(row.offer, actual, row.source, row.user_id, row.created_at)
