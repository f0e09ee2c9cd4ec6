"""Observed against recorded. No I/O; the date is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from pricing.catalog import BasePrice, Catalog, UnknownName
from pricing.offer import Price
from pricing.refresh.feed import Feed, PriceMapping
from pricing.refresh.observation import FeedError, Measure, Observation, Observations
from pricing.refresh.places import PriceTarget, places_of, target_of
from pricing.vocabulary import MAX_PLAUSIBLE_USD, Unit

Outcome = Literal["unchanged", "changed", "implausible", "disputed", "new", "gone"]

MAX_JUMP = 3
# Catalogues round to four digits; no list price moves by less.
SAME_SHARE = Decimal("0.0005")
MEASURES: Mapping[Unit, Measure] = {
    "1M tokens": "1M tokens",
    "call": "call",
    "hour": "hour",
    "GPU-hour": "hour",
    "unit-hour": "hour",
    "model-month": "month",
    "GB-month": "month",
}


class Finding(NamedTuple):
    """One line of the table: what a feed says of one price or end date, beside what is recorded."""

    outcome: Outcome
    feed: str
    name: str
    """The feed's own name."""
    what: str
    """Offer and kind of price, or what is known of a name without a place."""
    recorded: str = ""
    observed: str = ""
    note: str = ""
    target: PriceTarget | None = None
    """Where it is written down; None for what a person decides."""
    usd: Decimal | None = None
    """Observed, in the unit of the recorded price."""

    @property
    def applies(self) -> bool:
        """Whether it may be written down without a person."""
        return self.target is not None and self.outcome in ("unchanged", "changed")


def compare(feed_id: str, feed: Feed, observations: Observations, catalog: Catalog, today: date) -> list[Finding]:
    """What one feed says against the catalogue. Raises FeedError where it knows none of the names it should."""
    places = places_of(feed, catalog)
    names = (
        observations.names
        | {price.name for price in observations.prices}
        | {ending.name for ending in observations.endings}
    )
    expected = {name for name, where in places.items() if not _all_closed(where, catalog, today)} | feed.base.keys()
    if expected and not expected & names:
        raise FeedError(f"has none of the {len(expected)} names that we know of it; its shape may have changed")
    findings = list(_prices(feed_id, feed, _in_force(observations.prices, today), places, catalog, today))
    findings += _endings(feed_id, feed, observations, places, catalog, today)
    if not observations.warnings:
        findings += _gone(feed_id, expected - names, places, feed)
    return findings


def settle(findings: Iterable[Finding]) -> list[Finding]:
    """Feeds that do not agree about a price: none of them is believed."""
    settled = list(findings)
    prices_by_target: dict[PriceTarget, list[Decimal]] = {}
    for finding in settled:
        if finding.target and finding.usd is not None:
            prices_by_target.setdefault(finding.target, []).append(finding.usd)
    disputed = {
        target for target, prices in prices_by_target.items() if not all(same_price(prices[0], usd) for usd in prices)
    }
    return [
        finding._replace(outcome="disputed", note="the feeds do not agree; a person decides")
        if finding.applies and finding.target in disputed
        else finding
        for finding in settled
    ]


def _in_force(prices: Iterable[Observation], today: date) -> list[Observation]:
    """Of prices that a feed lists by date, the one of today."""
    latest: dict[tuple[str, object], Observation] = {}
    for observation in prices:
        key = observation.name, observation.kind
        is_in_force = observation.since is None or observation.since <= today
        if is_in_force and (key not in latest or (latest[key].since or date.min) <= (observation.since or date.min)):
            latest[key] = observation
    return list(latest.values())


def _prices(
    feed_id: str,
    feed: Feed,
    prices: Iterable[Observation],
    places: Mapping[str, tuple[PriceMapping, ...]],
    catalog: Catalog,
    today: date,
) -> Iterator[Finding]:
    reported: set[str] = set()
    for observation in prices:
        for place in places.get(observation.name, ()):
            if target := target_of(feed, place, observation, catalog):
                yield _price(feed_id, observation, target, target.on(catalog, today), today)
        if observation.name in feed.base and observation.kind:
            yield from _base(feed_id, observation, feed.base[observation.name], catalog, today)
        if observation.name not in places and observation.name not in reported and _worth_a_line(feed, observation):
            reported.add(observation.name)
            yield Finding(
                "new",
                feed_id,
                observation.name,
                observation.detail,
                observed=_usd_text(observation.usd, observation.per),
            )


