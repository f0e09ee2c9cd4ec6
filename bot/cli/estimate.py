"""`ftcost [estimate]` and `ftcost breakeven`: price a scenario."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from bot.answers.confirmations import find_doubts
from bot.cli.arguments import (
    DATASET,
    EXAMPLE,
    SLACK_ONLY,
    check_png,
    iso_date,
    name_scenario_file,
    prices_dir,
    read_scenario_file,
    today,
    write_file,
)
from bot.cli.terminal import output_has_colours, output_width
from bot.language.command import VERBS, check_base, read_command
from bot.render.charts.model import ChartName
from bot.render.terminal.lines import Line, paint
from bot.render.terminal.text import full_answer, short_answer
from calculator import Comparison, UserError, estimate, in_section, read_scenario
from pricing import Catalog, load_catalog

BINARY = {"xlsx": "A spreadsheet", "pdf": "A decision memo"}
"""Formats that are no text for a terminal."""


def run(command: str, arguments: Sequence[str]) -> int:
    """Run `ftcost estimate` or `ftcost breakeven` and return the exit code.

    Raises:
        UserError: The scenario or an option is invalid.
    """
    options = _parser(command).parse_intermixed_args(arguments)
    if options.format in BINARY and not options.out:
        raise UserError(f"{BINARY[options.format]} needs a file: add --out, such as --out estimate.{options.format}.")
    catalog = load_catalog(prices_dir())
    typed = _typed_fields(options.text)
    with name_scenario_file(options.file, typed):
        fields = _fields(options.file, typed, catalog)
        if command == "breakeven":
            check_base(fields)
        comparison = estimate(read_scenario(fields), catalog, options.as_of or today())
    for doubt in find_doubts(comparison):
        print(f"Check: {doubt}", file=sys.stderr)  # the output may be JSON
    if options.chart:
        _write_chart(comparison, options.chart, options.chart_of)
    is_break_even = command == "breakeven"
    if options.format == "text" and not options.out:
        lines = _answer(comparison, output_width(), is_break_even=is_break_even, is_whole=options.all)
        print(paint(lines, colours=output_has_colours()))
    elif options.format == "text":
        lines = _answer(comparison, None, is_break_even=is_break_even, is_whole=options.all)
        print(write_file(options.out, f"{paint(lines, colours=False)}\n".encode()))
    else:
        content = _content(comparison, options.format, catalog)
        print(write_file(options.out, content) if options.out else content.decode().rstrip("\r\n"))
    return 0


def _answer(comparison: Comparison, width: int | None, *, is_break_even: bool, is_whole: bool) -> list[Line]:
    if is_whole:
        return full_answer(comparison, width=width)
    return short_answer(comparison, break_even=is_break_even, width=width)


def _typed_fields(words: Sequence[str]) -> dict[str, str]:
    """Return the fields of the command line."""
    verbs = [verb for verb in VERBS if verb not in SLACK_ONLY]
    typed = read_command(" ".join(words), extra_keys=(DATASET,), suggested_verbs=verbs)
    if typed.verb not in ("form", "estimate"):
        raise UserError(f"`{typed.verb}` is a command of its own: ftcost {typed.verb} {typed.argument}".rstrip())
    return typed.fields


def _fields(path: Path | None, typed: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """Return the scenario's fields: those of the file, overridden by those of the command line."""
    fields = {**(read_scenario_file(path) if path else {}), **typed}
    if not fields:
        raise UserError(f"Give a scenario, such as: ftcost '{EXAMPLE}'. `ftcost --help` lists the commands.")
    if DATASET in fields:
        from bot.cli.count import with_dataset

        fields = with_dataset(fields, catalog)
    return fields


def _content(comparison: Comparison, format: str, catalog: Catalog) -> bytes:
    from bot.render.answer.results import build_result
    from bot.render.exports.csv_yaml import to_csv, to_json, to_yaml

    match format:
        case "xlsx":
            from bot.render.exports.xlsx import to_xlsx

            return to_xlsx(comparison, catalog)
        case "pdf":
            from bot.render.memo.content import build_memo
            from bot.render.memo.pdf import memo_pdf

            return memo_pdf(build_memo(comparison))
        case "json":
            text = to_json(build_result(comparison))
        case "yaml":
            text = to_yaml(build_result(comparison))
        case _:
            text = to_csv(build_result(comparison))
    return text.encode()


def _write_chart(comparison: Comparison, path: Path, name: ChartName | None) -> None:
    from bot.render.charts.build import chart_of
    from bot.render.charts.png import ChartUnavailable, chart_png

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


class _Parser(argparse.ArgumentParser):
    def format_help(self) -> str:
        self.epilog = _keys_help()  # writing it takes as long as parsing the arguments
        return super().format_help()


def _parser(command: str) -> argparse.ArgumentParser:
    description = {
        "estimate": "Price a scenario on every offer that it names.",
        "breakeven": "Price a scenario and say when tuning pays back against base= or base_rates=.",
    }[command]
    parser = _Parser(
        prog=f"ftcost {command}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", nargs="*", metavar="key=value", help=f"the scenario, such as: {EXAMPLE}")
    parser.add_argument("-f", "--file", type=Path, help="a scenario as YAML; keys on the command line override it")
    parser.add_argument(
        "--format",
        choices=("text", "json", "csv", "yaml", "xlsx", "pdf"),
        default="text",
        help="default: text; pdf is a decision memo of one page",
    )
    parser.add_argument(
        "--all", action="store_true", help="show every offer, the breakdown, assumptions and sources, not 25 lines"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the answer to a file; xlsx and pdf need one")
    parser.add_argument(
        "--chart", type=Path, metavar="PNG", help="also draw a chart: the break-even with base=, else the offers"
    )
    parser.add_argument(
        "--chart-of", choices=get_args(ChartName), help="which chart; drivers shows what moves the total most"
    )
    parser.add_argument("--as-of", type=iso_date, metavar="DATE", help="use the prices of this date (default: today)")
    return parser


def _keys_help() -> str:
    """Return the keys of a scenario with their meanings, by section."""
    from bot.answers.catalog_pages import SECTION_TITLES, key_row

    lines = ["Any number can be a range, 3..5 or 3..4..5, and can use k, M, B, commas and %."]
    for section, title in SECTION_TITLES.items():
        rows = [key_row(key) for key in in_section(section)]
        if section == "file":
            rows.insert(0, (f"{DATASET}=FILE", "Count a training file, in place of examples= and example=."))
        lines += ["", f"{title}:"]
        for example, meaning in rows:
            lines += textwrap.wrap(meaning, 100, initial_indent=f"  {example:<26}  ", subsequent_indent=" " * 30)
    return "\n".join(lines)
