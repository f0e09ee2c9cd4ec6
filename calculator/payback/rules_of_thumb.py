"""Tune or prompt: the cheaper side, and the rules of thumb that guides give. Figures, no words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.comparison import Comparison
from calculator.costs.inference import LABELS, MILLION
from calculator.numeric import ZERO
from calculator.payback.break_even import break_even
from calculator.question.resolved import ResolvedScenario
from calculator.result import BreakEven, Estimate, LineItem, sum_amounts

Side = Literal["tuning", "prompting", "neither"]
Rule = Literal["volume", "changes", "reasoning", "latency"]


class RuleOfThumb(NamedTuple):
    """One rule of thumb, the side it favours here, and the two figures it rests on.

    volume: calls a month, and the guides' bound that they pass (None: they pass none). changes: US dollars of one
    retraining, and how many calls save that much (None: calls save nothing). reasoning: US dollars of 100 more answer
    tokens, tuned and prompted. latency: input tokens of a call, tuned and prompted.
    """

    rule: Rule
    favours: Side
    figure: Decimal
    against: Decimal | None


def favoured_side(comparison: Comparison, estimate: Estimate) -> Side | None:
    """Return the cheaper side over the months that an offer is priced for.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The side; None without a base model or calls, or if a price is unknown.
    """
    payback = break_even(comparison, estimate)
    if payback is None or payback.net_usd is None:
        return None
    return "tuning" if payback.net_usd > 0 else "prompting" if payback.net_usd < 0 else "neither"


def rules_of_thumb(comparison: Comparison, estimate: Estimate) -> tuple[RuleOfThumb, ...]:
    """Return the rules of thumb that public guides give, with the figures they rest on here.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        None of them without a base model, or if the break-even is unknown.
    """
    payback = break_even(comparison, estimate)
    if comparison.base is None or payback is None:
        return ()
    return (
        *_volume(comparison),
        *_changes(comparison.plan, estimate, payback),
        *_reasoning(estimate.lines, comparison.base.lines),
        *_latency(comparison.plan),
    )


def _volume(comparison: Comparison) -> Iterator[RuleOfThumb]:
    calls = comparison.plan.calls_per_month
    many, few = (comparison.assumptions[name].value for name in ("calls_for_tuning", "calls_for_prompting"))
    if not calls or many is None or few is None:
        return
    if calls > many:
        yield RuleOfThumb("volume", "tuning", calls, many)
    elif calls < few:
        yield RuleOfThumb("volume", "prompting", calls, few)
    else:
        yield RuleOfThumb("volume", "neither", calls, None)


def _changes(plan: ResolvedScenario, estimate: Estimate, payback: BreakEven) -> Iterator[RuleOfThumb]:
    """Yield the rule that changing requirements need a retraining each time."""
    training = [line for line in estimate.lines if line.component == "training" and line.recurrence == "once"]
    usd = (sum_amounts(line.amount_usd for line in training).usd or ZERO) / plan.runs
    if not usd:
        return
    saving = payback.saving_per_call_usd
    favours: Side = "prompting" if saving <= 0 or payback.cause == "retraining" else "neither"
    yield RuleOfThumb("changes", favours, usd, usd / saving if saving > 0 else None)


def _reasoning(tuned: Iterable[LineItem], prompted: Iterable[LineItem]) -> Iterator[RuleOfThumb]:
    """Yield the rule that a chain of thought makes answers longer, which is paid on either side."""
    tuned_price, prompted_price = _answer_price(tuned), _answer_price(prompted)
    if tuned_price is None or prompted_price is None:
        return
    tuned_usd, prompted_usd = (price * 100 / MILLION for price in (tuned_price, prompted_price))
    favours: Side = "prompting" if tuned_usd > prompted_usd else "tuning" if tuned_usd < prompted_usd else "neither"
    yield RuleOfThumb("reasoning", favours, tuned_usd, prompted_usd)


def _answer_price(lines: Iterable[LineItem]) -> Decimal | None:
    """Return US dollars per 1M answer tokens of an ordinary call."""
    return next((line.unit_price_usd for line in lines if line.label == LABELS["output"]), None)


def _latency(plan: ResolvedScenario) -> Iterator[RuleOfThumb]:
    """Yield the rule that a call with fewer input tokens is answered sooner."""
    if plan.prompt_before_tokens is None or plan.prompt_after_tokens is None:
        return
    tuned, prompted = (
        prompt + plan.call_input_tokens for prompt in (plan.prompt_after_tokens, plan.prompt_before_tokens)
    )
    if tuned != prompted:
        yield RuleOfThumb("latency", "tuning" if tuned < prompted else "prompting", tuned, prompted)
