"""The catalogue in use, and how a running bot keeps it fresh: one replica refreshes it, all take it over.

What a refresh wrote is in the database; a folder exists for as long as it is read or written.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store import RefreshedPrices, RefreshedPriceStore
from pricing import BoundedClient, Catalog, PriceFileError
from pricing.refresh import Feed, NotWritten, RefreshReport, feed_session, refresh_into

log = logging.getLogger(__name__)


class CurrentCatalog:
    """Holds the catalogue that questions are answered from. It is replaced whole; who took it out goes on with it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog


@dataclass(frozen=True)
class RefreshPlan:
    """How prices are kept fresh."""

    every_days: int
    feeds: Mapping[str, Feed]
    keys: Mapping[str, str]
    """Of the feeds that need one, by the name that the feed gives."""
    load: Callable[[Path], Catalog]
    """The catalogue with a folder of refreshed prices laid over it."""
    proxy: str | None = None
    """By which feeds are read; None: what the environment names."""


class CatalogRefresher:
    """Keeps the box at the last refresh. Without a plan it stays as it was at the start."""

    def __init__(self, box: CurrentCatalog, store: RefreshedPriceStore, plan: RefreshPlan | None) -> None:
        self.box = box
        self._store = store
        self._plan = plan
        self._last = RefreshedPrices(0, None)
        self._one_at_a_time = asyncio.Lock()

    async def catch_up(self) -> None:
        """Take over what another replica, or this one before its start, has refreshed. What cannot be loaded is logged,
        once, and leaves the old catalogue in use.
        """
        if self._plan is None:
            return
        async with self._one_at_a_time:
            if (await self._store.last()).version == self._last.version:
                return
            self._last, files = await self._store.read()
            try:
                self.box.catalog = await asyncio.to_thread(_loaded, files, self._plan.load)
            except (PriceFileError, OSError) as error:
                log.error("refreshed prices are left out: %s", error)
                return
        log.info("prices of the refresh of %s are in use, catalogue %s", self._last.on, self.box.catalog.version)

    def due(self, today: date) -> bool:
        """Whether it is time for a refresh, by what `catch_up` saw last."""
        if self._plan is None:
            return False
        return self._last.on is None or today >= self._last.on + timedelta(self._plan.every_days)

    async def refresh(self, today: date) -> None:
        """Read the feeds and put what they say to use, here and in the other replicas. A feed or a file that cannot be
        read costs a line in the log.
        """
        plan = self._plan
        if plan is None:
            return
        before, files = await self._store.read()
        try:
            with TemporaryDirectory(prefix="ftcost-prices-") as name:
                folder = Path(name)
                await asyncio.to_thread(_fill, folder, files, plan.load)
                async with feed_session(plan.proxy) as session:
                    http = BoundedClient(session)
                    report = await refresh_into(folder, http, today=today, keys=plan.keys, feeds=plan.feeds)
                found, catalog = await asyncio.to_thread(_read, folder, plan.load)
        except (NotWritten, PriceFileError, OSError) as error:
            log.error("prices were not refreshed: %s", error)
            return
        _say(report)
        if not report.findings:
            return  # no feed could be read: tried again tomorrow
        async with self._one_at_a_time:
            written = await self._store.write(found, today, after=before)
            if written:
                self._last, self.box.catalog = written, catalog


def _loaded(files: Mapping[str, str], load: Callable[[Path], Catalog]) -> Catalog:
    with TemporaryDirectory(prefix="ftcost-prices-") as name:
        _write(Path(name), files)
        return load(Path(name))


def _fill(folder: Path, files: Mapping[str, str], load: Callable[[Path], Catalog]) -> None:
    """Lay out what earlier refreshes wrote; nothing of it where this version of the bot cannot read it."""
    _write(folder, files)
    try:
        load(folder)
    except PriceFileError as error:
        log.error("earlier refreshed prices are dropped: %s", error)
        for path in folder.iterdir():
            path.unlink()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")


def _read(folder: Path, load: Callable[[Path], Catalog]) -> tuple[dict[str, str], Catalog]:
    catalog = load(folder)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))}, catalog


def _say(report: RefreshReport) -> None:
    for warning in report.warnings:
        log.warning("%s", warning)
    for finding in report.findings:
        if finding.outcome in ("changed", "implausible", "disputed"):
            log.info("%s: %s was %s, is %s", finding.outcome, finding.subject, finding.recorded, finding.observed)


def days_since_checked(catalog: Catalog, today: date) -> float:
    """Return the days since a price of the catalogue was last checked; NaN if it holds no price."""
    offers = catalog.offers.values()
    checks = {price.source.checked_on for offer in offers for kind in offer.prices.values() for price in kind}
    return (today - max(checks)).days if checks else math.nan
