"""The answer to a question: one scenario over several offers, and the context it was priced in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, NamedTuple, TypeVar, TypeVarTuple

from calculator.numeric import ZERO
from calculator.pricing_context import PricingContext
from calculator.question.resolved import ResolvedScenario
from calculator.question.scenario import Scenario
from calculator.result import BaseEstimate, Estimate, Figure, OptionClass, SetAside, Total
from pricing import Assumption

Args = TypeVarTuple("Args")
T = TypeVar("T")


class CostSpan(NamedTuple):
    """A figure at the cheap and at the expensive corner of a ranged scenario, US dollars."""

    low: Decimal | None
    high: Decimal | None
    whole: bool
    """True if every amount is known at both corners and in between. Otherwise both are an “at least”."""


@dataclass(frozen=True)
class Comparison:
    """One scenario over several offers, best first.

    A plain value: it can be compared and pickled. Facts that are read for a few offers only (`warnings`,
    `break_even`, `sensitivity`, …) are functions of a comparison and one of its estimates.
    """

    context: PricingContext
    catalog_version: str
    scenario: Scenario
    plan: ResolvedScenario
    """The scenario at its likely values."""
    estimates: tuple[Estimate, ...]
    base: BaseEstimate | None
    """The baseline; None if the question names no base model."""
    low: dict[str, Estimate]
    """By offer id: the same offer at the cheap corner. Empty unless the scenario has ranges."""
    high: dict[str, Estimate]
    """By offer id: the same offer at the expensive corner. Empty unless the scenario has ranges."""
    classes: dict[str, OptionClass]
    """By offer id, that of `nearest` too: its model against the baseline's."""
    set_aside: dict[str, SetAside]
    """By offer id: why it is never recommended. Usable offers are not in it."""
    recommended: str | None
    """The offer that the verdict is about; None if no offer is usable."""
    nearest: Estimate | None = None
    """The nearest usable offer of the catalogue where none of the question's is, or would be with a mended file."""

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields only: facts that `computed_once` keeps are computed again where they are needed."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def as_of(self) -> date:
        """The day whose prices apply."""
        return self.context.as_of

    @property
    def assumptions(self) -> Mapping[str, Assumption]:
        """The catalogue's assumptions, by name."""
        return self.context.assumptions

    @property
    def spread(self) -> Decimal:
        """How far off each number of a question without ranges is taken to be, as a share."""
        return self.assumptions["default_spread"].value or ZERO

    @property
    def best(self) -> Estimate | None:
        """The recommended option: always usable; None if no offer is."""
        return self.find(self.recommended) if self.recommended else None

    @property
    def featured(self) -> Estimate | None:
        """The option to show in detail: the recommended option, else the question's only option."""
        return self.best or (self.estimates[0] if len(self.estimates) == 1 else None)

    @property
    def usable(self) -> tuple[Estimate, ...]:
        """The options that may be recommended, the cheapest first."""
        return tuple(estimate for estimate in self.estimates if estimate.offer.id not in self.set_aside)

    def find(self, offer_id: str) -> Estimate | None:
        """Return the estimate of an offer; None if the comparison does not have it."""
        return next((estimate for estimate in self.estimates if estimate.offer.id == offer_id), None)

    def span(self, estimate: Estimate, figure: Figure) -> CostSpan | None:
        """Return a figure of an offer from the cheap to the expensive corner; None for a scenario without ranges."""
        low, high = self.low.get(estimate.offer.id), self.high.get(estimate.offer.id)
        if low is None or high is None:
            return None
        totals: list[Total] = [getattr(corner, figure) for corner in (low, estimate, high)]
        ends = [total.usd for total in totals if total.usd is not None]
        whole = all(total.whole for total in totals)
        return CostSpan(min(ends), max(ends), whole) if ends else CostSpan(None, None, whole)


def computed_once(function: Callable[[Comparison, *Args], T]) -> Callable[[Comparison, *Args], T]:
    """Cache a function's result on the comparison, because an answer reads it in many places.

    The cache is excluded from equality and pickling; further arguments are compared by identity.
    """

    @wraps(function)
    def compute(comparison: Comparison, /, *args: *Args) -> T:
        cache = comparison.__dict__.setdefault("_computed", {})
        key = (function, *map(id, args))
        if key not in cache:
            cache[key] = function(comparison, *args), args  # keeps the arguments alive, so that no id is used again
        value: T = cache[key][0]
        return value

    return compute
