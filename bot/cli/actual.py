"""`ftcost actual -f scenario.yml bill.csv`: a platform's bill against a scenario, in a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.actuals.bill import MAX_BYTES, read_bill
from bot.actuals.match import take_bill
from bot.cli.arguments import day
from bot.render.actuals import actual_page
from bot.render.charts.png import chart_png
from bot.render.months import months_chart
from calculator import Estimate, UserError, Variance, actual_variances, estimate, read_scenario, recalibrate
from pricing import Catalog, load_bill_rules

ReadScenario = Callable[[Path], Mapping[str, str]]


def actual_command(arguments: Sequence[str], read_file: ReadScenario, catalog: Catalog, today: date) -> str:
    """What `ftcost actual …` prints. Raises UserError."""
    options = _parser().parse_args(arguments)
    rules = load_bill_rules()
    bill = read_bill(_content(options.bill), rules)
    as_of = options.as_of or min(line.day for line in bill.lines)
    comparison = estimate(read_scenario(read_file(options.file)), catalog, as_of)
    taken = take_bill(bill, rules, comparison, options.on, catalog, today)
    held = actual_variances(comparison, taken.offer, taken.actuals)
    notes = [f"{bill.export.title}: {options.bill.name}", *taken.notes]
    if options.as_of is None:
        notes.append("the estimate is taken to be of the bill's first day; --as-of names another")
    if options.chart:
        _draw(options.chart, taken.offer, held)
    found = recalibrate(comparison, taken.offer, held)
    return actual_page(comparison, taken.offer, held, found, notes).text()


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None


def _draw(path: Path, offer: Estimate, held: Sequence[Variance]) -> None:
    if path.suffix.lower() != ".png":
        raise UserError(f"{path}: charts are PNG files; name one like chart.png.")
    chart = months_chart(offer, held)
    if chart is None:
        raise UserError("There is nothing to draw: the estimate covers no day of the bill.")
    try:
        path.write_bytes(chart_png(chart))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost actual", description="What was paid against what a scenario says, by month and part."
    )
    parser.add_argument("bill", type=Path, help="a platform's bill as CSV, or any CSV with date, component and cost")
    parser.add_argument("-f", "--file", type=Path, required=True, help="the scenario as YAML")
    parser.add_argument("--on", metavar="OFFER", help="which of the scenario's offers it is of; default: the bill's")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="the day of the estimate; default: the bill's first")
    parser.add_argument("--chart", type=Path, metavar="PNG", help="draw it too")
    return parser
