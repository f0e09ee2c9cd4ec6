"""Ages by platform, and unknown prices that decide a total."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricing import ages_table, holes_table, load_catalog
from pricing.overview import holes, platform_ages

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 28)
FILE = """
platform: acme
title: Acme
sources:
  day: {title: A day, url: "https://acme.test/a", checked: 2026-11-18}
  month: {title: A month, url: "https://acme.test/b", checked: 2026-08}
  year: {title: A year, url: "https://acme.test/c", checked: 2026}
offers:
  whole:
    title: Whole
    model: whole
    prices:
      training: {usd: 1, per: 1M tokens, source: day, confidence: high}
      input: {usd: 1, per: 1M tokens, source: month, confidence: high}
      output: {usd: 1, per: 1M tokens, source: year, confidence: high}
  no-training:
    title: No training
    model: no-training
    prices:
      training:
        - {usd: unknown, per: 1M tokens, source: day, confidence: low, note: the console was read}
        - {usd: unknown, per: 1M tokens, source: day, confidence: low, method: dpo, note: not needed}
      hosting: {usd: 2, per: GPU-hour, source: day, confidence: high}
  fee-only:
    title: Fee only
    model: fee-only
    why: Calls have no public price.
    prices:
      training: {usd: 1, per: 1M tokens, source: day, confidence: high}
      hosting: {usd: 0, per: hour, source: day, confidence: high}
  known-later:
    title: Known later
    model: known-later
    prices:
      training:
        - {usd: unknown, per: 1M tokens, source: day, confidence: low, note: once unknown}
        - {usd: 3, per: 1M tokens, source: day, confidence: high, since: 2026-11-01}
      hosting: {usd: 2, per: GPU-hour, source: day, confidence: high}
  ended:
    title: Ended
    model: ended
    lifecycle: {source: day, training_ends: 2026-11-27}
"""


def test_ages_count_from_the_day_and_leave_undated_ones_out(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(FILE)
    (row,) = [row for row in platform_ages(load_catalog(providers_dir=tmp_path), TODAY) if row.platform == "Acme"]
    # 11 prices: one since 2026-08-01 (119 days), one of a year alone, nine of 2026-11-18 (10 days); 2 of 11 are old
    assert (row.prices, row.median_days, row.oldest_days, row.undated) == (11, 10, 119, 1)
    assert row.old_share == Decimal(2) / 11


def test_holes_are_unknown_prices_that_a_total_needs(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(FILE)
    catalog = load_catalog(providers_dir=tmp_path)
    assert [(hole.offer.id, hole.kind, hole.looked_at) for hole in holes(catalog, TODAY)] == [
        ("acme/no-training", "training", "the console was read (A day, 2026-11-18)"),
        ("acme/fee-only", "calls", "Calls have no public price."),
    ]
    assert list(holes_table(catalog, TODAY))[-1] == "2 of 4 offers open to new customers (50%) on 2026-11-28."


def test_every_hole_of_the_catalogue_says_what_was_looked_at() -> None:
    catalog = load_catalog()
    rows = holes(catalog, TODAY)
    assert rows
    for hole in rows:
        assert len(hole.looked_at) > 10, hole.offer.id


@pytest.mark.parametrize("platform", ["OpenAI", "Azure", "Together", "Fireworks", "Bedrock"])
def test_ages_list_every_platform(platform: str) -> None:
    assert any(line.startswith(platform) for line in ages_table(load_catalog(), TODAY))


def shipped_medians() -> dict[str, int | None]:
    """Return the median ages of the shipped prices on the day of the documents, without those of rented GPUs."""
    rows = platform_ages(load_catalog(), TODAY)
    return {row.platform: row.median_days for row in rows if not row.platform.endswith("(GPUs)")}


def test_readme_states_the_median_ages_of_the_catalogue() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    stated, undated = re.findall(r"on 2026-11-28, in days: (.+?)\. Those of (.+?) are undated", text)[0]
    ages: dict[str, int | None] = {
        name: int(days) for name, days in (part.rsplit(" ", 1) for part in stated.split(", "))
    }
    assert ages | dict.fromkeys(undated.split(" and ")) == shipped_medians()


def test_table_of_ages_agrees_with_the_catalogue() -> None:
    text = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| \d+ \| (undated|\d+ days) \|", text, re.MULTILINE)
    ages = {name: None if median == "undated" else int(median.split()[0]) for name, median in rows}
    assert ages == shipped_medians()
