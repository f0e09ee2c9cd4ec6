"""US dollars shown in another currency. Amounts are computed and stored in US dollars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.render.parts.short import full_day
from bot.render.parts.tables import foreign_figure, foreign_span, has_other_period, horizon, period_total
from bot.results import SavedExchange
from calculator import Comparison, Estimate, Figure


class Rate(NamedTuple):
    """The price of one US dollar in another currency, with its source and day."""

    currency: str
    per_usd: Decimal
    source: str
    day: date


class NoRate(NamedTuple):
    """A requested currency without an exchange rate, and the reason."""

    currency: str
    why: str


Exchange = Rate | NoRate | None
"""None if US dollars were requested."""


def exchange_sentence(comparison: Comparison, estimate: Estimate | None, exchange: Exchange) -> str | None:
    """Return the totals of an estimate in the requested currency with its rate, or why they can't be shown."""
    if exchange is None:
        return None
    if isinstance(exchange, NoRate):
        return f"Not shown in {exchange.currency}: {exchange.why}."
    if estimate is None or not estimate.lines:
        return None
    names: tuple[tuple[str, Figure], ...] = (("one-off", "one_off"), ("a month", "monthly"))
    complete = ((label, name) for label, name in names if getattr(estimate, name).usd is not None)
    parts = [f"{label} {foreign_figure(comparison, estimate, name, exchange.per_usd)}" for label, name in complete]
    per_month = has_other_period(comparison, [estimate])
    total = period_total(comparison, estimate, per_month=per_month)
    if total.low is not None:
        label = "average month" if per_month else f"in all, {horizon(comparison)}"
        parts.append(f"{label} {foreign_span(total, exchange.per_usd)}")
    return f"In {exchange.currency}: {' · '.join(parts)}. {rate_text(exchange)}"


def rate_text(rate: Rate) -> str:
    """Return `1 USD = 0.8612 EUR, ECB reference rate of 20 Nov 2026.`"""
    return f"1 USD = {rate.per_usd:.6g} {rate.currency}, {rate.source} of {full_day(rate.day)}."


def save_exchange(exchange: Exchange) -> SavedExchange | None:
    """Return an exchange rate as it is saved with an estimate."""
    return None if exchange is None else SavedExchange(**exchange._asdict())


def read_exchange(saved: SavedExchange | None) -> Exchange:
    """Return the exchange rate that was saved with an estimate."""
    if saved is None:
        return None
    if saved.per_usd is None or saved.source is None or saved.day is None:
        return NoRate(saved.currency, saved.why or "")
    return Rate(saved.currency, saved.per_usd, saved.source, saved.day)
