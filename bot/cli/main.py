"""The same grammar and the same estimate in a terminal: `ftcost 'on=all examples=10k example=250/150'`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

from bot.answers import catalog_pages
from bot.answers.compare import FEWEST, MOST, NamedResult, named_in, side_by_side
from bot.answers.fits import fit_page
from bot.cli.arguments import day
from bot.language.command import check_base, read_command
from bot.render.charts.model import ChartName, chart_of
from bot.render.charts.png import chart_png
from bot.render.data import build_result, to_csv, to_yaml
from bot.render.text import to_text
from bot.results import document
from calculator import Comparison, FieldErrors, UserError, estimate, read_scenario
from pricing import Catalog, PriceFileError, load_catalog

BAD_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the `ftcost` command. Exit code 2 with the message on standard error for bad input."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments[:1] == ["count"]:
            from bot.cli.count import count_command

            print(count_command(arguments[1:], lambda: load_catalog(_prices_dir())))
            return 0
        if arguments[:1] == ["actual"]:
            from bot.cli.actual import actual_command

            today = datetime.now(UTC).date()
            print(actual_command(arguments[1:], _read_file, load_catalog(_prices_dir()), today))
            return 0
        options = _parser().parse_args(arguments)
        print(answer(options, load_catalog(_prices_dir()), datetime.now(UTC).date()))
    except (UserError, PriceFileError) as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def answer(options: argparse.Namespace, catalog: Catalog, today: date) -> str:
    """What the command prints. Raises UserError."""
    as_of = options.as_of or today
    asked = read_command(" ".join(options.text), also=("dataset",))
    if options.chart and asked.verb not in ("form", "estimate", "breakeven"):
        raise UserError("--chart goes with a question that has a price.")
    if options.format == "xlsx" and not options.out:
        raise UserError("A spreadsheet is a file: name one with --out, such as --out estimate.xlsx.")
    if options.file and asked.verb not in ("form", "estimate", "breakeven"):
        raise UserError("-f goes with a question that has a price.")
    match asked.verb:
        case "help":
            return catalog_pages.HELP.text()
        case "models":
            return catalog_pages.models(catalog, asked.argument, as_of).text()
        case "price":
            return catalog_pages.price(catalog, asked.argument, as_of).text()
        case "fit":
            return fit_page(catalog, asked.argument, as_of).text()
        case "compare":
            if options.format != "text":
                raise UserError("compare answers as text; --format goes with a question that has a price.")
            files = options.text[1:] if len(options.text) > 1 else named_in(asked.argument)
            return _side_by_side(list({Path(name).resolve(): Path(name) for name in files}.values()), catalog, as_of)
        case "list" | "show" | "diff" | "audit" | "actual" | "keys" | "watch" | "unwatch" | "budget":
            raise UserError(f"`{asked.verb}` reads what a workspace keeps; it answers in Slack.")
    fields = {**(_read_file(options.file) if options.file else {}), **asked.fields}
    if not fields:
        raise UserError(f"Say what to price, such as: ftcost '{catalog_pages.EXAMPLE}'. `ftcost help` lists the keys.")
    if "dataset" in fields:
        from bot.cli.count import with_dataset

        fields = with_dataset(fields, catalog)
    if asked.verb == "breakeven":
        check_base(fields)
    comparison = estimate(read_scenario(fields), catalog, as_of)
    if options.chart:
        _write_chart(comparison, options.chart, options.chart_of)
    if options.format == "xlsx":
        from bot.render.xlsx import to_xlsx

        return _write(options.out, to_xlsx(comparison, catalog))
    text = _render(comparison, options.format)
    return _write(options.out, f"{text}\n".encode()) if options.out else text


def _side_by_side(paths: Sequence[Path], catalog: Catalog, as_of: date) -> str:
    """`compare a.yml b.yml`: scenario files beside each other."""
    if not FEWEST <= len(paths) <= MOST:
        raise UserError("Name two to six different scenario files, such as: ftcost compare a.yml b.yml.")
    scenarios = []
    for path in paths:
        try:
            comparison = estimate(read_scenario(_read_file(path)), catalog, as_of)
        except FieldErrors as error:
            raise UserError(f"{path}:\n{error}") from None
        scenarios.append(NamedResult(comparison.scenario.name or path.stem, build_result(comparison)))
    return side_by_side(scenarios).text()


def _write_chart(comparison: Comparison, path: Path, name: ChartName | None) -> None:
    if path.suffix.lower() != ".png":
        raise UserError(f"{path}: charts are PNG files; name one like chart.png.")
    chart = chart_of(comparison, name)
    if chart is None:
        needs = {"break-even": "the break-even needs base= and calls=", "drivers": "no input moves the total"}
        why = needs.get(name or "", "no offer here is for sale with every price known")
        raise UserError(f"There is nothing to draw: {why}.")
    _write(path, chart_png(chart))


def _write(path: Path, content: bytes) -> str:
    """Write a file; what to say about it."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    return f"{path} is written."


def _render(comparison: Comparison, format: str) -> str:
    if format == "json":
        return json.dumps(document(build_result(comparison)), indent=2, ensure_ascii=False)
    if format == "yaml":
        return to_yaml(build_result(comparison)).rstrip("\n")
    return to_csv(build_result(comparison)).rstrip("\r\n") if format == "csv" else to_text(comparison)


def _read_file(path: Path) -> dict[str, str]:
    """A scenario file: YAML whose keys are the grammar's; lists are joined by commas."""
    from pricing.strict_yaml import YamlError, read_file, read_yaml

    try:
        data = read_yaml(read_file(path))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is no text in UTF-8.") from None
    except YamlError as error:
        raise UserError(f"{path}: {error}") from None
    errors = {key: "must be one value or a list of values." for key, value in data.items() if not _is_plain(value)}
    if errors:
        raise FieldErrors(errors)
    return {key: ",".join(value) if isinstance(value, list) else value for key, value in data.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _prices_dir() -> Path | None:
    name = os.environ.get("FTCOST_PRICES_DIR")
    return Path(name) if name else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost",
        description="What fine-tuning costs on every platform, with a source for every price.",
        epilog=f"ftcost '{catalog_pages.EXAMPLE}' · ftcost models llama · ftcost price openai/gpt-4.1-mini",
    )
    parser.add_argument("text", nargs="*", help="key=value words, or: help, models [text], price OFFER")
    parser.add_argument("-f", "--file", type=Path, help="a scenario as YAML; words on the line come on top of it")
    parser.add_argument("--format", choices=("text", "json", "csv", "yaml", "xlsx"), default="text")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the answer there; xlsx needs it")
    parser.add_argument(
        "--chart", type=Path, metavar="PNG", help="draw it too: the break-even with base=, else the offers side by side"
    )
    parser.add_argument(
        "--chart-of", choices=get_args(ChartName), help="which one: the drivers show what moves the total most"
    )
    parser.add_argument("--as-of", type=day, metavar="DATE", help="price as of this day; default today")
    return parser


if __name__ == "__main__":
    sys.exit(main())
