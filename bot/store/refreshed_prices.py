"""The files of the last price refresh, from which every replica brings its catalogue up to date."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database
from bot.store.tables import refreshed_prices

ONLY_ROW = 1


class RefreshedPrices(NamedTuple):
    """The number of a refresh (0: there was none) and its day."""

    version: int
    on: date | None


class RefreshedPriceStore:
    """The files of the last refresh, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> RefreshedPrices:
        """Return the number and day of the last refresh, without its files."""
        row = await self._database.fetch_first(select(refreshed_prices.c.version, refreshed_prices.c.refreshed_on))
        return RefreshedPrices(row.version, date.fromisoformat(row.refreshed_on)) if row else RefreshedPrices(0, None)

    async def read(self) -> tuple[RefreshedPrices, dict[str, str]]:
        """Return the last refresh and its files."""
        row = await self._database.fetch_first(select(refreshed_prices))
        if row is None:
            return RefreshedPrices(0, None), {}
        return RefreshedPrices(row.version, date.fromisoformat(row.refreshed_on)), msgspec.json.decode(
            row.files, type=dict[str, str]
        )

    async def write(self, files: dict[str, str], on: date, *, after: RefreshedPrices) -> RefreshedPrices | None:
        """Replace the refresh `after` by the next one; return None if another process has replaced it already."""
        encoded = msgspec.json.encode(files)
        values = {"version": after.version + 1, "refreshed_on": on.isoformat(), "files": encoded}

        def replace(connection: Connection) -> bool:
            if after.version:
                statement = update(refreshed_prices).where(refreshed_prices.c.version == after.version)
                return connection.execute(statement.values(values)).rowcount > 0
            connection.execute(insert(refreshed_prices).values(number=ONLY_ROW, **values))
            return True

        try:
            is_written = await self._database.write(replace)
        except IntegrityError:
            is_written = False
        return RefreshedPrices(after.version + 1, on) if is_written else None
