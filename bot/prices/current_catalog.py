"""The catalogue in use. One replica refreshes its prices; all replicas load them from the database.

The price files of a refresh are stored in the database, and in a folder only while they are read or written.
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
from pricing.refresh import Feed, PriceWriteError, RefreshReport, feed_session, refresh_into

log = logging.getLogger(__name__)


class CurrentCatalog:
    """The catalogue in use. A refresh replaces `catalog`; an estimate under way continues with the one it has."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog


@dataclass(frozen=True)
class RefreshPlan:
    """How often prices are refreshed, and from which feeds."""

    interval_days: int
    feeds: Mapping[str, Feed]
    keys: Mapping[str, str]
    """API keys, by the environment variable that `Feed.key` names."""
    load: Callable[[Path], Catalog]
    """Returns the catalogue with a folder of refreshed prices laid over it. Raises PriceFileError."""
    proxy: str | None = None
    """The HTTP proxy for feeds; None: the one that the environment names, if any."""


class CatalogRefresher:
    """Keeps the catalogue in use up to date. Without a plan it never changes."""

    def __init__(self, current: CurrentCatalog, store: RefreshedPriceStore, plan: RefreshPlan | None) -> None:
        self.current = current
        self._store = store
        self._plan = plan
        self._loaded = RefreshedPrices(0, None)
        self._one_at_a_time = asyncio.Lock()

    async def catch_up(self) -> None:
        """Load the latest refreshed prices from the database, if they changed.

        Prices that can't be loaded are logged once; the catalogue in use doesn't change.
        """
        if self._plan is None:
            return
        async with self._one_at_a_time:
            if (await self._store.last()).version == self._loaded.version:
                return
            self._loaded, files = await self._store.read()
            try:
                self.current.catalog = await asyncio.to_thread(_load_files, files, self._plan.load)
            except (PriceFileError, OSError) as error:
                log.error("refreshed prices cannot be loaded and are ignored: %s", error)
                return
        log.info("using the prices refreshed on %s, catalogue %s", self._loaded.on, self.current.catalog.version)

    def is_due(self, today: date) -> bool:
        """Return whether it is time for a refresh, by the prices that `catch_up` loaded."""
        if self._plan is None:
            return False
        return self._loaded.on is None or today >= self._loaded.on + timedelta(self._plan.interval_days)

    async def refresh(self, today: date) -> None:
        """Read the feeds, store the refreshed prices for all replicas, and use them.

        Errors of feeds and files are logged. If no feed could be read, the refresh is due again the next day.
        """
        plan = self._plan
        if plan is None:
            return
        previous, files = await self._store.read()
        try:
            with TemporaryDirectory(prefix="ftcost-prices-") as name:
                folder = Path(name)
                await asyncio.to_thread(_write_earlier_prices, folder, files, plan.load)
                async with feed_session(plan.proxy) as session:
                    http = BoundedClient(session)
                    report = await refresh_into(folder, http, today=today, keys=plan.keys, feeds=plan.feeds)
                refreshed_files, catalog = await asyncio.to_thread(_read, folder, plan.load)
        except (PriceWriteError, PriceFileError, OSError) as error:
            log.error("the price refresh failed: %s", error)
            return
        _log_report(report)
        if not report.findings:
            return
        async with self._one_at_a_time:
            written = await self._store.write(refreshed_files, today, after=previous)
            if written:
                self._loaded, self.current.catalog = written, catalog


def _load_files(files: Mapping[str, str], load: Callable[[Path], Catalog]) -> Catalog:
    with TemporaryDirectory(prefix="ftcost-prices-") as name:
        _write(Path(name), files)
        return load(Path(name))


def _write_earlier_prices(folder: Path, files: Mapping[str, str], load: Callable[[Path], Catalog]) -> None:
    """Write the files of earlier refreshes into a folder, or none if this version of the bot can't load them."""
    _write(folder, files)
    try:
        load(folder)
    except PriceFileError as error:
        log.error("earlier refreshed prices cannot be loaded and are dropped: %s", error)
        for path in folder.iterdir():
            path.unlink()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")


def _read(folder: Path, load: Callable[[Path], Catalog]) -> tuple[dict[str, str], Catalog]:
    catalog = load(folder)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))}, catalog


def _log_report(report: RefreshReport) -> None:
    for warning in report.warnings:
        log.warning("%s", warning)
    for finding in report.findings:
        if finding.outcome in ("changed", "implausible", "disputed"):
            log.info(
                "price of %s %s: recorded %s, observed %s",
                finding.subject,
                finding.outcome,
                finding.recorded,
                finding.observed,
            )


def days_since_checked(catalog: Catalog, today: date) -> float:
    """Return the days since a price of the catalogue was last checked; NaN if it holds no price."""
    offers = catalog.offers.values()
    checks = {price.source.checked_on for offer in offers for kind in offer.prices.values() for price in kind}
    return (today - max(checks)).days if checks else math.nan
