"""HTTP to the platforms' billing interfaces: bounded in bytes and time, never sent on to another host, and silent about
keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from calculator import UserError

MAX_BYTES = 8_000_000
SECONDS = 30.0
MOST_PAGES = 50
REFUSED = {
    401: "does not take the key. Put in a new one with `/ftcost keys`.",
    403: "takes the key, but it may not read costs. Give it that right, or put in another with `/ftcost keys`.",
    404: "does not know what was asked for.",
    429: "is asked too often at the moment. Please try again in some minutes.",
}


class PullError(UserError):
    """A platform did not say what was paid. The text is for the asker, and never has a key in it."""


class Addresses(NamedTuple):
    """Where each interface is."""

    openai: str = "https://api.openai.com"
    azure_login: str = "https://login.microsoftonline.com"
    azure: str = "https://management.azure.com"
    aws: str = "https://ce.us-east-1.amazonaws.com"
    together: str = "https://api.together.xyz"


class BillingHttp:
    """One platform as a reader of its answers sees it; `title` is how it is called in what people read."""

    def __init__(self, session: aiohttp.ClientSession, addresses: Addresses, title: str) -> None:
        self._session = session
        self.addresses = addresses
        self._title = title

    async def get(self, url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """JSON with its numbers as Decimal. Raises PullError."""
        return await self._json("GET", URL(url).update_query(query), headers, None)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """The same for a question that is asked with a body."""
        return await self._json("POST", URL(url, encoded=True), headers, body)

    def onward(self, url: str, found: object) -> str:
        """The address of the next page, where it is on the same host. Raises PullError."""
        try:
            same = isinstance(found, str) and URL(found).origin() == URL(url).origin()
        except ValueError:
            same = False
        if not same:
            raise self.odd()
        return str(found)

    def odd(self) -> PullError:
        """For an answer that does not look as it is published."""
        return PullError(f"{self._title} answered in a shape that ftcost does not know, so nothing was recorded.")

    async def _json(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Any:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with self._session.request(
                method, url, headers=headers, data=body, allow_redirects=False, timeout=timeout
            ) as response:
                if response.status != 200:
                    why = REFUSED.get(response.status, f"answered with status {response.status}. Try again later.")
                    raise PullError(f"{self._title} {why}")
                content = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise PullError(f"{self._title} answered with more than {MAX_BYTES // 1_000_000} MB.")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise PullError(f"{self._title} cannot be reached ({type(error).__name__}). Try again later.") from None
        try:
            return json.loads(content, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise self.odd() from None


def _no_constant(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity are no amounts


def amount(value: object) -> Decimal | None:
    """A finite number, or a text that is one."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal) or len(str(value)) > 60:
        return None
    try:
        found = Decimal(value)
    except ArithmeticError:
        return None
    return found if found.is_finite() and found.copy_abs() < Decimal(10) ** 15 else None
