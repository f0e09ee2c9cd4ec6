"""Values of an answer: line items, estimates, break-even, warnings. Amounts are computed from the line items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import Literal, NamedTuple

from calculator.numeric import ZERO, fill_formula
from pricing import Offer, Price, Source, Status

Component = Literal["training", "preparation", "storage", "hosting", "inference"]
Recurrence = Literal["once", "retraining", "monthly"]


class LineItem(NamedTuple):
    """One line of an estimate: quantity × unit price = amount, over the whole horizon. None is unknown, never zero."""

    component: Component
    label: str
    quantity: Decimal | None
    """Over the whole horizon, in `unit`."""
    unit: str
    unit_price_usd: Decimal | None
    recurrence: Recurrence
    monthly_quantity: Decimal | None
    """Quantity of one full month before growth; None for a line that does not recur monthly."""
    price: Price | None
    """The price that applies; None for a line without one."""
    formula_text: str
    """How the quantity is computed, with a `{}` for each value."""
    formula_values: tuple[Decimal, ...]
    first_month_quantity: Decimal | None = None
    """Quantity of the first month, or of its part before the model or the price ends; None if it isn't in it."""

    @property
    def source(self) -> Source | None:
        """Source of the unit price; None for a line without a price."""
        return self.price.source if self.price else None

    @property
    def amount_usd(self) -> Decimal | None:
        """Quantity × unit price, US dollars; None if either is unknown. Nothing costs nothing, at any price."""
        if self.quantity is not None and not self.quantity:
            return ZERO
        return None if self.quantity is None or self.unit_price_usd is None else self.quantity * self.unit_price_usd

    @property
    def monthly_usd(self) -> Decimal | None:
        """Amount of one full month before growth, US dollars; None if unknown or not monthly."""
        quantity, usd = self.monthly_quantity, self.unit_price_usd
        return None if quantity is None or usd is None else quantity * usd

    @property
    def first_month_usd(self) -> Decimal | None:
        """Amount of the first month at its own prices, US dollars; None if unknown or not in it."""
        quantity, price = self.first_month_quantity, self.unit_price_usd
        if quantity is not None and not quantity:
            return ZERO
        return None if quantity is None or price is None else quantity * price

    @property
    def formula(self) -> str:
        """How the quantity is computed, in words and figures."""
        return fill_formula(self.formula_text, self.formula_values)


class Warning(NamedTuple):  # noqa: A001
    """A fact that costs money if it is overlooked."""

    code: str
    """Stable name of the kind, such as `idle_hosting`."""
    text: str
    usd: Decimal | None = None
    """Money at stake, US dollars; None where it cannot be calculated."""


class AssumptionImpact(NamedTuple):
    """An assumption, changed, and what the change adds to the total."""

    change: str
    """The changed assumption in words, such as `twice the calls at the busiest time`."""
    usd: Decimal
    """Difference to the total over the horizon, US dollars; negative if it gets cheaper."""


BreakEvenCause = Literal["answers", "cached", "dearer", "hosting", "retraining", "shrinking", "ends", "slow", "cheaper"]
"""Why an offer never pays back: its answers, the cached prompt of today, the price of a call, hosting and storage,
retraining, shrinking traffic, the end of a model, a pay-back beyond the longest search, or cheaper prompting.
"""


class BreakEven(NamedTuple):
    """When an offer pays back against the base model. `calls`, `day` and `months` are None if it never does."""

    calls: int | None
    """Calls after which the saving equals the cost."""
    day: date | None
    """None also without calls a month, or beyond the end of the calendar."""
    months: Decimal | None
    saving_per_call_usd: Decimal
    """Base model − tuned model, US dollars a call; negative if the tuned model costs more."""
    monthly_saving_usd: Decimal | None
    """Saving of a full month with hosting and storage paid, US dollars; None without calls a month."""
    net_usd: Decimal | None
    """Prompting − tuning over the priced months, training included, US dollars; negative if tuning loses."""
    covering_calls_per_month: int | None
    """Calls a month that pay for hosting and storage; None if there is nothing to pay, or no saving."""
    cause: BreakEvenCause | None
    """Why it never pays back; None if it does."""
    reason: str | None
    """The cause in words, or that it pays back beyond the horizon."""


class RankGroup(IntEnum):
    """Group of an estimate in the ranking: lower groups come first, and inside a group the cheaper offer."""

    LASTS = 0
    """Complete, and available over the whole horizon."""
    ENDS = 1
    """Complete, but ends inside the horizon, or is not for production."""
    INCOMPLETE = 2
    """Some amount is unknown."""
    APART = 3
    """Not sold, not open to this customer, or the job does not fit."""


SetAsideCode = Literal[
    "filtered_out",
    "filter_unknown",
    "labels_only",
    "not_offered",
    "ended",
    "closed_to_new_customers",
    "not_for_production",
    "cannot_be_deployed",
    "method_not_sold",
    "does_not_fit",
    "over_limits",
    "refuses_file",
    "too_small",
    "unknown_price",
    "ends_soon",
    "training_ends",
]
"""Why an option is never recommended, in the order in which the reasons are looked for."""


class SetAside(NamedTuple):
    """The reason why an option is never recommended."""

    code: SetAsideCode
    sentence: str


OptionGroup = Literal[
    "same_model",
    "same_class",
    "smaller",
    "class_a",
    "class_b",
    "class_c",
    "class_d",
    "class_e",
    "class_f",
    "unknown_class",
]
"""The model of an option against the baseline's: the same; at or above its class; below it; not known. Without a
baseline: its own class, A for the highest values.
"""


