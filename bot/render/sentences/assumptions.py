"""The assumptions behind an estimate, as plain text."""

from __future__ import annotations

from bot.render.parts.money import money, quantity, signed
from bot.render.parts.short import spoken_days
from bot.render.parts.tables import horizon
from bot.render.sentences.payback import payback_text
from calculator import (
    DAYS_A_MONTH,
    Amount,
    Comparison,
    Estimate,
    assumption_impacts,
    estimate_assumptions,
    training_range,
    unpriced_work,
)


def assumption_sentences(comparison: Comparison, estimate: Estimate) -> list[str]:
    """Return the assumptions behind an estimate, other than its prices."""
    plan = comparison.plan
    days = "365/12" if plan.days_per_month == DAYS_A_MONTH else quantity(plan.days_per_month)
    sentences = [f"{days} days a month, {horizon(comparison)}."]
    if ends := training_range(comparison, estimate):
        sentences.append(f"Training costs {money(ends[0])} to {money(ends[1])} in 8 of 10 cases.")
    if estimate.months % 1:
        sentences.append("A part of a month is counted in days, at 365/12 days a month.")
    if plan.growth_per_month or comparison.scenario.growth.is_range:
        sentences.append(_growth_sentence(comparison.scenario.growth))
    if plan.retrain_months:
        sentences.append(
            f"One retraining run every {quantity(plan.retrain_months)} months inside the horizon; "
            "the monthly figure excludes it."
        )
    if comparison.scenario.ranged:
        sentences.append(
            f"Ranges: {', '.join(comparison.scenario.ranged)}. "
            "Results run from all ranges at their cheap end to all at their expensive end; "
            "percentiles come from 2,000 draws."
        )
    if not plan.preparation_usd:
        sentences.append(_work_sentence(comparison, estimate))
    sentences += [f"{text[0].upper()}{text[1:]}." for text in estimate_assumptions(comparison, estimate)]
    return [spoken_days(sentence, comparison.as_of) for sentence in sentences]


def _growth_sentence(growth: Amount) -> str:
    if growth.low >= 0:
        change = f"grow by {growth.text('%')}"
    elif growth.is_range:
        change = f"change by {growth.text('%')}"
    else:
        change = f"shrink by {Amount.exactly(-growth.low).text('%')}"
    return f"Calls {change} a month, from the second month on."


def _work_sentence(comparison: Comparison, estimate: Estimate) -> str:
    """Return that no work is priced, and what $1 an example would do to the pay-back."""
    text = "No staff time, labelling or evaluation is included (prep=0)."
    work = unpriced_work(comparison, estimate)
    if work is None:
        return text
    if work.calls is None:
        return f"{text} At $1 an example, {money(work.usd)}, it wouldn't pay back."
    after = payback_text(work.calls, work.day, comparison.as_of)
    return f"{text} At $1 an example, {money(work.usd)}, it would pay back after {after}."


def impact_sentences(comparison: Comparison, estimate: Estimate) -> list[str]:
    """Return the assumptions about rented GPUs that move the total most, each with its alternative."""
    impacts = assumption_impacts(comparison, estimate)
    return [f"{impact.change[0].upper()}{impact.change[1:]}: {signed(impact.usd)}." for impact in impacts]
