"""Export a result as CSV and its question as YAML."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

from bot.results import SavedLine, SavedOffer, SavedResult, document

LINE_COLUMNS = ("component", "label", "quantity", "unit", "unit_price_usd", "amount_usd", "formula")
SOURCE_KEYS = ("title", "url", "checked", "confidence")
OPTION_KEYS = (
    *("group", "class", "usable", "set_aside", "monthly_vs_baseline_usd", "pays_back"),
    *("horizon_total_usd", "average_month_usd"),
)
CSV_COLUMNS = (
    *("offer", "platform", "model", "status", "complete"),
    *OPTION_KEYS,
    *LINE_COLUMNS,
    *(f"source_{key}" for key in SOURCE_KEYS),
    *("as_of", "catalog_version"),
)
BASELINE = "baseline"
"""In the column of offers: the row is of prompting the base model."""
MAX_DECIMALS = 8
# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_csv(result: SavedResult, *, link: str | None = None) -> str:
    """Return a result as CSV: one row a line item, the baseline's last, the scenario's keys as the last columns.

    The file follows RFC 4180 and is safe to open in a spreadsheet.

    Args:
        result: The result.
        link: The permalink to its thread, for a column of its own.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    permalink = {"permalink": link} if link else {}
    writer.writerow([*CSV_COLUMNS, *permalink, *result.scenario])
    origin = [result.as_of.isoformat(), result.catalog_version, *permalink.values()]
    for estimate in result.estimates:
        complete = "yes" if estimate.complete else "no"
        offer = [estimate.offer, estimate.platform, estimate.model, estimate.status, complete]
        for line in estimate.lines or (None,):
            cells = [*offer, *_option_cells(result, estimate), *_line_cells(line), *origin, *result.scenario.values()]
            writer.writerow(map(safe_cell, cells))
    if base := result.base:
        prompting = [
            BASELINE,
            base.provider,
            base.model,
            "",
            "yes" if base.complete else "no",
            *("" for _ in OPTION_KEYS),
        ]
        for line in base.lines:
            writer.writerow(map(safe_cell, [*prompting, *_line_cells(line), *origin, *result.scenario.values()]))
    return out.getvalue()


def _option_cells(result: SavedResult, estimate: SavedOffer) -> list[str | None]:
    option = result.option(estimate.offer)
    values = document(option) if option else {}
    reason = values.get("set_aside")
    usable = "yes" if option and option.usable else "no"
    shown = {**values, "usable": usable, "set_aside": reason["code"] if reason else None}
    return [shown.get(key) for key in OPTION_KEYS]


def _line_cells(line: SavedLine | None) -> list[str | None]:
    values = document(line) if line else {}
    source = values.get("source") or {}
    return [values.get(key) for key in LINE_COLUMNS] + [source.get(key) for key in SOURCE_KEYS]


def to_yaml(result: SavedResult, *, link: str | None = None) -> str:
    """Return a result's question as a file for `ftcost -f`, with the answer in comments.

    Args:
        result: The result.
        link: The permalink to its thread, for the comments.
    """
    import yaml

    about = (
        result.headline,
        f"Calculated on {result.as_of}, catalogue {result.catalog_version}.",
        f"To estimate it again: ftcost -f THIS_FILE --as-of {result.as_of}",
        link or "",
    )
    comments = "".join(f"# {' '.join(line.split())}\n" for line in about if line)
    scenario: str = yaml.safe_dump(result.scenario, allow_unicode=True, sort_keys=False, width=10_000)
    return comments + scenario


def to_json(result: SavedResult) -> str:
    """Return a result as JSON in full precision, without a workspace's notes."""
    data = document(result)
    data.pop("notes", None)
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def safe_cell(cell: str | None) -> str:
    """Return a cell that a spreadsheet reads as text, or as a number if it is one."""
    if cell is None:
        return ""
    if _is_number(cell):
        return _rounded(cell)
    return "'" + cell if cell.startswith(_FORMULA_START) else cell


def _rounded(number: str) -> str:
    """Return a number with at most eight decimals: the rest are those of a division that has no end."""
    if len(number.partition(".")[2]) <= MAX_DECIMALS:
        return number
    return f"{round(Decimal(number), MAX_DECIMALS):f}".rstrip("0").rstrip(".")


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdigit() and cell.isascii()
