"""`ftcost prices refresh` and `format`: print the findings of a refresh, write prices, and format price files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from pricing.catalog import Catalog
from pricing.files.reading import yaml_files
from pricing.http_client import BoundedClient
from pricing.load import PROVIDERS_DIR, load_catalog
from pricing.refresh.apply import PriceWriteError, apply
from pricing.refresh.feed import Feed, load_feeds
from pricing.refresh.findings import Finding, Outcome
from pricing.refresh.overlay import write_overlay
from pricing.refresh.run import RefreshReport, feed_session, load_with_refreshed, refresh

# Findings that need an action come first. Unchanged prices are only counted.
ORDER: tuple[Outcome, ...] = ("changed", "implausible", "disputed", "gone", "new")
MAX_ROWS = 40
"""Rows per outcome and feed."""


async def run_refresh(
    *,
    write: bool,
    into: Path | None,
    only: Sequence[str],
    today: date,
    environment: Mapping[str, str],
    feeds: Mapping[str, Feed] | None = None,
    providers_dir: Path = PROVIDERS_DIR,
    compare_answers: Callable[[Catalog, Catalog], str] | None = None,
) -> int:
    """Read the feeds, print the table of findings, and write the changes on request.

    Args:
        write: Write the changes into `providers_dir`.
        into: Write the changes into this folder instead.
        only: Names of the feeds to read; all of them if empty.
        today: The date of confirmed sources and new prices.
        environment: Holds the API keys of feeds.
        feeds: The known feeds; those of `feeds.yml` by default.
        providers_dir: The folder of the price files.
        compare_answers: Returns how answers with the recorded prices differ from those with the observed ones.

    Returns:
        The exit code: 0 for success, 1 if the changes can't be written, 2 for an unknown feed.

    Raises:
        PriceFileError: A price file is invalid.
    """
    feeds = load_feeds() if feeds is None else feeds
    if unknown := [name for name in only if name not in feeds]:
        print(f"Unknown feed {unknown[0]!r}. The feeds are {', '.join(feeds)}.", file=sys.stderr)
        return 2
    selected = {name: feed for name, feed in feeds.items() if not only or name in only}
    catalog = load_with_refreshed(into) if into else load_catalog(providers_dir=providers_dir)
    async with feed_session() as session:
        report = await refresh(BoundedClient(session), selected, catalog, today, environment)
    print("\n".join(table(report)))
    try:
        if compare_answers:
            with TemporaryDirectory() as folder:
                observed_dir = Path(folder)
                write_overlay(report.findings, selected, catalog, observed_dir, today)
                observed = load_catalog(providers_dir=providers_dir, refreshed_dir=observed_dir)
                print(f"\n{compare_answers(catalog, observed)}")
        if into:
            _print_written(write_overlay(report.findings, selected, catalog, into, today))
        elif write:
            _print_written(apply(report.findings, selected, catalog, providers_dir, today))
    except PriceWriteError as error:
        print(f"Nothing was written: {error}", file=sys.stderr)
        return 1
    return 0


def table(report: RefreshReport) -> Iterator[str]:
    """Yield the lines of the report: findings except unchanged prices, counts by feed, and warnings."""
    findings = list(_reported_findings(report.findings))
    if findings:
        cells = [("Outcome", "Price", "Recorded", "Observed", "Feed"), *map(_cells, findings)]
        widths = [max(len(row[column]) for row in cells) for column in range(4)]
        for row in cells:
            yield "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[4]])
        yield ""
    for feed, outcomes in _counts(report.findings).items():
        yield f"{feed}: {', '.join(f'{count} {outcome}' for outcome, count in outcomes.items())}."
    yield from report.warnings


def _reported_findings(findings: Iterable[Finding]) -> Iterator[Finding]:
    rows_by_feed: Counter[tuple[str, str]] = Counter()
    listed = [finding for finding in findings if finding.outcome in ORDER]
    for finding in sorted(listed, key=lambda finding: ORDER.index(finding.outcome)):
        rows_by_feed[finding.outcome, finding.feed] += 1
        if rows_by_feed[finding.outcome, finding.feed] <= MAX_ROWS:
            yield finding


def _cells(finding: Finding) -> tuple[str, str, str, str, str]:
    name = f"{finding.feed}: {finding.name}"
    return (
        finding.outcome,
        finding.subject,
        finding.recorded,
        finding.observed,
        f"{name} ({finding.note})" if finding.note else name,
    )


def _counts(findings: Iterable[Finding]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        counts.setdefault(finding.feed, Counter())[finding.outcome] += 1
    return counts


def _print_written(paths: Sequence[Path]) -> None:
    print(f"Written: {', '.join(path.name for path in paths)}." if paths else "Nothing to write.")


def format_price_files() -> list[Path]:
    """Write the catalogue's price files in the layout of a refresh, so that its diff shows only what it changed.

    Returns:
        The files whose layout changed.

    Raises:
        PriceFileError: A price file is invalid; then no file is written.
    """
    from pricing.refresh.price_document import PriceDocument

    load_catalog()
    formatted = []
    for path in yaml_files(PROVIDERS_DIR):
        text = path.read_text(encoding="utf-8")
        layout = PriceDocument(text).text()
        if layout != text:
            path.write_text(layout, encoding="utf-8", newline="")
            formatted.append(path)
    return formatted
