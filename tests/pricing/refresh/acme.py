"""A price file of one offer, a feed that reports its prices, and the findings of a refresh with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from pricing import load_catalog
from pricing.files.reading import validate
from pricing.refresh import Feed, Finding, apply
from pricing.refresh.compare import compare
from pricing.refresh.feed import PriceMapping
from pricing.refresh.observation import Observation, Observations

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
    return validate("feeds.yml", ("acme",), Feed, defaults | fields)


FEEDS = {"acme-api": feed()}


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


def outcome(folder: Path, observations: Observations, name: str, day: date = TODAY) -> tuple[str, str]:
    (finding,) = [finding for finding in findings_of(folder, observations, day) if finding.name == name]
    return finding.outcome, finding.note


def apply_to(folder: Path, observations: Observations, day: date = TODAY) -> str:
    """Apply the findings and return the text of the file."""
    catalog = load_catalog(providers_dir=folder)
    apply(findings_of(folder, observations, day), FEEDS, catalog, folder, day)
    return (folder / "acme.yml").read_text()
