"""Compare observed with recorded rates of rented GPUs. Nothing is written: a cloud has several machines of one GPU."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from pricing.catalog import Catalog
from pricing.files.reading import PriceFileError
from pricing.refresh.feed import Feed
from pricing.refresh.findings import MAX_FACTOR, Finding, same_price, usd_text
from pricing.refresh.observation import Observation


def compare_gpu_rates(
    feed_id: str, feed: Feed, prices: Iterable[Observation], catalog: Catalog, today: date
) -> Iterator[Finding]:
    """Yield a finding for each GPU that the feed's `gpus` name and the feed has, by its lowest rate.

    Args:
        feed_id: The feed's key in feeds.yml.
        feed: Maps clouds and GPUs to offers of rented GPUs.
        prices: The content of the feed.
        catalog: Holds the recorded rates.
        today: The day whose recorded rate holds.

    Raises:
        PriceFileError: A mapping names an unknown offer.
    """
    rates: dict[str, list[Decimal | None]] = {}
    for price in prices:
        rates.setdefault(price.gpu, []).append(price.usd)
    for gpu, offer_id in feed.gpus.items():
        offer = catalog.gpus.offers.get(offer_id)
        if offer is None:
            raise PriceFileError(f"feeds.yml: {gpu}: {offer_id!r} isn't an offer of rented GPUs; correct or remove it")
        if gpu in rates:
            recorded = offer.price_on(today)
            yield _finding(feed_id, gpu, offer_id, recorded.usd if recorded else None, rates[gpu])


def _finding(
    feed_id: str, gpu: str, offer_id: str, recorded: Decimal | None, rates: Iterable[Decimal | None]
) -> Finding:
    observed = min((rate for rate in rates if rate), default=None)
    finding = Finding(
        "unchanged", feed_id, gpu, f"GPU {offer_id}", usd_text(recorded, "GPU-hour"), usd_text(observed, "GPU-hour")
    )
    if observed is None:
        return finding._replace(outcome="implausible", note="not a valid price")
    if recorded is not None and same_price(recorded, observed):
        return finding
    note = "the lowest rate of the cloud's machines; a person has to enter it"
    if recorded is not None and max(recorded, observed) > MAX_FACTOR * min(recorded, observed):
        return finding._replace(outcome="implausible", note=f"differs by more than a factor of {MAX_FACTOR}")
    return finding._replace(outcome="changed", note=note)
