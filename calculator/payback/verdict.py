"""Tune or prompt: what the calculation says, beside the rules of thumb that guides give. Figures, no words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.comparison import Comparison
from calculator.costs.inference import LABELS, MILLION
from calculator.numeric import ZERO
from calculator.question.resolved import ResolvedScenario
from calculator.result import BreakEven, Estimate, LineItem, sum_amounts

Side = Literal["tuning", "prompting", "neither"]
Rule = Literal["volume", "changes", "reasoning", "latency"]


class VerdictRule(NamedTuple):
    """One rule, the side it takes here, and the two figures it rests on.

    volume: calls a month, and the guides' bound that they pass. changes: US dollars of one retraining, and how many
    calls save that much (None: calls save nothing). reasoning: US dollars of 100 more answer tokens, tuned and
    prompted. latency: input tokens of a call, tuned and prompted.
    """

    rule: Rule
    favours: Side
    figure: Decimal
    against: Decimal | None


class Verdict(NamedTuple):
    """`favours` follows the money alone; the points are what the guides would add."""

    favours: Side
    points: tuple[VerdictRule, ...]


def verdict(comparison: Comparison, estimate: Estimate) -> Verdict | None:
    """Of one offer against the base model; None where its break-even is not known."""
    found = estimate.break_even
    if comparison.base is None or found is None:
        return None
    points = (
        *_volume(comparison),
        *_changes(comparison.plan, estimate, found),
        *_reasoning(estimate.lines, comparison.base.lines),
        *_latency(comparison.plan),
    )
    return Verdict(_money(found), points)


def _money(found: BreakEven) -> Side:
    """By what is left at the end of the horizon; without calls, by whether it ever pays back."""
    worth = found.net_usd if found.net_usd is not None else Decimal(1 if found.calls is not None else -1)
    return "tuning" if worth > 0 else "prompting" if worth < 0 else "neither"


def _volume(comparison: Comparison) -> Iterator[VerdictRule]:
    calls = comparison.plan.calls_per_month
    many, few = (comparison.assumptions[name].value for name in ("calls_for_tuning", "calls_for_prompting"))
    if not calls or many is None or few is None:
        return
    if calls > many:
        yield VerdictRule("volume", "tuning", calls, many)
    elif calls < few:
        yield VerdictRule("volume", "prompting", calls, few)
    else:
        yield VerdictRule("volume", "neither", calls, None)


def _changes(plan: ResolvedScenario, estimate: Estimate, found: BreakEven) -> Iterator[VerdictRule]:
    """Requirements that change ask for a retraining each time."""
    trained = [line for line in estimate.lines if line.component == "training" and line.recurrence == "once"]
    usd = (sum_amounts(line.amount_usd for line in trained).usd or ZERO) / plan.runs
    if not usd:
        return
    saving = found.saving_per_call_usd
    favours: Side = "prompting" if saving <= 0 or found.cause == "retraining" else "neither"
    yield VerdictRule("changes", favours, usd, usd / saving if saving > 0 else None)


def _reasoning(tuned: Iterable[LineItem], prompted: Iterable[LineItem]) -> Iterator[VerdictRule]:
    """A chain of thought makes answers longer; what that costs on either side."""
    prices = [_answer_price(lines) for lines in (tuned, prompted)]
    if None in prices:
        return
    one, other = (price * 100 / MILLION for price in prices if price is not None)
    yield VerdictRule("reasoning", "prompting" if one > other else "tuning" if one < other else "neither", one, other)


def _answer_price(lines: Iterable[LineItem]) -> Decimal | None:
    """US dollars per 1M answer tokens of an ordinary call."""
    return next((line.unit_price_usd for line in lines if line.label == LABELS["output"]), None)


def _latency(plan: ResolvedScenario) -> Iterator[VerdictRule]:
    """Fewer tokens to read are answered sooner."""
    if plan.prompt_before_tokens is None or plan.prompt_after_tokens is None:
        return
    tuned, prompted = (
        prompt + plan.call_input_tokens for prompt in (plan.prompt_after_tokens, plan.prompt_before_tokens)
    )
    if tuned != prompted:
        yield VerdictRule("latency", "tuning" if tuned < prompted else "prompting", tuned, prompted)
