"""Compare observed with recorded prices. No I/O; the date is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from pricing.catalog import BasePrice, Catalog, UnknownName
from pricing.price import Price
from pricing.refresh.compare_gpus import compare_gpu_rates
from pricing.refresh.feed import Feed, PriceMapping
from pricing.refresh.findings import MAX_FACTOR, Finding, same_price, usd_text
from pricing.refresh.observation import FeedError, Measure, Observation, Observations, ObservedEnd
from pricing.refresh.price_targets import PriceTarget, mappings_of, target_of
from pricing.vocabulary import MAX_PLAUSIBLE_USD, Unit

DRIFT_TIME = timedelta(days=30)
"""The limit holds against each price of this time, so that a wrong feed can't move a price in small steps."""
MEASURES: Mapping[Unit, Measure] = {
    "1M tokens": "1M tokens",
    "call": "call",
    "hour": "hour",
    "GPU-hour": "hour",
    "unit-hour": "hour",
    "model-month": "month",
    "GB-month": "month",
}


def compare(feed_id: str, feed: Feed, observations: Observations, catalog: Catalog, today: date) -> list[Finding]:
    """Return the findings of one feed.

    Args:
        feed_id: The feed's key in feeds.yml.
        feed: Maps the feed's names to offers.
        observations: The content of the feed.
        catalog: Holds the recorded prices.
        today: Prices with a later `since` are ignored.

    Raises:
        FeedError: If the feed has none of the expected names.
    """
    mappings = mappings_of(feed, catalog)
    names = (
        observations.names
        | {price.name for price in observations.prices}
        | {price.gpu for price in observations.prices}
        | {ending.name for ending in observations.endings}
    )
    expected = {name for name, targets in mappings.items() if not _all_closed(targets, catalog, today)} | (
        feed.base.keys() | feed.gpus.keys()
    )
    if expected and not expected & names:
        raise FeedError(f"has none of the {len(expected)} expected names; its format may have changed")
    findings = list(_prices(feed_id, feed, _in_force(observations.prices, today), mappings, catalog, today))
    findings += _endings(feed_id, feed, observations, mappings, catalog, today)
    findings += compare_gpu_rates(feed_id, feed, observations.prices, catalog, today)
    if not observations.warnings:
        findings += _gone(feed_id, expected - names, mappings, feed)
    return findings


def mark_disputed(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, with those on which feeds disagree marked as disputed."""
    findings = list(findings)
    prices_by_target: dict[PriceTarget, list[Decimal]] = {}
    for finding in findings:
        if finding.target and finding.usd is not None:
            prices_by_target.setdefault(finding.target, []).append(finding.usd)
    disputed = {
        target for target, prices in prices_by_target.items() if not all(same_price(prices[0], usd) for usd in prices)
    }
    return [
        finding._replace(outcome="disputed", note="the feeds disagree; a person has to decide")
        if finding.applies and finding.target in disputed
        else finding
        for finding in findings
    ]


def _in_force(prices: Iterable[Observation], today: date) -> list[Observation]:
    """Return today's price of each name and kind, for feeds that list prices by date."""
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
    mappings: Mapping[str, tuple[PriceMapping, ...]],
    catalog: Catalog,
    today: date,
) -> Iterator[Finding]:
    reported: set[str] = set()
    for observation in prices:
        for mapping in mappings.get(observation.name, ()):
            if target := target_of(feed, mapping, observation, catalog):
                yield _price(feed_id, observation, target, catalog, today)
        if observation.name in feed.base and observation.kind:
            yield from _base(feed_id, observation, feed.base[observation.name], catalog, today)
        if observation.name not in mappings and observation.name not in reported and _is_reported(feed, observation):
            reported.add(observation.name)
            yield Finding(
                "new",
                feed_id,
                observation.name,
                observation.detail,
                observed=usd_text(observation.usd, observation.per),
            )


def _price(feed_id: str, observation: Observation, target: PriceTarget, catalog: Catalog, today: date) -> Finding:
    recorded = target.on(catalog, today)
    unit = recorded.per if recorded else observation.per
    finding = Finding(
        "unchanged",
        feed_id,
        observation.name,
        f"{target.offer} {target}",
        usd_text(recorded.usd, unit) if recorded else "",
        usd_text(observation.usd, unit),
    )
    if recorded is None:
        return finding._replace(outcome="new", note="the offer has no price of this kind")
    if reason := _reason_to_check(observation, recorded, today) or _drift(observation, target, catalog, today):
        return finding._replace(outcome="implausible", observed=usd_text(observation.usd, observation.per), note=reason)
    is_same = recorded.usd is not None and observation.usd is not None and same_price(recorded.usd, observation.usd)
    return finding._replace(outcome="unchanged" if is_same else "changed", target=target, usd=observation.usd)


