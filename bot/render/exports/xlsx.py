"""An estimate as a live spreadsheet: inputs, line items as formulas of them, and the totals of each offer.

Text is always written as text, never as a formula. Formulas carry their values, for programs that show a sheet
without computing it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

from bot.render.exports.xlsx_inputs import bounds, used_inputs
from bot.render.parts.ages import age, age_marked
from bot.render.parts.tables import GROUP_TITLES, offer_name
from bot.render.sentences.headline import headline
from bot.results import SavedResult
from calculator import (
    INPUT_LABELS,
    BaseEstimate,
    Comparison,
    Formulas,
    LineItem,
    Option,
    Total,
    formula_of,
    in_formulas,
    key_of,
    options,
    value_of,
)
from pricing import Catalog

MAX_FORMULA_LENGTH = 8_000  # spreadsheets take 8,192 characters
LINE_COLUMNS = (
    "Offer", "Component", "Item", "Recurs", "Quantity", "Unit", "Unit price, USD", "Amount, USD", "A month, USD",
    "Source", "Address", "Checked", "Age", "Confidence",
)  # fmt: skip
_NUMBERS = frozenset({*LINE_COLUMNS[4:5], *LINE_COLUMNS[6:9]})
OFFER_COLUMNS = (
    "Offer",
    "Id",
    "Group",
    "One-off, USD",
    "A month, USD",
    "Total, USD",
    "Complete",
    "Usable",
    "Average month, USD",
    "Against prompting, a month, USD",
    "Price when asked, USD",
)
_USD_COLUMNS = frozenset({*OFFER_COLUMNS[3:6], *OFFER_COLUMNS[8:]})
_QUOTED_COLUMN = len(OFFER_COLUMNS) - 1
_ONCE, _AMOUNTS, _MONTHLY = "D", "H", "I"
UNKNOWN = "unknown"
ENDS_EARLIER = "ends earlier"
"""Instead of a total over the horizon, where a model ends inside it and nothing is prompted after that."""


class Rows(NamedTuple):
    """The range of rows with an offer's line items, counted from 1."""

    first_row: int
    last_row: int


class Styles(NamedTuple):
    """Cell formats of a workbook."""

    title: Any
    header: Any
    number_header: Any
    text: Any
    word: Any
    """A word instead of a number."""
    input: Any
    share: Any
    number: Any
    usd: Any
    unit_price: Any


def to_xlsx(comparison: Comparison, catalog: Catalog, *, quoted: SavedResult | None = None, link: str = "") -> bytes:
    """Return a comparison as an XLSX file whose figures follow its inputs.

    Args:
        comparison: The comparison.
        catalog: The prices that it used.
        quoted: The saved result, for a column of quoted totals.
        link: The permalink to its thread; empty for none.
    """
    from xlsxwriter import Workbook  # slow to import, and only needed here

    formulas = in_formulas(comparison.scenario, catalog, comparison.as_of)
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, options)
    created = datetime.combine(comparison.as_of, time())  # the same file for the same answer
    book.set_properties({"title": "ftcost estimate", "created": created})
    book.set_calc_mode("auto")
    styles = Styles(
        title=book.add_format({"bold": True, "font_size": 13}),
        header=book.add_format({"bold": True, "bottom": 1, "indent": 1}),
        number_header=book.add_format({"bold": True, "bottom": 1, "align": "right"}),
        text=book.add_format({"indent": 1}),
        word=book.add_format({"align": "right", "italic": True}),
        input=book.add_format({"bg_color": "#FFF6D6", "num_format": "#,##0.######"}),
        share=book.add_format({"bg_color": "#FFF6D6", "num_format": "0.##%"}),
        number=book.add_format({"num_format": "#,##0.####"}),
        usd=book.add_format({"num_format": "#,##0.00"}),
        unit_price=book.add_format({"num_format": "#,##0.00######"}),
    )
    scenario, offers, lines = (book.add_worksheet(name) for name in ("Scenario", "Offers", "Lines"))
    for sheet in (scenario, offers, lines):
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)  # as wide as a page when it is printed
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
    summary = f"USD, calculated on {comparison.as_of}, catalogue {comparison.catalog_version}."
    sheet.write_string(2, 0, f"{summary} {link}".strip())
    ranged = " Ranges are set to their likely value." if comparison.scenario.ranged else ""
    sized = " GPUs are chosen for the tokens of examples and calls: to change those, ask again."
    reason = sized if formulas.sized_for_tokens else ""
    instruction = f"Change a yellow cell, and Lines and Offers follow. Everything else is fixed.{reason}{ranged}"
    sheet.write_string(3, 0, instruction)
    _write_header(sheet, styles, 5, ("Input", "Value", "Meaning", "In the question"), numbers={"Value"})
    row = 6
    used = used_inputs(formulas)
    fields = comparison.scenario.fields()
    for field in formulas.inputs:
        if field.name not in used:
            continue
        share = key_of(field.key).unit == "%"
        sheet.write_string(row, 0, field.name, styles.text)
        sheet.write_number(row, 1, float(field.amount.likely), styles.share if share else styles.input)
        sheet.write_string(row, 2, INPUT_LABELS[field.key].label, styles.text)
        sheet.write_string(row, 3, fields.get(field.key.partition(".")[0], "") or str(field.amount), styles.text)
        sheet.data_validation(row, 1, row, 1, bounds(field))
        book.define_name(field.name, f"=Scenario!$B${row + 1}")
        row += 1
    live = {field.key.partition(".")[0] for field in formulas.inputs if field.name in used}
    fixed = {key: text for key, text in fields.items() if key not in live}
    if comparison.scenario.epochs == "auto":
        fixed["epochs"] = "auto: follows each platform's rule"
    if fixed:
        sheet.write_string(row + 1, 0, "Fixed in this file", styles.header)
        for fixed_row, (key, text) in enumerate(fixed.items(), row + 2):
            sheet.write_string(fixed_row, 0, key, styles.text)
            sheet.write_string(fixed_row, 1, text, styles.text)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 3, 44)


