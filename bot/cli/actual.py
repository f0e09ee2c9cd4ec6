"""`ftcost actual`: a platform's bill against a scenario."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bot.actuals.bill import MAX_BYTES, read_bill
from bot.actuals.match import match_bill
from bot.cli.arguments import (
    check_png,
    iso_date,
    name_scenario_file,
    prices_dir,
    read_scenario_file,
    today,
    write_file,
)
from bot.render.answer.actuals import actual_page
from bot.render.charts.monthly import monthly_chart
from bot.render.charts.png import ChartUnavailable, chart_png
from calculator import Estimate, UserError, Variance, actual_variances, estimate, read_scenario, recalibrate
from pricing import load_bill_rules, load_catalog


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost actual` and return the exit code.

    Raises:
        UserError: The bill or the scenario is invalid, or the bill fits none of the scenario's offers.
    """
    options = _parser().parse_args(arguments)
    rules, catalog = load_bill_rules(), load_catalog(prices_dir())
    bill = read_bill(_content(options.bill), rules)
    as_of = options.as_of or min(line.day for line in bill.lines)
    with name_scenario_file(options.file):
        comparison = estimate(read_scenario(read_scenario_file(options.file)), catalog, as_of)
    matched = match_bill(bill, rules, comparison, options.on, catalog, today())
    variances = actual_variances(comparison, matched.offer, matched.actuals)
    notes = [f"{bill.export.title}: {options.bill.name}", *matched.notes]
    if options.as_of is None:
        notes.append("the estimate uses the date of the bill's first day; --as-of sets another")
    if options.chart:
        _draw(options.chart, matched.offer, variances)
    recalibration = recalibrate(comparison, matched.offer, variances)
    print(actual_page(comparison, matched.offer, variances, recalibration, notes).text())
    return 0


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}.") from None


def _draw(path: Path, offer: Estimate, variances: Sequence[Variance]) -> None:
    check_png(path)
    chart = monthly_chart(offer, variances)
    if chart is None:
        raise UserError("This chart can't be drawn: the estimate covers no day of the bill.")
    try:
        write_file(path, chart_png(chart))
    except ChartUnavailable as error:
        raise UserError(f"{error}.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost actual", description="Compare a platform's bill with a scenario, by month and part."
    )
    parser.add_argument("bill", type=Path, help="a platform's bill as CSV, or any CSV with date, component and cost")
    parser.add_argument("-f", "--file", type=Path, required=True, help="the scenario as YAML")
    parser.add_argument("--on", metavar="OFFER", help="the offer that the bill is for (default: found in the bill)")
    parser.add_argument(
        "--as-of", type=iso_date, metavar="DATE", help="the date of the estimate (default: the bill's first day)"
    )
    parser.add_argument("--chart", type=Path, metavar="PNG", help="also draw a chart")
    return parser
