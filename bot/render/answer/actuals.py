"""The page of actual against estimate, for the thread and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from bot.render.charts.monthly import month_bars
from bot.render.parts.money import CENT, UNKNOWN, money, signed
from bot.render.parts.page import TextPage
from bot.render.parts.short import full_day, short_day, short_month
from bot.render.parts.tables import Table, offer_name
from calculator import Comparison, Estimate, Recalibration, Variance, month_after

MAX_ROWS = 40
PARTS = {
    "training": "Training",
    "inference": "Inference",
    "hosting": "Hosting",
    "storage": "Storage",
    "all": "All together",
}
MAX_SENTENCES = 4
"""Anomalies described in sentences; the table marks all of them."""
MARK = "⚑"


def actual_page(
    comparison: Comparison,
    estimate: Estimate,
    variances: Sequence[Variance],
    recalibration: Recalibration,
    notes: Sequence[str] = (),
) -> TextPage:
    """Return the months side by side, with the causes of each difference, anomalies and recalibrated inputs."""
    rows = variances[-MAX_ROWS:]
    return TextPage(
        f"Actual against estimate: {offer_name(estimate)}",
        tuple(_sentences(variances, recalibration)),
        Table(
            ("Month", "Part", "Estimate", "Actual", "Difference", "Explained by"),
            ("left", "left", "right", "right", "right", "left"),
            tuple(map(_row, rows)),
        ),
        (
            *([f"{MARK} stands out"] if any(variance.anomaly for variance in rows) else []),
            *([f"{len(variances) - len(rows)} older rows are left out."] if len(variances) > len(rows) else []),
            *_coverage_notes(comparison, variances),
            *notes,
            f"USD; estimate of {full_day(comparison.as_of)}, without preparation, which no platform bills",
        ),
    )


def _sentences(variances: Sequence[Variance], recalibration: Recalibration) -> list[str]:
    bars = month_bars(variances)
    sentences = []
    if bars:
        actual_usd = sum((bar.actual_usd for bar in bars), Decimal(0))
        estimate_usd = sum((bar.estimate_usd for bar in bars), Decimal(0))
        months = bars[0].month if len(bars) == 1 else f"{bars[0].month} to {bars[-1].month}"
        difference = signed(actual_usd - estimate_usd)
        sentences.append(f"{months}: {money(actual_usd)} paid, {money(estimate_usd)} estimated: {difference}.")
    anomalies = [variance for variance in variances if variance.anomaly]
    sentences += [f"{_name(variance)} stands out: {variance.anomaly}." for variance in anomalies[-MAX_SENTENCES:]]
    if recalibration.fields:
        fields = " ".join(f"{key}={text}" for key, text in recalibration.fields.items())
        sentences.append(f"Recalibrated inputs: {fields}. {' '.join(recalibration.notes)}".rstrip())
    return sentences


def _name(variance: Variance) -> str:
    return f"{PARTS[variance.actual.part]} in {short_month(variance.actual.month)}"


def _row(variance: Variance) -> tuple[str, ...]:
    difference = variance.difference_usd
    mark = f" {MARK}" if variance.anomaly else ""
    effects = ((effect.cause, _visible_usd(effect.usd, variance)) for effect in variance.effects)
    return (
        short_month(variance.actual.month),
        PARTS[variance.actual.part],
        money(variance.estimate_usd) if variance.inside else "outside",
        money(variance.actual.usd),
        UNKNOWN if difference is None else f"{signed(_visible_usd(difference, variance))}{mark}",
        ", ".join(f"{cause} {signed(usd)}" for cause, usd in effects if usd),
    )


def _visible_usd(usd: Decimal, variance: Variance) -> Decimal:
    """Round a difference to the cent if its actual is given to the cent."""
    return usd.quantize(CENT, ROUND_HALF_UP) if abs(variance.actual.usd) >= CENT else usd


def _coverage_notes(comparison: Comparison, variances: Sequence[Variance]) -> list[str]:
    """Return a note on each month that is compared in part or lies outside the estimate."""
    notes: dict[str, None] = {}
    for variance in variances:
        month, end = variance.actual.month, variance.actual.through
        if not variance.inside:
            notes["“outside”: the estimate doesn't cover these days"] = None
            continue
        if month < comparison.as_of < month_after(month):
            start = short_day(comparison.as_of, month)
            notes[f"{short_month(month)} is estimated from {start} on, the day of the estimate"] = None
        if end < month_after(month):
            notes[f"{short_month(month)} is compared up to {short_day(end - timedelta(days=1), month)}"] = None
    return list(notes)
