"""The extent of the catalogue: platforms, offers, and the share of offers whose total is unknown."""

from __future__ import annotations

from datetime import date

import pytest

from pricing import Catalog, Offer, Price, load_catalog

TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def in_force(prices: tuple[Price, ...]) -> Price | None:
    """Return the price of a history that holds today."""
    current = [price for price in prices if price.since is None or price.since <= TODAY]
    return current[-1] if current else None


def unknown_prices(offer: Offer) -> list[Price]:
    """Return the unknown prices that decide the total of a usual question: the training method listed first, and
    hosting, provisioned units and calls on standard terms."""
    histories = [offer.history("training", offer.priced_as(None))]
    histories += [offer.history(kind) for kind in ("input", "output", "call", "hosting", "provisioned")]
    return [price for price in map(in_force, histories) if price and not price.known]


def test_catalogue_covers_platforms_and_offers(catalog: Catalog) -> None:
    assert len({offer.platform for offer in catalog.offers.values()}) >= 16
    assert len(catalog.offers) >= 260


def test_few_open_offers_have_an_unknown_total(catalog: Catalog) -> None:
    open_offers = [offer for offer in catalog.offers.values() if offer.trains_for("new", TODAY)]
    holes = [offer.id for offer in open_offers if unknown_prices(offer)]
    assert len(open_offers) >= 190
    assert len(holes) <= len(open_offers) / 10, holes


def test_every_unknown_price_has_a_note(catalog: Catalog) -> None:
    for offer in catalog.offers.values():
        for price in unknown_prices(offer):
            assert price.note, offer.id