def _write_header(sheet: Any, styles: Styles, row: int, titles: Sequence[str], numbers: Collection[str]) -> None:
    """Write the titles of columns; those in `numbers` are aligned to the right."""
    for column, text in enumerate(titles):
        sheet.write_string(row, column, text, styles.number_header if text in numbers else styles.header)


def _write_lines(sheet: Any, styles: Styles, comparison: Comparison, formulas: Formulas) -> dict[str, Rows | None]:
    """Write every line item, and return the rows of each offer and of the base model by id."""
    _write_header(sheet, styles, 0, LINE_COLUMNS, _NUMBERS)
    places: dict[str, Rows | None] = {}
    row = 1
    blocks: list[tuple[str, str, Sequence[LineItem]]] = [
        (estimate.offer.id, offer_name(estimate), formulas.estimates[estimate.offer.id].lines)
        for estimate in comparison.estimates
    ]
    if formulas.base:
        blocks.append((_base_id(formulas.base), _base_name(formulas.base), formulas.base.lines))
    for key, name, lines in blocks:
        places[key] = Rows(row + 1, row + len(lines)) if lines else None
        for line in lines:
            _write_line(sheet, styles, row, name, line, comparison.as_of)
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, row - 1), len(LINE_COLUMNS) - 1)
    for column, width in enumerate((34, 14, 34, 11, 17, 13, 15, 15, 15, 48, 48, 12, 16, 12)):
        sheet.set_column(column, column, width)
    return places


def _write_line(sheet: Any, styles: Styles, row: int, name: str, line: LineItem, as_of: date) -> None:
    for column, text in enumerate((name, line.component, line.label, line.recurrence)):
        sheet.write_string(row, column, text, styles.text)
    _write_number(sheet, row, 4, line.quantity, styles.number, styles)
    sheet.write_string(row, 5, line.unit, styles.text)
    _write_number(sheet, row, 6, line.unit_price_usd, styles.unit_price, styles)
    number = row + 1  # as formulas count rows
    if line.quantity is None or line.unit_price_usd is None:
        sheet.write_string(row, 7, UNKNOWN, styles.word)
    else:
        amount = value_of(line.quantity) * value_of(line.unit_price_usd)
        sheet.write_formula(row, 7, f"=E{number}*G{number}", styles.usd, float(amount))
    if line.monthly_quantity is not None and line.unit_price_usd is not None:
        price = value_of(line.unit_price_usd)
        month = float(value_of(line.monthly_quantity) * price)
        text = formula_of(line.monthly_quantity) or f"{line.monthly_quantity:f}"
        _formula(sheet, row, 8, f"({text})*G{number}", styles.usd, month)
    elif line.recurrence == "monthly":
        sheet.write_string(row, 8, UNKNOWN, styles.word)
    if line.source and line.price:
        yours = line.price.yours
        age_text = (age if yours else age_marked)(line.source, as_of)
        confidence = "yours" if yours else line.price.confidence
        for column, text in enumerate(
            (line.source.title, line.source.url or "", line.source.checked, age_text, confidence), 9
        ):
            sheet.write_string(row, column, text, styles.text)


def _write_number(sheet: Any, row: int, column: int, number: Decimal | None, style: Any, styles: Styles) -> None:
    if number is None:
        sheet.write_string(row, column, UNKNOWN, styles.word)
    elif text := formula_of(number):
        _formula(sheet, row, column, text, style, float(value_of(number)))
    else:
        sheet.write_number(row, column, float(number), style)


def _formula(sheet: Any, row: int, column: int, text: str, style: Any, value: float) -> None:
    if len(text) > MAX_FORMULA_LENGTH:
        sheet.write_number(row, column, value, style)
        sheet.write_comment(row, column, "Too long for a spreadsheet formula; this cell keeps its value.")
    else:
        sheet.write_formula(row, column, f"={text}", style, value)


