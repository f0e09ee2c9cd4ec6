"""How sure an estimate is, as a chart and in rows: what each input does to the total between its ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.render.money import money, signed
from bot.render.tables import Table, horizon, offer_name
from calculator import INPUT_LABELS, Amount, Comparison, Driver, Estimate, key_of, sensitivity

MOST_BARS = 12
SIDES = ("At its low end", "At its high end")


@dataclass(frozen=True)
class TornadoBar:
    """One input, its ends as they were written, and the total at each."""

    name: str
    low: str
    high: str
    at_low_usd: Decimal
    at_high_usd: Decimal


@dataclass(frozen=True)
class Tornado:
    """Bars around the likely total, the widest first."""

    title: str
    short_title: str
    subtitle: str
    alt: str
    likely_usd: Decimal
    bars: tuple[TornadoBar, ...]


def ends_of(driver: Driver) -> tuple[str, str]:
    """`10k`, `90k`; shares in percent."""
    suffix = "%" if key_of(driver.name).unit == "%" else ""
    low, high = (Amount(end, end, end) for end in (driver.amount.low, driver.amount.high))
    return low.text(suffix), high.text(suffix)


def tornado(comparison: Comparison, estimate: Estimate) -> Tornado | None:
    """What moves the total of an offer; None where nothing does."""
    found = sensitivity(comparison, estimate)[:MOST_BARS]
    if not found or estimate.total_usd is None:
        return None
    bars = tuple(
        TornadoBar(INPUT_LABELS[one.name].short, *ends_of(one), one.at_low_usd, one.at_high_usd) for one in found
    )
    said = "; ".join(
        f"{bar.name.lower()} {bar.low} to {bar.high}: {money(bar.at_low_usd)} to {money(bar.at_high_usd)}"
        for bar in bars
    )
    total = money(estimate.total_usd)
    return Tornado(
        title=f"What moves the total of {offer_name(estimate)}, USD over {horizon(comparison)}",
        short_title=f"What moves the total of {total}, USD",
        subtitle=f"The likely total is {total}. Each bar changes one input from its low to its high end.",
        alt=f"Tornado chart around {total} for {offer_name(estimate)}: {said}.",
        likely_usd=estimate.total_usd,
        bars=bars,
    )


def drivers_table(comparison: Comparison, estimate: Estimate) -> Table:
    """The same in rows, with the whole swing."""
    rows = [
        (
            INPUT_LABELS[one.name].short,
            " – ".join(ends_of(one)),
            money(one.at_low_usd),
            money(one.at_high_usd),
            _swing(one),
        )
        for one in sensitivity(comparison, estimate)[:MOST_BARS]
    ]
    return Table(
        ("Input", "From – to", "Total at low", "Total at high", "Change"),
        ("left", "right", "right", "right", "right"),
        tuple(rows),
    )


def _swing(driver: Driver) -> str:
    return signed(driver.at_high_usd - driver.at_low_usd)
