"""`ftcost compare`: scenario files side by side."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bot.answers.compare import MAX_COMPARED, MIN_COMPARED, NamedResult, side_by_side, split_names
from bot.cli.arguments import iso_date, name_scenario_file, prices_dir, read_scenario_file, today
from bot.render.answer.results import build_result
from calculator import UserError, estimate, read_scenario
from pricing import load_catalog


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost compare` and return the exit code.

    Raises:
        UserError: A file is invalid, or their number isn't two to six.
    """
    options = _parser().parse_args(arguments)
    names = options.files if len(options.files) != 1 else split_names(options.files[0])
    paths = list({Path(name).resolve(): Path(name) for name in names}.values())
    if not MIN_COMPARED <= len(paths) <= MAX_COMPARED:
        raise UserError("Name two to six different scenario files, such as: ftcost compare a.yml b.yml.")
    catalog, as_of = load_catalog(prices_dir()), options.as_of or today()
    scenarios = []
    for path in paths:
        with name_scenario_file(path):
            comparison = estimate(read_scenario(read_scenario_file(path)), catalog, as_of)
        scenarios.append(NamedResult(comparison.scenario.name or path.stem, build_result(comparison)))
    print(side_by_side(scenarios).text())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ftcost compare", description="Show two to six scenarios side by side.")
    parser.add_argument("files", nargs="*", metavar="FILE", help="scenario files as YAML")
    parser.add_argument("--as-of", type=iso_date, metavar="DATE", help="use the prices of this date (default: today)")
    return parser
