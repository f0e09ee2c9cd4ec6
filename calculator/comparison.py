"""The answer to a question: one scenario over several offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from calculator.payback.crossover import Crossover
from calculator.question.resolved import ResolvedScenario
from calculator.question.scenario import Scenario
from calculator.result import BaseEstimate, Estimate, Figure, RankGroup, Total
from calculator.uncertainty.sensitivity import Driver
from pricing import Assumption

if TYPE_CHECKING:
    from calculator.uncertainty.ranges import SampledEstimates  # NumPy, where it is needed


class CostSpan(NamedTuple):
    """A figure at the cheap and at the dear corner of a ranged scenario."""

    low: Decimal | None
    high: Decimal | None
    whole: bool
    """Whether every amount is known at both ends and in between; otherwise both are an “at least”."""


@dataclass(frozen=True)
class Comparison:
    """One scenario over several offers, best first."""

    as_of: date
    catalog_version: str
    scenario: Scenario
    plan: ResolvedScenario
    estimates: tuple[Estimate, ...]
    base: BaseEstimate | None
    low: dict[str, Estimate]
    """By offer id, where the scenario has ranges: the same offer at the cheap corner."""
    high: dict[str, Estimate]
    assumptions: Mapping[str, Assumption]
    """The catalogue's, by name."""
    find_ranges: Callable[[], SampledEstimates] = field(repr=False, compare=False)
    find_drivers: Callable[[Estimate], tuple[Driver, ...]] = field(repr=False, compare=False)
    find_crossover: Callable[[], Crossover | None] = field(repr=False, compare=False)

    @property
    def spread(self) -> Decimal:
        """How far off, as a share, each number of a question without ranges is taken to be."""
        return self.assumptions["default_spread"].value or Decimal(0)

    @cached_property
    def crossover(self) -> Crossover | None:
        """From how many calls on GPUs of one's own cost less to run than the cheapest offer that bills by the token."""
        return self.find_crossover()

    @cached_property
    def ranges(self) -> SampledEstimates | None:
        """Every offer in many draws; None where nothing is ranged."""
        return self.find_ranges() if self.scenario.ranged else None

    def drivers(self, estimate: Estimate) -> tuple[Driver, ...]:
        """What each ranged input does to the total of an offer, the widest first. Where nothing is ranged: what each
        uncertain number would do if it were off by the assumed share.
        """
        return self.find_drivers(estimate)

    @property
    def best(self) -> Estimate | None:
        """The cheapest that is known whole and that the asker can buy; one that ends only where nothing lasts."""
        first = self.estimates[0] if self.estimates else None
        return first if first and first.standing <= RankGroup.ENDS else None

    def span(self, estimate: Estimate, figure: Figure) -> CostSpan | None:
        """A figure from the cheap to the dear corner; None where nothing is ranged."""
        low, high = self.low.get(estimate.offer.id), self.high.get(estimate.offer.id)
        if low is None or high is None:
            return None
        totals: list[Total] = [getattr(corner, figure) for corner in (low, estimate, high)]
        ends = [total.usd for total in totals if total.usd is not None]
        whole = all(total.whole for total in totals)
        return CostSpan(min(ends), max(ends), whole) if ends else CostSpan(None, None, whole)
