"""Comparison of feeds with recorded prices, and edits of the price files as a person would make them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.comments import CommentedMap

from pricing import Catalog, Price, load_catalog
from pricing.files.strict_yaml import read_yaml
from pricing.load import PROVIDERS_DIR
from pricing.refresh import Feed, Finding, PriceWriteError, RefreshReport, apply, refresh, refresh_into
from pricing.refresh.compare import compare, mark_disputed
from pricing.refresh.feed import PriceMapping
from pricing.refresh.observation import FeedError, Observation, Observations
from pricing.refresh.price_document import PriceDocument, block, dump, in_braces
from pricing.refresh.price_targets import PriceTarget
from tests.pricing.refresh.feed_server import KEYS, FeedServer, feed_server, http

TODAY = date(2026, 11, 22)
LATER = date(2026, 11, 29)

ACME = """\
# Typed by hand.
platform: acme
title: Acme
sources:
  page:  # the page
    title: Acme prices
    url: https://acme.test/prices
    checked: 2026-02-01
# What one can buy.
offers:
  # the only one
  one:
    title: One
    model: one-v1
    prices:
      training:  # sic
        usd: 10
        per: 1M tokens
        source: page
        confidence: medium
        meter: one training
        note: in the United States
        conflict: another page says 9
      # by the token
      input:
        - {usd: 2, per: 1M tokens, source: page, confidence: high}  # standard
        # announced
        - {usd: unknown, per: 1M tokens, source: page, confidence: medium, since: 2027-01-01}
      output: {usd: unknown, per: 1M tokens, source: page, confidence: low, note: "nobody says"}  # yet
      # by the hour
      hosting:
        - {usd: 4, per: GPU-hour, source: page, confidence: low, units_per_deployment: 2}
        - {usd: 9, per: GPU-hour, source: page, confidence: low, variant: B200}
