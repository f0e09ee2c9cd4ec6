"""Refreshed prices in a separate folder, laid over the catalogue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricing import Catalog, Price, load_catalog
from pricing.refresh import PriceWriteError, refresh_into
from pricing.refresh.price_targets import PriceTarget
from tests.pricing.refresh.acme import (
    ACME,
    LATER,
    TODAY,
)
from tests.pricing.refresh.feed_server import feed_server, http


def training_price(folder: Path, into: Path | None = None) -> Price:
    catalog = load_catalog(providers_dir=folder, refreshed_dir=into)
    price = PriceTarget("acme/one", "training").on(catalog, TODAY)
    assert price
    return price


def until_today(catalog: Catalog, offer: str, day: date = TODAY) -> list[Price]:
    """Return training prices up to a day; the shipped catalogue may have later ones."""
    return [price for price in catalog.offers[offer].history("training") if price.since is None or price.since <= day]


async def test_refreshed_folder_is_laid_over_the_catalogue(tmp_path: Path) -> None:
    """Refresh the shipped catalogue twice, over real HTTP."""
    async with feed_server() as server, http() as client:
        feeds = server.feeds("azure-retail", "aws-bedrock")
        into = tmp_path / "refreshed"
        await refresh_into(into, client, today=TODAY, keys={}, feeds=feeds)
        refreshed = load_catalog(refreshed_dir=into)
        shipped = load_catalog()
        regional = until_today(refreshed, "azure/gpt-4.1-mini@regional")
        assert [(price.usd, price.since) for price in regional] == [(Decimal("5.5"), date(2025, 4, 1)), (6, TODAY)]
        assert regional[-1].source.title == "Azure Retail Prices API"
        assert not any(price.yours for price in regional)
        # The catalogue has no price for training Nova Lite; the API has one.
        assert [price.usd for price in until_today(refreshed, "aws-bedrock/nova-lite")] == [None, 2]
        # Confirmed: only the date changes.
        (training,) = until_today(refreshed, "azure/gpt-4.1-mini@global")
        assert training.usd == 5
        assert training.source.checked >= "2026-11-22"
        # Not in the feed's answer: unchanged.
        assert refreshed.offers["azure/gpt-4.1@global"].prices == shipped.offers["azure/gpt-4.1@global"].prices
        texts = {path.name: path.read_text() for path in into.iterdir()}
        report = await refresh_into(into, client, today=TODAY, keys={}, feeds=feeds)
        assert not [finding for finding in report.findings if finding.outcome == "changed"]
        assert {path.name: path.read_text() for path in into.iterdir()} == texts


async def test_dropped_offer_is_dropped_from_refreshed_prices(tmp_path: Path) -> None:
    async with feed_server() as server, http() as client:
        feeds = server.feeds("azure-retail")
        await refresh_into(tmp_path, client, today=TODAY, keys={}, feeds=feeds)
        path = tmp_path / "azure.yml"
        path.write_text(path.read_text().replace("  gpt-4.1-mini@regional:", "  gpt-2@regional:"))
        await refresh_into(tmp_path, client, today=LATER, keys={}, feeds=feeds)
    assert "gpt-2" not in path.read_text()
    prices = until_today(load_catalog(refreshed_dir=tmp_path), "azure/gpt-4.1-mini@regional", LATER)
    assert [(price.usd, price.since) for price in prices][-1] == (6, LATER)


async def test_feed_that_is_down_preserves_its_earlier_prices(tmp_path: Path) -> None:
    async with feed_server() as server, http() as client:
        feeds = server.feeds("azure-retail")
        await refresh_into(tmp_path, client, today=TODAY, keys={}, feeds=feeds)
        server.set_answer("/azure-retail/page1", b"", status=500)
        report = await refresh_into(tmp_path, client, today=LATER, keys={}, feeds=feeds)
    assert report.warnings == ("Azure Retail Prices API answers with status 500.",)
    prices = until_today(load_catalog(refreshed_dir=tmp_path), "azure/gpt-4.1-mini@regional")
    assert [(price.usd, price.since) for price in prices][-1] == (6, TODAY)


def test_catalogue_price_that_was_checked_later_is_used(acme: Path, tmp_path: Path) -> None:
    into = tmp_path / "refreshed"
    into.mkdir()
    (into / "acme.yml").write_text(
        "platform: acme\nsources: {s: {title: S, url: 'https://acme.test', checked: 2026-11-01}}\noffers:\n"
        "  one: {prices: {training: {usd: 12, per: 1M tokens, source: s, confidence: high, since: 2026-11-01}}}\n"
        "  dropped: {prices: {training: {usd: 1, per: 1M tokens, source: s, confidence: high}}}\n"
    )
    assert training_price(acme, into).usd == 12
    (acme / "acme.yml").write_text(ACME.replace("checked: 2026-02-01", "checked: 2026-11-20"))
    assert training_price(acme, into).usd == 10


def test_own_price_replaces_a_refreshed_one(acme: Path, tmp_path: Path) -> None:
    for name, usd in (("refreshed", 12), ("yours", 8)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "acme.yml").write_text(
            "platform: acme\nsources: {s: {title: S, url: 'https://acme.test', checked: 2026-11-01}}\noffers:\n"
            f"  one: {{prices: {{training: {{usd: {usd}, per: 1M tokens, source: s, confidence: high}}}}}}\n"
        )
    catalog = load_catalog(tmp_path / "yours", providers_dir=acme, refreshed_dir=tmp_path / "refreshed")
    assert [(price.usd, price.yours) for price in catalog.offers["acme/one"].history("training")] == [(8, True)]


async def test_folder_with_a_hand_written_file_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "azure.yml").write_text(
        "platform: azure\nsources: {c: {title: C, checked: 2026-11-01}}\noffers:\n"
        "  gpt-4.1@global: {prices: {training: {usd: 20, per: 1M tokens, source: c, confidence: high}}}\n"
    )
    text = (tmp_path / "azure.yml").read_text()
    async with feed_server() as server, http() as client:
        with pytest.raises(PriceWriteError, match=r"azure\.yml wasn't written by a refresh"):
            await refresh_into(tmp_path, client, today=TODAY, keys={}, feeds=server.feeds("azure-retail"))
    assert (tmp_path / "azure.yml").read_text() == text
