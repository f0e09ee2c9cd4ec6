"""Comparison of a feed with recorded prices: what is written, refused, new, gone or disputed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pricing import load_catalog
from pricing.refresh.compare import compare, mark_disputed
from pricing.refresh.observation import FeedError, Observation, Observations
from pricing.refresh.price_targets import PriceTarget
from tests.pricing.refresh.acme import (
    NAMES,
    RECORDED,
    TODAY,
    apply_to,
    feed,
    findings_of,
    observed,
    outcome,
)


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


def test_small_steps_move_a_price_no_further_than_one(acme: Path) -> None:
    """A feed that lies by a factor of 0.35 each day: the second day is refused, against the price of the month before.

    After 30 days the lower price is the base of the comparison.
    """
    lower = observed(**RECORDED | {"in": "0.7"})
    assert outcome(acme, lower, "in") == ("changed", "")
    apply_to(acme, lower)
    lowest = observed(**RECORDED | {"in": "0.245"})
    drift = "differs by more than a factor of 3 from a price of the last 30 days"
    assert outcome(acme, lowest, "in", TODAY + timedelta(days=1)) == ("implausible", drift)
    assert outcome(acme, lowest, "in", TODAY + timedelta(days=29)) == ("implausible", drift)
    assert outcome(acme, lower, "in", TODAY + timedelta(days=1)) == ("unchanged", "")
    assert outcome(acme, lowest, "in", TODAY + timedelta(days=30)) == ("changed", "")


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
