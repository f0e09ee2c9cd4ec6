"""Whether an option may be recommended: open to the asker, sold for production, priced, within limits, lasting."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.costs.training import over_job_tokens, retrainings, retrainings_before
from calculator.costs.warnings import method_not_sold, not_for_sale
from calculator.numeric import ZERO, smaller
from calculator.offer_estimate import EstimateContext
from calculator.question.customers import customer_of
from calculator.question.resolved import ResolvedScenario
from calculator.result import Estimate, SetAside, SetAsideCode
from pricing import ContextLength, ModelCapability, Offer, TrainingRules

SHORTEST_MONTHS = Decimal(3)
"""Months that a model must still answer for, unless the horizon is shorter."""


def set_aside(context: EstimateContext, estimate: Estimate, model: ModelCapability | None) -> SetAside | None:
    """Return why an option is never recommended; None for a usable option.

    Args:
        context: The resolved scenario at its likely values, and its dates.
        estimate: The option.
        model: What is published about its model; None for the customer's own prices, which name none.

    Returns:
        The first reason that applies, in the order of `SetAsideCode`.
    """
    for code, reason in _REASONS:
        if sentence := reason(context, estimate):
            return SetAside(code, sentence)
        if code == "over_limits" and (sentence := _too_long(context.plan, estimate, model)):
            return SetAside(code, sentence)
    return None


def _not_sold(context: EstimateContext, estimate: Estimate) -> str | None:
    return not_for_sale(estimate.offer, estimate.status, context.as_of).text


def _not_offered(context: EstimateContext, estimate: Estimate) -> str | None:
    return _not_sold(context, estimate) if estimate.status == "not offered" else None


def _ended(context: EstimateContext, estimate: Estimate) -> str | None:
    return _not_sold(context, estimate) if estimate.status == "closed" else None


def _closed(context: EstimateContext, estimate: Estimate) -> str | None:
    offer, life = estimate.offer, estimate.offer.lifecycle
    if offer.trains_for(customer_of(context.plan.customer, offer.platform), context.as_of):
        return None
    if life is None or not life.new_customers_until:
        return offer.why  # access on request
    return f"New customers could train until {life.new_customers_until}."


def _not_for_production(context: EstimateContext, estimate: Estimate) -> str | None:
    """Return that training or the tier isn't sold for production, or calls aren't, if the question has calls."""
    offer = estimate.offer
    if offer.training and offer.training.preview:
        return f"{offer.platform_title} trains in a public preview: its price over the horizon isn't known."
    if offer.deployment_hours:
        return f"A deployment is deleted after {offer.deployment_hours} hours: for tests, not for production."
    if offer.serving_use == "production" or not context.plan.calls_per_month:
        return None
    why = offer.serving.use.why if offer.serving and offer.serving.use else None
    return why or f"{offer.platform_title} sells this for {offer.serving_use}, not for production."


def _cannot_be_deployed(_: EstimateContext, estimate: Estimate) -> str | None:
    serving = estimate.offer.serving
    stated = serving.deployable if serving else None
    if stated is None or stated.value == "yes":
        return None
    return stated.why or f"{estimate.offer.platform_title} doesn't deploy the tuned model."


def _method_not_sold(context: EstimateContext, estimate: Estimate) -> str | None:
    offer, method = estimate.offer, context.plan.method
    if method is None or isinstance(offer, RentedGpuOffer) or offer.sells(method) is not False:
        return None
    return method_not_sold(context.plan, offer).text


def _does_not_fit(_: EstimateContext, estimate: Estimate) -> str | None:
    return estimate.offer.unfit if isinstance(estimate.offer, RentedGpuOffer) else None


def _over_limits(context: EstimateContext, estimate: Estimate) -> str | None:
    """Return the limit of the platform that the training job exceeds."""
    offer, rules, plan = estimate.offer, estimate.offer.training, context.plan
    if not rules or isinstance(offer, RentedGpuOffer):
        return None
    platform = offer.platform_title
    if rules.min_examples and plan.examples < rules.min_examples:
        return f"{platform} needs at least {rules.min_examples} examples."
    if rules.max_examples and plan.examples > rules.max_examples:
        return f"{platform} takes at most {rules.max_examples:,} examples."
    if estimate.epochs is not None and (excess := over_job_tokens(plan, offer, estimate.epochs)):
        return excess
    return _epochs(rules, platform, estimate.epochs)


def _refuses_file(context: EstimateContext, estimate: Estimate) -> str | None:
    acceptance = context.plan.acceptance
    if acceptance is None or acceptance.of(estimate.offer.platform) != "refuse":
        return None
    return f"{estimate.offer.platform_title} refuses the training file; counting it says why."


def _too_long(plan: ResolvedScenario, estimate: Estimate, model: ModelCapability | None) -> str | None:
    """Return that the examples, or the calls of the tuned model, are longer than the platform or the model takes."""
    context = model.context if model else None
    return _too_long_examples(plan, estimate.offer, context) or _too_long_call(plan, estimate.offer, context)


def _too_long_examples(plan: ResolvedScenario, offer: Offer, context: ContextLength | None) -> str | None:
    """Return that an average example is longer than the platform trains on: its end, the answer, would be missing."""
    rented = isinstance(offer, RentedGpuOffer)
    if rented and plan.sequence_tokens is not None:
        return None  # the question says where examples are cut
    stated = offer.training.max_tokens_per_example if offer.training else None
    by_model = context.tuning.get(offer.platform) if context else None
    limit = stated or by_model or (context.most_tokens if context else None)
    tokens = plan.lengths.mean if plan.lengths else plan.example_tokens
    if limit is None or tokens <= limit:
        return None
    subject = offer.platform_title if (stated or by_model) and not rented else "The model"
    if by_model and not stated:
        subject += ", for this model,"
    return f"{subject} takes at most {limit:,} tokens an example; these have {tokens:,.0f}."


def _too_long_call(plan: ResolvedScenario, offer: Offer, context: ContextLength | None) -> str | None:
    if not plan.calls_per_month:
        return None
    stated = offer.serving.max_context_tokens if offer.serving else None
    limit = stated.value if stated else context.most_tokens if context else None
    tokens = (plan.prompt_after_tokens or ZERO) + plan.call_input_tokens + plan.tuned_output_tokens
    if limit is None or tokens <= limit:
        return None
    subject = offer.platform_title if stated else "The model"
    return f"{subject} takes at most {limit:,} tokens a call, prompt and answer together; these have {tokens:,.0f}."


def _epochs(rules: TrainingRules, platform: str, epochs: Decimal | None) -> str | None:
    low, high = rules.min_epochs or 1, rules.max_epochs
    if epochs is None or (low <= epochs and (high is None or epochs <= high)):
        return None
    return f"{platform} takes {low} to {high} epochs." if high else f"{platform} takes at least {low} epochs."


def _too_small(_: EstimateContext, estimate: Estimate) -> str | None:
    if any(line.component == "hosting" and line.quantity is None for line in estimate.lines):
        return "The model, or a call of this length and latency, doesn't fit these GPUs."
    if estimate.capacity and estimate.capacity.carries is False:
        return estimate.capacity.reason
    return None


def _unknown_price(_: EstimateContext, estimate: Estimate) -> str | None:
    if estimate.complete:
        return None
    unknown = dict.fromkeys(line.label for line in estimate.lines if line.amount_usd is None)
    return f"A price is unknown: {', '.join(unknown)}." if unknown else "No price is recorded."


def _ends_soon(context: EstimateContext, estimate: Estimate) -> str | None:
    life = estimate.offer.lifecycle
    if life and life.stated_status == "closing" and not life.inference_ends:
        return f"{estimate.offer.platform_title} is winding this down, without a published last day."
    if not life or not life.inference_ends or estimate.months >= smaller(SHORTEST_MONTHS, context.plan.months):
        return None
    return f"The model ends on {life.inference_ends}, in {(life.inference_ends - context.as_of).days} days."


def _training_ends(context: EstimateContext, estimate: Estimate) -> str | None:
    """Return that a planned retraining falls after the last day of training."""
    plan, life = context.plan, estimate.offer.lifecycle
    if not plan.retrain_months or not life or not life.training_ends:
        return None
    planned = retrainings_before(estimate.months, plan.retrain_months)
    possible = sum(
        (retraining.times for retraining in retrainings(plan, estimate.offer, context.as_of, estimate.months)), ZERO
    )
    if possible >= planned:
        return None
    return f"Training ends on {life.training_ends}: only {possible} of {planned} planned retrainings can happen."


_REASONS: tuple[tuple[SetAsideCode, Callable[[EstimateContext, Estimate], str | None]], ...] = (
    ("not_offered", _not_offered),
    ("ended", _ended),
    ("closed_to_new_customers", _closed),
    ("not_for_production", _not_for_production),
    ("cannot_be_deployed", _cannot_be_deployed),
    ("method_not_sold", _method_not_sold),
    ("does_not_fit", _does_not_fit),
    ("over_limits", _over_limits),
    ("refuses_file", _refuses_file),
    ("too_small", _too_small),
    ("unknown_price", _unknown_price),
    ("ends_soon", _ends_soon),
    ("training_ends", _training_ends),
)
