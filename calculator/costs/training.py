"""Examples -> billable tokens -> training lines: runs, minimum charge, cap, retraining."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from calculator.costs.horizon import months_between
from calculator.costs.inference import MILLION
from calculator.costs.price_history import PricePeriod, periods
from calculator.costs.rented_gpus import RentedGpuOffer, run_gpu_hours
from calculator.numeric import ONE, ZERO, larger, round_down, round_up, smaller
from calculator.question.quantities import Amount, Corner
from calculator.question.resolved import ResolvedScenario
from calculator.result import LineItem, Recurrence
from pricing import EpochRule, LongFate, Method, Offer, Price, price_of

ONE_DAY = timedelta(days=1)


def billed_tokens_per_example(plan: ResolvedScenario, offer: Offer) -> Decimal:
    """Return the average tokens per example that are trained on and billed: after a length limit, or with padding."""
    rules = offer.training
    if plan.unpacked and rules and rules.bills_padding:
        return padded_tokens(plan)
    limit, longer = (rules.max_tokens_per_example, rules.longer_examples) if rules else (None, None)
    return tokens_after_limit(plan, limit, longer.are) if limit and longer else plan.example_tokens


def over_job_tokens(plan: ResolvedScenario, offer: Offer, epochs: Decimal) -> str | None:
    """Return that a run has more tokens than the platform takes in a job; None if it hasn't.

    Args:
        plan: The scenario.
        offer: The offer.
        epochs: Epochs of the run.
    """
    limit = offer.training.max_job_tokens if offer.training else None
    if limit is None or billed_tokens_per_example(plan, offer) * plan.examples * epochs <= limit:
        return None
    return f"{offer.platform_title} takes at most {limit:,} tokens in a job, counted once per epoch."


def padded_tokens(plan: ResolvedScenario) -> Decimal:
    """Return the tokens of an example that is padded to the longest sequence.

    The question gives it (`seq`), or a counted file; otherwise all examples are taken as equally long.
    """
    if plan.sequence_tokens is not None:
        return plan.sequence_tokens
    return Decimal(plan.lengths.longest) if plan.lengths else plan.example_tokens


def billed_validation_tokens(plan: ResolvedScenario, offer: Offer) -> Decimal:
    """Return the validation tokens of a run that the platform bills like training tokens."""
    return plan.validation_tokens if offer.training and offer.training.bills_validation else ZERO


def tokens_after_limit(plan: ResolvedScenario, limit: int, fate: LongFate) -> Decimal:
    """Return the average tokens per example after a length limit.

    Without counted lengths, every example is assumed to have the average length.

    Args:
        plan: Scenario with tokens per example and, from a counted file, the lengths of the examples.
        limit: Most tokens per example.
        fate: Treatment of longer examples: cut, left out, or unknown (counted in full).
    """
    if fate == "unknown":
        return plan.example_tokens
    if plan.lengths:
        return plan.lengths.left_of(plan.example_tokens, limit, fate)
    if fate == "cut":
        return smaller(plan.example_tokens, Decimal(limit))
    return plan.example_tokens * smaller(ONE, round_down(Decimal(limit) / plan.example_tokens))  # all of them, or none


def tokens_of_a_run(plan: ResolvedScenario, offer: Offer, epochs: Decimal) -> Decimal:
    """Return the training tokens of one run: examples × tokens per example × epochs."""
    return plan.examples * billed_tokens_per_example(plan, offer) * epochs


def epochs_of(plan: ResolvedScenario, offer: Offer, default_epochs: Decimal) -> Decimal:
    """Return the scenario's epochs; for `auto`, those of the platform's rule or else `default_epochs`."""
    if plan.epochs is not None:
        return plan.epochs
    rule: EpochRule | None = offer.training.auto_epochs if offer.training else None
    return epochs_by(rule, plan.examples) if rule else default_epochs


@lru_cache(maxsize=64)
def epochs_by(rule: EpochRule, examples: Decimal) -> Decimal:
    """Return a platform's automatic epochs: its default, adjusted so that examples × epochs stays within its bounds.

    Written without comparing `examples`, so that it also yields a spreadsheet formula.
    """
    epochs = Decimal(rule.default)
    if rule.min_total_examples:
        enough = round_down(Decimal(rule.min_total_examples) / examples)
        epochs = larger(smaller(enough, Decimal(rule.max_epochs)), epochs)
    if rule.max_total_examples:
        most_epochs = round_down(Decimal(rule.max_total_examples) / examples)
        epochs = smaller(larger(most_epochs, ONE), epochs)
    return epochs


def corner_examples(offer: Offer, examples: Amount, corner: Corner) -> Decimal:
    """Return the number of examples within a range for which automatic epochs train on the fewest or most tokens.

    More examples may mean fewer tokens, because a platform's rule then takes fewer epochs. Between two steps of the
    rule more examples are more tokens, so the ends of the range and the numbers beside each step are enough.

    Args:
        offer: The offer with its rule; without one, the ends of the range decide.
        examples: The range.
        corner: `low` for the fewest tokens, `high` for the most.
    """
    rule = offer.training.auto_epochs if offer.training else None
    if rule is None or corner == "likely":
        return examples.at(corner)
    totals = [total for total in (rule.min_total_examples, rule.max_total_examples) if total]
    epochs = range(1, max(rule.max_epochs, rule.default) + 2)
    beside_steps = {Decimal(total // count + side) for total in totals for count in epochs for side in (0, 1)}
    inside = (step for step in beside_steps if examples.low <= step <= examples.high)
    choose = min if corner == "low" else max
    return choose((examples.low, examples.high, *inside), key=lambda count: count * epochs_by(rule, count))


def method_of(plan: ResolvedScenario, offer: Offer) -> Method | None:
    """Return the training method whose price is paid: the scenario's, else the first that the platform lists.

    Returns:
        None for a price that isn't recorded by method.
    """
    return offer.priced_as(plan.method)


def sells_method(plan: ResolvedScenario, offer: Offer) -> bool:
    """Return whether the offer sells the scenario's training method, as far as is known.

    GPUs by the hour train with any method that the GPU model calculates.
    """
    return plan.method is None or isinstance(offer, RentedGpuOffer) or offer.sells(plan.method) is not False


def training_lines(
    plan: ResolvedScenario, offer: Offer, as_of: date, months: Decimal, epochs: Decimal
) -> list[LineItem]:
    """Return the line items of training: all runs at first, then one run per retraining.

    Args:
        plan: The scenario.
        offer: The offer with its training prices and rules.
        as_of: Date of the estimate.
        months: Horizon in months.
        epochs: Epochs of each run.
    """
    method = method_of(plan, offer)
    lines = _job_lines(plan, offer, as_of, method, epochs, plan.runs, "once")
    lines += _grader_lines(plan, offer, plan.runs, "once")
    if plan.retrain_months:
        for count, day in retrainings(plan, offer, as_of, months):
            lines += _job_lines(plan, offer, day, method, epochs, count, "retraining")
            lines += _grader_lines(plan, offer, count, "retraining")
    return lines


class Retrainings(NamedTuple):
    """Retrainings that share the prices of one day."""

    times: Decimal
    day: date


def retrainings(plan: ResolvedScenario, offer: Offer, as_of: date, months: Decimal) -> list[Retrainings]:
    """Return the retrainings inside the horizon, while the platform still trains, grouped by the price in force."""
    every = plan.retrain_months
    if not every:
        return []
    life = offer.lifecycle
    if life and life.training_ends:
        months = smaller(months, months_between(as_of, life.training_ends + ONE_DAY))
    history = offer.history("training", method_of(plan, offer))
    groups = []
    for price, start, end in periods(history, as_of, months) or [PricePeriod(None, ZERO, months)]:
        count = retrainings_before(end, every) - retrainings_before(start, every)
        if count:
            groups.append(Retrainings(count, max(as_of, price.since) if price and price.since else as_of))
    return groups


def retrainings_before(months: Decimal, every: Decimal) -> Decimal:
    """Return the number of retrainings strictly inside the first `months`: ceil(months ÷ every) − 1, at least 0."""
    return larger(ZERO, round_up(months / every) - ONE)


def _job_lines(
    plan: ResolvedScenario,
    offer: Offer,
    day: date,
    method: Method | None,
    epochs: Decimal,
    jobs: Decimal,
    recurrence: Recurrence,
) -> list[LineItem]:
    """Return the lines of equal jobs at one day's prices: the job, a minimum charge, a job cap."""
    values: tuple[Decimal, ...]
    price = offer.price_on("training", day, method)
    label = "Training" if recurrence == "once" else "Retraining"
    if price and price.per == "hour":
        per_job = plan.training_hours
        text, values = ("hours are unknown: add hours=", ()) if per_job is None else ("{} hours", (per_job,))
        unit = "hour"
    elif isinstance(offer, RentedGpuOffer) and offer.work:
        tokens = tokens_of_a_run(plan, offer, epochs)
        per_job, text, values = run_gpu_hours(plan, offer.work, tokens)
        unit = "GPU-hour"
    elif price and price.per != "1M tokens":
        per_job, text, values, unit = None, f"the platform doesn't publish the {price.per}s of a run", (), price.per
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
    if unit == "1M tokens" and per_job is not None and (checked := billed_validation_tokens(plan, offer)):
        per_job = per_job + checked / MILLION
        lines.append(_validation_line(label, checked, jobs, usd, recurrence, price))
    minimum, cap = offer.price_on("minimum", day), offer.price_on("cap", day)
    if per_job is None or price is None or price.usd is None or not (minimum or cap):
        return lines
    job_usd = per_job * price.usd
    if minimum and minimum.usd is not None and (missing := larger(ZERO, minimum.usd - job_usd)):
        item, why = f"{label}: up to the minimum charge", "minimum {} − computed {}"
        lines.append(_adjustment(item, minimum, missing, jobs, recurrence, why, job_usd))
    if cap and cap.usd is not None and (beyond := smaller(ZERO, cap.usd - job_usd)):
        item, why = f"{label}: paused at the job cap", "cap {} − computed {}"
        lines.append(_adjustment(item, cap, beyond, jobs, recurrence, why, job_usd))
    return lines