# The end.
"""
NAMES = {
    "in": PriceMapping(offer="acme/one", kind="input"),
    "out": PriceMapping(offer="acme/one", kind="output"),
    "h100": PriceMapping(offer="acme/one", kind="hosting"),
    "b200": PriceMapping(offer="acme/one", kind="hosting", variant="B200"),
}


def feed(**fields: object) -> Feed:
    defaults: dict[str, object] = {
        "reader": "azure_retail",
        "title": "Acme's prices",
        "url": "https://acme.test/api",
        "confidence": "high",
        "platforms_by_meter": ("acme",),
        "names": {name: (place,) for name, place in NAMES.items()},
        "report": "two",
    }
    return Feed.model_validate(defaults | fields)


FEEDS = {"acme-api": feed()}


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    folder = tmp_path / "providers"
    folder.mkdir()
    (folder / "acme.yml").write_text(ACME)
    return folder


def observed(**usd: str | None) -> Observations:
    """Return observations of today: hosting per hour, other prices per 1M tokens."""
    return Observations(
        tuple(
            Observation(
                name.replace("_", " "),
                None if price is None else Decimal(price),
                "hour" if name in ("h100", "b200") else "1M tokens",
            )
            for name, price in usd.items()
        )
    )


RECORDED = {"one_training": "10", "in": "2", "out": "7", "h100": "4", "b200": "9"}


def findings_of(
    folder: Path, observations: Observations, day: date = TODAY, feed_id: str = "acme-api"
) -> list[Finding]:
    return compare(feed_id, FEEDS["acme-api"], observations, load_catalog(providers_dir=folder), day)


def outcome(folder: Path, observations: Observations, name: str) -> tuple[str, str]:
    (finding,) = [finding for finding in findings_of(folder, observations) if finding.name == name]
    return finding.outcome, finding.note


def apply_to(folder: Path, observations: Observations, day: date = TODAY) -> str:
    """Apply the findings and return the text of the file."""
    catalog = load_catalog(providers_dir=folder)
    apply(findings_of(folder, observations, day), FEEDS, catalog, folder, day)
    return (folder / "acme.yml").read_text()


# Outcomes


def test_price_within_rounding_is_unchanged(acme: Path) -> None:
    assert outcome(acme, observed(**RECORDED | {"in": "2.0008"}), "in") == ("unchanged", "")  # 0.04 % more
    assert outcome(acme, observed(**RECORDED | {"in": "2.002"}), "in") == ("changed", "")  # 0.1 % more


@pytest.mark.parametrize(
    ("name", "usd", "note"),
    [
        ("in", "6.01", "differs by more than a factor of 3"),
        ("in", "0.66", "differs by more than a factor of 3"),
        ("in", "0", "differs by more than a factor of 3"),
        ("in", None, "not a valid price"),
        ("out", "0", "zero; the recorded price is unknown"),
        ("out", "1001", "over $1000 per 1M tokens"),
    ],
)
def test_implausible_price_is_not_written(acme: Path, name: str, usd: str | None, note: str) -> None:
    observations = observed(**RECORDED | {name: usd, "out": usd if name == "out" else "7"})
    assert outcome(acme, observations, name) == ("implausible", note)
    apply_to(acme, observations)
    target = PriceTarget("acme/one", "input" if name == "in" else "output")
    recorded = [2, None] if name == "in" else [None]
    assert [price.usd for price in target.history(load_catalog(providers_dir=acme))] == recorded


@pytest.mark.parametrize("usd", ["6", "0.67"])
def test_change_by_a_factor_of_three_is_plausible(acme: Path, usd: str) -> None:
    assert outcome(acme, observed(**RECORDED | {"in": usd}), "in") == ("changed", "")


def test_price_in_another_unit_is_implausible(acme: Path) -> None:
    observations = Observations((Observation("in", Decimal(2), "hour"),))
    assert outcome(acme, observations, "in") == ("implausible", "per hour in the feed, per 1M tokens in the catalogue")


def test_missing_name_is_gone_and_unmapped_name_is_new(acme: Path) -> None:
    findings = findings_of(acme, observed(one_training="10", h100="4", b200="9", out="7", two_training="3", other="1"))
    assert [(finding.outcome, finding.name) for finding in findings if finding.outcome in ("new", "gone")] == [
        ("new", "two training"),
        ("gone", "in"),
    ]


def test_nothing_is_gone_if_a_part_could_not_be_read(acme: Path) -> None:
    observations = observed(one_training="10")._replace(warnings=("eu: did not answer",))
    assert [finding.outcome for finding in findings_of(acme, observations)] == ["unchanged"]


def test_feed_without_any_expected_name_is_refused(acme: Path) -> None:
    with pytest.raises(FeedError, match="has none of the 5 expected names"):
        findings_of(acme, observed(two_training="3"))


def test_price_on_which_feeds_disagree_is_disputed(acme: Path) -> None:
    findings = findings_of(acme, observed(**RECORDED))
    findings += findings_of(acme, observed(**RECORDED | {"in": "2.5"}), feed_id="other-api")
    disputed = [finding for finding in mark_disputed(findings) if finding.outcome == "disputed"]
    assert {finding.feed for finding in disputed} == {"acme-api", "other-api"}
    assert {finding.name for finding in disputed} == {"in"}


def test_name_can_be_mapped_to_several_prices(acme: Path) -> None:
    two_gpus = feed(names={"gpu": (NAMES["h100"], NAMES["b200"])})
    observations = Observations(
        (Observation("gpu", Decimal(8), "hour"), Observation("one training", Decimal(10), "1M tokens"))
    )
    findings = compare("acme-api", two_gpus, observations, load_catalog(providers_dir=acme), TODAY)
    assert [(finding.subject, finding.outcome) for finding in findings] == [
        ("acme/one hosting", "changed"),
        ("acme/one hosting B200", "changed"),
        ("acme/one training", "unchanged"),
    ]


# Edits of the catalogue's files


def test_refresh_edits_only_the_lines_that_change(acme: Path) -> None:
    observations = observed(one_training="12.5", **{"in": "2"}, out="7", h100="5", b200="9")
    assert (
        apply_to(acme, observations)
        == """\
# Typed by hand.
platform: acme
title: Acme
sources:
  page:  # the page
    title: Acme prices
    url: https://acme.test/prices
    checked: 2026-02-01
  acme_api:
    title: "Acme's prices"
    url: https://acme.test/api
    checked: 2026-11-22
    kind: read by a program
