"""The cost of an option if its model's tokenizer makes more or fewer tokens of the same text than the base model's."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from calculator.comparison import Comparison, computed_once
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.offer_estimate import YOUR_RATES, estimate_offer
from calculator.question.resolved import ResolvedScenario
from calculator.result import Estimate
from pricing import TokenFactor, token_factor


class TokenRange(NamedTuple):
    """An option priced with the fewest and the most tokens that its tokenizer makes of the same text."""

    factor: TokenFactor
    low_usd: Decimal | None
    """Total over the horizon, or to the end of the model, US dollars; None if a price is unknown."""
    high_usd: Decimal | None


@computed_once
def token_range(comparison: Comparison, estimate: Estimate) -> TokenRange | None:
    """Return what an option costs if the question's tokens were counted with the base model's tokenizer.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        None without a base model, with counted examples, for rented GPUs (the tokens decide the setup), and if both
        models have the same tokenizer or one of them was not measured.
    """
    base, offer, plan = comparison.base, estimate.offer, comparison.plan
    if base is None or plan.lengths or estimate.epochs is None:
        return None
    if isinstance(offer, RentedGpuOffer) or offer.id == YOUR_RATES:
        return None
    factor = token_factor(base.model, offer.id.partition("/")[2].partition("@")[0])
    if factor is None:
        return None
    context = comparison.context.estimate_context(plan)
    own = comparison.context.plan_for(plan, offer)
    totals = [
        estimate_offer(context._replace(plan=_scaled(own, times)), offer).total for times in (factor.low, factor.high)
    ]
    low, high = (total.usd if total.whole else None for total in totals)
    return TokenRange(factor, low, high)


def _scaled(plan: ResolvedScenario, factor: Decimal) -> ResolvedScenario:
    """Return the scenario with the tokens of the tuned model times a factor."""
    prompt = plan.prompt_after_tokens
    return plan._replace(
        example_tokens=plan.example_tokens * factor,
        validation_tokens=plan.validation_tokens * factor,
        call_input_tokens=plan.call_input_tokens * factor,
        call_output_tokens=plan.call_output_tokens * factor,
        prompt_after_tokens=None if prompt is None else prompt * factor,
        thinking_after_tokens=plan.thinking_after_tokens * factor,
    )
