"""Exchange rates for showing US dollars in another currency: the workspace's own rate, or the ECB's daily one.

The ECB publishes how much of each currency a euro buys, on working days at about 16:00 CET:
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

from bot.render.parts.currency import Exchange, NoRate, Rate
from bot.render.parts.short import full_day
from pricing import BoundedClient, HttpError, ResponseFormat

log = logging.getLogger(__name__)

ECB = "ECB reference rate"
MAX_BYTES = 64 * 1024  # the file has about 2 kB
TIMEOUT_SECONDS = 5.0
CACHE_SECONDS = 3 * 3600.0
RETRY_SECONDS = 300.0
"""The wait after a failed request."""
ECB_MAX_AGE_DAYS = 7
"""Around Christmas and Easter the ECB publishes nothing for up to five days."""
WORKSPACE_MAX_AGE_DAYS = 90
XML = ResponseFormat("XML", frozenset({"text/xml", "application/xml"}))
_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"


class RatesError(Exception):
    """A file of exchange rates that can't be used. The text continues a sentence that begins with the file."""


class ExchangeRates:
    """Exchange rates by currency, cached for three hours and never older than the limits above.

    Args:
        session: Sends the requests.
        url: The address of the ECB's daily file; None: only the rates of workspaces are used.
        clock: Seconds, for the cache.
    """

    def __init__(
        self, session: aiohttp.ClientSession, url: str | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = BoundedClient(session, timeout_seconds=TIMEOUT_SECONDS)
        self._url = url
        self._clock = clock
        self._rates: dict[str, Rate] = {}
        self._cached_until = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, currency: str, workspace_rate: Rate | None, today: date) -> Exchange:
        """Return the rate of a currency on a day; NoRate says why there is none. US dollars need no rate: None.

        Args:
            currency: Its ISO code.
            workspace_rate: The workspace's own rate, which has priority over the ECB's.
            today: The day to convert on.
        """
        if currency == "USD":
            return None
        if workspace_rate and workspace_rate.currency == currency:
            return _fresh(workspace_rate, today, WORKSPACE_MAX_AGE_DAYS)
        rate = (await self._ecb()).get(currency)
        if rate is None:
            return NoRate(currency, f"no exchange rate for {currency} is available")
        return _fresh(rate, today, ECB_MAX_AGE_DAYS)

    async def _ecb(self) -> dict[str, Rate]:
        if self._url is None:
            return {}
        async with self._lock:
            if self._clock() >= self._cached_until:
                try:
                    self._rates = read_ecb(await self._http.get(self._url, XML, max_bytes=MAX_BYTES))
                    self._cached_until = self._clock() + CACHE_SECONDS
                except (HttpError, RatesError) as error:  # cached rates are used until they are too old
                    log.warning("exchange rates: the ECB's feed %s", error)
                    self._cached_until = self._clock() + RETRY_SECONDS
            return self._rates


def _fresh(rate: Rate, today: date, days: int) -> Rate | NoRate:
    """Return the rate, or NoRate if it is older than `days` or from the future."""
    if rate.day > today or today - rate.day > timedelta(days=days):
        return NoRate(
            rate.currency,
            f"the {rate.source} of {full_day(rate.day)} isn't from the {days} days before {full_day(today)}",
        )
    return rate


def read_ecb(body: bytes) -> dict[str, Rate]:
    """Return the rates in eurofxref-daily.xml, converted to units of each currency per US dollar.

    Args:
        body: The file, in UTF-8.

    Raises:
        RatesError: The file isn't as the ECB publishes it; none of its rates is used.
    """
    try:
        # The encoding that the file declares is ignored.
        root = ElementTree.fromstring(body.decode("utf-8-sig"), forbid_dtd=True)
    except DefusedXmlException:
        raise RatesError("declares entities or a document type") from None
    except (ParseError, ValueError):
        raise RatesError("isn't XML") from None
    days = [cube for cube in root.iter(_CUBE) if cube.get("time")]
    if len(days) != 1:
        raise RatesError("doesn't have the rates of exactly one day")
    try:
        day = date.fromisoformat(str(days[0].get("time")))
    except ValueError:
        raise RatesError("has an invalid date") from None
    per_euro = {cube.get("currency", ""): _number(cube.get("rate", "")) for cube in days[0].findall(_CUBE)}
    if "USD" not in per_euro:
        raise RatesError("has no rate for the US dollar")
    per_euro["EUR"] = Decimal(1)
    usd = per_euro["USD"]
    return {
        code: Rate(code, rate / usd, ECB, day)
        for code, rate in per_euro.items()
        if len(code) == 3 and code.isascii() and code.isupper()
    }


def _number(text: str) -> Decimal:
    """Return a rate. Raises RatesError if it isn't plausible."""
    try:
        rate = Decimal(text)
    except InvalidOperation:
        raise RatesError("has a rate that isn't a number") from None
    if not rate.is_finite() or not Decimal("0.0001") < rate < Decimal("10000000"):
        raise RatesError("has an implausible rate")
    return rate