# What one can buy.
offers:
  # the only one
  one:
    title: One
    model: one-v1
    prices:
      training:  # sic
        - usd: 10
          per: 1M tokens
          source: page
          confidence: medium
          meter: one training
          note: in the United States
          conflict: another page says 9
        - usd: 12.5
          per: 1M tokens
          source: acme_api
          confidence: high
          since: 2026-11-22
          meter: one training
          note: in the United States
      # by the token
      input:
        - {usd: 2, per: 1M tokens, source: acme_api, confidence: high} # standard
        # announced
        - {usd: unknown, per: 1M tokens, source: page, confidence: medium, since: 2027-01-01}
      output:
        - {usd: unknown, per: 1M tokens, source: page, confidence: low, note: "nobody says"} # yet
        - {usd: 7, per: 1M tokens, source: acme_api, confidence: high, since: 2026-11-22}
      # by the hour
      hosting:
        - {usd: 4, per: GPU-hour, source: page, confidence: low, units_per_deployment: 2}
        - {usd: 5, per: GPU-hour, source: acme_api, confidence: high, since: 2026-11-22, units_per_deployment: 2}
        - {usd: 9, per: GPU-hour, source: acme_api, confidence: low, variant: B200}
# The end.
"""
    )


def test_unconfirmed_price_preserves_its_date(acme: Path) -> None:
    """In week two training changes once more, input is confirmed, and the B200 is gone."""
    apply_to(acme, observed(one_training="12.5", **{"in": "2"}, out="7", h100="5", b200="9"))
    apply_to(acme, observed(one_training="13", **{"in": "2"}, out="7", h100="5"), LATER)
    offer = load_catalog(providers_dir=acme).offers["acme/one"]
    assert [(price.usd, price.since, price.source.checked) for price in offer.history("training")] == [
        (10, None, "2026-02-01"),
        (Decimal("12.5"), TODAY, "2026-11-22"),
        (13, LATER, "2026-11-29"),
    ]
    checked = {(price.usd, price.variant): price.source.checked for price in offer.prices["hosting"]}
    assert checked == {(4, None): "2026-02-01", (5, None): "2026-11-29", (9, "B200"): "2026-11-22"}
    assert [price.source.checked for price in offer.history("input")] == ["2026-11-29", "2026-02-01"]


def test_refresh_that_confirms_all_changes_one_date(acme: Path) -> None:
    text = apply_to(acme, observed(**RECORDED))
    later_text = apply_to(acme, observed(**RECORDED), LATER)
    assert text.replace("2026-11-22\n    kind", "2026-11-29\n    kind") == later_text


def test_two_feeds_that_agree_use_the_source_in_file_order(acme: Path) -> None:
    """The feed that is listed higher in feeds.yml becomes the source; the other one still confirms its own prices."""
    feeds = {"acme-api": feed(), "other-api": feed(title="Other")}
    for day, observations in ((TODAY, observed(one_training="10")), (LATER, observed(one_training="10", h100="4"))):
        catalog = load_catalog(providers_dir=acme)
        findings = compare("acme-api", feeds["acme-api"], observations, catalog, day)
        findings += compare("other-api", feeds["other-api"], observed(h100="4", b200="9"), catalog, day)
        apply(mark_disputed(findings), feeds, catalog, acme, day)
    offer = load_catalog(providers_dir=acme).offers["acme/one"]
    assert [(price.source.title, price.source.checked) for price in offer.prices["hosting"]] == [
        ("Acme's prices", "2026-11-29"),
        ("Other", "2026-11-29"),
    ]


def test_second_change_on_one_day_is_not_written(acme: Path) -> None:
    text = apply_to(acme, observed(**RECORDED | {"in": "2.5"}))
    assert outcome(acme, observed(**RECORDED | {"in": "2.6"}), "in") == ("implausible", "already changed today")
    assert apply_to(acme, observed(**RECORDED | {"in": "2.6"})) == text


def test_nothing_is_written_if_the_files_do_not_load(acme: Path) -> None:
    catalog = load_catalog(providers_dir=acme)
    findings = findings_of(acme, observed(**RECORDED | {"in": "2.5"}))
    (acme / "other.yml").write_text(ACME.replace("platform: acme", "platform: other").replace("usd: 2,", "usd: two,"))
    with pytest.raises(PriceWriteError, match=r"the edited files don't load: other\.yml"):
        apply(findings, FEEDS, catalog, acme, TODAY)
    assert (acme / "acme.yml").read_text() == ACME
    assert {path.name for path in acme.iterdir()} == {"acme.yml", "other.yml"}


def test_file_that_changed_meanwhile_is_not_written(acme: Path) -> None:
    findings = findings_of(acme, observed(**RECORDED | {"in": "2.5"}))
    catalog = load_catalog(providers_dir=acme)
    (acme / "acme.yml").write_text(ACME.replace("  one:", "  uno:"))
    with pytest.raises(PriceWriteError, match="isn't in this file"):
        apply(findings, FEEDS, catalog, acme, TODAY)


def test_every_price_of_the_catalogue_can_be_changed(tmp_path: Path, catalog: Catalog) -> None:
    """All prices rise by 10 % at once; the recorded ones stay unchanged, in their places."""
    folder = tmp_path / "providers"
    shutil.copytree(PROVIDERS_DIR, folder)
    targets = [
        target
        for offer in catalog.offers.values()
        for kind, prices in offer.prices.items()
        for target in dict.fromkeys(PriceTarget(offer.id, kind, price.method, price.variant) for price in prices)
    ]
    findings = []
    for target in targets:
        price = target.on(catalog, TODAY)
        if price and price.usd:
            findings.append(Finding("changed", "acme-api", "", "", target=target, usd=price.usd * Decimal("1.1")))
    assert len(findings) > 500
    apply(findings, FEEDS, catalog, folder, TODAY)
    changed_catalog = load_catalog(providers_dir=folder)
    for finding in findings:
        assert finding.target
        recorded = [price for price in finding.target.history(catalog) if (price.since or TODAY) <= TODAY]
        *earlier, added = [
            price for price in finding.target.history(changed_catalog) if (price.since or TODAY) <= TODAY
        ]
        assert earlier == recorded
        assert (added.usd, added.since, added.per) == (finding.usd, TODAY, recorded[-1].per)
        assert added.units_per_deployment == recorded[-1].units_per_deployment
    for path in PROVIDERS_DIR.glob("*.yml"):
        lines = iter((folder / path.name).read_text().splitlines())
        stripped = (line.strip().removeprefix("- ") for line in lines)
        for line in path.read_text().splitlines():  # in the same order, among the inserted lines
            text = line.strip().removeprefix("- ")
            assert any(
                text == candidate or (candidate.startswith("{") and text.endswith(candidate)) for candidate in stripped
            ), line


@pytest.mark.parametrize("path", sorted(PROVIDERS_DIR.glob("*.yml")), ids=lambda path: path.name)
def test_price_files_have_the_format_of_the_refresh(path: Path) -> None:
    """Otherwise the diff of a refresh would contain lines that it didn't change."""
    text = path.read_text(encoding="utf-8")
    assert PriceDocument(text).text() == text, f"run `ftcost prices format` for {path.name}"


