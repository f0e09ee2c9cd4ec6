"""The overview of the catalogue: the prices of each offer, their age, and missing ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from pricing.catalog import Catalog
from pricing.offer import Offer
from pricing.vocabulary import OLD_DAYS


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
        f"{sum((today - price.source.checked_on).days > OLD_DAYS for price in prices)} read over {OLD_DAYS} days ago."
    )
    yield f"Catalogue {catalog.version}."


def oldest_age_days(offer: Offer, today: date) -> int | None:
    """Return the days since the source of an offer's oldest price was checked."""
    days = [(today - price.source.checked_on).days for rows in offer.prices.values() for price in rows]
    return max(days) if days else None


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
