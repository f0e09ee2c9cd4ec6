"""The types of a saved result. Their field names are the keys of `ftcost --format json`.

Amounts are US dollars; None is unknown, never zero. A change that an older reader would misread raises
`SCHEMA_VERSION` and adds a step to `bot.results.upgrade`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType, field, structs

from bot.results.answer import Number, SavedBaseline, SavedOption, SavedVerdict, Usd
from pricing import Offer, Status

SCHEMA_VERSION = 2

Component = Literal["training", "preparation", "storage", "hosting", "inference"]
Recurrence = Literal["once", "retraining", "monthly"]
Standing = Literal["lasts", "ends", "incomplete", "apart"]
EndKind = Literal["new_customers_until", "training_ends", "inference_ends"]
END_KINDS: tuple[EndKind, ...] = get_args(EndKind)
Ends = dict[EndKind, date | None]
"""The announced last days of an offer by kind; None if none is announced."""

Share = Annotated[Number, Meta(description="A share from 0 to 1")]


class SavedSource(Struct, frozen=True, kw_only=True):
    """The source of a unit price."""

    title: str
    url: str | None
    checked: Annotated[str, Meta(description="The day it was read; a month or a year if the day is unknown")]
    confidence: Annotated[str | None, Meta(description="high, medium or low; yours: a price of the question")]


class SavedLine(Struct, frozen=True, kw_only=True):
    """A line item: quantity × unit price over the horizon."""

    component: Component
    label: str
    recurrence: Recurrence
    quantity: Number | None
    unit: str
    unit_price_usd: Usd | None
    amount_usd: Usd | None
    monthly_usd: Annotated[Usd | None, Meta(description="One full month before growth")]
    formula: str
    source: SavedSource | None


class SavedWarning(Struct, frozen=True, kw_only=True):
    """Something that would cost money if overlooked."""

    code: str
    text: str
    usd: Usd | None


class SavedRange(Struct, frozen=True, kw_only=True):
    """The two ends of an interval."""

    low: Usd | None
    high: Usd | None


class SavedImpact(Struct, frozen=True, kw_only=True):
    """An alternative to an assumption, and what it would add to the total."""

    change: str = field(name="what")
    usd: Usd


class SavedBreakEven(Struct, frozen=True, kw_only=True):
    """The break-even of tuning against the base model; `calls`, `date` and `months` are null if it never pays back."""

    calls: int | None
    day: date | None = field(name="date")
    months: Number | None
    saving_per_call_usd: Usd
    monthly_saving_usd: Usd | None
    covering_calls_per_month: int | None
    reason: str | None
    net_usd: Annotated[Usd | None, Meta(description="Saving over the horizon, training paid; negative for a loss")]


class SavedFigures(Struct, frozen=True, kw_only=True):
    """The figures of an offer at one corner of a scenario with ranges."""

    one_off_usd: Usd | None
    first_month_usd: Usd | None
    monthly_usd: Usd | None
    total_usd: Usd | None


class SavedPercentiles(Struct, frozen=True, kw_only=True):
    """The distribution of a total, and the share of cases in which tuning pays back within the horizon."""

    p10_usd: Usd
    p50_usd: Usd
    p90_usd: Usd
    pays_back_share: Share | None


class SavedOffer(Struct, frozen=True, kw_only=True):
    """The estimate of one offer. `low`, `high` and `range` are present if the scenario has ranges."""

    offer: str
    title: str
    platform: str
    model: str
    status: Status
    standing: Standing
    complete: Annotated[bool, Meta(description="Whether every amount is known; otherwise totals are an “at least”")]
    one_off_usd: Usd | None
    first_month_usd: Usd | None
    monthly_usd: Annotated[Usd | None, Meta(description="One full month before growth")]
    total_usd: Annotated[Usd | None, Meta(description="One-off and recurring over the months priced")]
    months: Annotated[Number, Meta(description="The months priced: the horizon, or less where the model ends earlier")]
    epochs: Number | None
    new_customers_until: date | UnsetType | None = UNSET
    """Unset in an estimate saved before ends were recorded, as are the two below."""
    training_ends: date | UnsetType | None = UNSET
    inference_ends: date | UnsetType | None = UNSET
    lines: tuple[SavedLine, ...]
    warnings: tuple[SavedWarning, ...]
    assumptions: tuple[str, ...]
    training_range_usd: SavedRange | None
    moves: Annotated[
        tuple[SavedImpact, ...],
        Meta(description="Alternative assumptions; only of a best offer on rented GPUs"),
    ]
    break_even: SavedBreakEven | None
    verdict: tuple[str, ...]
    low: SavedFigures | UnsetType = UNSET
    high: SavedFigures | UnsetType = UNSET
    range: SavedPercentiles | UnsetType | None = UNSET

    @property
    def ranked(self) -> bool:
        """Return whether the offer is on sale with every price known."""
        return self.standing in ("lasts", "ends")

    @property
    def percentiles(self) -> SavedPercentiles | None:
        """The distribution of the total; None without ranges, or if a price is unknown."""
        return self.range if isinstance(self.range, SavedPercentiles) else None

    @property
    def ends(self) -> Ends | None:
        """The announced ends; None if they were not recorded."""
        ends = {kind: getattr(self, kind) for kind in END_KINDS}
        return None if UNSET in ends.values() else ends


class SavedBase(SavedBaseline, frozen=True, kw_only=True):
    """The baseline with its line items."""

    lines: tuple[SavedLine, ...]
    monthly_usd_without_caching: Annotated[
        Usd | None, Meta(description="One full month if nothing is read from a cache; null if that makes no difference")
    ] = None


class SavedCrossover(Struct, frozen=True, kw_only=True):
    """The calls a month from which rented GPUs cost less to run than the cheapest offer billed by the token."""

    offer: str
    against: str
    calls_per_month: int | None


class SavedDriver(Struct, frozen=True, kw_only=True):
    """An uncertain input, and the total at either end of it."""

    input: str
    low: Number
    high: Number
    total_at_low_usd: Usd
    total_at_high_usd: Usd


class SavedDrivers(Struct, frozen=True, kw_only=True):
    """The inputs that move an offer's total, the widest swing first."""

    offer: str
    assumed_spread: Annotated[Share | None, Meta(description="Null if the question has ranges")]
    inputs: tuple[SavedDriver, ...]


