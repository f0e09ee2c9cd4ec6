"""Warnings and assumptions of an estimate, computed only for the few offers that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from calculator.capability.evidence import Evidence, evidence_for
from calculator.comparison import Comparison, computed_once
from calculator.costs.base_model import base_call_prices, estimate_base
from calculator.costs.capacity import SECONDS_AN_HOUR, DeployedOffer, capacity_words, deployment_of
from calculator.costs.hosting import is_dedicated
from calculator.costs.inference import caching_note, offer_call_prices, token_loads
from calculator.costs.rented_gpus import RentedGpuOffer, run_seconds
from calculator.costs.training import (
    billed_tokens_per_example,
    is_reinforced,
    method_of,
    padded_tokens,
    sells_method,
    tokens_of_a_run,
)
from calculator.costs.warnings import method_not_sold, not_for_sale, offer_warnings
from calculator.numeric import ZERO
from calculator.offer_estimate import EstimateContext, estimate_offer
from calculator.question.resolved import ResolvedScenario
from calculator.result import AssumptionImpact, BaseEstimate, Capacity, Estimate, Warning, sum_amounts
from calculator.uncertainty.token_range import token_range
from pricing import Offer

MOST_IMPACTS = 3
LEAST_SHOWN_LOAD = Decimal("0.1")
"""Share of a quota from which its use is said."""


@computed_once
def estimate_warnings(comparison: Comparison, estimate: Estimate) -> tuple[Warning, ...]:
    """Return the warnings of an estimate, the most expensive kinds first.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.
    """
    if estimate.epochs is None:
        return (_unpriced(comparison, estimate),)
    plan, as_of = comparison.plan, comparison.as_of
    end = _estimate_context(comparison).end
    warnings = offer_warnings(plan, estimate.offer, as_of, estimate.months, end, estimate.epochs, estimate.lines)
    few_examples = evidence(comparison, estimate).warning
    return (*warnings, *([Warning("few_examples", few_examples)] if few_examples else []))


@computed_once
def evidence(comparison: Comparison, estimate: Estimate) -> Evidence:
    """Return what is published about tuned models on the question's task; it changes no price.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison, whose model's results come first.

    Returns:
        At most two results for tuning and two against it; none if the question names no task.
    """
    context = comparison.context
    if context.task_results is None:
        return Evidence()
    return evidence_for(context.task_results, context.models.get(estimate.offer.id), comparison.plan.examples)


@computed_once
def estimate_assumptions(comparison: Comparison, estimate: Estimate) -> tuple[str, ...]:
    """Return the assumptions where neither the question nor the platform gives a value, in words.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.
    """
    if estimate.epochs is None:
        return ()
    plan = comparison.context.plan_for(comparison.plan, estimate.offer)
    thoughtless = plan is not comparison.plan and comparison.plan.thinking_after_tokens
    return (
        *_assumptions(plan, estimate.offer, estimate.epochs),
        *([f"{estimate.offer.title} never thinks before it answers: no thinking tokens"] if thoughtless else []),
        *_capacity_assumptions(plan, estimate),
        *_token_assumption(comparison, estimate),
    )


def base_notes(comparison: Comparison) -> tuple[str, ...]:
    """Return what a reader must know about the base model: its seller, an end within the horizon, varying prices.

    Args:
        comparison: The priced offers; without a base model of the price list there are no notes.
    """
    plan = comparison.plan
    base = None if plan.base_rates else comparison.context.base_price(plan)
    if base is None:
        return ()
    caching = caching_note(plan, plan.prompt_before_tokens, base_call_prices(base), base.provider)
    notes = base.notes(comparison.as_of, _estimate_context(comparison).end)
    return (*notes, f"{caching[0].upper()}{caching[1:]}.") if caching and plan.calls_per_month else notes


@computed_once
def uncached_base(comparison: Comparison) -> BaseEstimate | None:
    """Return the baseline without prompt caching; None if there is none, or caching makes no difference.

    Args:
        comparison: The answer to the question.
    """
    price = comparison.context.base_price(comparison.plan)
    if price is None or comparison.base is None:
        return None
    uncached = estimate_base(comparison.plan._replace(cached_share=ZERO), price, comparison.as_of)
    return None if uncached.total_usd == comparison.base.total_usd else uncached


@computed_once
def assumption_impacts(comparison: Comparison, estimate: Estimate) -> tuple[AssumptionImpact, ...]:
    """Return the assumptions about rented GPUs that would move the total most, the widest first.

    Each assumption is changed and the offer is priced again, which takes some milliseconds.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        At most three; none for an offer that is not billed by the GPU-hour, or whose total is unknown.
    """
    impacts = sorted(_impacts(comparison, estimate), key=lambda impact: abs(impact.usd), reverse=True)
    return tuple(impact for impact in impacts if impact.usd)[:MOST_IMPACTS]


def training_range(comparison: Comparison, estimate: Estimate) -> tuple[Decimal, Decimal] | None:
    """Return the 80 % interval of the training cost on rented GPUs.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        Low and high end in US dollars, over all runs; None if it is unknown, or the offer is not billed by the
        GPU-hour.
    """
    plan, offer = comparison.plan, estimate.offer
    usd = sum_amounts(line.amount_usd for line in estimate.lines if line.component == "training").usd
    if not isinstance(offer, RentedGpuOffer) or not offer.work or estimate.epochs is None or usd is None:
        return None
    tokens = tokens_of_a_run(plan, offer, estimate.epochs)
    likely = run_seconds(plan, offer.work, tokens)
    low, high = (
        usd * run_seconds(plan, offer.work, tokens, end) / likely
        for end in (offer.work.low_seconds_per_token, offer.work.high_seconds_per_token)
    )
    return low, high


class RunHours(NamedTuple):
    """Wall-clock hours of a training run on rented GPUs, as they are billed."""

    low: Decimal
    """The low end of 8 of 10 cases."""
    likely: Decimal
    high: Decimal


def run_hours(comparison: Comparison, estimate: Estimate) -> RunHours | None:
    """Return the hours of one training run on rented GPUs with their 80 % interval.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        None for an offer that is not billed by the GPU-hour, or if the job doesn't fit.
    """
    plan, offer = comparison.plan, estimate.offer
    if not isinstance(offer, RentedGpuOffer) or not offer.work or estimate.epochs is None:
        return None
    work, tokens = offer.work, tokens_of_a_run(plan, offer, estimate.epochs)
    bounds = (work.low_seconds_per_token, work.seconds_per_token, work.high_seconds_per_token)
    return RunHours(*(run_seconds(plan, work, tokens, bound) / SECONDS_AN_HOUR for bound in bounds))


@computed_once
def _estimate_context(comparison: Comparison) -> EstimateContext:
    return comparison.context.estimate_context(comparison.plan)


def _impacts(comparison: Comparison, estimate: Estimate) -> Iterator[AssumptionImpact]:
    """Yield the effect of each changed assumption on the total, if it is known and the job fits."""
    offer, total = estimate.offer, estimate.total
    if not isinstance(offer, RentedGpuOffer) or total.usd is None:
        return
    from calculator.gpu_rental.search import alternatives  # imports the GPU model

    context, pricing = _estimate_context(comparison), comparison.context
    for alternative in alternatives(comparison.scenario, offer, pricing.gpu_facts, pricing.assumptions, pricing.as_of):
        changed = estimate_offer(context, alternative.offer).total
        if changed.usd is not None and changed.whole == total.whole:
            yield AssumptionImpact(alternative.assumption, changed.usd - total.usd)


def _unpriced(comparison: Comparison, estimate: Estimate) -> Warning:
    """Return why an offer has no line items."""
    offer = estimate.offer
    if isinstance(offer, RentedGpuOffer) and offer.unfit:
        return Warning("does_not_fit", offer.unfit)
    if not sells_method(comparison.plan, offer) and estimate.status not in ("closed", "not offered"):
        return method_not_sold(comparison.plan, offer)
    return not_for_sale(offer, estimate.status, comparison.as_of)


def _assumptions(plan: ResolvedScenario, offer: Offer, epochs: Decimal) -> Iterator[str]:
    if plan.epochs is None:
        if offer.training and offer.training.auto_epochs:
            yield f"epochs=auto is {epochs} here, by {offer.platform_title}'s rule ({offer.training.source.title})"
        else:
            yield f"epochs=auto is {epochs} here: {offer.platform_title} publishes no rule"
    yield from _length_assumptions(plan, offer)
    yield from _token_rules(plan, offer)
    if isinstance(offer, RentedGpuOffer):
        yield from _gpu_assumptions(plan, offer, epochs)
        return
    method = method_of(plan, offer)
    if method and plan.method is None:
        yield f"priced for method {method}"
    if plan.calls_per_month and not is_dedicated(plan, offer):
        kinds = {load.kind for load in token_loads(plan, plan.tuned, offer_call_prices(offer))}
        if note := caching_note(plan, plan.prompt_after_tokens, offer_call_prices(offer), offer.platform_title):
            yield note
        if plan.cached_share and "cached_input" not in kinds and "batch_cached_input" not in kinds:
            yield "no cached price: cached tokens pay the input price"
        if plan.batch_share and "batch_output" not in kinds and "batch_input" not in kinds:
            yield "no batch price: batch calls pay the ordinary price"


def _length_assumptions(plan: ResolvedScenario, offer: Offer) -> Iterator[str]:
    """Yield how much of a counted file is trained on, if some examples are longer than the platform takes."""
    rules = offer.training
    if not plan.lengths or not rules or not rules.max_tokens_per_example or not rules.longer_examples:
        return
    limit, fate, source = rules.max_tokens_per_example, rules.longer_examples.are, rules.longer_examples.source.title
    if plan.lengths.longest <= limit or fate == "unknown":
        return
    whole, trained = plan.example_tokens * plan.examples, billed_tokens_per_example(plan, offer) * plan.examples
    subject = f"examples over {limit:,} tokens are {fate}{' there' if fate == 'cut' else ''}"
    yield f"{subject}: {trained:,.0f} of {whole:,.0f} tokens are trained on, {trained / whole:.1%} ({source})"


def _token_assumption(comparison: Comparison, estimate: Estimate) -> Iterator[str]:
    """Yield the range of tokens and cost if the offer's tokenizer splits the text differently from the base model's."""
    counted = token_range(comparison, estimate)
    if counted is None:
        return
    factor, low, high = counted
    cost = "" if low is None or high is None else f": ${low:,.2f} to ${high:,.2f}"
    yield (
        f"tokens are as {factor.counted_with} counts them; {factor.tokenizer} makes {factor.low:.2f} to "
        f"{factor.high:.2f} times as many of the same text{cost} ({factor.source.title})"
    )


def _token_rules(plan: ResolvedScenario, offer: Offer) -> Iterator[str]:
    """Yield how the platform bills validation and padding tokens, if the question has them."""
    if isinstance(offer, RentedGpuOffer):
        return
    rules, platform = offer.training, offer.platform_title
    bills = rules.bills_validation if rules else None
    if bills and not plan.validation_tokens:
        yield f"no validation set: {platform} bills its tokens like those of the examples (validation=)"
    elif plan.validation_tokens and bills is False:
        yield f"{platform} doesn't bill validation tokens"
    elif plan.validation_tokens and bills is None:
        yield f"no source says that {platform} bills validation tokens: none are counted"
    if rules and rules.graders and plan.grader is None and is_reinforced(plan, offer):
        yield "no model grader: its tokens would be billed too (grader=)"
    if plan.unpacked and rules and rules.bills_padding:
        known = plan.sequence_tokens is not None or plan.lengths
        longest = "the longest sequence" if known else "all examples taken as equally long; seq= gives the longest"
        yield f"not packed: every example is billed as {padded_tokens(plan):,.0f} tokens, {longest}"
    elif plan.unpacked:
        yield f"no source says that {platform} bills padding: the examples' own tokens are counted"


def _capacity_assumptions(plan: ResolvedScenario, estimate: Estimate) -> Iterator[str]:
    """Yield the load of the deployment and how it was computed."""
    capacity, replica = estimate.capacity, deployment_of(estimate.offer)
    if capacity is None or capacity.carries is False:  # a warning says what is missing
        return
    if not is_dedicated(plan, estimate.offer):
        yield from _quota_assumption(estimate.offer, capacity)
        return
    yield capacity_words(capacity)
    if replica is None:
        return
    yield replica.how
    peak = replica.peak_factor if plan.peak is None else plan.peak
    yield f"the busiest hour has {peak.normalize():f} × the average calls"
    if capacity.usd_per_million_tokens is not None:
        yield f"${capacity.usd_per_million_tokens:,.2f} per 1M tokens served, prompt and answer together"


def _quota_assumption(offer: Offer, capacity: Capacity) -> Iterator[str]:
    """Yield the share of the quota, or of an assumed limit, that the busiest hour uses, from a tenth on."""
    limit = offer.limit if isinstance(offer, DeployedOffer) else None
    if limit is None or capacity.load is None or capacity.load < LEAST_SHOWN_LOAD:
        return
    origin = f"{offer.platform_title} publishes" if limit.published else "a deployment plausibly carries"
    yield f"the busiest hour uses {capacity.load:.0%} of the {capacity.limit} that {origin} ({limit.source.title})"


def _gpu_assumptions(plan: ResolvedScenario, offer: RentedGpuOffer, epochs: Decimal) -> Iterator[str]:
    if offer.work:
        hours = run_seconds(plan, offer.work, tokens_of_a_run(plan, offer, epochs)) / SECONDS_AN_HOUR
        queue = f", after {plan.queue_hours.normalize():f} hours in the queue" if plan.queue_hours else ""
        yield f"a run takes {hours:,.2f} hours on {offer.title}{queue}: start-up, evaluation and checkpoints included"
        yield from offer.work.how
        yield "another batch size or learning rate hardly changes hours and cost; a wrong one costs a run"
    if not plan.deployed:
        yield "no calls are given, so no serving GPUs are priced"
