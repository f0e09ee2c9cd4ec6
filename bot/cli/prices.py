"""`ftcost prices`: list the catalogue, its ages and unknown prices; refresh it from live feeds, or format its files."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bot.cli.arguments import prices_dir, today
from pricing import ages_table, capability_gaps, holes_table, load_catalog, overview


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost prices` and return the exit code.

    Returns:
        0 for success, 1 if refreshed prices can't be written, 2 for an unknown feed.

    Raises:
        PriceFileError: A price file is invalid.
    """
    options = _parser().parse_args(arguments)
    match options.action:
        case "refresh":
            return _refresh(options)
        case "format":
            return _format()
        case "capability":
            catalog = load_catalog(options.prices_dir or prices_dir())
            print("\n".join(capability_gaps(catalog.offers.values(), catalog.capability)))
            return 0
        case action:
            lines = {"ages": ages_table, "holes": holes_table}.get(action, overview)
            print("\n".join(lines(load_catalog(options.prices_dir or prices_dir()), today())))
            return 0


def _refresh(options: argparse.Namespace) -> int:
    from pricing.refresh import run_refresh  # brings an HTTP client; the list needs none

    compared = None
    if options.scenario or options.saved:
        from bot.cli.refreshed_answers import compare_answers, questions_of_files, saved_questions

        questions = questions_of_files(options.scenario) + (saved_questions() if options.saved else [])
        compared = partial(compare_answers, questions, today())
    return asyncio.run(
        run_refresh(
            write=options.apply,
            into=options.into,
            only=options.only,
            today=today(),
            environment=os.environ,
            compare_answers=compared,
        )
    )


def _format() -> int:
    from pricing.refresh import format_price_files

    for path in format_price_files():
        print(f"Formatted {path.name}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost prices", description="List the catalogue with the age of its prices and what is unknown."
    )
    parser.add_argument("--prices-dir", type=Path, metavar="DIR", help="your own prices (default: FTCOST_PRICES_DIR)")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    refresh = actions.add_parser(
        "refresh",
        help="compare the prices with live feeds, and optionally write the changes",
        description="Compare the prices with live feeds. Without --apply or --into nothing is written.",
    )
    refresh.add_argument("--apply", action="store_true", help="write the changes into the price files")
    refresh.add_argument("--into", type=Path, metavar="DIR", help="write the changes into a separate folder")
    refresh.add_argument("--only", action="append", default=[], metavar="FEED", help="read this feed only; repeatable")
    refresh.add_argument(
        "--scenario",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="show how the answer to this scenario file changes; repeatable",
    )
    refresh.add_argument(
        "--saved", action="store_true", help="show which of the newest answers in FTCOST_DATABASE_URL change"
    )
    actions.add_parser(
        "ages",
        help="list the age of the prices by platform",
        description="List the median and oldest age of the prices by platform, and the share of old ones.",
    )
    actions.add_parser(
        "holes",
        help="list the unknown prices that decide a total",
        description="List the unknown prices that decide the total of an offer, and the sources that were read.",
    )
    actions.add_parser(
        "format",
        help="write the price files in the layout that a refresh uses",
        description="Write the price files in the layout that a refresh uses.",
    )
    actions.add_parser(
        "capability",
        help="list the models whose class can't be told, with the reason",
        description="List the models of the catalogue without a value that a tuned model can be compared by.",
    )
    return parser
