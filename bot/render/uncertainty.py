"""How sure an estimate is, in words and rows: percentiles, cases in which it pays back, what moves it most."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.render.charts.tornado import ends_of
from bot.render.money import UNKNOWN, money, rough
from bot.render.tables import Align, Table, horizon, offer_name, offer_rows
from calculator import INPUT_LABELS, Comparison, Driver, Estimate, sample, sensitivity

MOST_NAMED = 3


def sureness(comparison: Comparison, estimate: Estimate) -> list[str]:
    """P10 to P90 of an offer's total, and in how many cases it pays back; nothing where nothing is ranged."""
    ranges = sample(comparison)
    if ranges is None or not estimate.lines:
        return []
    found = ranges.percentiles(estimate.offer.id, "total")
    if found is None:
        return ["No range can be given: a price is unknown in some of the cases."]
    if found.p10 == found.p90:
        return [f"{offer_name(estimate)} costs {rough(found.p50)} over {horizon(comparison)} in nearly every case."]
    sentences = [
        f"In 8 of 10 cases {offer_name(estimate)} costs {rough(found.p10)} to {rough(found.p90)} "
        f"over {horizon(comparison)}, and in half of all cases less than {rough(found.p50)}."
    ]
    share = ranges.pays_back_share(estimate.offer.id)
    if share is not None and comparison.base:
        sentences.append(
            f"In {percent(share)} of cases tuning has by then cost no more than prompting {comparison.base.model}."
        )
    return sentences


def percent(share: Decimal) -> str:
    """`63%`; never 0% or 100% for what is only nearly so."""
    if share in (0, 1):
        return f"{share * 100:.0f}%"
    return f"{min(max(share * 100, Decimal(1)), Decimal(99)):.0f}%"


def percentiles_table(comparison: Comparison, estimates: Sequence[Estimate]) -> Table:
    """The total of each offer below which it stays in 10, 50 and 90 of 100 cases."""
    ranges = sample(comparison)

    def cells(one: Estimate) -> tuple[str, ...]:
        found = ranges.percentiles(one.offer.id, "total") if ranges else None
        share = ranges.pays_back_share(one.offer.id) if ranges else None
        return *(map(rough, found) if found else (UNKNOWN,) * 3), "" if share is None else percent(share)

    width = 5 if comparison.base else 4
    align: tuple[Align, ...] = ("left", "right", "right", "right", "right")
    return Table(
        ("Offer", "P10", "P50", "P90", "Cases paid back")[:width],
        align[:width],
        tuple(row[:width] for row in offer_rows(estimates, cells)),
    )


def moved_most(comparison: Comparison, estimate: Estimate) -> str | None:
    """What would move the total most, were each number of a question without ranges somewhat off."""
    found = [] if comparison.scenario.ranged else sensitivity(comparison, estimate)[:MOST_NAMED]
    if not found:
        return None
    named = "; ".join(_named(one) for one in found)
    spread = f"{percent(comparison.spread)} off (whole ones by the next)"
    return f"Were each number {spread}, the total would move most with {named}."


def _named(driver: Driver) -> str:
    """`calls (40k to 60k: $35.71 to $80.35)`."""
    low, high = ends_of(driver)
    name = INPUT_LABELS[driver.name].short
    return f"{name[0].lower()}{name[1:]} ({low} to {high}: {money(driver.at_low_usd)} to {money(driver.at_high_usd)})"
