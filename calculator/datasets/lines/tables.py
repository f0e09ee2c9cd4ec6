"""Files that aren't one JSON object per line, read as if they were: JSON arrays, CSV and TSV."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from calculator.datasets.records.problems import quoted
from calculator.datasets.records.recognition import format_of, question_answer
from calculator.errors import UserError

_MAX_ELEMENT = 32_000_000
_MAX_FIELD = 2_000_000
_DELIMITERS = ",\t;|"
_SAMPLE_ROWS = 5
_MAX_COLUMN = 60
_ALONE = (("messages",), ("conversations",), ("text",))
"""Tables with one column that are training sets."""
_PIECE_BYTES = 64 * 1024
_OF_TWO_TEXTS = ("question-answer", "prompt-completion")


class Columns(NamedTuple):
    """The columns of a table that hold the question and the answer."""

    question: str
    answer: str


class ColumnsUnknown(UserError):
    """A table whose columns don't say which is the question and which the answer.

    Args:
        text: The sentence for the user.
        columns: The names of all columns.
    """

    def __init__(self, text: str, columns: Sequence[str]) -> None:
        super().__init__(text)
        self.columns = tuple(columns)


def array_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the elements of a JSON array, one per line.

    Args:
        chunks: The text of the array in UTF-8, in pieces of any size.

    Raises:
        UserError: The array is broken, or an element is larger than 32 MB.
    """
    decode, utf_8 = json.JSONDecoder().raw_decode, codecs.getincrementaldecoder("utf-8")()
    buffer, number, wanted, started, ended = "", 0, 0, False, False
    for chunk in chain(chunks, (None,)):
        buffer += _decoded(utf_8, chunk or b"", is_last=chunk is None)
        if ended:
            _check_end(buffer, number)
            buffer = ""
        if ended or (len(buffer) < wanted and chunk is not None):
            continue
        at = 0
        while True:
            at = _skip(buffer, at, " \t\r\n," if started else " \t\r\n")
            if not started and at < len(buffer):
                at, started = _skip(buffer, at + 1, " \t\r\n"), True
            if at == len(buffer):
                break
            if buffer[at] == "]":
                ended = True
                _check_end(buffer[at + 1 :], number)
                break
            try:
                _, end = decode(buffer, at)
            except (ValueError, RecursionError) as error:
                _check_rest(chunk is None, len(buffer) - at, number, error)
                wanted = 2 * (len(buffer) - at)
                break
            if end == len(buffer) and chunk is not None:
                break  # a number may go on
            number, wanted = number + 1, 0
            yield buffer[at:end].replace("\n", " ").replace("\r", " ").encode("utf-8", "replace") + b"\n"
            at = end
        buffer = "" if ended else buffer[at:]
    if not ended:
        raise UserError(f"The JSON array ends too early, after element {number:,}. Save it again.")


def _check_end(rest: str, number: int) -> None:
    if rest.strip():
        raise UserError(
            f"The JSON array ends after element {number:,}, and the file goes on. Write one example per line."
        )


def _decoded(utf_8: codecs.IncrementalDecoder, data: bytes, *, is_last: bool = False) -> str:
    """Return text that must be in UTF-8.

    Raises:
        UserError: It isn't.
    """
    try:
        return utf_8.decode(data, is_last)
    except UnicodeDecodeError as error:
        raise UserError(
            f"The file isn't in UTF-8: it has the byte {error.object[error.start]:#x}. Save it as UTF-8; in Excel, as "
            "CSV UTF-8."
        ) from None


def _skip(text: str, at: int, characters: str) -> int:
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def _check_rest(at_end: bool, size: int, number: int, error: Exception) -> None:
    if at_end or size > _MAX_ELEMENT:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply or too large"
        raise UserError(
            f"The JSON array can't be read after element {number:,} ({reason}). Write one example per line."
        )


