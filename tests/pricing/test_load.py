"""Invalid price files and their error messages, and an organisation's own prices over the catalogue."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricing import Catalog, PriceFileError, load_catalog

BROKEN = Path(__file__).parent / "broken"

# One fault per file in broken/: its place, and a part of the message.
MESSAGES = {
    "alias": ("line 11", "anchors and aliases (& and *) aren't allowed; repeat the value"),
    "aliases-are-text": ("offers.one.aliases", "list"),
    "anchor": ("line 10", "anchors and aliases (& and *) aren't allowed; repeat the value"),
    "bracket-not-closed": ("line 5", "did not find expected ',' or '}'"),
    "comment-only": ("", "the file is empty"),
    "confidence-missing": ("offers.one.prices.training.0.confidence", "is missing"),
    "confidence-unknown": ("offers.one.prices.training.0.confidence", "'high', 'medium' or 'low'"),
    "control-character": ("", "control characters are not allowed"),
    "duplicate-key": ("line 9", "“title” is repeated (first on line 7); keep one"),
    "duplicate-offer": ("line 11", "“one” is repeated (first on line 6); keep one"),
    "empty": ("", "the file is empty"),
    "key-is-a-list": ("line 9", "a key must be plain text"),
    "key-is-a-mapping": ("line 9", "a key must be plain text"),
    "limit-negative": ("offers.one.training.max_tokens_per_example", "greater than 0"),
    "list": ("", "must be a mapping of keys to values"),
    "method-of-input": ("offers.one", "training"),
    "nearest-does-not-exist": ("offers.one.nearest", "'acme/two'"),
    "nested-too-deep": ("line 8", "nested deeper than 20 levels"),
    "new-customers-after-training-ends": ("offers.one.lifecycle", "new_customers_until is later than training_ends"),
    "norway": ("offers.one.prices.input.0.usd", "'NO' isn't a price; write a number of US dollars such as 0.25"),
    "not-utf-8": ("", "can't be read as UTF-8 text"),
    "nul-byte": ("", "control characters are not allowed"),
    "offer-is-text": ("offers.one", "must hold keys such as title and prices"),
    "offer-with-a-bad-name": ("offers.One Two", "letters"),
    "offer-without-a-model": ("offers.one.model", "is missing"),
    "offers-missing": ("offers", "is missing"),
    "plain-text": ("", "must be a mapping of keys to values"),
    "platform-missing": ("platform", "is missing"),
    "platform-without-a-title": ("title", "acme is a new platform; give its name"),
    "price-empty": ("offers.one.prices.training.0.usd", "'' isn't a price; write a number of US dollars"),
    "price-implausible": (
        "offers.one.prices.training.0",
        "$10000 per 1M tokens is implausible (over $1000); check the",
    ),
    "price-in-words": ("offers.one.prices.training.0.usd", "'ten dollars' isn't a price; write a number"),
    "price-infinite": ("offers.one.prices.training.0.usd", "'Infinity' isn't a price; write a number from 0 up"),
    "price-is-text": ("offers.one.prices.input", "usd"),
    "price-nan": ("offers.one.prices.training.0.usd", "'nan' isn't a price; write a number from 0 up, or: unknown"),
    "price-negative": ("offers.one.prices.training.0.usd", "'-10' isn't a price; write a number from 0 up"),
    "price-with-a-sign": ("offers.one.prices.training.0.usd", "'$10' isn't a price; write a number of US dollars"),
    "prices-are-a-list": ("offers.one.prices", "training"),
    "since-a-number": ("offers.one.prices.input.0.since", "write 2026-11-21"),
    "since-not-a-date": ("offers.one.prices.input.0.since", "write 2026-11-21"),
    "sixty-minutes": ("offers.one.prices.input.0.usd", "'1:30' isn't a price; write a number of US dollars"),
    "source-missing": ("offers.one.prices.input.0.source", "is missing"),
    "source-unknown": ("offers.one.prices.input.0.source", "'leaflet' isn't a source of this file; add it under"),
    "source-with-a-bad-date": ("sources.page.checked", "'November 2026' isn't a date; write 2026-11-21, 2026-11 or"),
    "source-with-a-bad-link": ("sources.page.url", "http"),
    "source-with-a-day-that-is-none": ("sources.page.checked", "day"),
    "source-without-a-date": ("sources.page.checked", "is missing"),
    "source-without-a-link": ("sources.page.url", "is missing; give the address where the price can be checked"),
    "status-unknown": ("offers.one.lifecycle.stated_status", "'open', 'closing', 'closed' or 'not offered'"),
    "tab-indented": ("line 8", "tab character"),
    "tag": ("line 11", "tags (!…) aren't allowed; remove it, or put the value in quotes"),
    "tiers-beside-usd": ("offers.one.prices.input.0", "give either usd or tiers, not both"),
    "tiers-bounded-at-the-end": ("offers.one.prices.input.0", "tiers need rising up_to bounds, and none on the last"),
    "tiers-not-rising": ("offers.one.prices.input.0", "tiers need rising up_to bounds, and none on the last"),
    "tiers-of-training": ("offers.one", "training cannot have tiers: only token prices are graduated"),
    "tiers-with-an-unknown-price": ("offers.one.prices.input.0", "a tier needs a price; write usd: unknown instead"),
    "training-ends-after-inference": ("offers.one.lifecycle", "training_ends is later than inference_ends"),
    "two-documents": ("", "a file must hold one document; remove the --- lines"),
    "two-prices-since-ever": ("offers.one", "input has two prices since ever; give the later one its own date"),
    "two-prices-since-one-day": ("offers.one", "input has two prices since 2026-01-01; give the later one its own"),
    "unit-unknown": ("offers.one.prices.input.0.per", "'1M tokens', 'call', 'hour', 'GPU-hour'"),
    "unit-wrong-for-the-kind": ("offers.one", "input is priced per 1M tokens, not per hour"),
    "unknown-key-of-a-price": ("offers.one.prices.training.0.cost", "isn't a known key; check its spelling"),
    "unknown-key-of-an-offer": ("offers.one.colour", "isn't a known key; check its spelling or remove it"),
    "unknown-key-of-the-file": ("currency", "isn't a known key; check its spelling or remove it"),
    "unknown-kind-of-price": ("offers.one.prices.inputs", "'training', 'input', 'cached_input', 'output'"),
    "usd-missing": ("offers.one.prices.input.0", "unknown"),
}

GOOD = """
platform: acme
title: Acme
sources:
  page: {title: Acme prices, url: "https://acme.test/prices", checked: 2026-11}