def _write_offers(
    sheet: Any,
    styles: Styles,
    comparison: Comparison,
    formulas: Formulas,
    places: Mapping[str, Rows | None],
    quoted: SavedResult | None,
) -> None:
    _write_header(sheet, styles, 0, OFFER_COLUMNS[: None if quoted else -1], _USD_COLUMNS)
    row, base = 1, comparison.base
    base_row = len(comparison.estimates) + 2 if base and base.lines else None
    for option in options(comparison):
        offer_id = option.estimate.offer.id
        _write_offer(sheet, styles, row, option, places[offer_id])
        if place := places[offer_id]:
            _write_periods(sheet, styles, row, option, place, formulas, base_row)
        saved = quoted.option(offer_id) if quoted else None
        if saved and saved.horizon_total_usd is not None:
            sheet.write_number(row, _QUOTED_COLUMN, float(saved.horizon_total_usd), styles.usd)
        row += 1
    if formulas.base and base and (place := places[_base_id(formulas.base)]):
        sheet.write_string(row, 0, _base_name(formulas.base), styles.text)
        sheet.write_string(row, 2, "prompted, not tuned", styles.text)
        monthly, total = (Total(usd, base.complete) for usd in (base.monthly_usd, base.total_usd))
        _write_sums(sheet, styles, row, place, monthly, total)
    sheet.freeze_panes(1, 0)
    for column, width in enumerate((36, 36, 36, 15, 15, 15, 15, 60, 20, 20, 20)):
        sheet.set_column(column, column, width)


def _write_offer(sheet: Any, styles: Styles, row: int, option: Option, place: Rows | None) -> None:
    estimate, reason = option.estimate, option.set_aside
    for column, text in enumerate((offer_name(estimate), estimate.offer.id, GROUP_TITLES[option.group])):
        sheet.write_string(row, column, text, styles.text)
    sheet.write_string(row, 7, f"no: {reason.sentence}" if reason else "yes", styles.text)
    if place is None:
        return
    once = f'SUMIF(Lines!{_span(_ONCE, place)},"once",Lines!{_span(_AMOUNTS, place)})'
    _write_sum(sheet, styles, row, 3, once, estimate.one_off)


def _write_periods(
    sheet: Any, styles: Styles, row: int, option: Option, place: Rows, formulas: Formulas, base_row: int | None
) -> None:
    """Write the costs of equal periods: a month, the whole horizon, an average month, a month against prompting."""
    estimate, total = option.estimate, option.horizon_total
    priced = formulas.estimates[estimate.offer.id]
    rest = formulas.rest_usd.get(estimate.offer.id)
    prompting = f"+{formula_of(rest) or f'{rest:f}'}" if rest is not None else ""
    _write_sums(sheet, styles, row, place, estimate.monthly, total, prompting)
    sums = f"SUM(Lines!{_span(_AMOUNTS, place)})"
    if total.usd is None and estimate.total.usd is not None:
        sheet.write_string(row, 5, ENDS_EARLIER, styles.word)
        sheet.write_string(row, 6, "yes" if estimate.complete else "no, at least", styles.text)
    months = formula_of(priced.months) or f"{priced.months:f}"
    if estimate.months:
        _write_sum(sheet, styles, row, 8, f"{sums}/({months})", option.average_month)
    if base_row and option.monthly_vs_baseline_usd is not None:
        against = float(option.monthly_vs_baseline_usd)
        sheet.write_formula(row, 9, f"=E{row + 1}-E{base_row}", styles.usd, against)


def _write_sums(
    sheet: Any, styles: Styles, row: int, place: Rows, monthly: Total, total: Total, prompting: str = ""
) -> None:
    _write_sum(sheet, styles, row, 4, f"SUM(Lines!{_span(_MONTHLY, place)})", monthly)
    _write_sum(sheet, styles, row, 5, f"SUM(Lines!{_span(_AMOUNTS, place)}){prompting}", total)
    sheet.write_string(row, 6, "yes" if total.whole else "no, at least", styles.text)


def _write_sum(sheet: Any, styles: Styles, row: int, column: int, text: str, total: Total) -> None:
    """Write the sum of lines: a word if it is unknown, nothing if there are no lines."""
    if total.usd is not None:
        sheet.write_formula(row, column, f"={text}", styles.usd, float(total.usd))
    elif not total.whole:
        sheet.write_string(row, column, UNKNOWN, styles.word)


def _span(column: str, place: Rows) -> str:
    return f"${column}${place.first_row}:${column}${place.last_row}"


def _base_id(base: BaseEstimate) -> str:
    return f"base {base.model}"


def _base_name(base: BaseEstimate) -> str:
    return f"Prompting {base.model} ({base.provider})"
