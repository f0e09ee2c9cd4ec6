"""What there is to tell of a watched estimate today. Pure: catalogue and day are arguments.

What was last told (`Told`) is what today is held against, so that a change is told once. The passing of time alone is
no news: a model that ends costs less each day, over a horizon that shrinks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypedDict

from bot.render.data import ENDS, ends_of, text
from bot.render.estimate_diff import THE_DATE, CostCause, priced_alone, reasons
from bot.render.tables import offer_name
from bot.store import SavedEstimate
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
    estimate,
    read_scenario,
)
from calculator.costs.horizon import day_after_months
from pricing import Catalog

STEPS = (30, 14, 7, 1)
"""Days before an end on which it is told."""
REMIND_DAYS = 30
"""Between two reminders of what bills while idle."""


class WatchState(TypedDict):
    """The state of a watch, as JSON."""

    figures: dict[str, Any]
    """What was last said of the price: of the form of `to_json`, with the one offer that is watched; `cheapest`; and
    `base_usd`, the total of the model that is prompted today.
    """
    counted: dict[str, int]
    """The smallest step told, by kind of end and its day."""
    reminded: str
    """The day of the last reminder."""


class MovedEnd(NamedTuple):
    """An end that is another day now; None is no end."""

    kind: str
    before: date | None
    now: date | None


class UpcomingEnd(NamedTuple):
    """An end that comes near."""

    kind: str
    day: date
    days: int


class WatchChange(NamedTuple):
    """Something to tell, and the state once it is told."""

    name: str
    """Of the watched offer."""
    quoted: Mapping[str, Any]
    """Its estimate as it was quoted."""
    now: Estimate | None
    """None where the catalogue has it no more."""
    changed: bool
    """Whether something of the price is new; the rest below may be all there is to tell."""
    why: tuple[CostCause, ...]
    """From the quote to today, by cause; empty where a total is not known."""
    since: str
    """The day on which a price was last told: of the quote, or of the last alert."""
    lately: tuple[CostCause, ...]
    """From that day to today."""
    moved: tuple[MovedEnd, ...]
    cheaper: Estimate | None
    """Another offer that is the cheapest now."""
    prompted: BaseEstimate | None
    """The model that is prompted today, where its total is another."""
    ending: tuple[UpcomingEnd, ...]
    idle_usd: Decimal | None
    """What is billed a month, called or not; where a reminder is due."""
    told: WatchState


def initial_state(saved: SavedEstimate, catalog: Catalog, today: date) -> WatchState | None:
    """The state of a watch that begins: what was quoted counts as told, and so do steps that lie behind. None for an
    estimate without any offer.
    """
    if not saved.result["estimates"]:
        return None
    first = saved.result["estimates"][0]
    offer = catalog.offers.get(first["offer"])
    # Estimates that were saved before ends were: as they are known today.
    ends = {} if "inference_ends" in first or offer is None else ends_of(offer)
    figures = {
        "as_of": saved.as_of,
        "scenario": saved.fields,
        "estimates": [{**{key: first[key] for key in _KEPT if key in first}, **ends}],
        "cheapest": first["offer"] if _was_priced(first) else None,
        "base_usd": _base_usd(saved),
    }
    counted = {_key(end): _step(end) for end in _endings(saved, catalog, today)}
    return WatchState(figures=figures, counted=counted, reminded=today.isoformat())


def watch_change(
    told: WatchState, over: Threshold, saved: SavedEstimate, catalog: Catalog, today: date
) -> WatchChange | None:
    """What to tell, or None. Tens of milliseconds where an estimate compares all offers."""
    figures = told["figures"]
    last, quoted = figures["estimates"][0], saved.result["estimates"][0]
    now = priced_alone(saved.fields, last["offer"], catalog, today)
    lately = tuple(reasons(figures, saved.fields, last["offer"], catalog, today) or ())
    apart_from_time = sum((reason.usd for reason in lately if reason.name != THE_DATE), Decimal(0))
    comparison = _compared(saved, catalog, today)
    moved = _moved(last, now, comparison, today)
    cheaper = _cheaper(figures["cheapest"], over, comparison)
    prompted = _prompted(figures.get("base_usd", _base_usd(saved)), over, comparison)
    changed = (
        _was_priced(last) != _is_priced(now)
        or bool(moved or cheaper or prompted)
        or (_was_priced(last) and over.passed(apart_from_time, Decimal(last["total_usd"])))
    )
    ending = tuple(end for end in _endings(saved, catalog, today) if told["counted"].get(_key(end), 99) > _step(end))
    idle_usd = _idle_usd(now) if today >= date.fromisoformat(told["reminded"]) + timedelta(REMIND_DAYS) else None
    if not (changed or ending or idle_usd):
        return None
    return WatchChange(
        name=offer_name(now) if now else quoted["title"],
        quoted=quoted,
        now=now,
        changed=changed,
        why=tuple(reasons(saved.result, saved.fields, last["offer"], catalog, today) or ()),
        since=figures["as_of"],
        lately=lately,
        moved=moved,
        cheaper=cheaper,
        prompted=prompted,
        ending=ending,
        idle_usd=idle_usd,
        told=WatchState(
            figures=_figures(figures, now, cheaper, prompted, today) if changed else figures,
            counted=told["counted"] | {_key(end): _step(end) for end in ending},
            reminded=today.isoformat() if idle_usd else told["reminded"],
        ),
    )


_KEPT = ("offer", "complete", "standing", "total_usd", "lines", *ENDS)


def _figures(
    before: Mapping[str, Any],
    now: Estimate | None,
    cheaper: Estimate | None,
    prompted: BaseEstimate | None,
    today: date,
) -> dict[str, Any]:
    """What is said of the price today."""
    made = {**before["estimates"][0], "complete": False, "standing": "gone"}
    if now:
        lines = [
            {"label": line.label, "quantity": text(line.quantity), "unit_price_usd": text(line.unit_price_usd)}
            for line in now.lines
        ]
        made |= {"complete": now.complete, "standing": now.standing.name.lower(), "total_usd": text(now.total_usd)}
        made |= {"lines": lines, **ends_of(now.offer)}
    cheapest = cheaper.offer.id if cheaper else before["cheapest"]
    told = {**before, "as_of": today.isoformat(), "estimates": [made], "cheapest": cheapest}
    return told | {"base_usd": text(prompted.total_usd)} if prompted else told


def _was_priced(saved: Mapping[str, Any]) -> bool:
    return saved["complete"] and saved["standing"] in ("lasts", "ends")


def _is_priced(now: Estimate | None) -> bool:
    return now is not None and now.complete and now.standing <= RankGroup.ENDS


def _compared(saved: SavedEstimate, catalog: Catalog, today: date) -> Comparison | None:
    """The question asked today; of the offers it was answered with, where a name in it has gone; None without any."""
    sold = {*catalog.offers, *catalog.gpus.offers, YOUR_GPUS, YOUR_RATES}
    known = [one["offer"] for one in saved.result["estimates"] if one["offer"] in sold]
    for fields in (saved.fields, *([{**saved.fields, "on": ",".join(known)}] if known else [])):
        try:
            return estimate(read_scenario(fields), catalog, today)
        except FieldErrors:
            continue
    return None


def _cheaper(cheapest: str | None, over: Threshold, comparison: Comparison | None) -> Estimate | None:
    """Another offer than the one last called the cheapest, where it is so by more than the threshold."""
    best = comparison.best if comparison else None
    if comparison is None or best is None or best.total_usd is None or best.offer.id == cheapest:
        return None
    incumbent = next((one for one in comparison.estimates if one.offer.id == cheapest), None)
    if incumbent is None or not _is_priced(incumbent) or incumbent.total_usd is None:
        return best
    return best if over.passed(incumbent.total_usd - best.total_usd, incumbent.total_usd) else None


def _base_usd(saved: SavedEstimate) -> str | None:
    """What prompting was quoted at; None where it was not asked, or not known."""
    base: Mapping[str, Any] = saved.result.get("base") or {"complete": False}
    return base["total_usd"] if base["complete"] else None


def _prompted(before_usd: str | None, over: Threshold, comparison: Comparison | None) -> BaseEstimate | None:
    """The model that is prompted, where what it costs has changed by more than the threshold."""
    base = comparison.base if comparison else None
    if before_usd is None or base is None or not base.complete or base.total_usd is None:
        return None
    before = Decimal(before_usd)
    return base if over.passed(base.total_usd - before, before) else None


def _moved(
    last: Mapping[str, Any], now: Estimate | None, comparison: Comparison | None, today: date
) -> tuple[MovedEnd, ...]:
    """Ends that are another day than was told, where one of both lies inside the horizon."""
    if now is None or comparison is None:
        return ()
    horizon_end = day_after_months(today, comparison.plan.months)
    found = []
    for kind, text_now in ends_of(now.offer).items():
        if kind in last and last[kind] != text_now:
            days = [date.fromisoformat(day) if day else None for day in (last[kind], text_now)]
            if any(day and day <= horizon_end for day in days):
                found.append(MovedEnd(kind, *days))
    return tuple(found)


def _endings(saved: SavedEstimate, catalog: Catalog, today: date) -> list[UpcomingEnd]:
    """The ends of the watched offer that are near, or today."""
    offer = catalog.offers.get(saved.result["estimates"][0]["offer"])
    found = []
    customer = customer_of(saved.fields.get("customer", "new"), offer.platform) if offer else "new"
    for kind, text_of_day in ends_of(offer).items() if offer else ():
        if text_of_day and (kind != "new_customers_until" or customer == "new"):
            day = date.fromisoformat(text_of_day)
            days = (day - today).days
            if 0 <= days <= max(STEPS):
                found.append(UpcomingEnd(kind, day, days))
    return found


def _step(end: UpcomingEnd) -> int:
    return min(step for step in STEPS if end.days <= step)


def _key(end: UpcomingEnd) -> str:
    return f"{end.kind} {end.day}"


def _idle_usd(now: Estimate | None) -> Decimal | None:
    """What a deployment bills in a month without a call."""
    if now is None:
        return None
    return next((warning.usd for warning in now.warnings if warning.code == "idle_hosting"), None)
