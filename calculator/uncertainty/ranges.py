"""How uncertain an answer is: the whole cost model run on draws of the ranged inputs. Imports NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from calculator.costs.capacity import deployment_of
from calculator.numeric import as_decimal
from calculator.payback.periods import EqualPeriods
from calculator.pricing_context import PricingContext
from calculator.question.keys import key_of
from calculator.question.quantities import Amount
from calculator.question.resolved import ResolvedScenario, resolve
from calculator.question.scenario import Scenario
from calculator.result import Estimate, Figure, Percentiles, Total
from calculator.uncertainty.sampling import COUNT, percentiles, sample_amount, share_within

SHARES = (0.1, 0.5, 0.9)
THROUGHPUT = Amount(Decimal("-1.25"), Decimal(0), Decimal("1.25"))
"""Places in the interval of a deployment's throughput, whose ends, −1 and 1, are the 10th and 90th percentile."""


@dataclass(frozen=True)
class SampledEstimates:
    """Every offer in every draw. An input has the same draws for all offers, so that these can be compared."""

    context: PricingContext
    plan: ResolvedScenario
    """Its numbers are samples where the question has ranges."""

    draws: ClassVar[int] = COUNT

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        """By offer id; the amounts are samples."""
        return {estimate.offer.id: estimate for estimate in self.context.estimates(self.plan)}

    def percentiles(self, offer_id: str, figure: Figure) -> Percentiles | None:
        """Return P10, P50 and P90 of a figure in US dollars; None if a price is unknown in some draw."""
        total: Total = getattr(self.estimates[offer_id], figure)
        return Percentiles(*percentiles(total.usd, SHARES)) if total.usd is not None and total.whole else None

    def period_percentiles(self, offer_id: str, *, per_month: bool) -> Percentiles | None:
        """Return P10, P50 and P90 of the cost in which options are compared.

        Args:
            offer_id: The offer.
            per_month: The average month until the model ends; else the whole horizon, with prompting after its end.

        Returns:
            US dollars; None if a price is unknown in some draw.
        """
        estimate = self.estimates[offer_id]
        total = self._periods.month(estimate) if per_month else self._periods.total(estimate)
        return Percentiles(*percentiles(total.usd, SHARES)) if total.usd is not None and total.whole else None

    @cached_property
    def _periods(self) -> EqualPeriods:
        return EqualPeriods(self.context, self.plan)

    def pays_back_share(self, offer_id: str) -> Decimal | None:
        """Return the share (0 to 1) of draws in which tuning costs no more than prompting over equal periods.

        None without a base model or calls, or if a price is unknown.
        """
        prompted, total = self._periods.compared(self.estimates[offer_id])
        if total.usd is None or prompted.usd is None or not (total.whole and prompted.whole):
            return None
        return share_within(total.usd, prompted.usd)


def sample_ranges(scenario: Scenario, context: PricingContext) -> SampledEstimates:
    """Return the estimates of 2,000 samples; keys without a range keep their number."""

    def sample(name: str, amount: Amount) -> Decimal:
        if not amount.is_range:
            return amount.likely
        return as_decimal(sample_amount(name, amount, whole=key_of(name).whole))

    plan = resolve(scenario, sample)
    if plan.calls_per_month and any(deployment_of(offer) for offer in context.offers):
        plan = plan._replace(throughput=as_decimal(sample_amount("throughput", THROUGHPUT, whole=False)))
    return SampledEstimates(context, plan)
