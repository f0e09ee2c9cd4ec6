"""HTTP to the platforms' billing interfaces. Errors never contain a key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from calculator import UserError
from pricing import BoundedClient, HttpError, HttpSizeError, HttpStatusError, same_origin

MAX_BYTES = 8_000_000
TIMEOUT_SECONDS = 30.0
MAX_PAGES = 50
REFUSED = {
    401: "doesn't accept the key. Enter a new one with `/ftcost keys`.",
    403: "accepts the key, but the key can't read costs. Grant it that right, or enter another with `/ftcost keys`.",
    404: "doesn't know this address.",
    429: "is rate limiting requests. Try again in a few minutes.",
}


class PullError(UserError):
    """A bill that can't be read from its platform. The text is for the user and never contains a key."""


class Addresses(NamedTuple):
    """The addresses of the billing interfaces."""

    openai: str = "https://api.openai.com"
    azure_login: str = "https://login.microsoftonline.com"
    azure: str = "https://management.azure.com"
    aws: str = "https://ce.us-east-1.amazonaws.com"
    together: str = "https://api.together.xyz"


class BillingHttp:
    """Requests to one platform's billing interface; `title` is the platform's name in error messages."""

    def __init__(self, session: aiohttp.ClientSession, addresses: Addresses, title: str) -> None:
        self._session = session
        self.addresses = addresses
        self._title = title

    async def get(self, url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """Return the JSON of an answer, with its numbers as Decimal. Raises PullError."""
        return await self._json("GET", URL(url).update_query(query), headers, None)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """Return the JSON of the answer to a body, with its numbers as Decimal. Raises PullError."""
        return await self._json("POST", URL(url, encoded=True), headers, body)

    def next_page(self, url: str, address: object) -> str:
        """Return the address of the next page if it has the origin of `url`. Raises PullError."""
        if not same_origin(url, address):
            raise self.unknown_shape()
        return str(address)

    def unknown_shape(self) -> PullError:
        """Return the error for an answer that isn't as the platform documents it."""
        return PullError(f"{self._title} answered in a form that ftcost doesn't know, so nothing was recorded.")

    async def _json(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Any:
        client = BoundedClient(self._session, timeout_seconds=TIMEOUT_SECONDS, headers=headers, attempts=1)
        try:
            async with client.open(method, url, max_bytes=MAX_BYTES, body=body) as response:
                content = b"".join([chunk async for chunk in response.chunks()])
        except HttpStatusError as error:
            why = REFUSED.get(error.status, f"answered with status {error.status}. Try again later.")
            raise PullError(f"{self._title} {why}") from None
        except HttpSizeError:
            raise PullError(f"{self._title} answered with more than {MAX_BYTES // 1_000_000} MB.") from None
        except HttpError as error:
            raise PullError(f"{self._title} {error}. Try again later.") from None
        try:
            return json.loads(content, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise self.unknown_shape() from None


def _no_constant(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity aren't amounts


def amount(value: object) -> Decimal | None:
    """Return a finite number, or a text that is one, as Decimal; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal) or len(str(value)) > 60:
        return None
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() and number.copy_abs() < Decimal(10) ** 15 else None
