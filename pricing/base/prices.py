"""Prices of prompting base models as one compact file, made from the genai-prices package.

Importing the package takes a third of a second, because it builds thousands of objects. The file holds the same prices
of text tokens and loads in a few milliseconds. `python -m pricing.base.prices` writes it; a test compares the two.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Raw, Struct
from msgspec.json import decode

from pricing.files.reading import DATA_DIR

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

BASE_PRICES_PATH = DATA_DIR / "base_prices.json"
# The month in which the pinned release was read; genai-prices dates its prices by start, not by when they were seen.
CHECKED = "2026-11"


class TokenPrices(NamedTuple):
    """Prices in US dollars per 1M tokens; None if unknown."""

    input: Decimal | None
    cached_input: Decimal | None
    cache_write: Decimal | None
    output: Decimal | None


class PriceRow(NamedTuple):
    """Prices that hold from a day on, or at certain hours."""

    since: date | None
    hours: tuple[str, str] | None
    """Start and end of the hours in UTC, such as 01:00 and 04:00; None: all day."""
    prices: TokenPrices
    longer_than: int | None
    """Calls with more input tokens have other prices; None: the prices hold for any length."""
    longer: TokenPrices | None
    """Prices of longer calls."""


class ListedModel(NamedTuple):
    """A base model at one seller."""

    seller: str
    name: str
    display_name: str | None
    aliases: tuple[str, ...]
    rows: Raw
    """JSON, which is read for the models that a question names."""
    batch_rows: Raw
    context_tokens: int | None = None
    """Most tokens of a call, prompt and answer together; None if the list doesn't say."""

    @property
    def id(self) -> str:
        """Return seller/name."""
        return f"{self.seller}/{self.name}"

    @property
    def title(self) -> str:
        """Return the name for people."""
        return self.display_name or self.name

    def row_on(self, day: date) -> PriceRow:
        """Return the prices that hold all day on a day."""
        all_rows = _read_rows(self.rows)
        rows = [row for row in all_rows if row.hours is None]
        holding = [row for row in rows if row.since is None or row.since <= day]
        return (holding or rows or all_rows[:1])[-1]

    def changes_after(self, day: date) -> tuple[date, ...]:
        """Return the days after `day` on which prices that hold all day change."""
        days = {row.since for row in (*_read_rows(self.rows), *_read_rows(self.batch_rows)) if row.hours is None}
        return tuple(sorted(since for since in days if since is not None and since > day))

    def peak_rows(self) -> tuple[PriceRow, ...]:
        """Return the prices that hold at certain hours only."""
        return tuple(row for row in _read_rows(self.rows) if row.hours is not None)

    def batch_on(self, day: date) -> PriceRow | None:
        """Return the batch prices on a day; a price that isn't stated is that of other calls."""
        rows = [row for row in _read_rows(self.batch_rows) if row.since is None or row.since <= day]
        return rows[0] if rows else None


class Seller(NamedTuple):
    """A seller of base models."""

    title: str
    url: str
    fallbacks: tuple[str, ...]
    """Sellers whose models this one also sells, at their prices."""


class _Content(Struct):
    version: str
    sellers: dict[str, Seller]
    models: tuple[ListedModel, ...]


class BasePriceList:
    """The content of the file, read on first use."""

    def __init__(self, path: Path = BASE_PRICES_PATH) -> None:
        self.path = path

    @cached_property
    def _content(self) -> _Content:
        return decode(self.path.read_bytes(), type=_Content)

    @property
    def version(self) -> str:
        """Return the version of genai-prices that the file was made from."""
        return self._content.version

    @property
    def sellers(self) -> dict[str, Seller]:
        """Return the sellers by id."""
        return self._content.sellers

    @property
    def models(self) -> tuple[ListedModel, ...]:
        """Return every model of every seller."""
        return self._content.models


def _read_rows(rows: Raw) -> list[PriceRow]:
    return [_read_row(row) for row in decode(rows)]


def _read_row(row: list[Any]) -> PriceRow:
    since, hours, prices, longer_than, longer = row
    return PriceRow(
        date.fromisoformat(since) if since else None,
        (hours[0], hours[1]) if hours else None,
        _read_prices(prices),
        longer_than,
        _read_prices(longer) if longer else None,
    )


def _read_prices(prices: list[str | None]) -> TokenPrices:
    return TokenPrices(*(None if price is None else Decimal(price) for price in prices))


def base_price_file() -> str:
    """Return the content of the file for the installed genai-prices package."""
    from importlib.metadata import version

    from genai_prices.data_snapshot import get_snapshot

    providers = get_snapshot().providers
    sellers = {provider.id: _seller_row(provider) for provider in providers}
    models = [
        [provider.id, model.id, model.name, _aliases(model), *_price_rows(model), model.context_window]
        for provider in providers
        for model in provider.models
    ]
    # One line a model, so that a new release shows which prices changed.
    lines = ",\n".join(json.dumps(model, ensure_ascii=False, separators=(",", ":")) for model in models)
    head = json.dumps({"version": version("genai-prices"), "sellers": sellers}, ensure_ascii=False)
    return f'{head[:-1]},\n"models": [\n{lines}\n]}}\n'


def _seller_row(provider: Provider) -> list[Any]:
    urls = provider.pricing_urls or ["https://github.com/pydantic/genai-prices"]
    return [provider.name, urls[0], provider.fallback_model_providers or []]


def _aliases(model: ModelInfo) -> list[str]:
    """Return the texts in the rules that match a model; patterns are left out."""
    names: dict[str, None] = {}

    def collect(clause: Any) -> None:
        for part in getattr(clause, "or_", None) or getattr(clause, "and_", None) or ():
            collect(part)
        for attribute in ("equals", "starts_with", "contains", "ends_with"):
            if text := getattr(clause, attribute, None):
                names[text.strip("/-@").lower()] = None

    collect(model.match)
    names.pop(model.id, None)
    return [name for name in names if name]


def _price_rows(model: ModelInfo) -> list[Any]:
    prices = model.prices if isinstance(model.prices, list) else None
    conditional = [(row.constraint, row.prices) for row in prices] if prices else [(None, model.prices)]
    batches = [
        (variant.constraint, variant.prices)
        for variant in model.price_variants or ()
        if variant.when == {"processing": "batch"}
    ]
    return [[_row(*pair) for pair in pairs] for pairs in (conditional, batches)]


def _row(constraint: Any, prices: ModelPrice | Any) -> list[Any]:
    since = getattr(constraint, "start_date", None)
    start = getattr(constraint, "start_time", None)
    fields = [
        getattr(prices, name, None) for name in ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok")
    ]
    tiers = getattr(fields[0], "tiers", None)
    first = min(tiers, key=lambda tier: tier.start) if tiers else None
    return [
        since and since.isoformat(),
        start and [start.strftime("%H:%M"), constraint.end_time.strftime("%H:%M")],
        [_text(getattr(price, "base", price)) for price in fields],
        first and first.start,
        [_text(_dearest(price)) for price in fields] if first else None,
    ]


def _dearest(price: Any) -> Any:
    """Return the last tier of a price that depends on the length of the call, else the price."""
    tiers = getattr(price, "tiers", None)
    return max(tiers, key=lambda tier: tier.start).price if tiers else price


def _text(price: Decimal | None) -> str | None:
    return None if price is None else str(price)


if __name__ == "__main__":
    BASE_PRICES_PATH.write_text(base_price_file(), encoding="utf-8")
    sys.stdout.write(f"{BASE_PRICES_PATH.name} written\n")