def sniff_table(head: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the delimiter and the columns if a text begins like a table; None otherwise.

    Args:
        head: The first characters of the file.
    """
    if head.lstrip()[:1] in ("{", "["):
        return None
    for delimiter in _DELIMITERS:
        try:
            rows = [
                row
                for row, _ in zip(
                    csv.reader(_whole_lines(head), delimiter=delimiter, strict=True), range(_SAMPLE_ROWS), strict=False
                )
            ]
        except csv.Error:
            continue
        columns = tuple(cell.strip() for cell in rows[0]) if rows else ()
        lengths = {len(row) for row in rows[1:] if row}
        if len(set(columns)) < len(columns) or not _are_names(columns):
            continue
        if len(columns) < 2 and (columns[:1] not in _ALONE or delimiter != _DELIMITERS[0]):
            continue
        if lengths == {len(columns)} or (lengths and format_of(dict.fromkeys(columns, ""))):
            return delimiter, columns
    return None


def _are_names(columns: Sequence[str]) -> bool:
    """Return True if the cells of the first row are names, not a date, a number or a sentence."""
    return all(
        0 < len(column) <= _MAX_COLUMN and column.count(" ") <= 3 and not column[0].isdigit() for column in columns
    )


def _whole_lines(head: str) -> list[str]:
    lines = head.splitlines(keepends=True)
    return lines[:-1] if len(lines) > 2 and not head.endswith("\n") else lines


def table_lines(
    chunks: Iterable[bytes], delimiter: str, columns: Sequence[str], chosen: Columns | None = None
) -> Iterator[bytes]:
    """Yield the rows of a table, one JSON object per line.

    Args:
        chunks: The table in UTF-8, in pieces of any size.
        delimiter: The character between two cells.
        columns: The names in the first row.
        chosen: The columns with the question and the answer; None to go by the names.

    Raises:
        UserError: A row has more or fewer cells than the first one.
    """
    csv.field_size_limit(_MAX_FIELD)
    rows, kept = csv.reader(_text_lines(chunks), delimiter=delimiter), kept_columns(columns)
    try:
        next(rows, None)
        for row in rows:
            if not row:
                continue
            if len(row) != len(columns):
                raise UserError(
                    f"The row to line {rows.line_num:,} has {len(row):,} cells, the first row {len(columns):,}. "
                    f"Put cells with {quoted(delimiter)} or line breaks in double quotes."
                )
            record = dict(zip(columns, row, strict=True))
            if chosen:
                record = {"question": record[chosen.question], "answer": record[chosen.answer]}
            elif kept:
                record = {column: record[column] for column in kept}
            yield json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    except csv.Error as error:
        raise UserError(f"The table can't be read at line {rows.line_num:,} ({error}).") from None


def _text_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    utf_8, rest = codecs.getincrementaldecoder("utf-8")(), ""
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE_BYTES):
            *lines, rest = (rest + _decoded(utf_8, chunk[start : start + _PIECE_BYTES])).split("\n")
            yield from (f"{line}\n" for line in lines)
    if rest := rest + _decoded(utf_8, b"", is_last=True):
        yield rest


def kept_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a table of two texts that are read; none for other tables, which are read whole.

    Args:
        columns: The names of all columns.
    """
    by_name = dict.fromkeys(columns, "")
    pair = question_answer(by_name)
    if pair is None or format_of(by_name) not in _OF_TWO_TEXTS:
        return ()
    return tuple(column for column in columns if column in (*pair, "system"))


def describe_columns(columns: Sequence[str], chosen: Columns | None) -> str:
    """Return how the columns of a table are read, as a sentence.

    Args:
        columns: The names of all columns.
        chosen: The columns with the question and the answer; None to go by the names.

    Raises:
        ColumnsUnknown: The columns don't say which is the question and which the answer.
        UserError: The table has no such column.
    """
    names = ", ".join(quoted(column) for column in columns)
    if chosen:
        if missing := [name for name in chosen if name not in columns]:
            raise UserError(f"The table has no column {quoted(missing[0])}. Its columns are {names}.")
        return _pair_text(names, chosen)
    by_name = dict.fromkeys(columns, "")
    recognised = format_of(by_name)
    if recognised is None:
        text = f"The file is a table with the columns {names}. Which is the question, which the answer?"
        fix = "Name them question and answer in the first row, or say which with --columns QUESTION,ANSWER."
        raise ColumnsUnknown(f"{text} {fix}", columns)
    pair = question_answer(by_name)
    if recognised in _OF_TWO_TEXTS and pair:
        omitted = len(columns) - len(kept_columns(columns))
        return _pair_text(names, Columns(*pair)).removesuffix(".") + ("; the others are left out." if omitted else ".")
    return f"The columns {names} are read as {recognised}."


def _pair_text(names: str, pair: Columns) -> str:
    question, answer = map(quoted, pair)
    return f"Of the columns {names}, {question} is read as the question, {answer} as the answer."
