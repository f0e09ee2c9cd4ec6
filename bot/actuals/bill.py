"""Read a platform's bill as CSV. The file is untrusted, so its size is bounded."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from bot.render.parts.escaping import clip
from calculator import UserError
from pricing import BillLayout, BillRules

MAX_BYTES = 5_000_000
TOO_LARGE = f"The file is larger than {MAX_BYTES // 1_000_000} MB; export fewer days, or by month."
MAX_ROWS = 100_000
MAX_COLUMNS = 2_000
MAX_CELLS = 5_000_000
MAX_USD = Decimal(10) ** 12
FIRST_YEAR, LAST_YEAR = 2000, 2100
REQUIRED = (
    "A bill needs a date, a component or usage type, and a cost: the cost export of OpenAI (grouped by line item), "
    "the cost details of Azure, Cost Explorer's download or the Cost and Usage Report of AWS, a FOCUS export, "
    "or any CSV with the columns date, component and cost."
)
_NUMBER = re.compile(
    r"(?P<sign>[-−+]?)\$?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)?(?P<fraction>\.\d+)?(?P<power>[eE][-+]?\d{1,2})?"
)
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MONTH = re.compile(r"\d{4}-\d{2}")
_EPOCH = re.compile(r"\d{9,11}")


class BillLine(NamedTuple):
    """One charge: an item billed on a day, in US dollars, with its quantity if the bill has one."""

    day: date
    item: str
    usd: Decimal
    quantity: Decimal | None = None
    unit: str = ""


class Bill(NamedTuple):
    """The charges of a bill and the layout that it was recognised by."""

    export: BillLayout
    lines: tuple[BillLine, ...]


def read_bill(content: bytes, rules: BillRules) -> Bill:
    """Return the charges of a bill.

    Args:
        content: A CSV file in UTF-8.
        rules: The layouts to recognise.

    Raises:
        UserError: The file is too large, isn't CSV, has no known layout, or has a date or cost that can't be read.
    """
    if len(content) > MAX_BYTES:
        raise UserError(TOO_LARGE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("The file isn't UTF-8 text. Export the bill as CSV.") from None
    rows = _rows(text)
    header = next(rows, [])
    names = [name.strip().lower() for name in header]
    for export in rules.exports.values():
        read_row = _item_per_column(export, header, names) if export.across else _item_per_row(export, names)
        if read_row is not None:
            lines = tuple(line for number, row in enumerate(rows, 2) for line in read_row(number, row))
            if not lines:
                raise UserError(f"This is {export.title}, but none of its rows has a cost.")
            return Bill(export, lines)
    columns = clip(", ".join(filter(None, map(str.strip, header))), 200) or "none"
    raise UserError(f"{REQUIRED} The columns of this file are: {columns}.")


RowReader = Callable[[int, Sequence[str]], Iterator[BillLine]]


def _rows(text: str) -> Iterator[list[str]]:
    """Yield the rows that aren't blank. Raises UserError if the file isn't CSV or has too many cells."""
    cells = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            cells += len(row)
            if number > MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
                raise UserError(
                    f"The file has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns; export it by month."
                )
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise UserError(f"The file isn't valid CSV: {error}.") from None


# --- one row per item ------------------------------------------------------------------------------------------------


def _item_per_row(export: BillLayout, names: Sequence[str]) -> RowReader | None:
    """Return the reader of a layout's rows; None if the file lacks one of its columns."""

    def column(candidates: Sequence[str]) -> int | None:
        return next((names.index(name.lower()) for name in candidates if name.lower() in names), None)

    day, usd = column(export.day), column(export.usd)
    item = next(
        (
            [names.index(name.lower()) for name in group]
            for group in export.item
            if all(name.lower() in names for name in group)
        ),
        None,
    )
    if day is None or usd is None or item is None:
        return None
    currency = None if names[usd] in [name.lower() for name in export.always_usd] else column(export.currency)
    quantity, unit = column(export.quantity), column(export.unit)

    def read_row(number: int, row: Sequence[str]) -> Iterator[BillLine]:
        def cell(at: int | None) -> str:
            return row[at].strip() if at is not None and at < len(row) else ""

        if not cell(usd):
            return  # a day without charges
        if cell(currency).lower() not in ("", "usd"):
            raise UserError(f"Row {number} is in {clip(cell(currency), 10)}. Export the bill in US dollars.")
        yield BillLine(
            day=_day(cell(day), number),
            item=" ".join(filter(None, map(cell, item))),
            usd=_usd(cell(usd), number),
            quantity=_number(cell(quantity)),
            unit=cell(unit).lower(),
        )

    return read_row


# --- one column per item ---------------------------------------------------------------------------------------------


def _item_per_column(export: BillLayout, header: Sequence[str], names: Sequence[str]) -> RowReader | None:
    """Return the reader of a layout with one row per day; None if the file has another layout.

    The first column holds the date and the last one the total.
    """
    totals = [name.lower() for name in export.total]
    if not names or names[0] not in [name.lower() for name in export.day] or names[-1] not in totals:
        return None
    items = [name.strip().removesuffix("($)") for name in header]

    def read_row(number: int, row: Sequence[str]) -> Iterator[BillLine]:
        if row[0].strip().lower().endswith("total"):
            return
        day = _day(row[0].strip(), number)
        for at in range(1, min(len(row), len(items) - 1)):
            if row[at].strip():
                yield BillLine(day, items[at], _usd(row[at], number))

    return read_row


# --- cells -----------------------------------------------------------------------------------------------------------


def _day(text: str, row: int) -> date:
    try:
        if _EPOCH.fullmatch(text):
            day = datetime.fromtimestamp(int(text), UTC).date()
        elif american := _US_DAY.fullmatch(text):
            day = date(int(american[3]), int(american[1]), int(american[2]))
        else:
            day = date.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text[:10])
        return billed_day(day)
    except (ValueError, OverflowError, OSError):
        raise UserError(f"Row {row}: “{clip(text, 30)}” isn't a date; write it like 2026-11-21.") from None


def billed_day(day: date) -> date:
    """Return the day if a bill can have it. Raises ValueError for a year before 2000 or after 2100."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is implausible on a bill")
    return day


def _usd(text: str, row: int) -> Decimal:
    usd = _number(text)
    if usd is None or abs(usd) > MAX_USD:
        raise UserError(f"Row {row}: “{clip(text.strip(), 30)}” isn't a cost in US dollars; write it like 131.20.")
    return usd


def _number(text: str) -> Decimal | None:
    """Return a number of an export, negative for a credit; None for any other text."""
    match = _NUMBER.fullmatch(text.strip()) if len(text) <= 60 and text.isascii() | ("−" in text) else None
    if not match or not (match["digits"] or match["fraction"]):
        return None
    value = Decimal(f"{(match['digits'] or '0').replace(',', '')}{match['fraction'] or ''}{match['power'] or ''}")
    return -value if match["sign"] in ("-", "−") else value
