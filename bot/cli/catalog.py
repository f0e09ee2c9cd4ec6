"""`ftcost models`, `ftcost price` and `ftcost fit`: answers from the catalogue alone."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bot.answers import catalog_pages
from bot.answers.fits import fit_page
from bot.cli.arguments import iso_date, prices_dir, today
from pricing import load_catalog

_DESCRIPTIONS = {
    "models": "List the offers that match some words, or all that can be trained today.",
    "price": "Show every price of one offer with its source and age.",
    "fit": "Say whether a training job fits on a GPU: ftcost fit llama-3.1-8b lora h100 seq=2048.",
}
_WORDS = {
    "models": "words in the names of offers; gpu for all GPU-hour offers",
    "price": "an offer, such as openai/gpt-4.1-mini",
    "fit": "a model, a method and a GPU, and keys such as seq=2048",
}
_PAGES = {"models": catalog_pages.models, "price": catalog_pages.price, "fit": fit_page}


def run(command: str, arguments: Sequence[str]) -> int:
    """Run `ftcost models`, `price` or `fit` and return the exit code.

    Raises:
        UserError: Nothing matches the words.
    """
    parser = argparse.ArgumentParser(prog=f"ftcost {command}", description=_DESCRIPTIONS[command])
    parser.add_argument("words", nargs="*", help=_WORDS[command])
    parser.add_argument("--as-of", type=iso_date, metavar="DATE", help="use the prices of this date (default: today)")
    options = parser.parse_intermixed_args(arguments)
    print(_PAGES[command](load_catalog(prices_dir()), " ".join(options.words), options.as_of or today()).text())
    return 0
