"""The effect of each input on the total between its low and its high end, as a tornado chart and as a table."""

from __future__ import annotations

from bot.render.charts.model import TornadoBar, TornadoChart
from bot.render.parts.money import money, signed
from bot.render.parts.tables import Table, horizon, horizon_text, offer_name
from calculator import INPUT_LABELS, Amount, Comparison, Driver, Estimate, equal_periods, key_of, sensitivity

MAX_BARS = 12


def ends_of(driver: Driver) -> tuple[str, str]:
    """Return the low and the high end of an input as text: `10k`, `90k`; shares in percent."""
    suffix = "%" if key_of(driver.name).unit == "%" else ""
    low, high = (Amount.exactly(end) for end in (driver.amount.low, driver.amount.high))
    return low.text(suffix), high.text(suffix)


def tornado_chart(comparison: Comparison, estimate: Estimate) -> TornadoChart | None:
    """Return the inputs that move the total of an offer, widest first, or None if none does."""
    drivers = sensitivity(comparison, estimate)[:MAX_BARS]
    periods = equal_periods(comparison)  # the period of the drivers' totals
    likely_usd = (periods.total(estimate) if periods.has_baseline else estimate.total).usd
    if not drivers or likely_usd is None:
        return None
    bars = tuple(
        TornadoBar(INPUT_LABELS[driver.name].short, *ends_of(driver), driver.at_low_usd, driver.at_high_usd)
        for driver in drivers
    )
    ranges = "; ".join(
        f"{bar.name.lower()} {bar.low} to {bar.high}: {money(bar.at_low_usd)} to {money(bar.at_high_usd)}"
        for bar in bars
    )
    total = money(likely_usd)
    over = f"over {horizon(comparison)}" if periods.has_baseline else horizon_text(comparison, estimate)
    return TornadoChart(
        title=f"What moves the total of {offer_name(estimate)}, USD {over}",
        short_title=f"What moves the total of {total}, USD",
        subtitle=f"The likely total is {total} {over}. Each bar changes one input from its low to its high end.",
        alt=f"Tornado chart around {total} {over} for {offer_name(estimate)}: {ranges}.",
        likely_usd=likely_usd,
        bars=bars,
        alternatives={offer_name(estimate): estimate.offer.id},
    )


def drivers_table(comparison: Comparison, estimate: Estimate) -> Table:
    """Return the inputs that move the total of an offer as rows, each with its swing."""
    rows = [
        (
            INPUT_LABELS[driver.name].short,
            " – ".join(ends_of(driver)),
            money(driver.at_low_usd),
            money(driver.at_high_usd),
            signed(driver.at_high_usd - driver.at_low_usd),
        )
        for driver in sensitivity(comparison, estimate)[:MAX_BARS]
    ]
    return Table(
        ("Input", "From – to", "Total at low", "Total at high", "Change"),
        ("left", "right", "right", "right", "right"),
        tuple(rows),
    )