amounts = st.decimals("0.01", "50", places=3)


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(sorted(RECORDED)), amounts, min_size=1), st.integers(0, 30))
def test_applied_prices_are_unchanged_in_the_next_refresh(
    tmp_path_factory: pytest.TempPathFactory, changed: dict[str, Decimal], days: int
) -> None:
    folder = tmp_path_factory.mktemp("providers")
    (folder / "acme.yml").write_text(ACME)
    observations = observed(**RECORDED | {name: str(usd) for name, usd in changed.items()})
    applied = {finding.target for finding in findings_of(folder, observations) if finding.applies}
    apply_to(folder, observations)
    findings = findings_of(folder, observations, TODAY + timedelta(days))
    assert {finding.target for finding in findings if finding.outcome == "unchanged" and finding.target} == applied
    assert not [finding for finding in findings if finding.outcome == "changed"]
    text = (folder / "acme.yml").read_text()
    assert apply_to(folder, observations) == text


# A separate folder of refreshed prices


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


# All feeds and the shipped catalogue


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as feeds:
        yield feeds


async def test_findings_of_all_feeds(server: FeedServer, catalog: Catalog) -> None:
    async with http() as client:
        report = await refresh(client, server.feeds(), catalog, TODAY, KEYS)
    assert report.warnings == ()
    lines = {
        (finding.outcome, finding.feed, finding.subject, finding.recorded, finding.observed)
        for finding in report.findings
    }
    assert lines >= {
        ("unchanged", "azure-retail", "azure/gpt-4.1-mini@global training", "5 / 1M tokens", "5 / 1M tokens"),
        ("changed", "azure-retail", "azure/gpt-4.1-mini@regional training", "5.5 / 1M tokens", "6 / 1M tokens"),
        ("implausible", "azure-retail", "azure/gpt-4.1-mini@global output", "1.6 / 1M tokens", "16 / 1M tokens"),
        ("implausible", "azure-retail", "azure/gpt-4.1-mini@global cached_input", "0.1 / 1M tokens", "unknown"),
        ("new", "azure-retail", "Azure OpenAI, eastus2", "", "2 / 1M tokens"),
        ("gone", "azure-retail", "azure/gpt-4.1@global training", "", ""),
        ("changed", "aws-bedrock", "aws-bedrock/nova-2-lite provisioned", "60.5 / unit-hour", "66.55 / unit-hour"),
        (
            "unchanged",
            "aws-bedrock",
            "aws-bedrock/nova-2-lite model_storage",
            "1.95 / model-month",
            "1.95 / model-month",
        ),
        ("changed", "aws-bedrock", "aws-bedrock/llama-3.3-70b training", "unknown", "7.99 / 1M tokens"),
        ("new", "aws-ec2", "8 × GPU, us-east-1", "", "6.88 / hour"),
        ("changed", "litellm", "openai/gpt-4.1 input", "3 / 1M tokens", "3.3 / 1M tokens"),
        ("changed", "litellm", "openai/gpt-4.1 inference_ends", "2027-01-14", "2026-12-31"),
        ("unchanged", "litellm", "openai/gpt-4.1-mini inference_ends", "2027-01-14", "2027-01-14"),
        ("changed", "genai-prices", "base model openai/gpt-4.1 input", "2 / 1M tokens", "1.8 / 1M tokens"),
        ("unchanged", "openrouter", "base model openai/gpt-4.1-mini output", "1.6 / 1M tokens", "1.6 / 1M tokens"),
        ("changed", "openai-models", "openai/gpt-4.1 inference_ends", "2027-01-14", "2027-03-09"),
        ("changed", "together", "together/qwen3-8b training lora", "0.48 / 1M tokens", "0.52 / 1M tokens"),
        ("new", "google-billing", "global", "", "11 / 1M tokens"),
        ("new", "skypilot", "8 × H100, us-east-1", "", "4.29 / hour"),
        ("new", "gpuhunt", "2 × H100 80 GB, US-KS-2", "", "3.49 / hour"),
    }
    # Ignored: a wrong meter, an end date that means something else, and a GPU that is too old for training.
    names = {finding.name for finding in report.findings}
    assert "gpt 4o dev ft cchd inpt glbl Tokens" not in names
    ends = [finding for finding in report.findings if "inference_ends" in finding.subject]
    assert not [finding for finding in ends if "gemini" in finding.subject]
    assert "lambda/gpu_8x_v100" not in names
    bases = [finding for finding in report.findings if "base model" in finding.subject]
    assert not [finding for finding in (*ends, *bases) if finding.applies]