def is_reinforced(plan: ResolvedScenario, offer: Offer) -> bool:
    """Return whether the job is reinforcement tuning: the scenario asks for it, or the platform sells nothing else."""
    return plan.method == "rft" or (plan.method is None and offer.methods_sold == ("rft",))


def _grader_lines(plan: ResolvedScenario, offer: Offer, jobs: Decimal, recurrence: Recurrence) -> list[LineItem]:
    """Return the lines of the model that grades reinforcement tuning; unknown where its price isn't recorded."""
    if plan.grader is None or not is_reinforced(plan, offer):
        return []
    graders = offer.training.graders if offer.training else None
    row = graders.prices.get(plan.grader.lower()) if graders else None
    label = "Training" if recurrence == "once" else "Retraining"
    prices = (row.input, row.output) if row else (None, None)
    lines = []
    for name, tokens, usd in zip(("input", "output"), plan.grader_tokens, prices, strict=True):
        price = price_of(usd, "1M tokens", graders.source) if graders and row else None
        lines.append(
            LineItem(
                component="training",
                label=f"{label}: grader {name}",
                quantity=tokens / MILLION * jobs,
                unit="1M tokens",
                unit_price_usd=usd,
                recurrence=recurrence,
                monthly_quantity=None,
                price=price,
                formula_text="{} runs × {} tokens ÷ 1M",
                formula_values=(jobs, tokens),
            )
        )
    return lines


def _validation_line(
    label: str, tokens: Decimal, jobs: Decimal, usd: Decimal | None, recurrence: Recurrence, price: Price | None
) -> LineItem:
    """Return the line of the validation tokens of all runs."""
    quantity = tokens / MILLION * jobs
    text = "{} runs × {} validation tokens ÷ 1M"
    return LineItem(
        "training", f"{label}: validation", quantity, "1M tokens", usd, recurrence, None, price, text, (jobs, tokens)
    )


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
