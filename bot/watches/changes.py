"""The changes of a watched estimate. Pure: the catalogue and the day are arguments.

Today's figures are compared with the last report (`WatchState`), so that a change is reported once. The passing of
time alone is not reported: a model that ends costs less each day, over a shrinking horizon.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs

from bot.render.answer.estimate_diff import THE_DATE, CostCause, compare_offer, reasons
from bot.render.parts.tables import offer_name
from bot.results import EndKind, OfferQuote, QuotedLine, SavedOffer, offer_ends
from bot.store import SavedEstimate
from bot.watches.state import WatchState
from bot.watches.threshold import Threshold
from calculator import (
    YOUR_GPUS,
    YOUR_RATES,
    BaseEstimate,
    Comparison,
    Estimate,
    FieldErrors,
    RankGroup,
    customer_of,
    day_after_months,
    equal_periods,
    estimate,
    estimate_warnings,
    read_scenario,
)
from pricing import Catalog

STEPS = (30, 14, 7, 1)
"""The numbers of days before an end on which it is reported."""
REMIND_DAYS = 30
"""The days between two reminders of idle costs."""


class MovedEnd(NamedTuple):
    """An end whose day has changed; None is no announced end."""

    kind: EndKind
    earlier: date | None
    day: date | None


class UpcomingEnd(NamedTuple):
    """An end within the longest step."""

    kind: EndKind
    day: date
    days: int


class WatchChange(NamedTuple):
    """The changes of a watched estimate, and the state of its watch after they are reported."""

    name: str
    """The name of the watched offer."""
    quoted: SavedOffer
    """The watched offer's estimate as quoted."""
    alone: Comparison | None
    """The watched offer priced today by itself; None if the catalogue no longer has it."""
    current: Estimate | None
    """The watched offer's estimate as of today."""
    price_changed: bool
    """Whether a price has changed; otherwise only an end or a reminder is reported."""
    causes: tuple[CostCause, ...]
    """The causes of the difference to the quote; empty if a total is unknown."""
    last_reported: date
    """The day of the price last reported: of the quote, or of the last alert."""
    recent_causes: tuple[CostCause, ...]
    """The causes of the difference since that day."""
    moved_ends: tuple[MovedEnd, ...]
    cheaper: Estimate | None
    """The cheapest offer, if it is another one than last reported."""
    base: BaseEstimate | None
    """The base model, if the total of prompting it has changed."""
    upcoming_ends: tuple[UpcomingEnd, ...]
    idle_usd: Decimal | None
    """The monthly cost of an idle deployment, if a reminder is due."""
    state: WatchState
    """The state after the report."""


def initial_state(saved: SavedEstimate, catalog: Catalog, today: date) -> WatchState | None:
    """Return the state of a watch that starts today: the quote and all past steps count as reported.

    Args:
        saved: The watched estimate.
        catalog: The catalogue.
        today: The current date.

    Returns:
        The state, or None for an estimate without offers.
    """
    if saved.result.featured is None:
        return None
    first_offer = saved.result.featured.offer
    quote = saved.result.quote(first_offer)
    if quote is None:
        return None
    offer = catalog.offers.get(first_offer)
    if quote.ends is None and offer is not None:  # early estimates were saved without ends
        quote = structs.replace(quote, ends=offer_ends(offer))
    return WatchState(
        quote=quote,
        cheapest=first_offer if _was_priced(quote) else None,
        base_usd=_base_usd(saved),
        counted={_key(end): _step(end) for end in _endings(saved, catalog, today)},
        reminded=today,
    )


def watch_change(
    state: WatchState, over: Threshold, saved: SavedEstimate, catalog: Catalog, today: date
) -> WatchChange | None:
    """Return the changes of a watched estimate; takes tens of milliseconds if it compares all offers.

    Args:
        state: The state at the last report.
        over: The threshold.
        saved: The watched estimate.
        catalog: The catalogue.
        today: The current date.

    Returns:
        The changes, or None if there is nothing to report.
    """
    last_quote, quoted = state.quote, saved.result.featured
    if quoted is None:
        return None
    alone = compare_offer(saved.fields, last_quote.offer, catalog, today)
    current = alone.find(last_quote.offer) if alone else None
    recent_causes = tuple(reasons(last_quote, saved.fields, catalog, today) or ())
    apart_from_time = sum((cause.usd for cause in recent_causes if cause.name != THE_DATE), Decimal(0))
    comparison = _compared(saved, catalog, today)
    moved_ends = _moved(last_quote, current, comparison, today)
    cheaper = _cheaper(state.cheapest, over, comparison)
    base = _prompted(state.base_usd, over, comparison)
    price_changed = (
        _was_priced(last_quote) != _is_priced(current)
        or bool(moved_ends or cheaper or base)
        or (_was_priced(last_quote) and over.is_exceeded(apart_from_time, last_quote.total_usd or Decimal(0)))
    )
    upcoming_ends = tuple(
        end for end in _endings(saved, catalog, today) if state.counted.get(_key(end), 99) > _step(end)
    )
    idle_usd = _idle_usd(alone, current) if today >= state.reminded + timedelta(REMIND_DAYS) else None
    if not (price_changed or upcoming_ends or idle_usd):
        return None
    quote = saved.result.quote(last_quote.offer)
    return WatchChange(
        name=offer_name(current) if current else quoted.title,
        quoted=quoted,
        alone=alone,
        current=current,
        price_changed=price_changed,
        causes=tuple((quote and reasons(quote, saved.fields, catalog, today)) or ()),
        last_reported=last_quote.as_of,
        recent_causes=recent_causes,
        moved_ends=moved_ends,
        cheaper=cheaper,
        base=base,
        upcoming_ends=upcoming_ends,
        idle_usd=idle_usd,
        state=WatchState(
            quote=_quote(last_quote, current, today) if price_changed else last_quote,
            cheapest=cheaper.offer.id if cheaper else state.cheapest,
            base_usd=base.total_usd if base else state.base_usd,
            counted=state.counted | {_key(end): _step(end) for end in upcoming_ends},
            reminded=today if idle_usd else state.reminded,
        ),
    )


