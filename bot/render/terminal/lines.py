"""Lines of text in a terminal: colours, wrapping, and tables within its width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, NamedTuple

from bot.render.parts.escaping import clip
from bot.render.parts.tables import Table, plain

Role = Literal["plain", "title", "muted"]
_CODES: dict[Role, str] = {"title": "\x1b[1m", "muted": "\x1b[2m"}
_RESET = "\x1b[0m"
_MIN_NAME = 16
OPTIONAL = "Class"
"""The column that a narrow terminal doesn't show."""
_GAP = 2
"""The spaces between two columns of a table."""


class Line(NamedTuple):
    """A line of text and the role that decides its colour."""

    text: str
    role: Role = "plain"
    label: int = 0
    """The number of characters at the start that are a label, such as `Next:`; wrapped text is indented below it."""


def wrap_lines(lines: Iterable[Line], width: int | None) -> list[Line]:
    """Return lines of at most `width` characters; without a width the lines as they are."""
    if width is None:
        return list(lines)
    wrapped: list[Line] = []
    for line in lines:
        indent = " " * min(line.label, width // 3)
        parts = textwrap.wrap(line.text, width, subsequent_indent=indent, break_on_hyphens=False) or [""]
        wrapped += [line._replace(text=parts[0]), *(Line(part, line.role) for part in parts[1:])]
    return wrapped


def table_lines(table: Table, width: int | None) -> list[Line]:
    """Return the lines of a table: its header, a rule and its rows.

    Args:
        table: The table. A row whose first cell alone has text is a heading between the rows.
        width: The characters of a line; the first column is clipped to fit.
    """
    if width is not None:
        if _name_room(table, width) < _MIN_NAME and OPTIONAL in table.header:
            table = _without_column(table, table.header.index(OPTIONAL))
        room = max(_MIN_NAME, _name_room(table, width))
        table = replace(table, rows=tuple((clip(name, room), *cells) for name, *cells in table.rows))
    header, rule, *rows = plain(table).splitlines()
    roles: list[Role] = ["plain" if any(cells) else "muted" for _, *cells in table.rows]
    return [Line(header, "title"), Line(rule, "muted"), *map(Line, rows, roles)]


def _name_room(table: Table, width: int) -> int:
    """Return the characters that the other columns leave for the first one."""
    _, *columns = zip(table.header, *table.rows, strict=True)
    return width - sum(_GAP + max(map(len, cells)) for cells in columns)


def _without_column(table: Table, column: int) -> Table:
    def cut(cells: tuple[str, ...]) -> tuple[str, ...]:
        return (*cells[:column], *cells[column + 1 :])

    align = (*table.align[:column], *table.align[column + 1 :])
    return replace(table, header=cut(table.header), align=align, rows=tuple(map(cut, table.rows)))


def paint(lines: Iterable[Line], *, colours: bool) -> str:
    """Return lines as text, with the terminal's bold and faint letters if it has colours."""
    return "\n".join(_painted(line) if colours else line.text for line in lines)


def _painted(line: Line) -> str:
    if code := _CODES.get(line.role):
        return f"{code}{line.text}{_RESET}" if line.text else ""
    if line.label:
        return f"{_CODES['title']}{line.text[: line.label]}{_RESET}{line.text[line.label :]}"
    return line.text
