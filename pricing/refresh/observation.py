"""What a feed says, in one form for all feeds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from pricing.vocabulary import PriceKind

# What a feed prices by. Our units are finer (a GPU-hour, a unit-hour, a model-month); which one it is stands in the
# recorded price.
Measure = Literal["1M tokens", "call", "hour", "month"]


class FeedError(Exception):
    """A feed that cannot be used. `str()` continues a sentence that begins with the feed's title."""


class Observation(NamedTuple):
    """One price under the feed's own name."""

    name: str
    usd: Decimal | None
    """US dollars per `per`; None where what stands there is no price (negative, not a number, absurd)."""
    per: Measure
    kind: PriceKind | None = None
    """Where the feed says what is priced; None where the name alone says it."""
    detail: str = ""
    """What a person needs to recognise an unknown name."""
    since: date | None = None
    """The day from which it holds, where the feed lists several by date."""


class ObservedEnd(NamedTuple):
    """The day on which a model stops answering, by a feed."""

    name: str
    day: date


class Observations(NamedTuple):
    """All that one feed said."""

    prices: tuple[Observation, ...] = ()
    endings: tuple[ObservedEnd, ...] = ()
    names: frozenset[str] = frozenset()
    """Names that stand there without a price or an end date."""
    warnings: tuple[str, ...] = ()
    """Parts that could not be read. Where there are some, what is missing is not called gone."""
