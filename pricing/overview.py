"""The overview of the catalogue: the prices of each offer, ages by platform, and unknown prices that decide a total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricing.catalog import Catalog
from pricing.offers.offer import Offer
from pricing.price import Price, Source
from pricing.vocabulary import OLD_DAYS, PriceKind


def overview(catalog: Catalog, today: date) -> Iterator[str]:
    """Yield the lines of the overview: status, number and age of prices and missing ones by offer, then totals.

    Args:
        catalog: The catalogue to describe.
        today: Ages in days and statuses are those of this date.
    """
    offers = list(catalog.offers.values())
    width = max(len(offer.id) for offer in offers)
    yield f"{'Offer':<{width}}  {'Status':<11}  {'Prices':>6}  {'Oldest':>8}  Unknown"
    for offer in offers:
        oldest = oldest_age_days(offer, today)
        age = "" if oldest is None else f"{oldest} d{'!' if oldest > OLD_DAYS else ' '}"
        count = sum(len(prices) for prices in offer.prices.values())
        missing = ", ".join(missing_prices(offer, today)).replace("_", " ")
        yield f"{offer.id:<{width}}  {offer.status_on(today):<11}  {count:>6}  {age:>8}  {missing}".rstrip()
    statuses = Counter(offer.status_on(today) for offer in offers)
    prices = [price for offer in offers for rows in offer.prices.values() for price in rows]
    platforms = len({offer.platform for offer in offers})
    yield ""
    yield f"! read over {OLD_DAYS} days ago"
    by_status = ", ".join(f"{count} {status}" for status, count in statuses.items())
    yield f"{len(offers)} offers on {platforms} platforms ({by_status})."
    yield (
        f"{len(prices)} prices: {sum(price.known for price in prices)} known, "
        f"{sum(price.confidence == 'low' for price in prices)} of low confidence, "
        f"{sum(price.conflict is not None for price in prices)} with sources that disagree, "
        f"{sum(price.source.is_old(today) for price in prices)} read over {OLD_DAYS} days ago or undated."
    )
    yield f"Catalogue {catalog.version}."


class PlatformAges(NamedTuple):
    """The ages of one platform's prices."""

    platform: str
    prices: int
    median_days: int | None
    """None if no price has a month."""
    oldest_days: int | None
    old_share: Decimal
    """Share of prices that were read over OLD_DAYS ago or are undated."""
    undated: int


