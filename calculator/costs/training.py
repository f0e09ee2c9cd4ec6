"""Examples -> billable tokens -> training lines: runs, minimum charge, cap, retraining."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from calculator.costs.horizon import months_between
from calculator.costs.inference import MILLION
from calculator.costs.price_history import PricePeriod, periods, price_on
from calculator.costs.rented_gpus import RentedGpuOffer, run_gpu_hours
from calculator.numeric import ONE, ZERO, larger, rounded_down, rounded_up, smaller
from calculator.question.resolved import ResolvedScenario
from calculator.result import LineItem, Recurrence
from pricing import EpochRule, LongFate, Method, Offer, Price

ONE_DAY = timedelta(days=1)


def billed_tokens_per_example(plan: ResolvedScenario, offer: Offer) -> Decimal:
    """Tokens of an example that are trained on and billed, on average."""
    rules = offer.training
    limit, longer = (rules.max_tokens_per_example, rules.longer_examples) if rules else (None, None)
    return tokens_left(plan, limit, longer.are) if limit and longer else plan.example_tokens


def tokens_left(plan: ResolvedScenario, limit: int, fate: LongFate) -> Decimal:
    """Tokens of an example, on average, where those over `limit` are cut there or left out. Where only the average is
    known, every example is taken to be of that length.
    """
    if fate == "unknown":
        return plan.example_tokens
    if plan.lengths:
        return plan.lengths.left_of(plan.example_tokens, limit, fate)
    return smaller(plan.example_tokens, Decimal(limit)) if fate == "cut" else plan.example_tokens


def tokens_of_a_run(plan: ResolvedScenario, offer: Offer, epochs: Decimal) -> Decimal:
    """Tokens that one run learns from, every pass counted."""
    return plan.examples * billed_tokens_per_example(plan, offer) * epochs


def epochs_of(plan: ResolvedScenario, offer: Offer, default_epochs: Decimal) -> Decimal:
    """The epochs asked for, or what the platform's own rule makes of `auto`."""
    if plan.epochs is not None:
        return plan.epochs
    rule: EpochRule | None = offer.training.auto_epochs if offer.training else None
    return epochs_by(rule, plan.examples) if rule else default_epochs


@lru_cache(maxsize=64)
def epochs_by(rule: EpochRule, examples: Decimal) -> Decimal:
    """The rule's default, moved so that examples × epochs stays within its bounds. Without an `if`: a spreadsheet
    follows it.
    """
    epochs = Decimal(rule.default)
    if rule.min_total_examples:
        enough = rounded_down(Decimal(rule.min_total_examples) / examples)
        epochs = larger(smaller(enough, Decimal(rule.max_epochs)), epochs)
    if rule.max_total_examples:
        most = rounded_down(Decimal(rule.max_total_examples) / examples)
        epochs = smaller(larger(most, ONE), epochs)
    return epochs


def method_of(plan: ResolvedScenario, offer: Offer) -> Method | None:
    """The training method that is bought: what was asked for, else the first the platform lists; None where it offers
    no choice.
    """
    methods = offer.methods
    return None if not methods else plan.method or methods[0]


def training_lines(
    plan: ResolvedScenario, offer: Offer, as_of: date, months: Decimal, epochs: Decimal
) -> list[LineItem]:
    """The first training with all its runs, then a run at every retraining that horizon and platform allow."""
    method = method_of(plan, offer)
    lines = _job_lines(plan, offer, as_of, method, epochs, plan.runs, "once")
    if plan.retrain_months:
        for count, day in retrainings(plan, offer, as_of, months):
            lines += _job_lines(plan, offer, day, method, epochs, count, "retraining")
    return lines


class Retrainings(NamedTuple):
    """So many retrainings at the prices of one day."""

    times: Decimal
    day: date


def retrainings(plan: ResolvedScenario, offer: Offer, as_of: date, months: Decimal) -> list[Retrainings]:
    """Every N months, strictly inside the horizon, and no later than the platform trains; by price of training."""
    every = plan.retrain_months
    if not every:
        return []
    life = offer.lifecycle
    if life and life.training_ends:
        months = smaller(months, months_between(as_of, life.training_ends + ONE_DAY))
    history = offer.history("training", method_of(plan, offer))
    found = []
    for price, start, end in periods(history, as_of, months) or [PricePeriod(None, ZERO, months)]:
        count = retrainings_before(end, every) - retrainings_before(start, every)
        if count:
            found.append(Retrainings(count, max(as_of, price.since) if price and price.since else as_of))
    return found


def retrainings_before(months: Decimal, every: Decimal) -> Decimal:
    """Retrainings strictly inside the first `months`, one `every` so many months."""
    return larger(ZERO, rounded_up(months / every) - ONE)


def _job_lines(
    plan: ResolvedScenario,
    offer: Offer,
    day: date,
    method: Method | None,
    epochs: Decimal,
    jobs: Decimal,
    recurrence: Recurrence,
) -> list[LineItem]:
    """`jobs` equal training jobs at the prices of `day`: the job itself, what is missing to the minimum, what the cap
    takes off.
    """
    values: tuple[Decimal, ...]
    price = price_on(offer.history("training", method), day)
    label = "Training" if recurrence == "once" else "Retraining"
    if price and price.per == "hour":
        per_job = plan.training_hours
        text, values = ("hours are not known: give hours=", ()) if per_job is None else ("{} hours", (per_job,))
        unit = "hour"
    elif isinstance(offer, RentedGpuOffer) and offer.work:
        tokens = tokens_of_a_run(plan, offer, epochs)
        per_job, text, values = run_gpu_hours(plan, offer.work, tokens)
        unit = "GPU-hour"
    else:
        tokens = billed_tokens_per_example(plan, offer)
        per_job = plan.examples * tokens * epochs / MILLION
        text = "{} examples × {} tokens × {} epochs ÷ 1M"
        values = (plan.examples, tokens, epochs)
        unit = "1M tokens"
    if jobs != 1 and per_job is not None:
        text, values = f"{{}} runs × {text}", (jobs, *values)
    quantity = None if per_job is None else per_job * jobs
    usd = price.usd if price else None
    lines = [LineItem("training", label, quantity, unit, usd, recurrence, None, price, text, values)]
    minimum, cap = price_on(offer.history("minimum"), day), price_on(offer.history("cap"), day)
    if per_job is None or price is None or price.usd is None or not (minimum or cap):
        return lines
    job_usd = per_job * price.usd
    if minimum and minimum.usd is not None and (missing := larger(ZERO, minimum.usd - job_usd)):
        what, why = f"{label}: up to the minimum charge", "minimum {} − computed {}"
        lines.append(_adjustment(what, minimum, missing, jobs, recurrence, why, job_usd))
    if cap and cap.usd is not None and (beyond := smaller(ZERO, cap.usd - job_usd)):
        what, why = f"{label}: paused at the job cap", "cap {} − computed {}"
        lines.append(_adjustment(what, cap, beyond, jobs, recurrence, why, job_usd))
    return lines


def _adjustment(
    label: str, price: Price, usd: Decimal, jobs: Decimal, recurrence: Recurrence, text: str, computed_usd: Decimal
) -> LineItem:
    return LineItem(
        component="training",
        label=label,
        quantity=jobs,
        unit="job",
        unit_price_usd=usd,
        recurrence=recurrence,
        monthly_quantity=None,
        price=price,
        formula_text=f"{text} USD a job",
        formula_values=(price.usd or ZERO, computed_usd),
    )
