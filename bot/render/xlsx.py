"""An estimate as a spreadsheet that goes on calculating: inputs, lines as formulas of them, totals of each offer.

Text is written as text, never as a formula, whoever wrote it. Values stand beside the formulas, for programs that show
a sheet without working it out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

from bot.render.tables import offer_name
from bot.render.words import headline
from bot.render.xlsx_inputs import MEANINGS, SHARES, bounds
from calculator import (
    BaseEstimate,
    Comparison,
    Estimate,
    Formulas,
    LineItem,
    Standing,
    formula_of,
    in_formulas,
    value_of,
)
from pricing import Catalog

LONGEST_FORMULA = 8_000  # spreadsheets take 8,192 characters
LINE_COLUMNS = (
    "Offer", "Component", "Item", "Recurs", "Quantity", "Unit", "Unit price, USD", "Amount, USD", "A month, USD",
    "Source", "Address", "Checked", "Confidence",
)  # fmt: skip
OFFER_COLUMNS = ("Offer", "Id", "Standing", "One-off, USD", "A month, USD", "Total, USD", "Known whole", "Quoted, USD")
_ONCE, _AMOUNTS, _MONTHLY = "D", "H", "I"
STANDINGS = {
    Standing.LASTS: "whole horizon",
    Standing.ENDS: "ends earlier, or not for production",
    Standing.INCOMPLETE: "a price is not known",
    Standing.APART: "not sold, or not to this customer",
}


class Rows(NamedTuple):
    """Where the lines of an offer stand in the sheet, first and last; None where it has none."""

    first: int
    last: int


class Styles(NamedTuple):
    """Cell formats of a workbook."""

    title: Any
    header: Any
    input: Any
    share: Any
    number: Any
    usd: Any
    unit_price: Any


def to_xlsx(
    comparison: Comparison, catalog: Catalog, *, quoted: Mapping[str, Any] | None = None, link: str = ""
) -> bytes:
    """A comparison as an XLSX file. `quoted` is what `to_json` made of it on its day; `link` leads to its thread."""
    from xlsxwriter import Workbook  # needed by nothing else

    formulas = in_formulas(comparison.scenario, catalog, comparison.as_of)
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, options)
    created = datetime.combine(comparison.as_of, time())  # the same file for the same answer
    book.set_properties({"title": "ftcost estimate", "created": created})
    book.set_calc_mode("auto")
    styles = Styles(
        title=book.add_format({"bold": True, "font_size": 13}),
        header=book.add_format({"bold": True, "bottom": 1}),
        input=book.add_format({"bg_color": "#FFF6D6", "num_format": "#,##0.######"}),
        share=book.add_format({"bg_color": "#FFF6D6", "num_format": "0.##%"}),
        number=book.add_format({"num_format": "#,##0.####"}),
        usd=book.add_format({"num_format": "#,##0.00"}),
        unit_price=book.add_format({"num_format": "#,##0.00######"}),
    )
    scenario, offers, lines = (book.add_worksheet(name) for name in ("Scenario", "Offers", "Lines"))
    places = _write_lines(lines, styles, comparison, formulas)
    _write_offers(offers, styles, comparison, formulas, places, quoted)
    _write_scenario(book, scenario, styles, comparison, formulas, link)
    book.close()
    return out.getvalue()


def _write_scenario(
    book: Any, sheet: Any, styles: Styles, comparison: Comparison, formulas: Formulas, link: str
) -> None:
    name = comparison.scenario.name
    sheet.write_string(0, 0, name or "Fine-tuning estimate", styles.title)
    sheet.write_string(1, 0, headline(comparison))
    about = f"USD, prices as of {comparison.as_of}, catalogue {comparison.catalog_version}."
    sheet.write_string(2, 0, f"{about} {link}".strip())
    sheet.write_string(3, 0, "Change a yellow cell: Lines and Offers follow. Prices and the rest stay as they are.")
    for column, text in enumerate(("Input", "Value", "Meaning", "As asked")):
        sheet.write_string(5, column, text, styles.header)
    row = 6
    used = _used(formulas)
    fields = comparison.scenario.fields()
    for one in formulas.inputs:
        if one.name not in used:
            continue
        share = one.key in SHARES or one.key == "growth"
        sheet.write_string(row, 0, one.name)
        sheet.write_number(row, 1, float(one.amount.likely), styles.share if share else styles.input)
        sheet.write_string(row, 2, MEANINGS[one.key])
        sheet.write_string(row, 3, fields.get(one.key.partition(".")[0], "") or str(one.amount))
        sheet.data_validation(row, 1, row, 1, bounds(one))
        book.define_name(one.name, f"=Scenario!$B${row + 1}")
        row += 1
    live = {one.key.partition(".")[0] for one in formulas.inputs if one.name in used}
    fixed = {key: text for key, text in fields.items() if key not in live}
    if comparison.scenario.epochs == "auto":
        fixed["epochs"] = "auto: by each platform's rule for the examples that were asked"
    if fixed:
        sheet.write_string(row + 1, 0, "Fixed in this file", styles.header)
        for below, (key, text) in enumerate(fixed.items(), row + 2):
            sheet.write_string(below, 0, key)
            sheet.write_string(below, 1, text)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 3, 44)


def _used(formulas: Formulas) -> set[str]:
    """The inputs that some formula takes."""
    texts = [
        formula_of(number) or ""
        for line in _all_lines(formulas)
        for number in (line.quantity, line.unit_price_usd, line.monthly_quantity)
        if number is not None
    ]
    return set(re.findall(r"[a-z_]+", " ".join(texts)))


def _all_lines(formulas: Formulas) -> list[LineItem]:
    base = formulas.base.lines if formulas.base else ()
    return [line for one in formulas.estimates.values() for line in one.lines] + list(base)


def _write_lines(sheet: Any, styles: Styles, comparison: Comparison, formulas: Formulas) -> dict[str, Rows | None]:
    """Every line; where those of each offer (and of the base model, under its name) stand."""
    for column, text in enumerate(LINE_COLUMNS):
        sheet.write_string(0, column, text, styles.header)
    places: dict[str, Rows | None] = {}
    row = 1
    blocks: list[tuple[str, str, Sequence[LineItem]]] = [
        (one.offer.id, offer_name(one), formulas.estimates[one.offer.id].lines) for one in comparison.estimates
    ]
    if formulas.base:
        blocks.append((_base_id(formulas.base), _base_name(formulas.base), formulas.base.lines))
    for key, name, lines in blocks:
        places[key] = Rows(row + 1, row + len(lines)) if lines else None
        for line in lines:
            _write_line(sheet, styles, row, name, line)
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, row - 1), len(LINE_COLUMNS) - 1)
    for column, width in enumerate((30, 12, 30, 10, 16, 12, 15, 15, 15, 34, 40, 12, 12)):
        sheet.set_column(column, column, width)
    return places


def _write_line(sheet: Any, styles: Styles, row: int, name: str, line: LineItem) -> None:
    for column, text in enumerate((name, line.component, line.label, line.recurrence)):
        sheet.write_string(row, column, text)
    _write_number(sheet, row, 4, line.quantity, styles.number)
    sheet.write_string(row, 5, line.unit)
    _write_number(sheet, row, 6, line.unit_price_usd, styles.unit_price)
    here = row + 1
    if line.quantity is None or line.unit_price_usd is None:
        sheet.write_string(row, 7, "unknown")
    else:
        amount = value_of(line.quantity) * value_of(line.unit_price_usd)
        sheet.write_formula(row, 7, f"=E{here}*G{here}", styles.usd, float(amount))
    if line.monthly_quantity is not None and line.unit_price_usd is not None:
        price = value_of(line.unit_price_usd)
        month = float(value_of(line.monthly_quantity) * price)
        text = formula_of(line.monthly_quantity) or f"{line.monthly_quantity:f}"
        _formula(sheet, row, 8, f"({text})*G{here}", styles.usd, month)
    if line.source:
        sheet.write_string(row, 9, line.source.title)
        sheet.write_string(row, 10, line.source.url or "")
        sheet.write_string(row, 11, line.source.checked)
        yours = line.price and line.price.yours
        sheet.write_string(row, 12, "yours" if yours else line.price.confidence if line.price else "")


def _write_number(sheet: Any, row: int, column: int, number: Decimal | None, style: Any) -> None:
    if number is None:
        sheet.write_string(row, column, "unknown")
    elif text := formula_of(number):
        _formula(sheet, row, column, text, style, float(value_of(number)))
    else:
        sheet.write_number(row, column, float(number), style)


def _formula(sheet: Any, row: int, column: int, text: str, style: Any, value: float) -> None:
    if len(text) > LONGEST_FORMULA:
        sheet.write_number(row, column, value, style)
        sheet.write_comment(row, column, "Too long for a formula of a spreadsheet: this stays as it was asked.")
    else:
        sheet.write_formula(row, column, f"={text}", style, value)


def _write_offers(
    sheet: Any,
    styles: Styles,
    comparison: Comparison,
    formulas: Formulas,
    places: Mapping[str, Rows | None],
    quoted: Mapping[str, Any] | None,
) -> None:
    then = {one["offer"]: one for one in quoted["estimates"]} if quoted else {}
    for column, text in enumerate(OFFER_COLUMNS[: None if quoted else -1]):
        sheet.write_string(0, column, text, styles.header)
    row = 1
    for one in comparison.estimates:
        _write_offer(sheet, styles, row, one, places[one.offer.id])
        usd = then.get(one.offer.id, {}).get("total_usd")
        if usd is not None:
            sheet.write_number(row, 7, float(usd), styles.usd)
        row += 1
    if formulas.base and comparison.base and (place := places[_base_id(formulas.base)]):
        sheet.write_string(row, 0, _base_name(formulas.base))
        sheet.write_string(row, 2, "prompted, not tuned")
        _sums(sheet, styles, row, place, comparison.base.monthly_usd, comparison.base.total_usd)
        sheet.write_string(row, 6, "yes" if comparison.base.complete else "no, at least")
    sheet.freeze_panes(1, 0)
    for column, width in enumerate((34, 34, 32, 15, 15, 15, 14, 15)):
        sheet.set_column(column, column, width)


def _write_offer(sheet: Any, styles: Styles, row: int, one: Estimate, place: Rows | None) -> None:
    for column, text in enumerate((offer_name(one), one.offer.id, STANDINGS[one.standing])):
        sheet.write_string(row, column, text)
    if place is None:
        return
    once = f'=SUMIF(Lines!{_span(_ONCE, place)},"once",Lines!{_span(_AMOUNTS, place)})'
    sheet.write_formula(row, 3, once, styles.usd, float(one.one_off_usd or 0))
    _sums(sheet, styles, row, place, one.monthly_usd, one.total_usd)
    sheet.write_string(row, 6, "yes" if one.complete else "no, at least")


def _sums(
    sheet: Any, styles: Styles, row: int, place: Rows, monthly_usd: Decimal | None, total_usd: Decimal | None
) -> None:
    sheet.write_formula(row, 4, f"=SUM(Lines!{_span(_MONTHLY, place)})", styles.usd, float(monthly_usd or 0))
    sheet.write_formula(row, 5, f"=SUM(Lines!{_span(_AMOUNTS, place)})", styles.usd, float(total_usd or 0))


def _span(column: str, place: Rows) -> str:
    return f"${column}${place.first}:${column}${place.last}"


def _base_id(base: BaseEstimate) -> str:
    return f"base {base.model}"


def _base_name(base: BaseEstimate) -> str:
    return f"Prompting {base.model} ({base.provider})"
