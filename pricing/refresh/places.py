"""Which prices of ours a name of a feed stands for: from recorded meters and models, and from the feed's own map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from pricing.catalog import Catalog
from pricing.files.records import PriceFileError
from pricing.offer import Offer, Price
from pricing.refresh.feed import Feed, PriceMapping
from pricing.refresh.observation import Observation
from pricing.vocabulary import Method, PriceKind


class PriceTarget(NamedTuple):
    """One price of ours through time."""

    offer: str
    kind: PriceKind
    method: Method | None = None
    variant: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in self[1:] if part)

    def history(self, catalog: Catalog) -> list[Price]:
        """Its recorded prices, oldest first."""
        rows = catalog.offers[self.offer].prices.get(self.kind, ())
        return sorted(
            (price for price in rows if (price.method, price.variant) == (self.method, self.variant)),
            key=lambda price: price.since or date.min,
        )

    def on(self, catalog: Catalog, day: date) -> Price | None:
        """The price in force on `day`."""
        in_force = [price for price in self.history(catalog) if price.since is None or price.since <= day]
        return in_force[-1] if in_force else None


def places_of(feed: Feed, catalog: Catalog) -> Mapping[str, tuple[PriceMapping, ...]]:
    """Places by name of the feed. Raises PriceFileError where the map names an offer that there is not."""
    mappings: dict[str, list[PriceMapping]] = {name: list(places) for name, places in feed.names.items()}
    for name, places in feed.names.items():
        for place in places:
            if place.offer not in catalog.offers:
                raise PriceFileError(f"feeds.yml: {name}: there is no offer {place.offer!r} in the catalogue")
    for offer in catalog.offers.values():
        if offer.platform in feed.meters_of:
            for name, place in _meters(offer):
                if place not in mappings.setdefault(name, []):
                    mappings[name].append(place)
        if offer.platform in feed.models_of:
            mappings.setdefault(offer.model, []).append(PriceMapping(offer=offer.id))
    return {name: tuple(places) for name, places in mappings.items()}


def _meters(offer: Offer) -> Iterable[tuple[str, PriceMapping]]:
    for kind, prices in offer.prices.items():
        for price in prices:
            if price.meter:
                yield price.meter, PriceMapping(offer=offer.id, kind=kind, method=price.method, variant=price.variant)


def target_of(feed: Feed, place: PriceMapping, observation: Observation, catalog: Catalog) -> PriceTarget | None:
    """What an observation is the price of at this place; None where it says nothing about it."""
    kind = place.kind or observation.kind
    if (
        kind is None
        or (observation.kind and observation.kind != kind)
        or (observation.kind and feed.kinds and observation.kind not in feed.kinds)
    ):
        return None
    by_method = kind == "training" and bool(catalog.offers[place.offer].methods)
    return PriceTarget(place.offer, kind, place.method or (feed.method if by_method else None), place.variant)
