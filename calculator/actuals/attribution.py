"""The assumptions that explain why an actual amount differs from the estimate of the same days.

Each measured number (calls, tokens, epochs, hours) replaces its assumption, and the days are priced again. Its effect
is its Shapley value: the change averaged over all orders of replacing. The remainder is attributed to the price,
together with every assumption that has no measurement.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Literal, NamedTuple

from calculator.actuals.month_share import MonthInterval, Part, PricedOffer
from calculator.costs.horizon import traffic_months
from calculator.costs.training import retrainings_before
from calculator.numeric import ONE, ZERO, smaller
from calculator.question.resolved import ResolvedScenario
from calculator.uncertainty.shapley import shapley

PRICE, VOLUME, TOKENS, EPOCHS = "price", "volume", "tokens a call", "epochs"
RUNS, DATA, HOURS = "runs", "tokens of the data", "hours"
UNMEASURED = "volume × price together"
NOT_ESTIMATED = "not in the estimate"
_WIDE = Context(prec=60)
_DUST = Decimal("1e-12")  # US dollars; smaller effects are rounding errors of a division


class Usage(NamedTuple):
    """Measurements beside an amount; None for a number that the platform does not report."""

    calls: Decimal | None = None
    input_tokens: Decimal | None = None
    """Including tokens read from cache."""
    cached_tokens: Decimal | None = None
    output_tokens: Decimal | None = None
    trained_tokens: Decimal | None = None
    """Training tokens over all epochs of all jobs."""
    epochs: Decimal | None = None
    jobs: Decimal | None = None
    hours: Decimal | None = None
    """Hours in which a deployment was up, or a training ran."""

    @property
    def tokens_known(self) -> bool:
        """True if both input and output tokens of the calls were counted."""
        return self.input_tokens is not None and self.output_tokens is not None


class Effect(NamedTuple):
    """An assumption, and the US dollars that its deviation adds to the estimate."""

    cause: str
    usd: Decimal


class MeasuredInput(NamedTuple):
    """A measured number, named after the assumption that it replaces."""

    cause: str
    apply: Callable[[ResolvedScenario], ResolvedScenario]


class Measurements(NamedTuple):
    """The measured numbers, and the name of the remaining difference."""

    inputs: tuple[MeasuredInput, ...]
    remainder: str


def effects_of(
    priced: PricedOffer,
    stretch: MonthInterval,
    part: Part | Literal["all"],
    usd: Decimal,
    usage: Usage,
    estimate_usd: Decimal,
) -> tuple[Effect, ...]:
    """Return the causes of `usd` − `estimate_usd`.

    Args:
        priced: The offer as the estimate priced it.
        stretch: The interval of the amount.
        part: The part of the bill, or all parts together.
        usd: The actual amount, US dollars.
        usage: Measurements of the same interval.
        estimate_usd: The estimated amount, US dollars.

    Returns:
        The effects, which add up to the difference exactly; empty without a difference.
    """
    if usd == estimate_usd:
        return ()
    if not estimate_usd:
        return (Effect(NOT_ESTIMATED, usd),)
    measurements = _measurements(priced, stretch, part, usage)

    def value(replaced: frozenset[int]) -> Decimal | None:
        plan = priced.plan
        for index in sorted(replaced):
            plan = measurements.inputs[index].apply(plan)
        return priced._replace(plan=plan).share(stretch)[part] if part != "all" else estimate_usd

    values = shapley(len(measurements.inputs), value)
    if values is None:
        return (Effect(UNMEASURED, usd - estimate_usd),)
    values = [effect.quantize(_DUST, context=_WIDE) for effect in values]
    effects = [
        Effect(measurement.cause, effect) for measurement, effect in zip(measurements.inputs, values, strict=True)
    ]
    effects.append(Effect(measurements.remainder, usd - estimate_usd - sum(values, ZERO)))
    return tuple(effect for effect in effects if effect.usd)


def _measurements(priced: PricedOffer, stretch: MonthInterval, part: str, usage: Usage) -> Measurements:
    match part:
        case "inference":
            return _of_calls(priced, stretch, usage)
        case "training":
            return _of_training(priced, stretch, usage)
        case "hosting" if usage.hours is not None:
            hours = usage.hours / (stretch.end - stretch.start)
            return Measurements(
                (MeasuredInput(HOURS, lambda plan: plan._replace(hosted_hours_per_month=hours)),), PRICE
            )
        case _:
            return Measurements((), UNMEASURED)


# --- calls -----------------------------------------------------------------------------------------------------------


def estimated_calls(priced: PricedOffer, stretch: MonthInterval) -> Decimal:
    """Return the number of calls that the estimate assumes for an interval."""
    return priced.plan.calls_per_month * traffic_months(stretch.start, stretch.end, priced.plan.growth_per_month)


def _of_calls(priced: PricedOffer, stretch: MonthInterval, usage: Usage) -> Measurements:
    expected = estimated_calls(priced, stretch)
    if usage.calls and usage.tokens_known:
        return Measurements((_volume(expected, usage.calls), _tokens(usage, usage.calls)), PRICE)
    if usage.calls:
        return Measurements((_volume(expected, usage.calls),), f"{TOKENS} × {PRICE}")
    if usage.tokens_known and expected:
        return Measurements((_tokens(usage, expected)._replace(cause=f"{VOLUME} × {TOKENS}"),), PRICE)
    return Measurements((), UNMEASURED)


def _volume(expected: Decimal, calls: Decimal) -> MeasuredInput:
    return MeasuredInput(VOLUME, lambda plan: plan._replace(calls_per_month=plan.calls_per_month * calls / expected))


def _tokens(usage: Usage, calls: Decimal) -> MeasuredInput:
    """Return the average call as measured. Its input is one number, because no bill separates the prompt."""
    input_tokens, output_tokens = usage.input_tokens or ZERO, usage.output_tokens or ZERO

    def put(plan: ResolvedScenario) -> ResolvedScenario:
        cached = cached_share(plan)
        if usage.cached_tokens is not None:
            cached = smaller(ONE, usage.cached_tokens / input_tokens) if input_tokens else ZERO
        return plan._replace(
            prompt_after_tokens=None,
            call_input_tokens=input_tokens / calls,
            call_output_tokens=output_tokens / calls,
            thinking_after_tokens=ZERO,  # the bill counts it as output
            cached_share=cached,
        )

    return MeasuredInput(TOKENS, put)


def cached_share(plan: ResolvedScenario) -> Decimal | None:
    """Return the share of a call's whole input that the question assumes to be read from cache, 0 to 1."""
    if plan.prompt_after_tokens is None or plan.cached_share is None:
        return plan.cached_share
    whole = plan.prompt_after_tokens + plan.call_input_tokens
    return plan.cached_share * plan.prompt_after_tokens / whole if whole else ZERO


