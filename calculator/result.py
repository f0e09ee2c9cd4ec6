"""The answer for one offer: line items, warnings, an estimate. Amounts and totals are computed from the lines, never
stored beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import Literal, NamedTuple

from calculator.numeric import ONE, smaller
from pricing import Offer, Price, Source, Status

Component = Literal["training", "preparation", "storage", "hosting", "inference"]
Recurrence = Literal["once", "retraining", "monthly"]


class LineItem(NamedTuple):
    """quantity × unit price = amount, over the whole horizon. None is unknown, never zero."""

    component: Component
    label: str
    quantity: Decimal | None
    unit: str
    unit_price_usd: Decimal | None
    recurrence: Recurrence
    monthly_quantity: Decimal | None
    """The quantity of one full month before growth; None for what does not recur monthly."""
    price: Price | None
    formula_text: str
    formula_values: tuple[Decimal, ...]

    @property
    def source(self) -> Source | None:
        """Where the unit price was read; None where there is none."""
        return self.price.source if self.price else None

    @property
    def amount_usd(self) -> Decimal | None:
        return None if self.quantity is None or self.unit_price_usd is None else self.quantity * self.unit_price_usd

    @property
    def monthly_usd(self) -> Decimal | None:
        """The amount of one full month before growth; None where unknown or not monthly."""
        return (
            None
            if self.monthly_quantity is None or self.unit_price_usd is None
            else self.monthly_quantity * self.unit_price_usd
        )

    @property
    def formula(self) -> str:
        """How the quantity comes about, in words and figures."""
        return self.formula_text.format(*(f"{value.normalize():,f}" for value in self.formula_values))


class Warning(NamedTuple):  # noqa: A001
    """Something that would cost money if overlooked; `usd` is what is at stake, where it can be said."""

    code: str
    text: str
    usd: Decimal | None = None


class AssumptionImpact(NamedTuple):
    """Something that was taken for granted, the other way, and what it would add to the total in US dollars."""

    what: str
    usd: Decimal


BreakEvenCause = Literal["answers", "cached", "dearer", "hosting", "retraining", "shrinking", "ends"]


@dataclass(frozen=True)
class BreakEven:
    """`calls`, `day` and `months` of pay-back; None for never, which has a cause, a reason, and what would turn it."""

    calls: int | None
    day: date | None
    months: Decimal | None
    saving_per_call_usd: Decimal
    """What one call costs less than today; negative where it costs more."""
    monthly_saving_usd: Decimal | None
    """What a full month saves after pay-back, hosting and storage paid; None where no calls are given."""
    net_usd: Decimal | None
    """What tuning saves over the months that are priced, training paid; negative where it loses."""
    covering_calls_per_month: int | None
    """The calls a month that cover hosting and storage; None where there is nothing to cover, or no saving."""
    cause: BreakEvenCause | None
    reason: str | None
    """Why it never pays back, or that it does so beyond the horizon."""
    find_turn: Callable[[], str | None] = field(repr=False, compare=False)

    @cached_property
    def turn(self) -> str | None:
        """The one change that would make a never pay back, in a sentence. A search, so made when it is asked for."""
        return self.find_turn()


class RankGroup(IntEnum):
    """Where an estimate belongs in the ranking. Lower comes first; within one standing the cheaper."""

    LASTS = 0
    ENDS = 1
    INCOMPLETE = 2
    APART = 3


class Total(NamedTuple):
    """A sum of lines. `usd` is None where nothing of it is known; where only a part is, `whole` is False and it is an
    “at least”.
    """

    usd: Decimal | None
    whole: bool


MOST_MOVES = 3


def _no_moves(_: Estimate) -> Iterable[AssumptionImpact]:
    """Prices that a platform publishes take nothing for granted."""
    return ()


@dataclass
class Estimate:
    """One offer priced for one plan. Not changed once it is made (a frozen dataclass would cost four times as long)."""

    offer: Offer
    status: Status
    standing: RankGroup
    months: Decimal
    """The months that are priced: the horizon, or less where the model ends inside it."""
    epochs: Decimal | None
    lines: tuple[LineItem, ...]
    find_warnings: Callable[[], Iterable[Warning]] = field(repr=False, compare=False)
    find_assumptions: Callable[[], Iterable[str]] = field(repr=False, compare=False)
    find_break_even: Callable[[Estimate], BreakEven | None] = field(repr=False, compare=False)
    find_moves: Callable[[Estimate], Iterable[AssumptionImpact]] = field(default=_no_moves, repr=False, compare=False)

    @cached_property
    def moves(self) -> tuple[AssumptionImpact, ...]:
        """The assumptions that would move the total most, the widest first; of GPUs of one's own only."""
        found = sorted(self.find_moves(self), key=lambda move: abs(move.usd), reverse=True)
        return tuple(move for move in found if move.usd)[:MOST_MOVES]

    @cached_property
    def break_even(self) -> BreakEven | None:
        """When it pays back against the base model; None without one, or where a price is unknown."""
        return self.find_break_even(self)

    @cached_property
    def warnings(self) -> tuple[Warning, ...]:
        """What would cost money if overlooked. Worked out when asked for: of a hundred estimates a person reads a
        few.
        """
        return tuple(self.find_warnings())

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What was taken for granted where the question or the platform leaves it open."""
        return tuple(self.find_assumptions())

    @property
    def complete(self) -> bool:
        """Whether every line has an amount. Otherwise the total is an “at least”."""
        return bool(self.lines) and self.total.whole

    @property
    def one_off(self) -> Total:
        return sum_amounts(line.amount_usd for line in self.lines if line.recurrence == "once")

    @property
    def monthly(self) -> Total:
        return sum_amounts(line.monthly_usd for line in self.lines if line.monthly_quantity is not None)

    @property
    def first_month(self) -> Total:
        part = smaller(self.months, ONE)
        once = [line.amount_usd for line in self.lines if line.recurrence == "once"]
        monthly = [line.monthly_usd for line in self.lines if line.monthly_quantity is not None]
        return sum_amounts(once + [None if usd is None else usd * part for usd in monthly])

    @property
    def total(self) -> Total:
        return sum_amounts([line.amount_usd for line in self.lines])

    @property
    def one_off_usd(self) -> Decimal | None:
        """Training and preparation, US dollars."""
        return self.one_off.usd

    @property
    def monthly_usd(self) -> Decimal | None:
        """A full month's recurring cost before growth, retraining left out."""
        return self.monthly.usd

    @property
    def first_month_usd(self) -> Decimal | None:
        """The one-off cost and the first month (or what there is of it before the model ends)."""
        return self.first_month.usd

    @property
    def total_usd(self) -> Decimal | None:
        """One-off and recurring over the horizon: the sum of the lines."""
        return self.total.usd


@dataclass(frozen=True)
class BaseEstimate:
    """The same calls sent to a base model with the prompt it needs today."""

    model: str
    provider: str
    months: Decimal
    lines: tuple[LineItem, ...]

    @property
    def complete(self) -> bool:
        return bool(self.lines) and all(line.amount_usd is not None for line in self.lines)

    @property
    def monthly_usd(self) -> Decimal | None:
        return sum_amounts(line.monthly_usd for line in self.lines).usd

    @property
    def total_usd(self) -> Decimal | None:
        return sum_amounts(line.amount_usd for line in self.lines).usd


Figure = Literal["one_off", "first_month", "monthly", "total"]


class Percentiles(NamedTuple):
    """A figure below which it stays in 10, 50 and 90 of 100 cases, US dollars."""

    p10: Decimal
    p50: Decimal
    p90: Decimal


def sum_amounts(amounts: Iterable[Decimal | None]) -> Total:
    """The sum of what is known. Unknown is not zero: where something is unknown and the rest is nothing, so is the
    sum.
    """
    usd = Decimal(0)
    known, whole = False, True
    for amount in amounts:
        if amount is None:
            whole = False
        else:
            known = True
            usd += amount
    return Total(usd if known and (whole or usd) else None, whole)
