"""How sure an answer is: the whole cost model run on draws of the ranged inputs.

Imported where something is ranged, because it needs NumPy.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from calculator.costs.base_model import base_history
from calculator.costs.inference import inference_lines
from calculator.pricing_context import PricingContext
from calculator.question.keys import key_of
from calculator.question.quantities import Amount
from calculator.question.resolved import ResolvedScenario, resolve
from calculator.question.scenario import Scenario
from calculator.result import Estimate, Figure, Percentiles, Total, sum_amounts
from calculator.uncertainty.sampling import COUNT, drawn, percentiles, share_within

SHARES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class SampledEstimates:
    """Every offer in every draw. Draws of one input are the same for all offers, so that these can be compared."""

    market: PricingContext
    plan: ResolvedScenario
    """Its numbers are draws where the question has ranges."""
    _base_usd: dict[Hashable, Total] = field(default_factory=dict, init=False, repr=False)

    draws = COUNT

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        """By offer id; the amounts are draws."""
        return {one.offer.id: one for one in self.market.estimates(self.plan)}

    def percentiles(self, offer_id: str, figure: Figure) -> Percentiles | None:
        """P10, P50 and P90 of a figure in US dollars; None where a price is unknown in some draw."""
        total: Total = getattr(self.estimates[offer_id], figure)
        return Percentiles(*percentiles(total.usd, SHARES)) if total.usd is not None and total.whole else None

    def pays_back_share(self, offer_id: str) -> Decimal | None:
        """The share of draws in which tuning has cost no more than prompting by the end of what is priced; None without
        a base model or calls, or where a price is unknown.
        """
        tuned = self.estimates[offer_id]
        total, prompted = tuned.total, self._prompted(tuned.months)
        if total.usd is None or prompted.usd is None or not (total.whole and prompted.whole):
            return None
        return share_within(total.usd, prompted.usd)

    def _prompted(self, months: Decimal) -> Total:
        """What the same calls cost with the base model over `months`."""
        if months not in self._base_usd:
            base, on = self.market.base_price(self.plan), self.market.on
            lines = (
                inference_lines(self.plan, self.plan.prompt_before_tokens, base_history(base), on, months)
                if base
                else []
            )
            self._base_usd[months] = sum_amounts(line.amount_usd for line in lines)
        return self._base_usd[months]


def ranges_of(scenario: Scenario, market: PricingContext) -> SampledEstimates:
    """The scenario's ranges as draws; what is not ranged stays the number it is."""

    def pick(name: str, amount: Amount) -> Decimal:
        if not amount.is_range:
            return amount.likely
        draws: Decimal = drawn(name, amount, whole=key_of(name).whole)  # type: ignore[assignment]  # takes its operators
        return draws

    return SampledEstimates(market, resolve(scenario, pick))