offers:
  one:
    title: One
    model: one
    prices:
      training: {usd: 10, per: 1M tokens, source: page, confidence: high}
      input: {usd: 1, per: 1M tokens, source: page, confidence: high}
"""


def error_of(folder: Path, *, overlay: bool = False) -> str:
    """Load a folder and return the error message."""
    with pytest.raises(PriceFileError) as caught:
        load_catalog(overlay_dir=folder) if overlay else load_catalog(providers_dir=folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "place", "text"), [(name, *message) for name, message in MESSAGES.items()], ids=list(MESSAGES)
)
def test_invalid_file_is_refused_with_field_and_fix(tmp_path: Path, name: str, place: str, text: str) -> None:
    shutil.copy(BROKEN / f"{name}.yml", tmp_path)
    message = error_of(tmp_path)
    assert message.startswith(f"{name}.yml: {place}")
    assert text in message
    assert "\n" not in message
    assert not [jargon for jargon in ("pattern", "dictionary", "tuple", "instance of", "datetime") if jargon in message]


def test_every_invalid_file_has_a_message() -> None:
    assert {path.stem for path in BROKEN.iterdir()} == MESSAGES.keys()


def test_file_without_the_faults_is_valid(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(GOOD)
    (offer,) = load_catalog(providers_dir=tmp_path).offers.values()
    assert (offer.id, offer.platform_title, offer.status_on(date(2026, 11, 21))) == ("acme/one", "Acme", "open")
    assert [price.usd for price in offer.history("training")] == [10]


def test_further_faults_are_counted(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(GOOD.replace("confidence: high", "confidence: sure"))
    assert error_of(tmp_path).endswith("(and 1 more)")


def test_price_with_exponent_or_quotes_is_exact(tmp_path: Path) -> None:
    for typed, usd in (("12e-6", "0.000012"), ('"0.10"', "0.10"), ("unknown", None), ("0", "0")):
        (tmp_path / "acme.yml").write_text(GOOD.replace("usd: 10,", f"usd: {typed},"))
        (price,) = load_catalog(providers_dir=tmp_path).offers["acme/one"].history("training")
        assert price.usd == (None if usd is None else Decimal(usd))


def test_too_large_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(GOOD + "# " + "x" * 1_000_000)
    assert error_of(tmp_path) == "acme.yml: larger than 1,000,000 bytes"


def test_offer_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(GOOD)
    assert error_of(tmp_path).startswith("b.yml: offers.one: acme/one is already in the catalogue")


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    message = error_of(tmp_path / "none", overlay=True)
    assert str(tmp_path / "none") in message
    assert "Name a folder of .yml files with --prices-dir or FTCOST_PRICES_DIR" in message


def test_folder_named_like_a_price_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").mkdir()
    assert error_of(tmp_path).startswith("acme.yml: can't be read")


def test_files_of_other_types_are_ignored(tmp_path: Path) -> None:
    for name in ("notes.txt", ".hidden.yml", "acme.yml~", "acme.json"):
        (tmp_path / name).write_text("[not a price list")
    assert load_catalog(tmp_path).offers.keys() == load_catalog().offers.keys()


# The organisation's own prices


def overlaid(folder: Path, text: str) -> Catalog:
    (folder / "ours.yml").write_text(text)
    return load_catalog(folder)


OURS = """
platform: together
sources:
  contract: {title: Our contract, url: "https://wiki.example.com/contract", checked: 2026-10-01, kind: contract}
