"""`ftcost [estimate]` and `ftcost breakeven`: price a scenario."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from bot.cli.arguments import DATASET, EXAMPLE, check_png, iso_date, prices_dir, read_scenario_file, today, write_file
from bot.language.command import check_base, read_command
from bot.render.charts.build import ChartName, chart_of
from bot.render.charts.png import ChartUnavailable, chart_png
from bot.render.exports import to_csv, to_yaml
from bot.render.results import build_result
from bot.render.text import to_text
from bot.results import document
from calculator import Comparison, UserError, estimate, read_scenario
from pricing import Catalog, load_catalog


def run(command: str, arguments: Sequence[str]) -> int:
    """Run `ftcost estimate` or `ftcost breakeven` and return the exit code.

    Raises:
        UserError: The scenario or an option is invalid.
    """
    options = _parser(command).parse_intermixed_args(arguments)
    if options.format == "xlsx" and not options.out:
        raise UserError("A spreadsheet needs a file: add --out, such as --out estimate.xlsx.")
    catalog = load_catalog(prices_dir())
    fields = _fields(options, catalog)
    if command == "breakeven":
        check_base(fields)
    comparison = estimate(read_scenario(fields), catalog, options.as_of or today())
    if options.chart:
        _write_chart(comparison, options.chart, options.chart_of)
    content = _content(comparison, options.format, catalog)
    if options.out:
        print(write_file(options.out, content))
    else:
        print(content.decode().rstrip("\r\n"))
    return 0


def _fields(options: argparse.Namespace, catalog: Catalog) -> dict[str, str]:
    """Return the scenario's fields: those of the file, overridden by those of the command line."""
    typed = read_command(" ".join(options.text), extra_keys=(DATASET,))
    if typed.verb not in ("form", "estimate"):
        raise UserError(f"`{typed.verb}` is a command of its own: ftcost {typed.verb} {typed.argument}".rstrip())
    fields = {**(read_scenario_file(options.file) if options.file else {}), **typed.fields}
    if not fields:
        raise UserError(f"Give a scenario, such as: ftcost '{EXAMPLE}'. `ftcost --help` lists the commands.")
    if DATASET in fields:
        from bot.cli.count import with_dataset

        fields = with_dataset(fields, catalog)
    return fields


def _content(comparison: Comparison, format: str, catalog: Catalog) -> bytes:
    if format == "xlsx":
        from bot.render.xlsx import to_xlsx

        return to_xlsx(comparison, catalog)
    match format:
        case "json":
            text = json.dumps(document(build_result(comparison)), indent=2, ensure_ascii=False) + "\n"
        case "yaml":
            text = to_yaml(build_result(comparison))
        case "csv":
            text = to_csv(build_result(comparison))
        case _:
            text = to_text(comparison) + "\n"
    return text.encode()


def _write_chart(comparison: Comparison, path: Path, name: ChartName | None) -> None:
    check_png(path)
    chart = chart_of(comparison, name)
    if chart is None:
        reasons = {"break-even": "the break-even needs base= and calls=", "drivers": "no input moves the total"}
        reason = reasons.get(name or "", "no offer here is for sale with every price known")
        raise UserError(f"This chart can't be drawn: {reason}.")
    try:
        write_file(path, chart_png(chart))
    except ChartUnavailable as error:
        raise UserError(f"{error}.") from None


def _parser(command: str) -> argparse.ArgumentParser:
    description = {
        "estimate": "Price a scenario on every offer that it names.",
        "breakeven": "Price a scenario and say when tuning pays back against base= or base_rates=.",
    }[command]
    parser = argparse.ArgumentParser(prog=f"ftcost {command}", description=description)
    parser.add_argument("text", nargs="*", metavar="key=value", help=f"the scenario, such as: {EXAMPLE}")
    parser.add_argument("-f", "--file", type=Path, help="a scenario as YAML; keys on the command line override it")
    parser.add_argument("--format", choices=("text", "json", "csv", "yaml", "xlsx"), default="text")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the answer to a file; xlsx needs one")
    parser.add_argument(
        "--chart", type=Path, metavar="PNG", help="also draw a chart: the break-even with base=, else the offers"
    )
    parser.add_argument(
        "--chart-of", choices=get_args(ChartName), help="which chart; drivers shows what moves the total most"
    )
    parser.add_argument("--as-of", type=iso_date, metavar="DATE", help="use the prices of this date (default: today)")
    return parser
