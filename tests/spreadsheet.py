"""A spreadsheet program for the exported files: cells by name, formulas computed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_TOKEN = re.compile(
    r"(?P<range>Lines!\$(?P<c>[A-Z])\$(?P<first>\d+):\$[A-Z]\$(?P<last>\d+))|(?P<text>\"[^\"]*\")|(?P<cell>[A-Z]+\d+)"
    r"|(?P<function>[A-Z]+)(?=\()|(?P<name>[a-z_]+)|(?P<number>\d+(?:\.\d+)?)|\^"
)
Cell = str | Decimal | None


class Book:
    """An XLSX file whose formulas are computed from its inputs; cached values are not used."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(BytesIO(content)) as file:
            shared = [
                "".join(part.text or "" for part in item.iter(f"{{{_NS['m']}}}t"))
                for item in ET.fromstring(file.read("xl/sharedStrings.xml"))  # noqa: S314 - we wrote it
            ]
            book = ET.fromstring(file.read("xl/workbook.xml"))  # noqa: S314
            self.names = {
                str(element.get("name")): str(element.text).removeprefix("Scenario!").replace("$", "")
                for element in book.iterfind(".//m:definedName", _NS)
                if not str(element.get("name")).startswith("_")
            }
            sheets = [str(element.get("name")) for element in book.iterfind(".//m:sheet", _NS)]
            self.cells: dict[str, dict[str, Cell]] = {}
            self.formulas: dict[str, dict[str, str]] = {}
            self.cached: dict[str, dict[str, Decimal]] = {}
            for number, name in enumerate(sheets, 1):
                self._read(name, ET.fromstring(file.read(f"xl/worksheets/sheet{number}.xml")), shared)  # noqa: S314

    def _read(self, sheet: str, root: Any, shared: list[str]) -> None:
        cells, formulas, cached = self.cells[sheet], self.formulas[sheet], self.cached[sheet] = {}, {}, {}
        for cell in root.iterfind(".//m:c", _NS):
            at, value, formula = cell.get("r"), cell.findtext("m:v", None, _NS), cell.findtext("m:f", None, _NS)
            if formula is not None:
                formulas[at], cached[at] = formula, Decimal(value)
            elif value is not None:
                cells[at] = shared[int(value)] if cell.get("t") == "s" else Decimal(value)

    def put(self, name: str, value: str) -> None:
        """Type a number into an input."""
        assert isinstance(self.cells["Scenario"][self.names[name]], Decimal)
        self.cells["Scenario"][self.names[name]] = Decimal(value)

    def value(self, sheet: str, at: str) -> Cell:
        formula = self.formulas[sheet].get(at)
        return self.cells[sheet].get(at) if formula is None else self._compute(sheet, formula)

    def rows(self, sheet: str) -> Iterator[dict[str, Cell]]:
        """Return the rows of a table by its header, formulas computed."""
        header = {at[0]: str(text) for at, text in self.cells[sheet].items() if at[1:] == "1"}
        row = 2
        while f"A{row}" in self.cells[sheet]:
            yield {title: self.value(sheet, f"{column}{row}") for column, title in header.items()}
            row += 1

    def _compute(self, sheet: str, formula: str) -> Decimal:
        def python(match: re.Match[str]) -> str:
            if match["range"]:
                places = [f"{match['c']}{row}" for row in range(int(match["first"]), int(match["last"]) + 1)]
                return f"[at('Lines', place) for place in {places}]"
            if match["cell"]:
                return f"at({sheet!r}, {match['cell']!r})"
            if match["name"]:
                return f"at('Scenario', {self.names[match['name']]!r})"
            if match["number"]:
                return f"Decimal('{match['number']}')"
            return match["text"] or match["function"] or "**"

        known: dict[str, Any] = {
            "at": self.value, "Decimal": Decimal, "MIN": min, "MAX": max, "SUM": _sum, "SUMIF": _sum_if,
            "ROUNDUP": lambda value, _: value.to_integral_value(ROUND_CEILING),
            "ROUNDDOWN": lambda value, _: value.to_integral_value(ROUND_FLOOR),
        }  # fmt: skip
        result = eval(_TOKEN.sub(python, formula), {"__builtins__": {}, **known})  # noqa: S307 - we wrote it
        assert isinstance(result, Decimal)
        return result


def _sum(cells: list[Cell]) -> Decimal:
    return sum((cell for cell in cells if isinstance(cell, Decimal)), Decimal(0))


def _sum_if(where: list[Cell], wanted: str, cells: list[Cell]) -> Decimal:
    return _sum([cell for place, cell in zip(where, cells, strict=True) if place == wanted])
