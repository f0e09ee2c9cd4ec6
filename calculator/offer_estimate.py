"""One offer of a platform, priced for one plan: its line items, its place in the ranking, what to say beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.base_model import base_history
from calculator.costs.horizon import day_after_months, months_between
from calculator.costs.hosting import hosting_lines, is_dedicated, storage_lines
from calculator.costs.inference import History, inference_lines, token_loads
from calculator.costs.rented_gpus import SECONDS_AN_HOUR, RentedGpuOffer, run_seconds, serves
from calculator.costs.training import billed_tokens_per_example, epochs_of, method_of, tokens_of_a_run, training_lines
from calculator.costs.warnings import not_for_sale, warnings
from calculator.numeric import ONE, ZERO, highest, smaller
from calculator.payback.break_even import break_even
from calculator.question.customers import customer_of
from calculator.question.resolved import PointRates, ResolvedScenario
from calculator.result import AssumptionImpact, Estimate, LineItem, RankGroup, Warning, sum_amounts
from pricing import BasePrice, Catalog, Offer, Price, PriceKind, given_source, price_of

YOUR_RATES = "your-rates"


class EstimateContext(NamedTuple):
    """What all estimates of one plan share."""

    plan: ResolvedScenario
    as_of: date
    end: date
    """The first day after the horizon."""
    default_epochs: Decimal
    base: History | None
    preparation: LineItem | None


def estimate_context(plan: ResolvedScenario, catalog: Catalog, on: date, base: BasePrice | None) -> EstimateContext:
    end = day_after_months(on, highest(plan.months))
    default_epochs = catalog.assumptions["default_epochs"].value or ONE
    return EstimateContext(plan, on, end, default_epochs, base_history(base) if base else None, _preparation(plan, on))


def estimate_offer(frame: EstimateContext, offer: Offer) -> Estimate:
    """One offer, priced to its end where that comes before the horizon's."""
    plan, as_of, end, default_epochs, base, preparation = frame
    status = offer.status_on(as_of)
    if status in ("closed", "not offered"):
        return Estimate(
            offer, status, RankGroup.APART, ZERO, None, (), lambda: [not_for_sale(offer, status, as_of)], tuple, _none
        )
    if isinstance(offer, RentedGpuOffer) and offer.unfit:
        unfit = Warning("does_not_fit", offer.unfit)
        return Estimate(offer, status, RankGroup.APART, ZERO, None, (), lambda: [unfit], tuple, _none)
    life = offer.lifecycle
    months = plan.months
    if life and life.inference_ends and life.inference_ends <= end:
        months = smaller(months, months_between(as_of, life.inference_ends))
    epochs = epochs_of(plan, offer, default_epochs)
    dedicated = is_dedicated(plan, offer)
    lines = training_lines(plan, offer, as_of, months, epochs)
    if preparation:
        lines.append(preparation)
    lines += storage_lines(plan, offer, as_of, months)
    lines += hosting_lines(plan, offer, as_of, months, dedicated=dedicated)
    if plan.calls_per_month and not dedicated:
        lines += inference_lines(plan, plan.prompt_after_tokens, offer.history, as_of, months)
    return Estimate(
        offer=offer,
        status=status,
        standing=_standing(frame, offer, lines),
        months=months,
        epochs=epochs,
        lines=tuple(lines),
        find_warnings=lambda: warnings(plan, offer, as_of, months, end, epochs, lines),
        find_assumptions=lambda: _assumptions(plan, offer, epochs, default_epochs),
        find_break_even=lambda made: break_even(plan, made, base, as_of) if base else None,
        find_moves=lambda made: _moves(frame, made),
    )


def _moves(frame: EstimateContext, made: Estimate) -> Iterator[AssumptionImpact]:
    """The total with each assumption the other way; where that is not known, or does not fit, nothing."""
    if isinstance(made.offer, RentedGpuOffer) and made.total.usd is not None:
        for other in made.offer.find_otherwise():
            total = estimate_offer(frame, other.offer).total
            if total.usd is not None and total.whole == made.total.whole:
                yield AssumptionImpact(other.what, total.usd - made.total.usd)


def training_range(plan: ResolvedScenario, made: Estimate) -> tuple[Decimal, Decimal] | None:
    """What all training on one's own GPUs costs at either end of the 80 % interval, in US dollars; None where that is
    not known, and for what is not billed by the GPU-hour.
    """
    offer = made.offer
    usd = sum_amounts(line.amount_usd for line in made.lines if line.component == "training")
    if not isinstance(offer, RentedGpuOffer) or not offer.work or made.epochs is None or usd.usd is None:
        return None
    tokens = tokens_of_a_run(plan, offer, made.epochs)
    likely = run_seconds(plan, offer.work, tokens)
    low, high = (
        usd.usd * run_seconds(plan, offer.work, tokens, end) / likely for end in (offer.work.quick, offer.work.slow)
    )
    return low, high


def _none(_: Estimate) -> None:
    """What is not sold pays nothing back."""