def _price(feed_id: str, observation: Observation, target: PriceTarget, recorded: Price | None, today: date) -> Finding:
    unit = recorded.per if recorded else observation.per
    finding = Finding(
        "unchanged",
        feed_id,
        observation.name,
        f"{target.offer} {target}",
        _usd_text(recorded.usd, unit) if recorded else "",
        _usd_text(observation.usd, unit),
    )
    if recorded is None:
        return finding._replace(outcome="new", note="the offer has no such price")
    if doubt := _reason_to_check(observation, recorded, today):
        return finding._replace(outcome="implausible", observed=_usd_text(observation.usd, observation.per), note=doubt)
    is_same = recorded.usd is not None and observation.usd is not None and same_price(recorded.usd, observation.usd)
    return finding._replace(outcome="unchanged" if is_same else "changed", target=target, usd=observation.usd)


def _reason_to_check(observation: Observation, recorded: Price, today: date) -> str:
    """Why a person has to look at it; empty where nobody has to."""
    if observation.usd is None:
        return "what stands there is no price"
    if recorded.tiers:
        return "the recorded price is graduated"
    if MEASURES.get(recorded.per) != observation.per:
        return f"is per {observation.per} there, and per {recorded.per} here"
    if observation.usd > MAX_PLAUSIBLE_USD[recorded.per]:
        return f"over ${MAX_PLAUSIBLE_USD[recorded.per]} per {recorded.per}"
    if recorded.usd is None:
        return "" if observation.usd else "zero, where the price was unknown"
    if same_price(recorded.usd, observation.usd):
        return ""
    low, high = sorted((recorded.usd, observation.usd))
    if high > low * MAX_JUMP:
        return f"a jump of more than {MAX_JUMP} ×"
    if recorded.since == today:
        return "changed a second time today"
    return ""


def _base(feed_id: str, observation: Observation, model: str, catalog: Catalog, today: date) -> Iterator[Finding]:
    """A model that is prompted: its price comes with a package, so nothing is written down."""
    try:
        price: BasePrice = catalog.base_models.price(model, today)
    except UnknownName:
        yield Finding(
            "new",
            feed_id,
            observation.name,
            f"base model {model}",
            observed=_usd_text(observation.usd, observation.per),
        )
        return
    by_kind = {"input": price.input_usd, "cached_input": price.cached_input_usd, "output": price.output_usd}
    recorded = by_kind.get(observation.kind or "")
    if recorded is None:
        return
    finding = Finding(
        "unchanged",
        feed_id,
        observation.name,
        f"base model {model} {observation.kind}",
        _usd_text(recorded, observation.per),
        _usd_text(observation.usd, observation.per),
    )
    if observation.usd is None:
        yield finding._replace(outcome="implausible", note="what stands there is no price")
    elif same_price(recorded, observation.usd):
        yield finding
    else:
        yield finding._replace(outcome="changed", note="comes with the genai-prices package; raise its version")


def _endings(
    feed_id: str,
    feed: Feed,
    observations: Observations,
    places: Mapping[str, tuple[PriceMapping, ...]],
    catalog: Catalog,
    today: date,
) -> Iterator[Finding]:
    """End dates are shown and not written down: they say too little of who may still train."""
    for ending in observations.endings:
        for place in places.get(ending.name, ()) if ending.name not in feed.ignore_endings else ():
            offer = catalog.offers[place.offer]
            recorded = offer.lifecycle.inference_ends if offer.lifecycle else None
            if place.kind is None and offer.status_on(today) != "closed":
                yield Finding(
                    "unchanged" if recorded == ending.day else "changed",
                    feed_id,
                    ending.name,
                    f"{offer.id} inference_ends",
                    str(recorded or "no date"),
                    str(ending.day),
                    "" if recorded == ending.day else "an end date; a person decides",
                )


def _gone(
    feed_id: str, missing: Iterable[str], places: Mapping[str, tuple[PriceMapping, ...]], feed: Feed
) -> Iterator[Finding]:
    for name in sorted(missing):
        prices = [" ".join(filter(None, (place.offer, place.kind, place.method))) for place in places.get(name, ())]
        if name in feed.base:
            prices.append(f"base model {feed.base[name]}")
        yield Finding("gone", feed_id, name, ", ".join(prices), note="the recorded price stays, and ages")


def _all_closed(places: Iterable[PriceMapping], catalog: Catalog, today: date) -> bool:
    return all(catalog.offers[place.offer].status_on(today) == "closed" for place in places)


def _worth_a_line(feed: Feed, observation: Observation) -> bool:
    pattern = feed.report_pattern
    return bool(
        pattern and observation.name not in feed.ignore and pattern.search(f"{observation.name} {observation.detail}")
    )


def same_price(amount: Decimal, reference: Decimal) -> bool:
    """Whether two amounts are one price, written with different care."""
    return abs(amount - reference) <= SAME_SHARE * max(abs(amount), abs(reference))


def _usd_text(usd: Decimal | None, per: str) -> str:
    return "unknown" if usd is None else f"{usd.normalize():f} / {per}"
