"""Write findings into the catalogue's price files. The strict loader checks them before a file is replaced."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pricing.catalog import Catalog
from pricing.files.reading import PriceFileError, read_record, yaml_files
from pricing.load import PlatformFile, load_catalog
from pricing.price import Price
from pricing.refresh.feed import Feed
from pricing.refresh.findings import Finding, same_price
from pricing.refresh.price_targets import PriceTarget
from pricing.refresh.record import key_of, next_price, price_fields, source_fields, source_of

if TYPE_CHECKING:
    from pricing.refresh.price_document import PriceDocument, PriceRow


class PriceWriteError(Exception):
    """Findings can't be written; no file has changed. The text says why."""


class _Match(NamedTuple):
    """A finding and the recorded price that it concerns."""

    finding: Finding
    price: Price
    row: PriceRow

    @property
    def confirms(self) -> bool:
        return self.finding.outcome == "unchanged"


def apply(
    findings: Iterable[Finding], feeds: Mapping[str, Feed], catalog: Catalog, folder: Path, today: date
) -> list[Path]:
    """Write the confirmed and changed prices into the price files of a folder.

    Args:
        findings: The findings of `refresh`. Those with `applies` false are ignored.
        feeds: The feeds of the findings, by id.
        catalog: The catalogue loaded from the folder.
        folder: Holds one file per platform.
        today: The date of confirmed sources and new prices.

    Returns:
        The files that changed.

    Raises:
        PriceWriteError: If the files don't hold the recorded prices, can't be edited or don't load afterwards. No
            file has changed.
    """
    from pricing.refresh.price_document import EditError, PriceDocument  # ruamel.yaml: 2 MB that few processes need

    by_platform: dict[str, list[Finding]] = {}
    for finding in dict.fromkeys(finding for finding in findings if finding.applies):
        by_platform.setdefault(_platform(finding), []).append(finding)
    texts: dict[Path, str] = {}
    try:
        for path in yaml_files(folder):
            text = path.read_bytes().decode("utf-8")
            # Only a file that changes is read for editing, which is slow.
            if platform_findings := by_platform.pop(read_record(path.name, text, PlatformFile).platform, []):
                document = PriceDocument(text)
                _edit(document, platform_findings, feeds, catalog, today)
                edited = document.text()
                if edited != text:
                    texts[path] = edited
    except EditError as error:
        raise PriceWriteError(f"{path.name}: {error}") from None
    except PriceFileError as error:
        raise PriceWriteError(str(error)) from None
    if by_platform:
        raise PriceWriteError(f"{folder} has no file for {', '.join(by_platform)}")
    write_if_valid(folder, texts, lambda copy: load_catalog(providers_dir=copy), findings, today)
    return list(texts)


def write_if_valid(
    folder: Path,
    texts: Mapping[Path, str],
    load: Callable[[Path], Catalog],
    findings: Iterable[Finding],
    today: date,
) -> None:
    """Write `texts` if the folder loads with them and then holds the observed prices. Raises PriceWriteError."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for path in yaml_files(folder):
            shutil.copyfile(path, copy / path.name)
        for path, text in texts.items():
            (copy / path.name).write_text(text, encoding="utf-8", newline="")
        try:
            catalog = load(copy)
        except PriceFileError as error:
            raise PriceWriteError(f"the edited files don't load: {error}") from None
    for finding in findings:
        if finding.applies and finding.target and finding.usd is not None:
            price = finding.target.on(catalog, today)
            if price is None or price.usd is None or not same_price(price.usd, finding.usd):
                raise PriceWriteError(f"the edited files don't hold {finding.observed} for {finding.subject}")
    for path, text in texts.items():
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_text(text, encoding="utf-8", newline="")
        temporary.replace(path)


def _edit(
    document: PriceDocument, findings: Sequence[Finding], feeds: Mapping[str, Feed], catalog: Catalog, today: date
) -> None:
    """Date the sources that confirm prices, and insert the prices that changed."""
    rows = list(document.rows())
    matches = _match(rows, findings, catalog, today)
    confirmed = {match.row.identity for match in matches if match.confirms}
    unconfirmed = [row for row in rows if row.identity not in confirmed]
    for feed_id in dict.fromkeys(match.finding.feed for match in matches):
        feed, key = feeds[feed_id], key_of(feed_id)
        _date_source(document, key, feed, unconfirmed, today)
        for match in matches:
            if match.finding.feed != feed_id:
                continue
            if match.confirms:
                match.row.fields["source"] = key
            elif match.finding.usd is not None:
                price = next_price(match.price, match.finding.usd, feed, today)
                match.row.insert_next(price_fields(price, key))


def _match(rows: Iterable[PriceRow], findings: Sequence[Finding], catalog: Catalog, today: date) -> list[_Match]:
    """Pair each price with the first finding about it. Raises EditError."""
    from pricing.refresh.price_document import EditError

    by_identity = {row.identity: row for row in rows}
    matches = []
    for target, finding in {finding.target: finding for finding in reversed(findings)}.items():
        price = target.on(catalog, today) if target else None
        row = by_identity.get(_identity(target, price)) if target and price else None
        if row is None or price is None:
            raise EditError(f"{finding.subject} isn't in this file")
        matches.append(_Match(finding, price, row))
    return matches


def _date_source(document: PriceDocument, key: str, feed: Feed, unconfirmed: Iterable[PriceRow], today: date) -> None:
    """Date a feed's source today. Prices that no feed confirms keep the source with its earlier date."""
    fields = document.sources.get(key)
    if fields is None:
        document.add_source(key, source_fields(source_of(feed, today)))
        return
    checked = fields["checked"]
    if checked >= today.isoformat():
        return
    dated_key = f"{key}_{checked.replace('-', '_')}"
    stale = [row for row in unconfirmed if row.fields["source"] == key]
    if stale and dated_key not in document.sources:
        document.add_source(dated_key, fields)
    for row in stale:
        row.fields["source"] = dated_key
    fields["checked"] = today.isoformat()


def _identity(target: PriceTarget, price: Price) -> tuple[str, str, str | None, str | None, str | None]:
    model = target.offer.partition("/")[2]
    return model, target.kind, target.method, target.variant, price.since.isoformat() if price.since else None


def _platform(finding: Finding) -> str:
    return finding.target.offer.partition("/")[0] if finding.target else ""