def platform_ages(catalog: Catalog, today: date) -> list[PlatformAges]:
    """Return the ages of the recorded prices by platform, the oldest median at the top.

    Args:
        catalog: The catalogue, with its offers and rented GPUs.
        today: Ages in days are those of this date.
    """
    sources: dict[str, list[Source]] = {}
    for offer in catalog.offers.values():
        for rows in offer.prices.values():
            sources.setdefault(offer.platform_title, []).extend(price.source for price in rows)
    for gpu_offer in catalog.gpus.offers.values():
        title = f"{gpu_offer.platform_title} (GPUs)"
        sources.setdefault(title, []).extend(price.source for price in gpu_offer.prices)
    ages = []
    for platform, group in sources.items():
        days = sorted(age for source in group if (age := source.age_days(today)) is not None)
        ages.append(
            PlatformAges(
                platform,
                len(group),
                days[(len(days) - 1) // 2] if days else None,
                days[-1] if days else None,
                Decimal(sum(source.is_old(today) for source in group)) / len(group),
                len(group) - len(days),
            )
        )
    return sorted(ages, key=lambda row: (row.median_days is not None, -(row.median_days or 0), row.platform))


def ages_table(catalog: Catalog, today: date) -> Iterator[str]:
    """Yield the lines of the ages by platform: prices, median and oldest age, share of old ones, undated ones."""
    rows = platform_ages(catalog, today)
    width = max(len(row.platform) for row in rows)
    yield f"{'Platform':<{width}}  {'Prices':>6}  {'Median':>6}  {'Oldest':>6}  {'Old':>5}  {'Undated':>7}"
    for row in rows:
        median, oldest = ("–" if days is None else f"{days} d" for days in (row.median_days, row.oldest_days))
        undated = row.undated or ""
        yield (
            f"{row.platform:<{width}}  {row.prices:>6}  {median:>6}  {oldest:>6}  {row.old_share:>5.0%}  {undated:>7}"
        ).rstrip()
    yield ""
    yield f"Ages in days on {today}. Old: read over {OLD_DAYS} days ago, or undated because only the year is known."


class Hole(NamedTuple):
    """An unknown price that decides the total of an offer."""

    offer: Offer
    kind: str
    looked_at: str
    """The sources that were read without finding it, or the reason that it isn't published."""


def holes(catalog: Catalog, today: date) -> list[Hole]:
    """Return the unknown prices that decide the total of an offer that new customers can train.

    Args:
        catalog: The catalogue.
        today: The date whose statuses apply; unknown prices of a later day count too.
    """
    return [
        hole for offer in catalog.offers.values() if offer.trains_for("new", today) for hole in _holes_of(offer, today)
    ]


def _holes_of(offer: Offer, today: date) -> Iterator[Hole]:
    default = offer.priced_as(None)
    kinds: list[PriceKind] = ["training", "model_storage", "minimum"]
    kinds += ["input", "output", "call", "hosting"] if offer.sells_calls else ["hosting", "provisioned"]
    for kind in kinds:
        for price in offer.history(kind, default if kind == "training" else None):
            if not price.known and not _superseded(offer, price, kind, today):
                later = f" from {price.since}" if price.since and price.since > today else ""
                looked_at = f"{price.note or 'no note'} ({price.source.title}, {price.source.checked})"
                yield Hole(offer, f"{kind.replace('_', ' ')}{later}", looked_at)
    reason = offer.why or (offer.training.note if offer.training else None) or "no source has a price"
    if not offer.history("training", default):
        yield Hole(offer, "training", reason)
    if not (offer.sells_calls or offer.history("hosting") or offer.history("provisioned")):
        yield Hole(offer, "serving", reason)
    elif not _calls_are_priced(offer):
        yield Hole(offer, "calls", reason)


def _calls_are_priced(offer: Offer) -> bool:
    """Return whether calls have a price on record, by token, by call, or as dedicated capacity."""
    by_token = offer.history("input") and offer.history("output")
    return bool(by_token or offer.history("call") or offer.history("provisioned") or offer.sells_endpoint)


def _superseded(offer: Offer, price: Price, kind: PriceKind, today: date) -> bool:
    """Return whether a later price of the same kind is in force."""
    later = [row for row in offer.history(kind, price.method) if row.since and row.since <= today]
    return bool(later) and later[-1] is not price and (price.since or date.min) < (later[-1].since or date.min)


def holes_table(catalog: Catalog, today: date) -> Iterator[str]:
    """Yield the lines of the unknown prices that decide a total, then their share of the open offers."""
    rows = holes(catalog, today)
    width = max((len(hole.offer.id) for hole in rows), default=5)
    kind_width = max((len(hole.kind) for hole in rows), default=5)
    yield f"{'Offer':<{width}}  {'Unknown':<{kind_width}}  Looked at"
    for hole in rows:
        yield f"{hole.offer.id:<{width}}  {hole.kind:<{kind_width}}  {hole.looked_at}"
    count = sum(offer.trains_for("new", today) for offer in catalog.offers.values())
    affected = len({hole.offer.id for hole in rows})
    yield ""
    yield f"{affected} of {count} offers open to new customers ({affected / max(count, 1):.0%}) on {today}."


def oldest_age_days(offer: Offer, today: date) -> int | None:
    """Return the days since the source of an offer's oldest dated price was checked; None if none is dated."""
    ages = [price.source.age_days(today) for rows in offer.prices.values() for price in rows]
    return max((days for days in ages if days is not None), default=None)


def missing_prices(offer: Offer, today: date) -> list[str]:
    """Return the kinds of prices that a buyer would pay and the catalogue doesn't know."""
    if offer.status_on(today) in ("closed", "not offered"):
        return []
    missing = [
        f"{kind}{f' from {price.since}' if price.since and price.since > today else ''}"
        for kind, rows in offer.prices.items()
        for price in rows
        if not price.known and price.variant is None
    ]
    if not offer.prices.get("training"):
        missing.append("training")
    if not (offer.sells_calls or offer.history("provisioned") or offer.history("hosting")):
        missing.append("serving")
    return missing
