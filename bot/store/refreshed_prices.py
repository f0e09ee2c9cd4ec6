"""What the last refresh of prices wrote, in the database: every replica lays the same over its catalogue."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database
from bot.store.tables import refreshed_prices

ONLY = 1


class RefreshedPrices(NamedTuple):
    """Which refresh it is (0: there was none) and the day it was made."""

    version: int
    on: date | None


class RefreshedPriceStore:
    """The files of the last refresh, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> RefreshedPrices:
        """Which refresh is the last; asked often."""
        query = select(refreshed_prices.c.version, refreshed_prices.c.refreshed_on)
        async with self._database.engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return RefreshedPrices(row.version, date.fromisoformat(row.refreshed_on)) if row else RefreshedPrices(0, None)

    async def read(self) -> tuple[RefreshedPrices, dict[str, str]]:
        """The last refresh and its files."""
        async with self._database.engine.connect() as connection:
            row = (await connection.execute(select(refreshed_prices))).first()
        if row is None:
            return RefreshedPrices(0, None), {}
        return RefreshedPrices(row.version, date.fromisoformat(row.refreshed_on)), row.files

    async def write(self, files: dict[str, str], on: date, *, after: RefreshedPrices) -> RefreshedPrices | None:
        """Replace the refresh `after` by the next; None where another process replaced it meanwhile."""
        values = {"version": after.version + 1, "refreshed_on": on.isoformat(), "files": files}
        async with self._database.begin() as connection:
            if after.version:
                same = update(refreshed_prices).where(refreshed_prices.c.version == after.version)
                written = (await connection.execute(same.values(values))).rowcount > 0
            else:
                try:
                    async with connection.begin_nested():
                        await connection.execute(insert(refreshed_prices).values(number=ONLY, **values))
                    written = True
                except IntegrityError:
                    written = False
        return RefreshedPrices(after.version + 1, on) if written else None
