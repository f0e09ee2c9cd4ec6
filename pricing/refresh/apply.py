"""Findings into the catalogue's own files: text edits, checked by the strict loader before anything is written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from pricing.catalog import Catalog
from pricing.files import PriceFileError
from pricing.load import load_catalog
from pricing.offer import Price
from pricing.refresh.compare import Finding, same
from pricing.refresh.feed import Feed
from pricing.refresh.places import PriceTarget
from pricing.refresh.record import key_of, next_price, price_fields, source_fields, source_of
from pricing.refresh.yaml_text import (
    Edit,
    EditError,
    Row,
    child,
    edited,
    items,
    price_rows,
    replaced,
    root_of,
    row_after,
    sources_behind,
)

RowId = tuple[str, str, str | None, str | None, str | None]
"""Model, kind, method, variant, since."""


class NotWritten(Exception):
    """Findings that could not be written down; every file is as it was. The text says why."""


def apply(
    findings: Iterable[Finding], feeds: Mapping[str, Feed], catalog: Catalog, folder: Path, today: date
) -> list[Path]:
    """Write what applies into the price files of `folder`; the files that changed. Raises NotWritten."""
    by_platform: dict[str, list[Finding]] = {}
    for finding in dict.fromkeys(finding for finding in findings if finding.applies):
        by_platform.setdefault(_platform(finding), []).append(finding)
    texts: dict[Path, str] = {}
    try:
        for path in price_files(folder):
            text = path.read_bytes().decode("utf-8")
            found = by_platform.pop(_declared_platform(text), [])
            new = _with_findings(text, found, feeds, catalog, today) if found else text
            if new != text:
                texts[path] = new
    except EditError as error:
        raise NotWritten(f"{path.name}: {error}") from None
    if by_platform:
        raise NotWritten(f"{folder} has no file for {', '.join(by_platform)}")
    write_checked(folder, texts, lambda copy: load_catalog(providers_dir=copy), findings, today)
    return list(texts)


def write_checked(
    folder: Path,
    texts: Mapping[Path, str],
    load: Callable[[Path], Catalog],
    findings: Iterable[Finding],
    today: date,
) -> None:
    """Write `texts`, if with them the folder loads and says what was found. Raises NotWritten."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for path in price_files(folder):
            shutil.copyfile(path, copy / path.name)
        for path, text in texts.items():
            (copy / path.name).write_text(text, encoding="utf-8", newline="")
        try:
            catalog = load(copy)
        except PriceFileError as error:
            raise NotWritten(f"the files would not load with it: {error}") from None
    for finding in findings:
        if finding.applies and finding.target and finding.usd is not None:
            price = finding.target.on(catalog, today)
            if price is None or price.usd is None or not same(price.usd, finding.usd):
                raise NotWritten(f"{finding.what} would not be {finding.observed} in the files")
    for path, text in texts.items():
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(path)


def price_files(folder: Path) -> list[Path]:
    """The files of a folder that the loader reads."""
    return sorted(
        path for path in folder.iterdir() if path.suffix in (".yml", ".yaml") and not path.name.startswith(".")
    )


def _with_findings(
    text: str, findings: Iterable[Finding], feeds: Mapping[str, Feed], catalog: Catalog, today: date
) -> str:
    root = root_of(text)
    rows = {_row_id(row): row for row in price_rows(root)}
    sources = {key.value: source for key, source in items(child(root, "sources"))}
    by_feed: dict[str, list[tuple[Row, Price, Finding]]] = {}
    for target, finding in {finding.target: finding for finding in reversed(list(findings))}.items():
        price = target.on(catalog, today) if target else None
        row = rows.get(_price_id(target, price)) if target and price else None
        if row is None or price is None:
            raise EditError(f"{finding.what} does not stand in this file")
        by_feed.setdefault(finding.feed, []).append((row, price, finding))
    edits: list[Edit] = []
    added: dict[str, Mapping[str, str]] = {}
    by_any = {_row_id(row) for found in by_feed.values() for row, _, finding in found if finding.outcome == "unchanged"}
    for feed_id, found in by_feed.items():
        feed, key = feeds[feed_id], key_of(feed_id)
        confirmed = {_row_id(row) for row, _, finding in found if finding.outcome == "unchanged"}
        if key not in sources:
            added[key] = source_fields(source_of(feed, today))
        elif (before := child(sources[key], "checked")).value < today.isoformat():
            edits.append(replaced(before, today.isoformat()))
            # What this feed said before and does not say today keeps the day on which it was said.
            kept = f"{key}_{before.value.replace('-', '_')}"
            stale = [row for row in rows.values() if row.fields["source"] == key and _row_id(row) not in by_any]
            edits += [replaced(row.source, kept) for row in stale]
            if stale and kept not in sources:
                added[kept] = {name.value: value.value for name, value in items(sources[key])}
        edits += [replaced(rows[row_id].source, key) for row_id in confirmed if rows[row_id].fields["source"] != key]
        for row, price, finding in found:
            if finding.outcome == "changed" and finding.usd is not None:
                edits += row_after(text, row, price_fields(next_price(price, finding.usd, feed, today), key))
    return edited(text, [*edits, *sources_behind(text, root, added)])


def _row_id(row: Row) -> RowId:
    fields = row.fields
    return row.model, row.kind, fields.get("method"), fields.get("variant"), fields.get("since")


def _price_id(target: PriceTarget, price: Price) -> RowId:
    model = target.offer.partition("/")[2]
    return model, target.kind, target.method, target.variant, price.since.isoformat() if price.since else None


def _platform(finding: Finding) -> str:
    return finding.target.offer.partition("/")[0] if finding.target else ""


def _declared_platform(text: str) -> str:
    return str(child(root_of(text), "platform").value)
