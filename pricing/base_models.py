"""Prices of prompting base models, from the genai-prices package: bundled data, no network."""

from __future__ import annotations

import difflib
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pricing.catalog import BasePrice, UnknownName
from pricing.price import Source

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot

# The month in which the pinned release was read; genai-prices dates its prices by start, not by when they were seen.
CHECKED = "2026-11"


class GenaiBaseModels:
    """Base-model prices by any name genai-prices knows, also provider/model. Imports the package on first use."""

    @cached_property
    def _snapshot(self) -> DataSnapshot:
        from genai_prices.data_snapshot import get_snapshot

        return get_snapshot()

    @property
    def names(self) -> tuple[str, ...]:
        """The id of every model."""
        return tuple(model.id for provider in self._snapshot.providers for model in provider.models)

    @lru_cache(maxsize=512)  # noqa: B019 - one instance lives as long as the process
    def price(self, name: str, day: date) -> BasePrice:
        """Return the prices of a model on a day, in US dollars per 1M tokens. Raises UnknownName."""
        provider_id, _, model_ref = name.rpartition("/")
        try:
            provider, model = self._snapshot.find_provider_model(model_ref, None, provider_id or None, None)
        except (LookupError, ValueError):
            raise UnknownName("base model", name, self._near(model_ref)) from None
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        plain, batch = model.get_prices(at), model.get_prices(at, {"processing": "batch"})
        has_batch = batch.input_mtok != plain.input_mtok or batch.output_mtok != plain.output_mtok
        urls = provider.pricing_urls or ["https://github.com/pydantic/genai-prices"]
        return BasePrice(
            model=model.id,
            provider=provider.name,
            input_usd=_usd(plain.input_mtok),
            cached_input_usd=_usd(plain.cache_read_mtok),
            output_usd=_usd(plain.output_mtok),
            batch_input_usd=_usd(batch.input_mtok) if has_batch else None,
            batch_cached_input_usd=_usd(batch.cache_read_mtok) if has_batch else None,
            batch_output_usd=_usd(batch.output_mtok) if has_batch else None,
            source=Source(
                title=f"genai-prices {version('genai-prices')}: {provider.name}",
                url=urls[0],
                checked=CHECKED,
                kind="package data",
            ),
            max_call_input_tokens=_first_tier(plain.input_mtok),
        )

    def _near(self, name: str) -> list[str]:
        names = [model.id for provider in self._snapshot.providers for model in provider.models]
        return list(dict.fromkeys(difflib.get_close_matches(name.lower()[:100], names, n=6, cutoff=0.6)))[:3]


def _usd(price: Any) -> Decimal | None:
    """Return a price, or the base of one that depends on the length of the call: the first tier pays the base."""
    value = getattr(price, "base", price)
    return None if value is None else Decimal(value)


def _first_tier(price: Any) -> int | None:
    tiers = getattr(price, "tiers", None)
    return min(tier.start for tier in tiers) if tiers else None
