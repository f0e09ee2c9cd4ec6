"""The content of a feed, in one form for all feeds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from pricing.vocabulary import PriceKind

# The unit of a feed's price. The catalogue's units are finer (GPU-hour, unit-hour, model-month); the recorded price
# has the exact one.
Measure = Literal["1M tokens", "call", "hour", "month"]


class FeedError(Exception):
    """A feed can't be used. `str()` continues a sentence that begins with the feed's title."""


class Observation(NamedTuple):
    """One price, under its name in the feed."""

    name: str
    usd: Decimal | None
    """US dollars per `per`; None if the feed's value isn't a valid price (negative, not a number, absurd)."""
    per: Measure
    kind: PriceKind | None = None
    """None if the feed only has a name."""
    detail: str = ""
    """A description, to recognise an unknown name."""
    since: date | None = None
    """The first day of the price, if the feed lists several by date."""
    gpu: str = ""
    """Cloud and GPU of a rate by the hour, such as nebius/H100."""


class ObservedEnd(NamedTuple):
    """The day on which a model stops answering, according to a feed."""

    name: str
    day: date


class ObservedScore(NamedTuple):
    """The value of a model on a scale, according to a feed."""

    name: str
    value: Decimal | None
    """None if the feed's value isn't a number from 0 up."""


class Observations(NamedTuple):
    """The content of one feed."""

    prices: tuple[Observation, ...] = ()
    endings: tuple[ObservedEnd, ...] = ()
    scores: tuple[ObservedScore, ...] = ()
    names: frozenset[str] = frozenset()
    """Names without a price or an end date."""
    warnings: tuple[str, ...] = ()
    """Parts that couldn't be read. If there are any, missing names aren't reported as gone."""
