"""Prices, their sources and assumptions: the records that every data file shares. Frozen, dated; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pricing.files.record import Limits, NamedSource, Record, Sources
from pricing.vocabulary import MAX_PLAUSIBLE_USD, OLD_DAYS, Confidence, Day, Method, PartialDate, Unit, Usd


class Source(Record):
    """The origin of a number, and the day it was checked."""

    title: Annotated[str, Limits(min_length=1, max_length=200)]
    url: Annotated[str | None, Limits(pattern=r"^https?://\S+$", max_length=500)] = None
    """An address to check it at; for a second-hand reading, the platform's own page. Required in the catalogue."""
    checked: PartialDate
    """The day the source was read or published; a month or a year if the day is unknown."""
    kind: str | None = None
    """How it was read: API snapshot, stored copy of the page, third-party reading, contract…"""

    @property
    def checked_on(self) -> date:
        """Return the earliest day that `checked` can mean, so that no age is understated."""
        year, month, day = ([int(part) for part in self.checked.split("-")] + [1, 1])[:3]
        return date(year, month, day)

    @property
    def dated(self) -> bool:
        """Return whether at least the month of the reading is known; an age from a year alone would be a guess."""
        return len(self.checked) > len("2026")

    def age_days(self, today: date) -> int | None:
        """Return the days since the source was read; None if only the year is known."""
        return max(0, (today - self.checked_on).days) if self.dated else None

    def is_old(self, today: date) -> bool:
        """Return whether the source was read over OLD_DAYS ago, or on a day that isn't known to its month."""
        days = self.age_days(today)
        return days is None or days > OLD_DAYS


SourceRef = Annotated[Source, NamedSource()]


class Assumption(Record):
    """A number that the calculator needs and no platform publishes."""

    value: Usd
    why: str
    source: SourceRef


class Tier(Record):
    """One step of a graduated price: `usd` per unit up to `up_to` tokens a month (the last step has none)."""

    usd: Usd
    up_to: Annotated[int | None, Limits(gt=0)] = None


class Price(Record):
    """US dollars per unit, with source and date. `usd` is None, never zero, if the price is unknown."""

    usd: Usd = None
    per: Unit
    source: SourceRef
    confidence: Confidence
    since: Day | None = None
    """The first day on which the price holds; None: since before the first record."""
    method: Method | None = None
    """Training only: the method that this price buys (SFT with LoRA: lora; SFT of all weights: full; preference pairs:
    dpo).
    """
    variant: str | None = None
    """A price on other terms (a commitment, data sharing); listed, and not used in an estimate."""
    tiers: tuple[Tier, ...] = ()
    """Graduated by tokens a month, instead of `usd`."""
    units_per_deployment: Annotated[int, Limits(ge=1, le=64)] = 1
    """GPUs or units that one deployment needs, for hosting and provisioned prices."""
    max_call_input_tokens: Annotated[int | None, Limits(gt=0)] = None
    """The price holds for calls up to this many input tokens; beyond it is unknown."""
    note: str | None = None
    conflict: str | None = None
    """The figure of another source, if sources disagree."""
    meter: str | None = None
    """The platform's own name of the meter."""
    yours: bool = False
    """From the organisation's own price folder. Set by the loader."""

    @classmethod
    def _complete(cls, fields: dict[str, Any], sources: Sources) -> dict[str, Any]:  # noqa: ARG003
        if "usd" not in fields and not fields.get("tiers"):
            raise ValueError("usd is missing; write a number of US dollars, or: unknown")
        return fields

    def _check(self) -> None:
        limit = MAX_PLAUSIBLE_USD[self.per]
        for usd in (self.usd, *(tier.usd for tier in self.tiers)):
            if usd is not None and usd > limit:
                raise ValueError(f"${usd} per {self.per} is implausible (over ${limit}); check the unit")
        if self.tiers:
            if self.usd is not None:
                raise ValueError("give either usd or tiers, not both")
            bounds = [tier.up_to for tier in self.tiers]
            inner = [bound for bound in bounds[:-1] if bound is not None]
            if bounds[-1] is not None or len(inner) != len(bounds) - 1 or inner != sorted(set(inner)):
                raise ValueError("tiers need rising up_to bounds, and none on the last")
            if any(tier.usd is None for tier in self.tiers):
                raise ValueError("a tier needs a price; write usd: unknown instead of tiers if it isn't known")

    @property
    def known(self) -> bool:
        """Return whether a price is on record."""
        return self.usd is not None or bool(self.tiers)


def question_source(title: str, day: date) -> Source:
    """Return the source of a value that a question states.

    Args:
        title: How the source is shown.
        day: The date of the question.
    """
    return Source(title=title, url=None, checked=day.isoformat(), kind="given in the question")


def price_of(
    usd: Decimal | None,
    per: Unit,
    source: Source,
    *,
    yours: bool = False,
    max_call_input_tokens: int | None = None,
    since: date | None = None,
) -> Price:
    """Return a price that isn't from a file, such as one stated in a question. It isn't validated.

    Args:
        usd: US dollars per `per`; None if unknown.
        per: The unit.
        source: The origin of the price.
        yours: Whether it is the organisation's own.
        max_call_input_tokens: The price holds for calls up to this many input tokens.
        since: The first day of the price; None if it has always held.
    """
    return Price(
        usd=usd,
        per=per,
        source=source,
        confidence="high",
        yours=yours,
        max_call_input_tokens=max_call_input_tokens,
        since=since,
    )


def price_on(history: Sequence[Price], day: date) -> Price | None:
    """Return the price in force on a day; None if none is recorded yet.

    Args:
        history: Prices, the oldest first.
        day: The day.
    """
    return next((price for price in reversed(history) if price.since is None or price.since <= day), None)


def exact_dollars(usd: Decimal) -> str:
    """Return a price with every digit that its source states: `$5`, `$0.50`, `$0.003`."""
    exponent = int(usd.normalize().as_tuple().exponent)
    return f"${usd:,.{max(2, -exponent) if exponent < 0 else 0}f}"
