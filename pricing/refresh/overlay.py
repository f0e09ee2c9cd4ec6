"""Write findings into a separate folder, which `load_catalog(refreshed_dir=…)` lays over the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from pricing.catalog import Catalog
from pricing.files.reading import yaml_files
from pricing.load import load_catalog
from pricing.price import Price, Source
from pricing.refresh.apply import PriceWriteError, write_if_valid
from pricing.refresh.feed import Feed
from pricing.refresh.findings import Finding
from pricing.refresh.price_targets import PriceTarget
from pricing.refresh.record import next_price, price_fields, source_fields, source_of

WRITTEN_BY = "# Written by the refresh of prices;"
HEADER = f"{WRITTEN_BY} changes made here are lost."


def write_overlay(
    findings: Iterable[Finding], feeds: Mapping[str, Feed], catalog: Catalog, folder: Path, today: date
) -> list[Path]:
    """Write the confirmed and changed prices into a folder that `load_catalog(refreshed_dir=folder)` reads.

    Args:
        findings: The findings of `refresh`. Those with `applies` false are ignored.
        feeds: The feeds of the findings, by id.
        catalog: The catalogue with the folder laid over it.
        folder: Prices of earlier refreshes in it are preserved. Created if it doesn't exist.
        today: The date of confirmed sources and new prices.

    Returns:
        The files that changed.

    Raises:
        PriceWriteError: If a file of the folder wasn't written by a refresh, or the files don't load afterwards. No
            file has changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    findings = list(findings)
    # Prices of offers that are no longer in the catalogue are dropped.
    recorded = [target for target in _recorded_targets(folder) if target.offer in catalog.offers]
    histories = {target: target.history(catalog) for target in recorded}
    for target, finding in {finding.target: finding for finding in reversed(findings) if finding.applies}.items():
        if target and finding.usd is not None:
            histories[target] = _refresh_history(target, finding, feeds[finding.feed], catalog, today)
    by_platform: dict[str, dict[PriceTarget, list[Price]]] = {}
    for target, prices in sorted(histories.items(), key=lambda entry: str(entry[0])):
        by_platform.setdefault(target.offer.partition("/")[0], {})[target] = prices
    texts = {}
    for platform, targets in by_platform.items():
        path, text = folder / f"{platform}.yml", _text(platform, targets)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            texts[path] = text
    write_if_valid(folder, texts, lambda copy: load_catalog(refreshed_dir=copy), findings, today)
    return list(texts)


def _refresh_history(target: PriceTarget, finding: Finding, feed: Feed, catalog: Catalog, today: date) -> list[Price]:
    """Return a price's history with the current price confirmed, or followed by the observed one."""
    current = target.on(catalog, today)
    prices = []
    for price in target.history(catalog):
        if price is not current or finding.usd is None:
            prices.append(price)
        elif finding.outcome == "unchanged":
            prices.append(replace(price, source=source_of(feed, today)))
        else:
            prices += [price, next_price(price, finding.usd, feed, today)]
    return prices


def _recorded_targets(folder: Path) -> list[PriceTarget]:
    """Return the targets of the prices in a folder. Raises PriceWriteError if a refresh didn't write it."""
    from pricing.refresh.price_document import PriceDocument

    targets = []
    for path in yaml_files(folder):
        text = path.read_text(encoding="utf-8")
        if not text.startswith(WRITTEN_BY):
            raise PriceWriteError(
                f"{path.name} wasn't written by a refresh; use a separate folder for refreshed prices"
            )
        document = PriceDocument(text)
        for row in document.rows():
            method, variant = row.fields.get("method"), row.fields.get("variant")
            targets.append(PriceTarget(f"{document.platform}/{row.model}", row.kind, method, variant))  # type: ignore[arg-type]
    return list(dict.fromkeys(targets))


def _text(platform: str, targets: Mapping[PriceTarget, list[Price]]) -> str:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    from pricing.refresh.price_document import block, dump, in_braces

    keys: dict[Source, str] = {}
    offers = CommentedMap()
    for target, prices in targets.items():
        offer = offers.setdefault(target.offer.partition("/")[2], CommentedMap(prices=CommentedMap()))
        rows = offer["prices"].setdefault(target.kind, CommentedSeq())
        for price in prices:
            key = keys.setdefault(price.source, _key(price.source, len(keys)))
            rows.append(in_braces(price_fields(price, key)))
    sources = CommentedMap({key: block(source_fields(source)) for source, key in keys.items()})
    return f"{HEADER}\n{dump(CommentedMap(platform=platform, sources=sources, offers=offers))}"


def _key(source: Source, number: int) -> str:
    words = "_".join(re.findall("[a-z0-9]+", source.title.lower())[:4])
    return f"s{number + 1}_{words}"
