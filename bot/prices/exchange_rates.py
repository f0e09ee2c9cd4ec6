"""Exchange rates for showing US dollars in another currency: a workspace's own rate, or the ECB's of the day.

The ECB publishes on working days, at about 16:00 CET, how much of each currency a euro buys:
https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import ParseError

import aiohttp
from defusedxml import DefusedXmlException, ElementTree

from bot.render.currency import Exchange, NoRate, Rate
from pricing import BoundedClient, HttpError, ResponseFormat

log = logging.getLogger(__name__)

ECB = "ECB reference rate"
MAX_BYTES = 64 * 1024  # it has about 2 kB
PATIENCE_SECONDS = 5.0
KEPT_SECONDS = 3 * 3600.0
AGAIN_SECONDS = 300.0
"""After a failure the ECB is left alone for so long."""
ECB_DAYS = 7
"""Over Christmas and Easter the ECB publishes nothing for up to five days."""
OWN_DAYS = 90
XML = ResponseFormat("XML", frozenset({"text/xml", "application/xml"}))
_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"


class RatesError(Exception):
    """A file of exchange rates that can't be used. The text continues a sentence that begins with the file."""


class ExchangeRates:
    """Rates by currency, never older than the rules above say. Without an address the ECB is not asked."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = BoundedClient(session, timeout_seconds=PATIENCE_SECONDS)
        self._url = url
        self._clock = clock
        self._known: dict[str, Rate] = {}
        self._until = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, currency: str, workspace_rate: Rate | None, today: date) -> Exchange:
        """Return the rate of a currency on a day; the workspace's own rate has priority over the ECB's."""
        if currency == "USD":
            return None
        if workspace_rate and workspace_rate.currency == currency:
            return _fresh(workspace_rate, today, OWN_DAYS)
        found = (await self._ecb()).get(currency)
        if found is None:
            return NoRate(currency, f"no rate of {currency} is known")
        return _fresh(found, today, ECB_DAYS)

    async def _ecb(self) -> dict[str, Rate]:
        if self._url is None:
            return {}
        async with self._lock:
            if self._clock() >= self._until:
                try:
                    self._known = read_ecb(await self._http.get(self._url, XML, max_bytes=MAX_BYTES))
                    self._until = self._clock() + KEPT_SECONDS
                except (HttpError, RatesError) as error:  # the rates read before serve as long as they are fresh
                    log.warning("the ECB's exchange rates: the feed %s", error)
                    self._until = self._clock() + AGAIN_SECONDS
            return self._known


def _fresh(rate: Rate, today: date, days: int) -> Rate | NoRate:
    if rate.day > today or today - rate.day > timedelta(days=days):
        return NoRate(rate.currency, f"the {rate.source} of {rate.day} is not within {days} days before {today}")
    return rate


def read_ecb(body: bytes) -> dict[str, Rate]:
    """eurofxref-daily.xml as rates a US dollar, the euro's among them. Raises RatesError, saying what is wrong."""
    try:
        # The encoding that the file itself declares is ignored.
        root = ElementTree.fromstring(body.decode("utf-8-sig"), forbid_dtd=True)
    except DefusedXmlException:
        raise RatesError("declares entities or a document type, which the ECB's never does") from None
    except (ParseError, ValueError):
        raise RatesError("isn't XML") from None
    days = [cube for cube in root.iter(_CUBE) if cube.get("time")]
    if len(days) != 1:
        raise RatesError("does not have one day")
    try:
        day = date.fromisoformat(str(days[0].get("time")))
    except ValueError:
        raise RatesError("has no date") from None
    per_euro = {cube.get("currency", ""): _number(cube.get("rate", "")) for cube in days[0].findall(_CUBE)}
    if "USD" not in per_euro:
        raise RatesError("has no US dollar")
    per_euro["EUR"] = Decimal(1)
    usd = per_euro["USD"]
    return {
        code: Rate(code, rate / usd, ECB, day)
        for code, rate in per_euro.items()
        if len(code) == 3 and code.isascii() and code.isupper()
    }


def _number(text: str) -> Decimal:
    """A rate; anything that none can be is refused with the whole file."""
    try:
        rate = Decimal(text)
    except InvalidOperation:
        raise RatesError("has a rate that is no number") from None
    if not rate.is_finite() or not Decimal("0.0001") < rate < Decimal("10000000"):
        raise RatesError("has a rate that none can be")
    return rate
