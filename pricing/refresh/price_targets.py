"""Map the names of a feed to prices of the catalogue, by recorded meters and models and by `names` in feeds.yml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from pricing.catalog import Catalog
from pricing.files.reading import PriceFileError
from pricing.offers.offer import Offer
from pricing.price import Price, price_on
from pricing.refresh.feed import Feed, PriceMapping
from pricing.refresh.observation import Observation
from pricing.vocabulary import Method, PriceKind


class PriceTarget(NamedTuple):
    """One price of the catalogue over time."""

    offer: str
    kind: PriceKind
    method: Method | None = None
    variant: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in self[1:] if part)

    def history(self, catalog: Catalog) -> list[Price]:
        """Return the recorded prices, oldest first."""
        rows = catalog.offers[self.offer].prices.get(self.kind, ())
        return sorted(
            (price for price in rows if (price.method, price.variant) == (self.method, self.variant)),
            key=lambda price: price.since or date.min,
        )

    def on(self, catalog: Catalog, day: date) -> Price | None:
        """Return the price in force on a day."""
        return price_on(self.history(catalog), day)

    def between(self, catalog: Catalog, first: date, last: date) -> list[Price]:
        """Return the prices that were in force on a day between two days, oldest first."""
        in_force = self.on(catalog, first)
        later = [price for price in self.history(catalog) if first < (price.since or date.min) <= last]
        return [*([in_force] if in_force else []), *later]


def mappings_of(feed: Feed, catalog: Catalog) -> Mapping[str, tuple[PriceMapping, ...]]:
    """Return, for each name in a feed, the prices that it sets.

    Raises:
        PriceFileError: A mapping names an unknown offer.
    """
    mappings: dict[str, list[PriceMapping]] = {name: list(group) for name, group in feed.names.items()}
    for name, group in mappings.items():
        for mapping in group:
            if mapping.offer not in catalog.offers:
                raise PriceFileError(
                    f"feeds.yml: {name}: {mapping.offer!r} isn't an offer of the catalogue; correct or remove it"
                )
    for offer in catalog.offers.values():
        if offer.platform in feed.platforms_by_meter:
            for name, mapping in _meters(offer):
                if mapping not in mappings.setdefault(name, []):
                    mappings[name].append(mapping)
        if offer.platform in feed.platforms_by_model:
            mappings.setdefault(offer.model, []).append(PriceMapping(offer=offer.id))
    return {name: tuple(group) for name, group in mappings.items()}


def _meters(offer: Offer) -> Iterable[tuple[str, PriceMapping]]:
    for kind, prices in offer.prices.items():
        for price in prices:
            if price.meter:
                yield price.meter, PriceMapping(offer=offer.id, kind=kind, method=price.method, variant=price.variant)


def target_of(feed: Feed, mapping: PriceMapping, observation: Observation, catalog: Catalog) -> PriceTarget | None:
    """Return the price that an observation is about under a mapping; None if it is of another kind."""
    kind = mapping.kind or observation.kind
    if (
        kind is None
        or (observation.kind and observation.kind != kind)
        or (observation.kind and feed.kinds and observation.kind not in feed.kinds)
    ):
        return None
    by_method = kind == "training" and bool(catalog.offers[mapping.offer].priced_methods)
    return PriceTarget(mapping.offer, kind, mapping.method or (feed.method if by_method else None), mapping.variant)
