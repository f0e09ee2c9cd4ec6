"""Recalibration: the question with measured numbers instead of assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from calculator.actuals.attribution import estimated_calls
from calculator.actuals.month_share import PricedOffer
from calculator.actuals.variance import Variance, priced_as
from calculator.comparison import Comparison
from calculator.numeric import ONE, ZERO, smaller
from calculator.question.quantities import format_number
from calculator.result import Estimate

_STEP = Decimal("0.001")  # shares are given to a tenth of a percent


class Recalibration(NamedTuple):
    """Measured fields for the question."""

    fields: dict[str, str]
    """Text by key; replaces the fields of the question."""
    notes: tuple[str, ...]
    """Sentences about fields that were derived from an amount and not measured."""


def recalibrate(comparison: Comparison, estimate: Estimate, variances: Sequence[Variance]) -> Recalibration:
    """Return the fields that the newest month of each part measured.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.
        variances: The variances of its actual amounts, in the order of months.

    Returns:
        The recalibration; without fields if nothing was measured.
    """
    priced = priced_as(comparison, estimate, comparison.plan)
    fields: dict[str, str] = {}
    notes: list[str] = []
    newest = {variance.actual.part: variance for variance in variances}  # a later month replaces an earlier one
    if training := newest.get("training"):
        fields |= _training(priced, training)
    if inference := newest.get("inference"):
        measured = _measured_calls(priced, inference)
        scaled = {} if measured else _scaled_calls(priced, inference)
        if scaled:
            notes.append("Only the amount is known, so the calls are scaled to it; tokens and prices stay.")
        fields |= measured or scaled
    return Recalibration(fields, tuple(notes))


def _training(priced: PricedOffer, variance: Variance) -> dict[str, str]:
    usage, plan = variance.actual.usage, priced.plan
    fields = {}
    if usage.epochs is not None and not usage.epochs % 1 and usage.epochs != plan.epochs:
        fields["epochs"] = format_number(usage.epochs)
    epochs = usage.epochs or plan.epochs
    if usage.trained_tokens and usage.jobs and epochs:
        tokens = _whole(usage.trained_tokens / (usage.jobs * epochs * plan.examples))
        if tokens and tokens != plan.example_tokens:
            fields["example"] = format_number(tokens)
    return fields


def _measured_calls(priced: PricedOffer, variance: Variance) -> dict[str, str]:
    """Return the measured calls as calls a month, and the average call."""
    usage, plan = variance.actual.usage, priced.plan
    stretch = priced.stretch(variance.actual.month, variance.actual.through)
    if stretch is None or not usage.calls:
        return {}
    fields = {"calls": _per_month(usage.calls / (stretch.end - stretch.start))}
    if usage.input_tokens is None or usage.output_tokens is None:
        return fields
    whole_input, prompt = usage.input_tokens / usage.calls, plan.prompt_after_tokens or ZERO
    own_input = max(ZERO, whole_input - prompt)
    answer = max(ZERO, usage.output_tokens / usage.calls - plan.thinking_after_tokens)
    fields["call"] = f"{format_number(_whole(own_input))}/{format_number(_whole(answer))}"
    if fields["call"] == "0/0":
        del fields["call"]
    cacheable = prompt or whole_input
    if usage.cached_tokens is not None and cacheable:
        share = smaller(ONE, usage.cached_tokens / usage.calls / cacheable).quantize(_STEP, ROUND_HALF_UP)
        if share or plan.cached_share is None or plan.cached_share:
            fields["cached"] = format_number(share, "%")
    return fields


def _scaled_calls(priced: PricedOffer, variance: Variance) -> dict[str, str]:
    """Return the calls a month that give the amount at the estimate's tokens and prices."""
    stretch = priced.stretch(variance.actual.month, variance.actual.through)
    if stretch is None or not variance.estimate_usd or not priced.plan.calls_per_month or variance.actual.usd <= 0:
        return {}
    calls = estimated_calls(priced, stretch) * variance.actual.usd / variance.estimate_usd
    return {"calls": _per_month(calls / (stretch.end - stretch.start))}


def _per_month(calls: Decimal) -> str:
    return f"{format_number(_whole(calls))}/month"


def _whole(value: Decimal) -> Decimal:
    return value.quantize(ONE, ROUND_HALF_UP)
