"""`ftcost prices`: list the catalogue with ages and holes, refresh it from live feeds, format its files."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli.arguments import prices_dir, today
from pricing import load_catalog, overview


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost prices` and return the exit code.

    Returns:
        0 for success, 1 if refreshed prices can't be written or a schema is outdated, 2 for an unknown feed.

    Raises:
        PriceFileError: A price file is invalid.
    """
    options = _parser().parse_args(arguments)
    match options.action:
        case "refresh":
            return _refresh(options)
        case "format":
            return _format()
        case "schema":
            return _schema(only_check=options.check)
        case _:
            print("\n".join(overview(load_catalog(options.prices_dir or prices_dir()), today())))
            return 0


def _refresh(options: argparse.Namespace) -> int:
    from pricing.refresh import run_refresh  # brings an HTTP client; the list needs none

    return asyncio.run(
        run_refresh(write=options.apply, into=options.into, only=options.only, today=today(), environment=os.environ)
    )


def _format() -> int:
    from pricing.refresh import format_price_files

    for path in format_price_files():
        print(f"Formatted {path.name}.")
    return 0


def _schema(*, only_check: bool) -> int:
    from pricing.schema import SCHEMA_PATH, is_current, schema_text

    if not only_check:
        SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
        return 0
    if is_current():
        return 0
    print(f"{SCHEMA_PATH.name} is outdated: run `make schema`", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost prices", description="List the catalogue with the age of its prices and what is unknown."
    )
    parser.add_argument("--prices-dir", type=Path, metavar="DIR", help="your own prices (default: FTCOST_PRICES_DIR)")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    refresh = actions.add_parser("refresh", help="compare the prices with live feeds, and optionally write the changes")
    refresh.add_argument("--apply", action="store_true", help="write the changes into the price files")
    refresh.add_argument("--into", type=Path, metavar="DIR", help="write the changes into a separate folder")
    refresh.add_argument("--only", action="append", default=[], metavar="FEED", help="read this feed only; repeatable")
    actions.add_parser("format", help="write the price files in the layout that a refresh uses")
    schema = actions.add_parser("schema", help="write the JSON Schema of price files")
    schema.add_argument("--check", action="store_true", help="only check that the published schema is current")
    return parser