offers:
"""


def test_own_price_replaces_only_its_method(tmp_path: Path, catalog: Catalog) -> None:
    offer = overlaid(
        tmp_path,
        OURS
        + """
  qwen3-8b:
    prices:
      training: {usd: 0.40, per: 1M tokens, method: lora, source: contract, confidence: high}
""",
    ).offers["together/qwen3-8b"]
    shipped = catalog.offers["together/qwen3-8b"]
    (lora,) = offer.history("training", "lora")
    assert (lora.usd, lora.yours, lora.source.title) == (Decimal("0.40"), True, "Our contract")
    assert set(offer.priced_methods) == set(shipped.priced_methods)
    for method in ("full", "dpo", "dpo-full"):
        assert offer.history("training", method) == shipped.history("training", method)
    assert offer.prices["hosting"] == shipped.prices["hosting"]
    assert offer.prices["minimum"] == shipped.prices["minimum"]
    assert [price.usd for price in offer.history("minimum")] == [4]
    assert (offer.title, offer.platform_title, offer.aliases) == (shipped.title, "Together", shipped.aliases)
    assert not any(price.yours for price in shipped.history("training", "lora"))


def test_own_price_of_a_method_stays_in_its_place(tmp_path: Path) -> None:
    """The first method is the one that a question without a method buys."""
    price = "{usd: 0.40, per: 1M tokens, method: lora, source: contract, confidence: high}"
    offer = overlaid(tmp_path, f"{OURS}  qwen3-8b: {{prices: {{training: {price}}}}}\n").offers["together/qwen3-8b"]
    assert offer.priced_methods == ("lora", "full", "dpo", "dpo-full")
    assert offer.priced_as(None) == "lora"


def test_own_price_replaces_the_history_of_its_kind(tmp_path: Path) -> None:
    """The catalogue has two prices of Fireworks' H100s; a contract for hosting replaces both, and nothing else."""
    text = OURS.replace("together", "fireworks") + (
        "  qwen3-8b: {prices: {hosting: {usd: 5, per: GPU-hour, source: contract, confidence: high}}}\n"
    )
    offer = overlaid(tmp_path, text).offers["fireworks/qwen3-8b"]
    assert [price.usd for price in offer.history("hosting")] == [5]
    assert offer.history("training", "lora") == load_catalog().offers["fireworks/qwen3-8b"].history("training", "lora")


