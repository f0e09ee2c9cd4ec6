"""The uncertainty of an estimate as text: percentiles, the share of cases that pay back, the most sensitive inputs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.render.charts.tornado import ends_of
from bot.render.parts.money import UNKNOWN, money, rough
from bot.render.parts.tables import Align, Table, has_other_period, horizon, offer_name, offer_rows
from calculator import INPUT_LABELS, Comparison, Driver, Estimate, sample, sensitivity

MAX_DRIVERS = 3


def uncertainty_sentences(comparison: Comparison, estimate: Estimate) -> list[str]:
    """Return P10 to P90 of an offer's total and the share of cases that pay back; empty without ranges."""
    ranges = sample(comparison)
    if ranges is None or not estimate.lines:
        return []
    per_month = has_other_period(comparison, [estimate])
    percentiles = ranges.period_percentiles(estimate.offer.id, per_month=per_month)
    period = "in an average month" if per_month else f"over {horizon(comparison)}"
    if percentiles is None:
        return ["No range can be given: a price is unknown in some cases."]
    if percentiles.p10 == percentiles.p90:
        return [f"{offer_name(estimate)} costs {rough(percentiles.p50)} {period} in nearly every case."]
    sentences = [
        f"In 8 of 10 cases {offer_name(estimate)} costs {rough(percentiles.p10)} to {rough(percentiles.p90)} "
        f"{period}, and in half of all cases less than {rough(percentiles.p50)}."
    ]
    share = ranges.pays_back_share(estimate.offer.id)
    if share is not None and comparison.base:
        sentences.append(
            f"In {percent(share)} of cases it pays back by then against prompting {comparison.base.model}."
        )
    return sentences


def percent(share: Decimal) -> str:
    """Return `63%`; 0% and 100% only if they are exact."""
    if share in (0, 1):
        return f"{share * 100:.0f}%"
    return f"{min(max(share * 100, Decimal(1)), Decimal(99)):.0f}%"


def percentiles_table(comparison: Comparison, estimates: Sequence[Estimate]) -> Table:
    """Return the 10th, 50th and 90th percentile of each offer's total, and the share of cases that pay back."""
    ranges, per_month = sample(comparison), has_other_period(comparison, estimates)

    def cells(estimate: Estimate) -> tuple[str, ...]:
        percentiles = ranges.period_percentiles(estimate.offer.id, per_month=per_month) if ranges else None
        share = ranges.pays_back_share(estimate.offer.id) if ranges else None
        return *(map(rough, percentiles) if percentiles else (UNKNOWN,) * 3), "" if share is None else percent(share)

    width = 5 if comparison.base else 4
    align: tuple[Align, ...] = ("left", "right", "right", "right", "right")
    return Table(
        ("Offer", "P10", "P50", "P90", "Cases paid back")[:width],
        align[:width],
        tuple(row[:width] for row in offer_rows(estimates, cells)),
    )


def sensitivity_sentence(comparison: Comparison, estimate: Estimate) -> str | None:
    """Return the inputs that move the total most, if the question has no ranges."""
    drivers = [] if comparison.scenario.ranged else sensitivity(comparison, estimate)[:MAX_DRIVERS]
    if not drivers:
        return None
    drivers_text = "; ".join(map(_driver_text, drivers))
    spread = f"{percent(comparison.spread)} off (whole numbers by at least 1)"
    return f"If each number were {spread}, these would move the total most: {drivers_text}."


def _driver_text(driver: Driver) -> str:
    """Return `calls (40k to 60k: $35.71 to $80.35)`."""
    low, high = ends_of(driver)
    name = INPUT_LABELS[driver.name].short
    return f"{name[0].lower()}{name[1:]} ({low} to {high}: {money(driver.at_low_usd)} to {money(driver.at_high_usd)})"