class SavedResult(Struct, frozen=True, kw_only=True):
    """The result of an estimate: one scenario over several offers, best first.

    Decimal numbers are strings in full precision, days are ISO 8601, and null is unknown.
    """

    schema_version: Annotated[int, Meta(description="Raised when a key changes its type or its meaning")]
    as_of: Annotated[date, Meta(description="The day whose prices apply")]
    catalog_version: str
    scenario: Annotated[dict[str, str], Meta(description="The question as `ftcost` reads it: text by key")]
    headline: str
    question: str
    baseline: Annotated[SavedBaseline | None, Meta(description="Null if the question names no base model")]
    options: Annotated[tuple[SavedOption, ...], Meta(description="The offers in the order of `estimates`")]
    verdict: Annotated[SavedVerdict | None, Meta(description="Null in a result saved before there were verdicts")]
    estimates: tuple[SavedOffer, ...]
    base: SavedBase | None
    own_gpus: SavedCrossover | None
    drivers: SavedDrivers | None

    def find(self, offer: str) -> SavedOffer | None:
        """Return the estimate of an offer by its id."""
        return next((estimate for estimate in self.estimates if estimate.offer == offer), None)

    @property
    def featured(self) -> SavedOffer | None:
        """The estimate that the verdict is about, else the first."""
        named = self.verdict.option if self.verdict else None
        return (self.find(named) if named else None) or next(iter(self.estimates), None)

    @property
    def recommended(self) -> SavedOffer | None:
        """The estimate that the verdict is about, else the first usable one; None if no option is usable."""
        featured = self.featured
        if featured and any(option.usable for option in self.options if option.offer == featured.offer):
            return featured
        usable = (option.offer for option in self.options if option.usable)
        return self.find(first) if (first := next(usable, None)) else None

    def option(self, offer: str) -> SavedOption | None:
        """Return an option by its offer's id."""
        return next((option for option in self.options if option.offer == offer), None)

    def quote(self, offer: str) -> OfferQuote | None:
        """Return the quote of an offer by its id; None if the result doesn't have the offer."""
        estimate = self.find(offer)
        if estimate is None:
            return None
        lines = tuple(QuotedLine(line.label, line.quantity, line.unit_price_usd) for line in estimate.lines)
        return OfferQuote(
            as_of=self.as_of,
            scenario=self.scenario,
            offer=offer,
            complete=estimate.complete,
            ranked=estimate.ranked,
            total_usd=estimate.total_usd,
            lines=lines,
            ends=estimate.ends,
        )


class SavedExchange(Struct, frozen=True, kw_only=True):
    """The exchange rate that an answer used, or the reason why it is missing."""

    currency: str
    per_usd: Decimal | None = None
    source: str | None = None
    day: date | None = None
    why: str | None = None


class SavedNotes(Struct, frozen=True, kw_only=True):
    """The workspace's additions to an answer: an exchange rate, its defaults, a budget."""

    exchange: SavedExchange | None = None
    defaults: tuple[str, ...] = ()
    budget: str | None = None
    excess_usd: Decimal | None = None
    """The estimated amount, if it exceeds the budget."""


class StoredResult(SavedResult, frozen=True, kw_only=True):
    """A result as the database keeps it: with the workspace's notes."""

    notes: SavedNotes = SavedNotes()


def store_result(result: SavedResult, notes: SavedNotes) -> StoredResult:
    """Return a result with a workspace's notes."""
    return StoredResult(**structs.asdict(result), notes=notes)


class QuotedLine(Struct, frozen=True):
    """The price of one line item."""

    label: str
    quantity: Number | None
    unit_price_usd: Usd | None


class OfferQuote(Struct, frozen=True, kw_only=True):
    """One offer as it was quoted on a day; later estimates are compared with it."""

    as_of: date
    scenario: dict[str, str]
    offer: str
    complete: bool
    ranked: bool
    """The offer was on sale with every price known."""
    total_usd: Usd | None
    lines: tuple[QuotedLine, ...]
    ends: Ends | None
    """The announced last days; None if they were not recorded."""


def offer_ends(offer: Offer) -> Ends:
    """Return an offer's announced last days by kind; None if none is announced."""
    return {kind: getattr(offer.lifecycle, kind, None) for kind in END_KINDS}