def test_own_price_does_not_replace_other_terms(tmp_path: Path) -> None:
    text = OURS.replace("together", "aws-bedrock") + (
        "  nova-2-lite: {prices: {provisioned: {usd: 50, per: unit-hour, source: contract, confidence: high}}}\n"
    )
    prices = overlaid(tmp_path, text).offers["aws-bedrock/nova-2-lite"].prices["provisioned"]
    assert {(price.variant, price.usd, price.yours) for price in prices} == {
        (None, Decimal(50), True),
        ("1-month commitment", Decimal(55), False),
    }


def test_own_price_on_other_terms_replaces_only_those(tmp_path: Path) -> None:
    text = OURS.replace("together", "aws-bedrock") + (
        "  nova-2-lite: {prices: {provisioned: {usd: 45, per: unit-hour, variant: 1-month commitment,"
        " source: contract, confidence: high}}}\n"
    )
    prices = overlaid(tmp_path, text).offers["aws-bedrock/nova-2-lite"].prices["provisioned"]
    assert {(price.variant, price.usd, price.yours) for price in prices} == {
        (None, Decimal("60.5"), False),
        ("1-month commitment", Decimal(45), True),
    }


def test_own_offer_on_a_platform_of_the_catalogue(tmp_path: Path, catalog: Catalog) -> None:
    text = OURS + (
        "  our-own: {title: Our own, model: our-own-v1, aliases: [house],"
        " prices: {training: {usd: 1, per: 1M tokens, source: contract, confidence: high}}}\n"
    )
    overlay = overlaid(tmp_path, text)
    assert overlay.offers.keys() - catalog.offers.keys() == {"together/our-own"}
    assert overlay.offers["together/our-own"].platform_title == "Together"
    assert overlay.find("house") is overlay.offers["together/our-own"]
    assert all(price.yours for price in overlay.offers["together/our-own"].history("training"))


def test_own_platform(tmp_path: Path, catalog: Catalog) -> None:
    overlay = overlaid(tmp_path, GOOD)
    assert overlay.offers["acme/one"].platform_title == "Acme"
    assert overlay.named("acme") == (overlay.offers["acme/one"],)
    assert len(overlay.offers) == len(catalog.offers) + 1


def test_own_file_is_checked_as_strictly(tmp_path: Path) -> None:
    (tmp_path / "ours.yml").write_text(OURS + "  qwen3-8b: {prices: {training: {usd: 0.40, per: 1M tokens}}}\n")
    assert error_of(tmp_path, overlay=True).startswith("ours.yml: offers.qwen3-8b.prices.training")


def test_own_price_needs_no_link(tmp_path: Path) -> None:
    offer = overlaid(tmp_path, GOOD.replace(' url: "https://acme.test/prices",', "")).offers["acme/one"]
    assert [price.source.url for price in offer.history("training")] == [None]


def test_version_depends_on_the_content(tmp_path: Path, catalog: Catalog) -> None:
    assert load_catalog().version == catalog.version
    version = overlaid(tmp_path, GOOD).version
    assert overlaid(tmp_path, GOOD).version == version
    assert overlaid(tmp_path, GOOD.replace("usd: 10,", "usd: 11,")).version not in (version, catalog.version)
    assert version != catalog.version


def test_version_begins_with_the_latest_source_date(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(GOOD.replace("checked: 2026-11", "checked: 2026-11-20"))
    assert load_catalog(providers_dir=tmp_path).version.startswith("2026-11-20.")