async def test_feed_without_its_key_is_skipped(server: FeedServer, catalog: Catalog) -> None:
    async with http() as client:
        report = await refresh(client, server.feeds("together", "openai-models"), catalog, TODAY, {})
    assert report == RefreshReport(
        (),
        (
            "OpenAI, list of models was skipped: OPENAI_API_KEY isn't set.",
            "Together AI, list of models was skipped: TOGETHER_API_KEY isn't set.",
        ),
    )
    assert server.requests == []


async def test_price_of_the_feeds_is_unchanged_once_applied(server: FeedServer, tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    shutil.copytree(PROVIDERS_DIR, folder)
    feeds = server.feeds()
    async with http() as client:
        for day in (TODAY, LATER):
            catalog = load_catalog(providers_dir=folder)
            report = await refresh(client, feeds, catalog, day, KEYS)
            changed = {
                finding.subject for finding in report.findings if finding.outcome == "changed" and finding.applies
            }
            assert changed == (
                {
                    "azure/gpt-4.1-mini@regional training",
                    "aws-bedrock/nova-2-lite provisioned",
                    "aws-bedrock/nova-lite training",
                    "aws-bedrock/llama-3.3-70b training",
                    "openai/gpt-4.1 input",
                    "together/qwen3-8b training lora",
                }
                if day == TODAY
                else set()
            )
            paths = apply(report.findings, feeds, catalog, folder, day)
            assert {path.stem for path in paths} <= {"azure", "aws-bedrock", "openai", "google", "together"}
            assert (day == LATER) or {"azure", "together"} <= {path.stem for path in paths}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30))
def test_any_text_survives_in_a_price_file(text: str) -> None:
    fields = {"b": text, "c": "d"}
    assert read_yaml(dump(CommentedMap(a=in_braces(fields), b=block(fields)))) == {"a": fields, "b": fields}
