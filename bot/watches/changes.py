"""The changes of a watched estimate. Pure: the catalogue and the day are arguments.

Today is compared with what was last reported (`WatchState`), so that a change is reported once. The passing of time
alone is not reported: a model that ends costs less each day, over a shrinking horizon.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs

from bot.render.estimate_diff import THE_DATE, CostCause, compared_alone, reasons
from bot.render.tables import offer_name
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
    estimate,
    estimate_warnings,
    read_scenario,
)
from pricing import Catalog

STEPS = (30, 14, 7, 1)
"""The days before an end on which it is reported."""
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
    """What to report of a watched estimate, and the state after reporting it."""

    name: str
    """The name of the watched offer."""
    quoted: SavedOffer
    """Its estimate as it was quoted."""
    alone: Comparison | None
    """The watched offer priced today by itself; None if the catalogue no longer has it."""
    current: Estimate | None
    """Its estimate."""
    price_changed: bool
    """Whether its price has changed; otherwise an end or a reminder is all there is to report."""
    causes: tuple[CostCause, ...]
    """The causes of the difference to the quote; empty where a total is unknown."""
    last_reported: date
    """The day of the price last reported: of the quote, or of the last alert."""
    recent_causes: tuple[CostCause, ...]
    """The causes of the difference since that day."""
    moved_ends: tuple[MovedEnd, ...]
    cheaper: Estimate | None
    """Another offer that is the cheapest today."""
    base: BaseEstimate | None
    """The base model, where the total of prompting it has changed."""
    upcoming_ends: tuple[UpcomingEnd, ...]
    idle_usd: Decimal | None
    """The monthly bill of an idle deployment, where a reminder is due."""
    state: WatchState
    """The state once this is reported."""


def initial_state(saved: SavedEstimate, catalog: Catalog, today: date) -> WatchState | None:
    """Return the state of a watch that starts today: what was quoted counts as reported, and so do past steps.

    Returns:
        The state, or None for an estimate without offers.
    """
    if not saved.result.estimates:
        return None
    first_offer = saved.result.estimates[0].offer
    quote = saved.result.quote(first_offer)
    if quote is None:
        return None
    offer = catalog.offers.get(first_offer)
    if quote.ends is None and offer is not None:  # not recorded with the estimate: as they are known today
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
    """Return what to report of a watched estimate, or None.

    Tens of milliseconds where an estimate compares all offers.
    """
    last, quoted = state.quote, saved.result.estimates[0]
    alone = compared_alone(saved.fields, last.offer, catalog, today)
    current = alone.find(last.offer) if alone else None
    recent_causes = tuple(reasons(last, saved.fields, catalog, today) or ())
    apart_from_time = sum((cause.usd for cause in recent_causes if cause.name != THE_DATE), Decimal(0))
    comparison = _compared(saved, catalog, today)
    moved_ends = _moved(last, current, comparison, today)
    cheaper = _cheaper(state.cheapest, over, comparison)
    base = _prompted(state.base_usd, over, comparison)
    price_changed = (
        _was_priced(last) != _is_priced(current)
        or bool(moved_ends or cheaper or base)
        or (_was_priced(last) and over.passed(apart_from_time, last.total_usd or Decimal(0)))
    )
    upcoming_ends = tuple(
        end for end in _endings(saved, catalog, today) if state.counted.get(_key(end), 99) > _step(end)
    )
    idle_usd = _idle_usd(alone, current) if today >= state.reminded + timedelta(REMIND_DAYS) else None
    if not (price_changed or upcoming_ends or idle_usd):
        return None
    quote = saved.result.quote(last.offer)
    return WatchChange(
        name=offer_name(current) if current else quoted.title,
        quoted=quoted,
        alone=alone,
        current=current,
        price_changed=price_changed,
        causes=tuple((quote and reasons(quote, saved.fields, catalog, today)) or ()),
        last_reported=last.as_of,
        recent_causes=recent_causes,
        moved_ends=moved_ends,
        cheaper=cheaper,
        base=base,
        upcoming_ends=upcoming_ends,
        idle_usd=idle_usd,
        state=WatchState(
            quote=_quote(last, current, today) if price_changed else last,
            cheapest=cheaper.offer.id if cheaper else state.cheapest,
            base_usd=base.total_usd if base else state.base_usd,
            counted=state.counted | {_key(end): _step(end) for end in upcoming_ends},
            reminded=today if idle_usd else state.reminded,
        ),
    )


def _quote(last: OfferQuote, current: Estimate | None, today: date) -> OfferQuote:
    """Return the watched offer as it is reported today."""
    if current is None:
        return structs.replace(last, as_of=today, complete=False, ranked=False)
    return structs.replace(
        last,
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
    """Return the question asked today, of the quoted offers where a name in it is gone; None without any offer."""
    sold = {*catalog.offers, *catalog.gpus.offers, YOUR_GPUS, YOUR_RATES}
    known = [quoted.offer for quoted in saved.result.estimates if quoted.offer in sold]
    for fields in (saved.fields, *([{**saved.fields, "on": ",".join(known)}] if known else [])):
        try:
            return estimate(read_scenario(fields), catalog, today)
        except FieldErrors:
            continue
    return None


def _cheaper(cheapest: str | None, over: Threshold, comparison: Comparison | None) -> Estimate | None:
    """Return another offer than the one last reported as cheapest, where it is cheaper by more than the threshold."""
    best = comparison.best if comparison else None
    if comparison is None or best is None or best.total_usd is None or best.offer.id == cheapest:
        return None
    incumbent = next((priced for priced in comparison.estimates if priced.offer.id == cheapest), None)
    if incumbent is None or not _is_priced(incumbent) or incumbent.total_usd is None:
        return best
    return best if over.passed(incumbent.total_usd - best.total_usd, incumbent.total_usd) else None


def _base_usd(saved: SavedEstimate) -> Decimal | None:
    """Return what prompting was quoted at; None where it was not asked, or is unknown."""
    base = saved.result.base
    return base.total_usd if base and base.complete else None


def _prompted(before_usd: Decimal | None, over: Threshold, comparison: Comparison | None) -> BaseEstimate | None:
    """Return the base model, where the total of prompting it has changed by more than the threshold."""
    base = comparison.base if comparison else None
    if before_usd is None or base is None or not base.complete or base.total_usd is None:
        return None
    return base if over.passed(base.total_usd - before_usd, before_usd) else None


def _moved(
    last: OfferQuote, current: Estimate | None, comparison: Comparison | None, today: date
) -> tuple[MovedEnd, ...]:
    """Return the ends whose day differs from the one last reported, where either lies inside the horizon."""
    if current is None or comparison is None or last.ends is None:
        return ()
    horizon_end = day_after_months(today, comparison.plan.months)
    return tuple(
        MovedEnd(kind, last.ends[kind], day)
        for kind, day in offer_ends(current.offer).items()
        if last.ends[kind] != day and any(end and end <= horizon_end for end in (last.ends[kind], day))
    )


def _endings(saved: SavedEstimate, catalog: Catalog, today: date) -> list[UpcomingEnd]:
    """Return the ends of the watched offer that are near, or today."""
    offer = catalog.offers.get(saved.result.estimates[0].offer)
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
    """What a deployment bills in a month without a call."""
    if alone is None or current is None:
        return None
    warnings = estimate_warnings(alone, current)
    return next((warning.usd for warning in warnings if warning.code == "idle_hosting"), None)
