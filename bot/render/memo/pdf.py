"""A decision memo as a PDF of one page, by fpdf2 (the optional extra `charts`).

The letters are DejaVu Sans, which matplotlib brings along, and an installed font for Chinese, Japanese and Korean.
Nothing here imports either before a memo is written, and matplotlib isn't imported at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.render.memo.content import Memo, Part
from bot.render.parts.escaping import clip
from bot.render.parts.short import full_day
from bot.render.parts.tables import Table
from calculator import UserError

if TYPE_CHECKING:
    from fpdf import FPDF

NEEDS = "A PDF needs fpdf2 and its fonts: pip install 'ftcost[charts]'."
FAMILY = "DejaVu"
OTHER_FAMILY = "Other"
OTHER_FONTS = ("wqy-microhei.ttc", "wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf")
"""Files of fonts for Chinese, Japanese and Korean, the preferred one first."""
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts")
MISSING = "□"
"""Drawn for a letter that no font has."""
MARGIN = 14.0
"""Millimetres."""
LINE_MM = 0.44
"""The height of a line for each point of its letters."""
CELL_MM = 1.2
"""The space on either side of a cell's text."""
MIN_COLUMN_MM = 24.0
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories of control and format characters, and of code points without a letter."""
Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
GREY: Colour = (95, 95, 95)
LIGHT: Colour = (200, 200, 200)
BLUE: Colour = (20, 80, 160)


class Density(NamedTuple):
    """The size of the letters, and how much of the lists is shown."""

    points: float
    items: int
    characters: int


DENSITIES = (
    Density(8.5, 30, 400),
    Density(8, 16, 300),
    Density(7.5, 10, 240),
    Density(7, 8, 180),
    Density(6.5, 6, 140),
    Density(6, 3, 90),
)
"""From roomy to dense; the first with which a memo fits its page is used."""


def memo_pdf(memo: Memo) -> bytes:
    """Return a memo as a PDF, the same bytes for the same memo and fonts.

    The first memo takes about a second, most of it to load fpdf2 and the fonts.

    Raises:
        UserError: The libraries aren't installed.
    """
    _dejavu_folder()
    for density in DENSITIES[:-1]:
        with closing(_Page(memo, density)) as page:
            if page.draw(memo):
                return page.output()
    with closing(_Page(memo, DENSITIES[-1])) as page:
        page.draw(memo)
        return page.output()


class _Page:
    """A PDF under construction."""

    def __init__(self, memo: Memo, density: Density) -> None:
        from fpdf import FPDF

        self.points, self.items, self.characters = density
        self.pdf = FPDF(format="A4")
        self.pdf.str_alias_nb_pages = ""  # a name may contain `{nb}`, which is replaced otherwise
        self.pdf.set_creation_date(datetime.combine(memo.as_of, time(), UTC))
        self.pdf.set_margin(MARGIN)
        self.pdf.set_auto_page_break(auto=True, margin=MARGIN)
        self.letters = _add_fonts(self.pdf, memo)
        self.pdf.set_title(self._drawable(memo.verdict))
        self.pdf.set_creator("ftcost")
        self.pdf.set_lang("en")
        self.pdf.add_page()

    def draw(self, memo: Memo) -> bool:
        """Write a memo.

        Returns:
            Whether it fits on one page.
        """
        self.head(memo)
        for part in memo.parts:
            self.part(part)
        self._gap()
        self._write(memo.footer, colour=GREY)
        return self.pdf.page_no() == 1

    def output(self) -> bytes:
        """Return the document as a PDF."""
        return bytes(self.pdf.output())

    def close(self) -> None:
        """Close the files of the fonts."""
        from fpdf.fonts import TTFFont

        for font in self.pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def head(self, memo: Memo) -> None:
        """Write the verdict, the question, the deciding costs and the next step."""
        self._write(f"Decision memo: should we fine-tune? · {full_day(memo.as_of)}", colour=GREY)
        if memo.name:
            self._write(memo.name, bold=True, points=self.points + 1)
        self._write(f"{memo.verdict}.", bold=True, points=self.points + 4)
        self._write(f"Question: {memo.question}", colour=GREY)
        if memo.figures:
            self.pdf.ln(1)
            self._table(Table(("", ""), ("left", "left"), memo.figures), has_header=False)
            self.pdf.ln(1)
        self._write(f"Next: {memo.next_step}", bold=True)

    def part(self, part: Part) -> None:
        """Write a titled part. Its lists are cut to the items that the density allows."""
        self._gap()
        self._write(part.title, bold=True, points=self.points + 1)
        for sentence in part.sentences:
            self._write(sentence)
        if part.table:
            self._table(part.table)
        for item in part.items[: self.items]:
            self._write(f"• {clip(item, self.characters)}")
        for source in part.sources[: self.items]:
            self._write(clip(source.text, self.characters))
            if source.url:
                self._write(clip(source.url, self.characters), colour=BLUE, link=source.url)
        omitted = max(len(part.items), len(part.sources)) - self.items
        if omitted > 0:
            self._write(f"{omitted} more in the answer's breakdown.", colour=GREY)

    def _gap(self) -> None:
        self.pdf.ln(self.points * 0.22)

    def _write(
        self, text: str, *, bold: bool = False, points: float = 0, colour: Colour = BLACK, link: str = ""
    ) -> None:
        size = points or self.points
        self.pdf.set_font(FAMILY, "B" if bold else "", size)
        self.pdf.set_text_color(*colour)
        self.pdf.multi_cell(
            0, size * LINE_MM, self._drawable(text), align="L", link=link or None, new_x="LMARGIN", new_y="NEXT"
        )

    def _table(self, table: Table, *, has_header: bool = True) -> None:
        """Draw a table. A row whose first cell alone has text is a heading between the rows."""
        from fpdf.fonts import FontFace

        rows = [tuple(map(self._drawable, cells)) for cells in ((table.header,) if has_header else ()) + table.rows]
        self.pdf.set_font(FAMILY, "", self.points)
        self.pdf.set_text_color(*BLACK)
        self.pdf.set_draw_color(*LIGHT)
        widths = self._column_widths(rows)
        bold = FontFace(emphasis="BOLD")
        with self.pdf.table(
            align="LEFT",
            borders_layout="HORIZONTAL_LINES" if has_header else "NONE",
            col_widths=widths,
            first_row_as_headings=has_header,
            headings_style=bold,
            line_height=self.points * LINE_MM,
            padding=(0.2, CELL_MM),
            text_align=tuple(align.upper() for align in table.align),
            width=sum(widths),
        ) as drawn:
            for number, cells in enumerate(rows):
                is_heading = (number == 0 and has_header) or not any(cells[1:]) or cells[0].startswith("Total")
                row = drawn.row(style=bold if is_heading else None)
                for column, cell in enumerate(cells):
                    row.cell(cell, style=bold if column == 0 and not has_header else None)

    def _column_widths(self, rows: Sequence[Sequence[str]]) -> list[float]:
        """Return the width of each column in millimetres; the first one gives way where there is too little room."""
        self.pdf.set_font(FAMILY, "B", self.points)  # the widest letters that a cell can have
        widths = [max(map(self.pdf.get_string_width, cells)) + 2 * CELL_MM + 0.5 for cells in zip(*rows, strict=True)]
        self.pdf.set_font(FAMILY, "", self.points)
        excess = sum(widths) - self.pdf.epw
        for column in sorted(range(len(widths)), key=widths.__getitem__, reverse=True):
            cut = min(max(0.0, excess), max(0.0, widths[column] - MIN_COLUMN_MM))
            widths[column] -= cut
            excess -= cut
        return widths

    def _drawable(self, text: str) -> str:
        """Return a text on one line without control characters, in letters that the fonts have."""
        text = " ".join(unicodedata.normalize("NFC", text).split())
        visible = (letter for letter in text if unicodedata.category(letter) not in INVISIBLE)
        return "".join(letter if ord(letter) in self.letters else MISSING for letter in visible)


def _add_fonts(pdf: FPDF, memo: Memo) -> set[int]:
    """Add DejaVu Sans and, if the memo needs it, a font for other scripts. Return the letters that both can draw."""
    folder = _dejavu_folder()
    for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        pdf.add_font(FAMILY, style, folder / file)
    letters = _letters(pdf, FAMILY, "") & _letters(pdf, FAMILY, "B")
    is_complete = all(ord(letter) in letters for text in _texts(memo) for letter in text if letter.isalnum())
    if not is_complete and (other := _other_font()):
        pdf.add_font(OTHER_FAMILY, "", other)
        pdf.set_fallback_fonts([OTHER_FAMILY], exact_match=False)
        letters |= _letters(pdf, OTHER_FAMILY, "")
    return letters


def _letters(pdf: FPDF, family: str, style: str) -> set[int]:
    """Return the code points that a font of the document can draw."""
    from fpdf.fonts import TTFFont

    font = pdf.fonts[f"{family.lower()}{style}"]
    return set(font.cmap) if isinstance(font, TTFFont) else set()


def _texts(memo: Memo) -> Iterator[str]:
    """Yield the texts of a memo that users and price files write."""
    yield from (memo.name, memo.verdict, memo.question, memo.footer)
    yield from (text for pair in memo.figures for text in pair)
    for part in memo.parts:
        yield from (part.title, *part.sentences, *part.items, *(source.text for source in part.sources))
        yield from (cell for row in (part.table.rows if part.table else ()) for cell in row)


def _dejavu_folder() -> Path:
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None or find_spec("fpdf") is None:
        raise UserError(NEEDS)
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@cache
def _other_font() -> Path | None:
    """Return the installed font for Chinese, Japanese and Korean, if there is one."""
    installed = {path.name: path for folder in FONT_FOLDERS for path in Path(folder).rglob("*.tt[cf]")}
    return next((installed[name] for name in OTHER_FONTS if name in installed), None)