def _preparation(plan: ResolvedScenario, on: date) -> LineItem | None:
    if not plan.preparation_usd:
        return None
    return LineItem(
        component="preparation",
        label="Data preparation",
        quantity=ONE,
        unit="once",
        unit_price_usd=plan.preparation_usd,
        recurrence="once",
        monthly_quantity=None,
        price=price_of(plan.preparation_usd, "job", given_source("Your own figure", on), yours=True),
        formula_text="{} USD as you gave it",
        formula_values=(plan.preparation_usd,),
    )


def _standing(frame: EstimateContext, offer: Offer, lines: Sequence[LineItem]) -> RankGroup:
    if not offer.trains_for(customer_of(frame.plan.customer, offer.platform), frame.as_of):
        return RankGroup.APART
    for line in lines:
        if line.quantity is None or line.unit_price_usd is None:
            return RankGroup.INCOMPLETE
    if offer.deployment_hours and frame.plan.calls_per_month:
        return RankGroup.ENDS
    life = offer.lifecycle
    if life is None:
        return RankGroup.LASTS
    ends = (life.inference_ends and life.inference_ends <= frame.end) or (
        life.training_ends and life.training_ends <= frame.end
    )
    return RankGroup.ENDS if ends else RankGroup.LASTS


def _assumptions(plan: ResolvedScenario, offer: Offer, epochs: Decimal, default_epochs: Decimal) -> Iterator[str]:
    """What was taken for granted where the question or the platform leaves it open."""
    if plan.epochs is None:
        if offer.training and offer.training.auto_epochs:
            yield f"epochs=auto is {epochs} here, by {offer.platform_title}'s rule ({offer.training.source.title})"
        else:
            yield f"epochs=auto is {default_epochs} here: {offer.platform_title} publishes no rule"
    yield from _of_lengths(plan, offer)
    if isinstance(offer, RentedGpuOffer):
        yield from _of_own_gpus(plan, offer, epochs)
        return
    method = method_of(plan, offer)
    if method and plan.method is None:
        yield f"priced for method {method}"
    if plan.calls_per_month and not is_dedicated(plan, offer):
        kinds = {load.kind for load in token_loads(plan, plan.prompt_after_tokens, offer.history)}
        if plan.cached_share and "cached_input" not in kinds and "batch_cached_input" not in kinds:
            yield "no cached price: cached tokens pay the input price"
        if plan.batch_share and "batch_output" not in kinds and "batch_input" not in kinds:
            yield "no batch price: batch calls pay the ordinary price"


def _of_lengths(plan: ResolvedScenario, offer: Offer) -> Iterator[str]:
    """What of a counted file is trained on, where some examples are longer than the platform takes."""
    rules = offer.training
    if not plan.lengths or not rules or not rules.max_tokens_per_example or not rules.longer_examples:
        return
    limit, fate, source = rules.max_tokens_per_example, rules.longer_examples.are, rules.longer_examples.source.title
    if plan.lengths.longest <= limit or fate == "unknown":
        return
    whole, left = plan.example_tokens * plan.examples, billed_tokens_per_example(plan, offer) * plan.examples
    what = f"examples over {limit:,} tokens are {fate}{' there' if fate == 'cut' else ''}"
    yield f"{what}: {left:,.0f} of {whole:,.0f} tokens are trained on, {left / whole:.1%} ({source})"


def _of_own_gpus(plan: ResolvedScenario, offer: RentedGpuOffer, epochs: Decimal) -> Iterator[str]:
    if offer.work:
        hours = run_seconds(plan, offer.work, tokens_of_a_run(plan, offer, epochs)) / SECONDS_AN_HOUR
        queue = f", after {plan.queue_hours.normalize():f} hours in the queue" if plan.queue_hours else ""
        yield f"a run takes {hours:,.2f} hours on {offer.title}{queue}: start-up, evaluation and checkpoints included"
        yield from offer.work.how
        yield "another batch size or learning rate leaves hours and cost nearly as they are; a wrong one costs a run"
    if serves(plan) and offer.deployment:
        yield offer.deployment.how
    if not serves(plan):
        yield "no calls are given, so no GPUs are kept up to answer them"


def own_offer(rates: PointRates, on: date) -> Offer:
    """`rates=` as an offer like any other."""
    source = given_source("Your own rates", on)

    def price(usd: Decimal) -> tuple[Price, ...]:
        return (price_of(usd, "1M tokens", source, yours=True),)

    prices: dict[PriceKind, tuple[Price, ...]] = {
        "training": price(rates.training),
        "input": price(rates.input),
        "output": price(rates.output),
    }
    if rates.cached_input is not None:
        prices["cached_input"] = price(rates.cached_input)
    return Offer.model_construct(  # there is nothing to check, and the prices may be draws
        id=YOUR_RATES,
        platform=YOUR_RATES,
        platform_title="Your rate",
        title="Your rate",
        model=YOUR_RATES,
        prices=prices,
    )