class OptionClass(NamedTuple):
    """The capability class of an option's model."""

    group: OptionGroup
    letter: str | None
    """Its class on the published scale, A for the highest values; None if no value is known."""
    steps_below: int | None
    """How many letters it is below the baseline's model, 0 for none; None if a letter is unknown."""
    reason: str | None
    """How it compares with the baseline's model, or why that isn't known; None without a baseline."""


class Total(NamedTuple):
    """A sum of lines."""

    usd: Decimal | None
    """US dollars; None if nothing of it is known."""
    whole: bool
    """True if every part is known. Otherwise the sum is an “at least”."""


class Capacity(NamedTuple):
    """The deployment of an estimate, and its load."""

    replica: str
    """What one replica is, such as `1 × H100 80 GB SXM`, `provisioned unit` or `deployment`."""
    replicas: Decimal | None
    """Replicas in the first month; None if they aren't known."""
    low_replicas: Decimal | None
    """Replicas if the throughput is at the high end of its 80 % interval."""
    high_replicas: Decimal | None
    """Replicas if it is at the low end."""
    load: Decimal | None
    """Share of the replicas' throughput that the busiest hour of the first month uses; above 1 they don't carry it."""
    calls_per_month: Decimal | None
    """Calls a month that one replica carries, with the busiest hour in mind."""
    usd_per_million_tokens: Decimal | None
    """Hosting of the first month over the tokens served, prompt and answer, US dollars per 1M."""
    carries: bool | None
    """Whether the load is carried; None if it isn't known."""
    reason: str | None
    """Why the load isn't carried, or isn't known."""
    limit: str | None = None
    """The limit that the load is a share of, such as `4 requests a minute`; None for replicas."""
    tokens_per_minute: Decimal | None = None
    """Tokens of the busiest minutes, prompt and answer together; None for replicas."""


class Estimate(NamedTuple):
    """One offer, priced for one resolved scenario. A frozen dataclass takes four times as long to create."""

    offer: Offer
    status: Status
    standing: RankGroup
    months: Decimal
    """Months that are priced: the horizon, or less if the model ends inside it; 0 for an offer that is not priced."""
    epochs: Decimal | None
    """Epochs of one run; None for an offer that is not priced."""
    lines: tuple[LineItem, ...]
    capacity: Capacity | None = None
    """The deployment that answers the calls, and its load; None without calls, or where calls are billed by token."""

    @property
    def complete(self) -> bool:
        """True if every line has an amount. Otherwise the total is an “at least”."""
        return bool(self.lines) and self.total.whole

    @property
    def one_off(self) -> Total:
        """Training and preparation."""
        return sum_amounts(line.amount_usd for line in self.lines if line.recurrence == "once")

    @property
    def monthly(self) -> Total:
        """A full month's recurring cost before growth, retraining left out; zero where nothing recurs."""
        if self.lines and not any(line.recurrence == "monthly" for line in self.lines):
            return Total(ZERO, whole=True)
        return sum_amounts(line.monthly_usd for line in self.lines if line.monthly_quantity is not None)

    @property
    def first_month(self) -> Total:
        """The one-off cost and the first month at its own prices, or the part of it before the model ends."""
        return sum_amounts(
            line.amount_usd if line.recurrence == "once" or line.quantity is None else line.first_month_usd
            for line in self.lines
            if line.recurrence == "once" or line.quantity is None or line.first_month_quantity is not None
        )

    @property
    def total(self) -> Total:
        """The sum of the lines: one-off and recurring cost over the horizon."""
        return sum_amounts([line.amount_usd for line in self.lines])

    @property
    def one_off_usd(self) -> Decimal | None:
        """Training and preparation, US dollars."""
        return self.one_off.usd

    @property
    def monthly_usd(self) -> Decimal | None:
        """A full month's recurring cost before growth, retraining left out, US dollars."""
        return self.monthly.usd

    @property
    def first_month_usd(self) -> Decimal | None:
        """The one-off cost and the first month, or the part of it before the model ends, US dollars."""
        return self.first_month.usd

    @property
    def total_usd(self) -> Decimal | None:
        """One-off and recurring cost over the horizon, US dollars."""
        return self.total.usd


class BaseEstimate(NamedTuple):
    """The baseline: the same calls sent to a base model with the prompt it needs today."""

    model: str
    provider: str
    months: Decimal
    lines: tuple[LineItem, ...]
    capacity: Capacity | None = None
    """The deployment that answers the calls, and its load; None without calls, or where calls are billed by token."""

    @property
    def complete(self) -> bool:
        """True if every line has an amount."""
        return bool(self.lines) and self.total.whole

    @property
    def monthly_usd(self) -> Decimal | None:
        """A full month before growth, US dollars; None if a price of today is unknown."""
        month = sum_amounts(line.monthly_usd for line in self.lines if line.monthly_quantity is not None)
        return month.usd if month.whole else None

    @property
    def total(self) -> Total:
        """The sum of the lines over the horizon."""
        return sum_amounts(line.amount_usd for line in self.lines)

    @property
    def total_usd(self) -> Decimal | None:
        """Over the horizon, US dollars."""
        return self.total.usd


Figure = Literal["one_off", "first_month", "monthly", "total"]


class Percentiles(NamedTuple):
    """Values below which a figure stays in 10, 50 and 90 of 100 cases, US dollars."""

    p10: Decimal
    p50: Decimal
    p90: Decimal


def sum_amounts(amounts: Iterable[Decimal | None]) -> Total:
    """Return the sum of the known amounts.

    Unknown is not zero: if an amount is unknown and the known ones add up to nothing, the sum is unknown too.

    Args:
        amounts: US dollars; None for an unknown amount.
    """
    usd = Decimal(0)
    has_known, whole = False, True
    for amount in amounts:
        if amount is None:
            whole = False
        else:
            has_known = True
            usd += amount
    return Total(usd if has_known and (whole or usd) else None, whole)
