"""What was actually paid, by estimate. Nothing is overwritten: a correction comes after what it corrects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, insert, select

from bot.store.database import Database
from bot.store.tables import actuals
from calculator import Actual, Usage


@dataclass(frozen=True)
class RecordedActual:
    """An actual amount of one offer of an estimate: who recorded it, from what (`typed`, an export, a platform)."""

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
        found: Sequence[Actual],
        *,
        team_id: str,
        estimate_id: str,
        offer: str,
        source: str,
        user_id: str,
        job_key: str,
    ) -> None:
        """Write amounts down, all or none. A job that is done again writes the same in the place of what it wrote."""
        now = self._now()
        async with self._database.begin() as connection:
            await connection.execute(delete(actuals).where(actuals.c.team_id == team_id, actuals.c.job_key == job_key))
            for one in found:
                await connection.execute(
                    insert(actuals).values(
                        team_id=team_id,
                        estimate_id=estimate_id,
                        offer=offer,
                        month=one.month.isoformat()[:7],
                        part=one.part,
                        usd=str(one.usd),
                        through=one.through.isoformat(),
                        usage={name: str(count) for name, count in one.usage._asdict().items() if count is not None},
                        source=source,
                        user_id=user_id,
                        job_key=job_key,
                        created_at=now,
                    )
                )

    async def history(self, *, team_id: str, estimate_id: str) -> list[RecordedActual]:
        """Everything that was recorded, corrections after what they correct."""
        query = (
            select(actuals)
            .where(actuals.c.team_id == team_id, actuals.c.estimate_id == estimate_id)
            .order_by(actuals.c.number)
        )
        async with self._database.engine.connect() as connection:
            return [_recorded(row) for row in await connection.execute(query)]


def newest(history: Sequence[RecordedActual], offer: str) -> list[RecordedActual]:
    """What holds for an offer: the last amount of each month and part."""
    found = {(one.actual.month, one.actual.part): one for one in history if one.offer == offer}
    return [found[key] for key in sorted(found)]


def _recorded(row: Row[Any]) -> RecordedActual:
    usage = Usage(**{name: Decimal(count) for name, count in row.usage.items()})
    month, through = date.fromisoformat(f"{row.month}-01"), date.fromisoformat(row.through)
    actual = Actual(month, row.part, Decimal(row.usd), through, usage)
    return RecordedActual(row.offer, actual, row.source, row.user_id, row.created_at)
