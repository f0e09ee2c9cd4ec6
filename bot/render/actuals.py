"""Actual against estimate in words and rows: the same for the thread and for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bot.render.blocks import Block, SlackMessage
from bot.render.charts.monthly import month_bars, monthly_chart
from bot.render.money import CENT, UNKNOWN, money, signed
from bot.render.page import TextPage
from bot.render.replies import chart_reply
from bot.render.tables import Table, offer_name
from calculator import Comparison, Estimate, Recalibration, Variance, month_after

RECALIBRATE = "recalibrate"
ROWS = 40
PARTS = {
    "training": "Training",
    "inference": "Inference",
    "hosting": "Hosting",
    "storage": "Storage",
    "all": "All together",
}
TOLD = 4
"""So many months and parts that stand out are told of in words; the table marks them all."""
MARK = "⚑"


def actual_page(
    comparison: Comparison,
    estimate: Estimate,
    held: Sequence[Variance],
    found: Recalibration,
    notes: Sequence[str] = (),
) -> TextPage:
    """The months side by side, what explains the differences, what stands out, what could be put into the question."""
    shown = held[-ROWS:]
    return TextPage(
        f"Actual against estimate: {offer_name(estimate)}",
        tuple(_sentences(held, found)),
        Table(
            ("Month", "Part", "Estimate", "Actual", "Difference", "Because of"),
            ("left", "left", "right", "right", "right", "left"),
            tuple(_row(one) for one in shown),
        ),
        (
            *([f"{MARK} stands out"] if any(one.anomaly for one in shown) else []),
            *([f"{len(held) - len(shown)} older rows are left out."] if len(held) > len(shown) else []),
            *_days(comparison, held),
            *notes,
            f"USD; estimate of {comparison.as_of}, without preparation, which is on no platform's bill",
        ),
    )


def actual_replies(
    page: TextPage, estimate: Estimate, held: Sequence[Variance], button: Block | None
) -> list[SlackMessage]:
    """For the thread: the page with its button, then the chart."""
    message = page.message()
    if button:
        message = message._replace(blocks=[*message.blocks, button])
    chart = monthly_chart(estimate, held)
    return [message, *([chart_reply(chart)] if chart else [])]


def recalibrate_button(estimate_id: str) -> Block:
    """Opens the form with what was measured."""
    label = {"type": "plain_text", "text": "Recalibrate"}
    return {
        "type": "actions",
        "elements": [{"type": "button", "action_id": RECALIBRATE, "text": label, "value": estimate_id}],
    }


def _sentences(held: Sequence[Variance], found: Recalibration) -> list[str]:
    bars = month_bars(held)
    sentences = []
    if bars:
        paid, expected = (sum(usds) for usds in zip(*((b.actual_usd, b.estimate_usd) for b in bars), strict=True))
        months = bars[0].month if len(bars) == 1 else f"{bars[0].month} to {bars[-1].month}"
        sentences.append(f"{months}: {money(paid)} paid, {money(expected)} estimated: {signed(paid - expected)}.")
    odd = [one for one in held if one.anomaly]
    sentences += [f"{_name(one)} stands out: {one.anomaly}." for one in odd[-TOLD:]]
    if found.fields:
        asked = " ".join(f"{key}={text}" for key, text in found.fields.items())
        sentences.append(f"With what was measured the question has {asked}. {' '.join(found.notes)}".rstrip())
    return sentences


def _name(one: Variance) -> str:
    return f"{PARTS[one.actual.part]} in {one.actual.month:%Y-%m}"


def _row(one: Variance) -> tuple[str, ...]:
    difference = one.difference_usd
    mark = f" {MARK}" if one.anomaly else ""
    return (
        f"{one.actual.month:%Y-%m}",
        PARTS[one.actual.part],
        "outside" if not one.inside else money(one.estimate_usd),
        money(one.actual.usd),
        UNKNOWN if difference is None else f"{signed(_seen(difference, one))}{mark}",
        ", ".join(f"{effect.cause} {signed(usd)}" for effect in one.effects if (usd := _seen(effect.usd, one))),
    )


def _seen(usd: Decimal, one: Variance) -> Decimal:
    """A difference to the cent, beside an amount that is given to the cent."""
    return usd.quantize(CENT, ROUND_HALF_UP) if abs(one.actual.usd) >= CENT else usd


def _days(comparison: Comparison, held: Sequence[Variance]) -> list[str]:
    """Months of which less than all days are compared, and those that the estimate does not reach."""
    said: dict[str, None] = {}
    for one in held:
        month, through = one.actual.month, one.actual.through
        if not one.inside:
            said["“outside”: the estimate does not reach these days"] = None
            continue
        if month < comparison.as_of < month_after(month):
            said[f"{month:%Y-%m} is estimated from {comparison.as_of} on, the day of the estimate"] = None
        if through < month_after(month):
            said[f"{month:%Y-%m} is compared up to {_before(through)}"] = None
    return list(said)


def _before(through: date) -> date:
    return through - timedelta(days=1)