def _quote(last_quote: OfferQuote, current: Estimate | None, today: date) -> OfferQuote:
    """Return the quote of the watched offer as of today."""
    if current is None:
        return structs.replace(last_quote, as_of=today, complete=False, ranked=False)
    return structs.replace(
        last_quote,
        as_of=today,
        complete=current.complete,
        ranked=current.standing <= RankGroup.ENDS,
        total_usd=current.total_usd,
        lines=tuple(QuotedLine(line.label, line.quantity, line.unit_price_usd) for line in current.lines),
        ends=offer_ends(current.offer),
    )


def _was_priced(quote: OfferQuote) -> bool:
    return quote.complete and quote.ranked


def _is_priced(current: Estimate | None) -> bool:
    return current is not None and current.complete and current.standing <= RankGroup.ENDS


def _compared(saved: SavedEstimate, catalog: Catalog, today: date) -> Comparison | None:
    """Return the estimate as of today.

    If a name in the question no longer exists, only the quoted offers are compared; None if these are gone too.
    """
    sold = {*catalog.offers, *catalog.gpus.offers, YOUR_GPUS, YOUR_RATES}
    available = [quoted.offer for quoted in saved.result.estimates if quoted.offer in sold]
    for fields in (saved.fields, *([{**saved.fields, "on": ",".join(available)}] if available else [])):
        try:
            return estimate(read_scenario(fields), catalog, today)
        except FieldErrors:
            continue
    return None


def _cheaper(cheapest: str | None, over: Threshold, comparison: Comparison | None) -> Estimate | None:
    """Return the cheapest offer, if it is cheaper than the last reported one by more than the threshold."""
    best = comparison.best if comparison else None
    if comparison is None or best is None or best.offer.id == cheapest:
        return None
    incumbent = comparison.find(cheapest) if cheapest else None
    if incumbent is None or incumbent.offer.id in comparison.set_aside:
        return best
    costs = [equal_periods(comparison).comparable(priced).usd for priced in (incumbent, best)]
    if None in costs:
        return best
    incumbent_usd, best_usd = (usd or Decimal(0) for usd in costs)
    return best if over.is_exceeded(incumbent_usd - best_usd, incumbent_usd) else None


def _base_usd(saved: SavedEstimate) -> Decimal | None:
    """Return the quoted total of prompting the base model; None if there is none, or if a price is unknown."""
    base = saved.result.base
    return base.total_usd if base and base.complete else None


def _prompted(reported_usd: Decimal | None, over: Threshold, comparison: Comparison | None) -> BaseEstimate | None:
    """Return the base model, if the total of prompting it has changed by more than the threshold."""
    base = comparison.base if comparison else None
    if reported_usd is None or base is None or not base.complete or base.total_usd is None:
        return None
    return base if over.is_exceeded(base.total_usd - reported_usd, reported_usd) else None


def _moved(
    last_quote: OfferQuote, current: Estimate | None, comparison: Comparison | None, today: date
) -> tuple[MovedEnd, ...]:
    """Return the ends whose day has changed since the last report, if either day is inside the horizon."""
    if current is None or comparison is None or last_quote.ends is None:
        return ()
    horizon_end = day_after_months(today, comparison.plan.months)
    return tuple(
        MovedEnd(kind, last_quote.ends[kind], day)
        for kind, day in offer_ends(current.offer).items()
        if last_quote.ends[kind] != day and any(end and end <= horizon_end for end in (last_quote.ends[kind], day))
    )


def _endings(saved: SavedEstimate, catalog: Catalog, today: date) -> list[UpcomingEnd]:
    """Return the ends of the watched offer within the longest step."""
    featured = saved.result.featured
    offer = catalog.offers.get(featured.offer) if featured else None
    if offer is None:
        return []
    customer = customer_of(saved.fields.get("customer", "new"), offer.platform)
    return [
        UpcomingEnd(kind, day, (day - today).days)
        for kind, day in offer_ends(offer).items()
        if day and 0 <= (day - today).days <= max(STEPS) and (kind != "new_customers_until" or customer == "new")
    ]


def _step(end: UpcomingEnd) -> int:
    return min(step for step in STEPS if end.days <= step)


def _key(end: UpcomingEnd) -> str:
    return f"{end.kind} {end.day}"


def _idle_usd(alone: Comparison | None, current: Estimate | None) -> Decimal | None:
    """Return the monthly cost of an idle deployment."""
    if alone is None or current is None:
        return None
    warnings = estimate_warnings(alone, current)
    return next((warning.usd for warning in warnings if warning.code == "idle_hosting"), None)