# --- training --------------------------------------------------------------------------------------------------------


def _of_training(priced: PricedOffer, stretch: MonthInterval, usage: Usage) -> Measurements:
    """Return the measured runs and epochs, and the data: all trained tokens divided by runs, epochs and examples."""
    plan = priced.plan
    if usage.hours is not None and plan.training_hours is not None:
        jobs = usage.jobs or estimated_jobs(priced, stretch)
        return Measurements((*_runs(priced, stretch, usage), _hours(usage.hours / jobs)), PRICE)
    measured = _runs(priced, stretch, usage)
    if (epochs := usage.epochs) is not None:
        measured.append(MeasuredInput(EPOCHS, lambda plan: plan._replace(epochs=epochs)))
    jobs = estimated_jobs(priced, stretch) if usage.jobs is None else usage.jobs
    expected_epochs = plan.epochs or priced.default_epochs
    if usage.trained_tokens is not None and jobs:
        tokens = usage.trained_tokens / (jobs * (usage.epochs or expected_epochs) * plan.examples)
        unknown = [name for name, count in ((RUNS, usage.jobs), (EPOCHS, usage.epochs)) if count is None]
        name = " × ".join([*unknown, DATA])
        measured.append(MeasuredInput(name, lambda plan: plan._replace(example_tokens=tokens, lengths=None)))
        return Measurements(tuple(measured), PRICE)
    return Measurements(tuple(measured), f"{DATA} × {PRICE}" if measured else UNMEASURED)


def estimated_jobs(priced: PricedOffer, stretch: MonthInterval) -> Decimal:
    """Return the training jobs that the estimate assumes: all runs on the first day, then one per retraining."""
    plan = priced.plan
    jobs = ZERO if stretch.start else plan.runs
    if every := plan.retrain_months:
        retrainings_so_far = retrainings_before(stretch.start, every) if stretch.start else ZERO
        jobs += retrainings_before(stretch.end, every) - retrainings_so_far
    return jobs


def _runs(priced: PricedOffer, stretch: MonthInterval, usage: Usage) -> list[MeasuredInput]:
    """Return the runs of the first day that give the measured number of jobs; none in later intervals."""
    jobs = usage.jobs
    if jobs is None or stretch.start:
        return []
    retrainings = estimated_jobs(priced, stretch) - priced.plan.runs
    return [MeasuredInput(RUNS, lambda plan: plan._replace(runs=max(ZERO, jobs - retrainings)))]


def _hours(hours: Decimal) -> MeasuredInput:
    return MeasuredInput(HOURS, lambda plan: plan._replace(training_hours=hours))
