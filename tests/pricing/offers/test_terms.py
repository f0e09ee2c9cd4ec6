"""Methods sold, serving terms and names that aren't sold, as a price file states them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pricing import Method, NotSoldName, Offer, PriceFileError, Source, load_catalog

FILE = """
platform: acme
title: Acme
sources:
  page: {title: Acme prices, url: "https://acme.test/prices", checked: 2026-11}
defaults:
  serving:
    use: {value: production, source: page}
    adapters_per_deployment: {value: 100, source: page}
offers:
  one:
    title: One
    model: one
    METHODS
    SERVING
    prices:
      training:
        - {usd: 10, per: 1M tokens, source: page, confidence: high}
        - {usd: 50, per: hour, source: page, confidence: high, method: rft}
      input: {usd: 1, per: 1M tokens, source: page, confidence: high}
"""
METHODS = "methods: {source: page, one_price_buys: [lora, dpo], undisclosed: [full], no_price: [cpt]}"


def offer_of(folder: Path, methods: str = "", serving: str = "") -> Offer:
    text = FILE.replace("    METHODS\n", f"    {methods}\n" * bool(methods))
    text = text.replace("    SERVING\n", f"    {serving}\n" * bool(serving))
    (folder / "acme.yml").write_text(text)
    return load_catalog(providers_dir=folder).offers["acme/one"]


@pytest.mark.parametrize(
    ("method", "sold", "priced_as"),
    [
        ("lora", True, None),
        ("dpo", True, None),
        ("full", None, None),
        ("rft", True, "rft"),
        ("cpt", True, "cpt"),  # sold, and without a price: never that of supervised tuning
        ("qlora", False, "qlora"),
        ("dpo-full", False, "dpo-full"),
    ],
)
def test_stated_methods_decide_what_is_sold(
    tmp_path: Path, method: Method, sold: bool | None, priced_as: Method | None
) -> None:
    offer = offer_of(tmp_path, METHODS)
    assert offer.methods_sold == ("rft", "lora", "dpo", "full", "cpt")
    assert (offer.sells(method), offer.priced_as(method)) == (sold, priced_as)


def test_unstated_methods_are_unknown_and_unpriced(tmp_path: Path) -> None:
    offer = offer_of(tmp_path)
    assert offer.priced_as(None) is None
    assert (offer.sells("rft"), offer.sells("lora")) == (True, None)
    assert offer.priced_as("lora") == "lora"
    assert offer.history("training", "lora") == ()


def test_serving_terms_replace_the_shared_ones_one_by_one(tmp_path: Path) -> None:
    shared = offer_of(tmp_path)
    assert (shared.serving_use, shared.deployable, shared.serves_calls) == ("production", "yes", True)
    own = offer_of(tmp_path, serving='serving: {use: {value: training, why: "Rollouts only.", source: page}}')
    assert (own.serving_use, own.serves_calls) == ("training", False)
    assert own.serving is not None
    assert own.serving.adapters_per_deployment is not None
    assert own.serving.adapters_per_deployment.value == 100


def test_model_that_is_not_deployable_serves_no_calls(tmp_path: Path) -> None:
    offer = offer_of(tmp_path, serving='serving: {deployable: {value: no, why: "Weights only.", source: page}}')
    assert (offer.deployable, offer.serves_calls) == ("no", False)


@pytest.mark.parametrize(
    ("methods", "serving", "message"),
    [
        ("methods: {source: page, one_price_buys: [sft]}", "", "offers.one.methods.one_price_buys.0"),
        ("methods: {one_price_buys: [lora]}", "", "offers.one.methods.source: is missing"),
        ("methods: {source: page, one_price_buys: [lora], no_price: [lora]}", "", "lora is listed twice"),
        ("", "serving: {use: {value: testing, source: page}}", "why is missing; say in one sentence"),
        ("", "serving: {deployable: {value: maybe, source: page}}", "offers.one.serving.deployable.value"),
        ("", "serving: {rate_limit: {source: page}}", "give tokens_per_minute or requests_per_minute"),
        ("", "serving: {max_context_tokens: {value: 0, source: page}}", "greater than 0"),
        ("", "serving: {colour: red}", "offers.one.serving.colour: isn't a known key"),
    ],
)
def test_faulty_terms_name_their_place(tmp_path: Path, methods: str, serving: str, message: str) -> None:
    with pytest.raises(PriceFileError) as caught:
        offer_of(tmp_path, methods, serving)
    assert message in str(caught.value)


NOT_SOLD = """
sources:
  page: {title: Acme news, url: "https://acme.test/news", checked: 2026-11}
entries:
  olden:
    names: [olden, "olden/*", "relic-*"]
    status: closed
    ended: 2026-03
    fact: Olden closed in March 2026.
    nearest: [acme/one]
    source: page
"""


def write_catalogue(folder: Path, not_sold: str) -> Path:
    """Write the files of a catalogue and return the folder of its price files."""
    providers = folder / "providers"
    providers.mkdir()
    offer_of(providers)
    (folder / "not_sold.yml").write_text(not_sold)
    return providers


@pytest.mark.parametrize("name", ["Olden", "olden/any-model", "relic-7b", "someone/relic_7b"])
def test_name_that_is_not_sold_answers_with_the_fact(tmp_path: Path, name: str) -> None:
    catalog = load_catalog(providers_dir=write_catalogue(tmp_path, NOT_SOLD))
    with pytest.raises(NotSoldName) as caught:
        catalog.named(name)
    assert str(caught.value) == "Olden closed in March 2026. Nearest that is sold: acme/one."
    assert caught.value.near == ("acme/one",)


@pytest.mark.parametrize(
    ("passage", "replacement", "message"),
    [
        ("[acme/one]", "[acme/two]", "not_sold.yml: entries.olden.nearest: 'acme/two' isn't an offer"),
        ("status: closed", "status: open", "not_sold.yml: entries.olden.status"),
        ("Olden closed in March 2026.", "Gone.", "not_sold.yml: entries.olden.fact"),
        ("relic-*", "Relic-*", "not_sold.yml: entries.olden.names.2"),
        ("source: page", "source: leaflet", "'leaflet' isn't a source of this file"),
        ("ended: 2026-03", "ended: March", "'March' isn't a date"),
    ],
)
def test_faulty_entry_that_is_not_sold_names_its_place(
    tmp_path: Path, passage: str, replacement: str, message: str
) -> None:
    providers = write_catalogue(tmp_path, NOT_SOLD.replace(passage, replacement))
    with pytest.raises(PriceFileError) as caught:
        load_catalog(providers_dir=providers)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("checked", "days", "old"),
    [("2026", None, True), ("2026-11", 27, False), ("2026-08-30", 90, False), ("2026-08-29", 91, True)],
)
def test_age_is_counted_from_the_earliest_day(checked: str, days: int | None, old: bool) -> None:
    source = Source(title="A page", checked=checked)
    today = date(2026, 11, 28)
    assert (source.age_days(today), source.is_old(today)) == (days, old)
