"""`python -m pricing`: list what the catalogue holds and lacks, refresh prices from live feeds, format price files."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from pricing import OLD_DAYS, Catalog, Offer, PriceFileError, load_catalog
from pricing.files.records import yaml_files
from pricing.load import PROVIDERS_DIR
from pricing.schema import SCHEMA_PATH, is_current, schema_text


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 2 if a price file can't be used, 1 if the schema is outdated."""
    parser = argparse.ArgumentParser(prog="python -m pricing", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("list", "schema", "refresh", "format"), default="list")
    parser.add_argument("--check", action="store_true", help="with schema: only say whether the file is current")
    parser.add_argument(
        "--prices-dir", type=Path, default=os.environ.get("FTCOST_PRICES_DIR") or None, help="your own prices"
    )
    parser.add_argument("--apply", action="store_true", help="with refresh: write what was found into the price files")
    parser.add_argument("--into", type=Path, metavar="DIR", help="with refresh: write it into a folder of its own")
    parser.add_argument(
        "--only", action="append", default=[], metavar="FEED", help="with refresh: this feed; repeatable"
    )
    options = parser.parse_args(argv)
    if options.what == "schema":
        return _schema(only_check=options.check)
    try:
        if options.what == "format":
            return _format()
        if options.what == "refresh":
            return _refresh(options)
        catalog = load_catalog(options.prices_dir)
    except PriceFileError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(overview(catalog, datetime.now(UTC).date())))
    return 0


def overview(catalog: Catalog, today: date) -> Iterator[str]:
    """Yield one line per offer: status, number of prices, age of the oldest in days, unknown prices; then totals."""
    offers = list(catalog.offers.values())
    width = max(len(offer.id) for offer in offers)
    yield f"{'Offer':<{width}}  {'Status':<11}  {'Prices':>6}  {'Oldest':>8}  Unknown"
    for offer in offers:
        oldest = oldest_days(offer, today)
        age = "" if oldest is None else f"{oldest} d{'!' if oldest > OLD_DAYS else ' '}"
        count = sum(len(prices) for prices in offer.prices.values())
        missing = ", ".join(holes(offer, today))
        yield f"{offer.id:<{width}}  {offer.status_on(today):<11}  {count:>6}  {age:>8}  {missing}".rstrip()
    statuses = Counter(offer.status_on(today) for offer in offers)
    prices = [price for offer in offers for rows in offer.prices.values() for price in rows]
    platforms = len({offer.platform for offer in offers})
    yield ""
    by_status = ", ".join(f"{count} {status}" for status, count in statuses.items())
    yield f"{len(offers)} offers on {platforms} platforms ({by_status})."
    yield (
        f"{len(prices)} prices: {sum(price.known for price in prices)} known, "
        f"{sum(price.confidence == 'low' for price in prices)} of low confidence, "
        f"{sum(price.conflict is not None for price in prices)} with sources that disagree, "
        f"{sum((today - price.source.checked_on).days > OLD_DAYS for price in prices)} read over {OLD_DAYS} days ago."
    )
    yield f"Catalogue {catalog.version}."


def oldest_days(offer: Offer, today: date) -> int | None:
    """Return the days since the source of an offer's oldest price was checked."""
    days = [(today - price.source.checked_on).days for rows in offer.prices.values() for price in rows]
    return max(days) if days else None


def holes(offer: Offer, today: date) -> list[str]:
    """Return the kinds of prices that a buyer would pay and the catalogue doesn't know."""
    if offer.status_on(today) in ("closed", "not offered"):
        return []
    missing = [
        f"{kind}{f' from {price.since}' if price.since and price.since > today else ''}"
        for kind, rows in offer.prices.items()
        for price in rows
        if not price.known and price.variant is None
    ]
    if not offer.prices.get("training"):
        missing.append("training")
    if not (offer.sells_calls or offer.history("provisioned") or offer.history("hosting")):
        missing.append("serving")
    return missing


def _refresh(options: argparse.Namespace) -> int:
    from pricing.refresh.command import run  # brings an HTTP client; the list needs none

    today = datetime.now(UTC).date()
    return asyncio.run(
        run(write=options.apply, into=options.into, only=options.only, today=today, environment=os.environ)
    )


def _format() -> int:
    """Write the catalogue's price files as a refresh writes them, so that its diff shows only what it changed."""
    from pricing.refresh.price_document import PriceDocument

    load_catalog()  # a file that the strict loader refuses stays as it is
    for path in yaml_files(PROVIDERS_DIR):
        text = path.read_text(encoding="utf-8")
        formatted = PriceDocument(text).text()
        if formatted != text:
            path.write_text(formatted, encoding="utf-8", newline="")
            print(f"Formatted {path.name}.")
    return 0


def _schema(*, only_check: bool) -> int:
    if only_check:
        if not is_current():
            print(f"{SCHEMA_PATH.name} is outdated: run `make schema`", file=sys.stderr)
        return 0 if is_current() else 1
    SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
