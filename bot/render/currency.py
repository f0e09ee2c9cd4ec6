"""US dollars shown in another currency. What is counted and stored stays in dollars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.render.tables import foreign_figure, horizon
from bot.results import SavedExchange
from calculator import Comparison, Estimate, Figure


class Rate(NamedTuple):
    """So much of a currency for one US dollar, where it was read, and of which day it is."""

    currency: str
    per_usd: Decimal
    source: str
    day: date


class NoRate(NamedTuple):
    """A currency that was asked for and cannot be shown, and why."""

    currency: str
    why: str


Exchange = Rate | NoRate | None
"""None where US dollars are what was asked for."""


def exchange_sentence(comparison: Comparison, shown: Estimate | None, exchange: Exchange) -> str | None:
    """The figures of an answer in the currency that was asked for, with the rate they all share; or why not."""
    if exchange is None:
        return None
    if isinstance(exchange, NoRate):
        return f"Not shown in {exchange.currency}: {exchange.why}."
    if shown is None or not shown.lines:
        return None
    names: tuple[tuple[str, Figure], ...] = (("one-off", "one_off"), ("a month", "monthly"), (_to(comparison), "total"))
    known = ((label, name) for label, name in names if getattr(shown, name).usd is not None)
    parts = [f"{label} {foreign_figure(comparison, shown, name, exchange.per_usd)}" for label, name in known]
    return f"In {exchange.currency}: {' · '.join(parts)}. {rate_text(exchange)}"


def rate_text(rate: Rate) -> str:
    """`1 USD = 0.8612 EUR, ECB reference rate of 2026-11-20.`"""
    return f"1 USD = {rate.per_usd:.6g} {rate.currency}, {rate.source} of {rate.day}."


def _to(comparison: Comparison) -> str:
    return f"in all, {horizon(comparison)}"


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
