"""Offers of rented GPUs, and invalid files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricing import PriceFileError, load_gpu_facts, load_gpu_offers

FACTS = load_gpu_facts()
OFFERS = load_gpu_offers(FACTS)
DAY = date(2026, 11, 22)

FILE = """\
platform: acme
title: Acme
sources:
  page: {title: Acme prices, url: https://acme.example/prices, checked: 2026-11-22}
offers:
  h100-8x:
    title: H100 8x
    gpu: h100
    gpus_per_node: 8
    whole_nodes: true
    billed_per: minute
    billing_source: page
    prices:
      - {usd: 4, per: GPU-hour, source: page, confidence: high}
      - {usd: 3, per: GPU-hour, source: page, confidence: high, since: 2026-11-01}
      - {usd: 2, per: GPU-hour, source: page, confidence: high, variant: spot}
"""


def load(folder: Path, text: str) -> str:
    """Load an invalid file and return the error message."""
    (folder / "acme.yml").write_text(text, encoding="utf-8")
    with pytest.raises(PriceFileError) as error:
        load_gpu_offers(FACTS, folder)
    return str(error.value)


def test_price_on_a_day_is_on_standard_terms(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(FILE, encoding="utf-8")
    offer = load_gpu_offers(FACTS, tmp_path)["acme/h100-8x"]
    for day, usd in ((date(2026, 10, 31), 4), (date(2026, 11, 1), 3)):
        price = offer.price_on(day)
        assert price is not None
        assert price.usd == usd


@pytest.mark.parametrize(
    ("offer", "day", "usd"),
    [
        ("nebius/b200", date(2026, 9, 30), "7.15"),
        ("nebius/b200", date(2026, 10, 1), "8.5"),
        ("nebius/b300", DAY, "9.5"),
        ("coreweave/h100", DAY, "6.155"),  # 49.24 / 8
        ("coreweave/b200", DAY, "8.6"),  # 68.80 / 8
        ("crusoe/mi300x", DAY, "3.45"),
        ("verda/h100", DAY, "4.49"),
        ("lambda/h100-2x", DAY, "4.19"),
        ("lambda/gh200-1x", DAY, "2.29"),
        ("modal/h200", DAY, "4.54"),  # 0.001261 × 3,600 = 4.5396
        ("replicate/h100", DAY, "5.49"),  # 0.001525 × 3,600
        ("together/h200", DAY, "5.99"),
    ],
)
def test_price_of_an_offer_on_a_day(offer: str, day: date, usd: str) -> None:
    price = OFFERS[offer].price_on(day)
    assert price is not None
    assert price.usd == Decimal(usd)


def test_whole_nodes_are_rented_whole() -> None:
    assert OFFERS["aws/p5.48xlarge"].counts(40) == (8, 16, 32)
    assert OFFERS["aws/g5.xlarge"].counts(40) == (1,)
    assert OFFERS["lambda/h100-8x"].counts(40) == (8,)
    assert OFFERS["hugging-face-jobs/l4"].counts(40)[:3] == (1, 2, 4)
    assert OFFERS["modal/h100"].counts(4) == (1, 2, 4)
    assert OFFERS["aws/p5.48xlarge"].counts(4) == ()


def test_shipped_offers_have_prices_and_sources() -> None:
    # 55.04 for a node of eight GPUs.
    price = OFFERS["aws/p5.48xlarge"].price_on(DAY)
    assert price is not None
    assert price.usd == Decimal("55.04") / 8
    # 42.00 for a node of four.
    assert OFFERS["coreweave/gb200"].prices[0].usd == Decimal("42.00") / 4
    assert {offer.platform for offer in OFFERS.values()} == {
        *("aws", "azure", "gcp", "lambda", "runpod", "modal", "nebius", "hugging-face-jobs", "akash", "coreweave"),
        *("crusoe", "digitalocean", "ovhcloud", "replicate", "scaleway", "together", "vast", "verda"),
    }
    for offer in OFFERS.values():
        assert offer.price_on(DAY)
        assert all(price.source.url and price.source.checked for price in offer.prices)


@pytest.mark.parametrize(
    ("passage", "replacement", "reason"),
    [
        ("gpu: h100", "gpu: h1000", "offers.h100-8x.gpu: 'h1000' isn't in gpus.yml"),
        ("per: GPU-hour", "per: hour", "prices are per GPU-hour; divide a node's price"),
        ("usd: 4", "usd: 400", "$400 per GPU-hour is implausible"),
        ("source: page", "source: rumour", "'rumour' isn't a source of this file"),
        ("gpus_per_node: 8", "gpus_per_node: 0", "offers.h100-8x.gpus_per_node"),
        ("    billed_per: minute\n", "", "billed_per and billing_source belong together"),
        ("    title: H100 8x\n", "    id: acme/x\n", "offers.h100-8x.id: is set by the file"),
        ("whole_nodes", "whole_node", "isn't a known key"),
        ("title: Acme\n", "", "title: is missing"),
    ],
)
def test_invalid_file_is_refused_with_place_and_reason(
    tmp_path: Path, passage: str, replacement: str, reason: str
) -> None:
    message = load(tmp_path, FILE.replace(passage, replacement, 1))
    assert message.startswith("acme.yml: ")
    assert reason in message


def test_offer_defined_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(FILE, encoding="utf-8")
    (tmp_path / "acme-2.yml").write_text(FILE, encoding="utf-8")
    with pytest.raises(PriceFileError, match="acme/h100-8x is defined twice"):
        load_gpu_offers(FACTS, tmp_path)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="no such folder"):
        load_gpu_offers(FACTS, tmp_path / "none")
