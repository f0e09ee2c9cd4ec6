"""Findings into a folder of their own, for a running bot; `load_catalog(refreshed_dir=…)` lays it over the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from pricing.catalog import Catalog
from pricing.load import load_catalog
from pricing.offer import Price, Source
from pricing.refresh.apply import NotWritten, price_files, write_checked
from pricing.refresh.compare import Finding
from pricing.refresh.feed import Feed
from pricing.refresh.places import PriceTarget
from pricing.refresh.record import next_price, price_fields, source_fields, source_of
from pricing.refresh.yaml_text import price_rows, root_of, row_text, source_text
from pricing.yaml_reader import read_yaml

HEADER = "# Written by the refresh of prices; what is typed in here is lost."


def write_overlay(
    findings: Iterable[Finding], feeds: Mapping[str, Feed], catalog: Catalog, folder: Path, today: date
) -> list[Path]:
    """Write what applies, and what was there before, into `folder`; the files that changed. `catalog` is the one with
    the folder laid over it. Raises NotWritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    findings = list(findings)
    # An offer that the catalogue has dropped since is dropped here too.
    before = [target for target in _written_before(folder) if target.offer in catalog.offers]
    histories = {target: target.history(catalog) for target in before}
    for target, finding in {finding.target: finding for finding in reversed(findings) if finding.applies}.items():
        if target and finding.usd is not None:
            histories[target] = _refreshed(target, finding, feeds[finding.feed], catalog, today)
    by_platform: dict[str, dict[PriceTarget, list[Price]]] = {}
    for target, prices in sorted(histories.items(), key=lambda entry: str(entry[0])):
        by_platform.setdefault(target.offer.partition("/")[0], {})[target] = prices
    texts = {}
    for platform, targets in by_platform.items():
        path, text = folder / f"{platform}.yml", _text(platform, targets)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            texts[path] = text
    write_checked(folder, texts, lambda copy: load_catalog(refreshed_dir=copy), findings, today)
    return list(texts)


def _refreshed(target: PriceTarget, finding: Finding, feed: Feed, catalog: Catalog, today: date) -> list[Price]:
    """The history with its price of today confirmed, or followed by the next."""
    current = target.on(catalog, today)
    found = []
    for price in target.history(catalog):
        if price is not current or finding.usd is None:
            found.append(price)
        elif finding.outcome == "unchanged":
            found.append(price.model_copy(update={"source": source_of(feed, today)}))
        else:
            found += [price, next_price(price, finding.usd, feed, today)]
    return found


def _written_before(folder: Path) -> list[PriceTarget]:
    """What the folder holds. Raises NotWritten where a person wrote in it."""
    found = []
    for path in price_files(folder):
        text = path.read_text(encoding="utf-8")
        if not text.startswith(HEADER):
            raise NotWritten(f"{path.name} was not written by a refresh; refreshed prices need a folder of their own")
        platform = read_yaml(text)["platform"]
        for row in price_rows(root_of(text)):
            method, variant = row.fields.get("method"), row.fields.get("variant")
            found.append(PriceTarget(f"{platform}/{row.model}", row.kind, method, variant))  # type: ignore[arg-type]
    return list(dict.fromkeys(found))


def _text(platform: str, targets: Mapping[PriceTarget, list[Price]]) -> str:
    sources: dict[Source, str] = {}
    offers: dict[str, dict[str, list[str]]] = {}
    for target, prices in targets.items():
        rows = offers.setdefault(target.offer.partition("/")[2], {}).setdefault(target.kind, [])
        for price in prices:
            key = sources.setdefault(price.source, _key(price.source, len(sources)))
            rows.append(row_text(price_fields(price, key), 8))
    lines = [HEADER, f"platform: {platform}", "sources:"]
    lines += [source_text(key, source_fields(source)) for source, key in sources.items()]
    lines.append("offers:")
    for model, kinds in offers.items():
        lines += [f"  {model}:", "    prices:"]
        for kind, rows in kinds.items():
            lines += [f"      {kind}:", *rows]
    return "\n".join(lines) + "\n"


def _key(source: Source, number: int) -> str:
    words = "_".join(re.findall("[a-z0-9]+", source.title.lower())[:4])
    return f"s{number + 1}_{words}"
