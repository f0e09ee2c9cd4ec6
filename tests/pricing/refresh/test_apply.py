"""Edits of the price files as a person would make them."""

from __future__ import annotations

import difflib
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.comments import CommentedMap

from pricing import Catalog, load_catalog
from pricing.files.strict_yaml import read_yaml
from pricing.load import PROVIDERS_DIR
from pricing.refresh import Finding, PriceWriteError, apply
from pricing.refresh.compare import compare, mark_disputed
from pricing.refresh.price_document import PriceDocument, block, dump, in_braces
from pricing.refresh.price_targets import PriceTarget
from tests.pricing.refresh.acme import (
    ACME,
    FEEDS,
    LATER,
    RECORDED,
    TODAY,
    apply_to,
    feed,
    findings_of,
    observed,
    outcome,
)

TRAINING = [
    *("usd: 10", "per: 1M tokens", "source: page", "confidence: medium", "meter: one training"),
    *("note: in the United States", "conflict: another page says 9"),
]
"""The fields of the recorded training price, one a line."""


def test_refresh_edits_only_the_lines_that_change(acme: Path) -> None:
    """A changed price is appended, and the recorded one moves into a list; a confirmed one gets a new source."""
    text = apply_to(acme, observed(one_training="12.5", **{"in": "2"}, out="7", h100="5", b200="9"))
    changes = [line for line in difflib.ndiff(ACME.splitlines(), text.splitlines()) if line[0] in "+-"]
    assert changes == [
        "+   acme_api:",
        '+     title: "Acme\'s prices"',
        "+     url: https://acme.test/api",
        "+     checked: 2026-11-22",
        "+     kind: read by a program",
        *(
            change
            for field in TRAINING
            for change in (f"-         {field}", f"+         {'- ' if field == TRAINING[0] else '  '}{field}")
        ),
        "+         - usd: 12.5",
        "+           per: 1M tokens",
        "+           source: acme_api",
        "+           confidence: high",
        "+           since: 2026-11-22",
        "+           meter: one training",
        "+           note: in the United States",
        "-         - {usd: 2, per: 1M tokens, source: page, confidence: high}  # standard",
        "+         - {usd: 2, per: 1M tokens, source: acme_api, confidence: high} # standard",
        "+       output:",
        '-       output: {usd: unknown, per: 1M tokens, source: page, confidence: low, note: "nobody says"}  # yet',
        '+         - {usd: unknown, per: 1M tokens, source: page, confidence: low, note: "nobody says"} # yet',
        "+         - {usd: 7, per: 1M tokens, source: acme_api, confidence: high, since: 2026-11-22}",
        "+         - {usd: 5, per: GPU-hour, source: acme_api, confidence: high, since: 2026-11-22, "
        "units_per_deployment: 2}",
        "-         - {usd: 9, per: GPU-hour, source: page, confidence: low, variant: B200}",
        "+         - {usd: 9, per: GPU-hour, source: acme_api, confidence: low, variant: B200}",
    ]


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


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30))
def test_any_text_survives_in_a_price_file(text: str) -> None:
    fields = {"b": text, "c": "d"}
    assert read_yaml(dump(CommentedMap(a=in_braces(fields), b=block(fields)))) == {"a": fields, "b": fields}