def _reason_to_check(observation: Observation, recorded: Price, today: date) -> str:
    """Return why a person has to check a price; empty if the price is plausible."""
    if observation.usd is None:
        return "not a valid price"
    if recorded.tiers:
        return "the recorded price is graduated"
    if MEASURES.get(recorded.per) != observation.per:
        return f"per {observation.per} in the feed, per {recorded.per} in the catalogue"
    if observation.usd > MAX_PLAUSIBLE_USD[recorded.per]:
        return f"over ${MAX_PLAUSIBLE_USD[recorded.per]} per {recorded.per}"
    if recorded.usd is None:
        return "" if observation.usd else "zero; the recorded price is unknown"
    if same_price(recorded.usd, observation.usd):
        return ""
    low, high = sorted((recorded.usd, observation.usd))
    if high > low * MAX_FACTOR:
        return f"differs by more than a factor of {MAX_FACTOR}"
    if recorded.since == today:
        return "already changed today"
    return ""


def _drift(observation: Observation, target: PriceTarget, catalog: Catalog, today: date) -> str:
    """Return why a person has to check a price that was plausible each day: small steps add up."""
    recorded = target.on(catalog, today)
    if observation.usd is None or recorded is None or recorded.usd is None or same_price(recorded.usd, observation.usd):
        return ""
    for price in target.between(catalog, today - DRIFT_TIME, today):
        low, high = sorted((observation.usd, price.usd)) if price.usd is not None else (Decimal(0), Decimal(0))
        if high > low * MAX_FACTOR:
            return f"differs by more than a factor of {MAX_FACTOR} from a price of the last {DRIFT_TIME.days} days"
    return ""


def _base(feed_id: str, observation: Observation, model: str, catalog: Catalog, today: date) -> Iterator[Finding]:
    """Yield findings about a base model. They are never written: base prices come with genai-prices."""
    try:
        price: BasePrice = catalog.base_models.price(model, today)
    except UnknownName:
        yield Finding(
            "new",
            feed_id,
            observation.name,
            f"base model {model}",
            observed=usd_text(observation.usd, observation.per),
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
        usd_text(recorded, observation.per),
        usd_text(observation.usd, observation.per),
    )
    if observation.usd is None:
        yield finding._replace(outcome="implausible", note="not a valid price")
    elif same_price(recorded, observation.usd):
        yield finding
    else:
        yield finding._replace(
            outcome="changed", note="base prices come with genai-prices; write the file from a newer release"
        )


def _endings(
    feed_id: str,
    feed: Feed,
    observations: Observations,
    mappings: Mapping[str, tuple[PriceMapping, ...]],
    catalog: Catalog,
    today: date,
) -> Iterator[Finding]:
    """Yield findings about end dates. They are never written: they don't say who may still train until then."""
    for ending in observations.endings:
        if ending.name in feed.base and ending.name not in feed.ignore_endings:
            yield from _base_ending(feed_id, ending, feed.base[ending.name], catalog, today)
        for mapping in mappings.get(ending.name, ()) if ending.name not in feed.ignore_endings else ():
            offer = catalog.offers[mapping.offer]
            recorded = offer.lifecycle.inference_ends if offer.lifecycle else None
            if mapping.kind is None and offer.status_on(today) != "closed":
                yield Finding(
                    "unchanged" if recorded == ending.day else "changed",
                    feed_id,
                    ending.name,
                    f"{offer.id} inference_ends",
                    str(recorded or "no date"),
                    str(ending.day),
                    "" if recorded == ending.day else "an end date; a person has to decide",
                )


def _base_ending(feed_id: str, ending: ObservedEnd, model: str, catalog: Catalog, today: date) -> Iterator[Finding]:
    """Yield a finding about the last day of a base model; nothing for one that the price list doesn't have."""
    try:
        recorded = catalog.base_models.price(model, today).ends
    except UnknownName:
        return
    is_same = recorded == ending.day
    yield Finding(
        "unchanged" if is_same else "changed",
        feed_id,
        ending.name,
        f"base model {model} ends",
        str(recorded or "no date"),
        str(ending.day),
        "" if is_same else "an end date; enter it in base_models.yml",
    )


def _gone(
    feed_id: str, missing: Iterable[str], mappings: Mapping[str, tuple[PriceMapping, ...]], feed: Feed
) -> Iterator[Finding]:
    for name in sorted(missing):
        prices = [
            " ".join(filter(None, (mapping.offer, mapping.kind, mapping.method))) for mapping in mappings.get(name, ())
        ]
        if name in feed.base:
            prices.append(f"base model {feed.base[name]}")
        if name in feed.gpus:
            prices.append(f"GPU {feed.gpus[name]}")
        yield Finding("gone", feed_id, name, ", ".join(prices), note="the recorded price stays, unconfirmed")


def _all_closed(mappings: Iterable[PriceMapping], catalog: Catalog, today: date) -> bool:
    return all(catalog.offers[mapping.offer].status_on(today) == "closed" for mapping in mappings)


def _is_reported(feed: Feed, observation: Observation) -> bool:
    pattern = feed.report_pattern
    return bool(
        pattern
        and observation.gpu not in feed.gpus
        and observation.name not in feed.ignore
        and pattern.search(f"{observation.name} {observation.detail}")
    )
