"""Detection of the words that Amazon Nova reserves: a training job fails if an example has one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calculator.datasets.records.problems import Problem

# Each pattern starts with a byte that is rare in text, which is fast to search for, and looks behind it.
_WORDS = tuple(
    (pattern[:1], re.compile(pattern))
    for pattern in (
        rb":(?:(?<=[Uu][Ss][Ee][Rr]:)|(?<=[Bb][Oo][Tt]:)|(?<=[Ss][Yy][Ss][Tt][Ee][Mm]:)"
        rb"|(?<=[Aa][Ss][Ss][Ii][Ss][Tt][Aa][Nn][Tt]:))",
        rb">(?:(?<=<image>)|(?<=<video>))",
        rb"](?<=\[EOS])",
    )
)
_LONGEST = len("assistant:")


def find_reserved(data: bytes, first_line: int) -> Iterator[Problem]:
    """Yield one problem per line that has a reserved word, in no order.

    Args:
        data: Whole lines.
        first_line: Number of the first one.
    """
    lines: dict[int, str] = {}
    for rare, word in _WORDS:
        line, position = first_line, 0
        for match in word.finditer(data) if rare in data else ():
            line += data.count(b"\n", position, match.end())
            position = match.end()
            if line not in lines:
                lines[line] = _word(data[max(0, position - _LONGEST) : position].decode(errors="replace"))
    for line, text in lines.items():
        fix = "with which a job of Amazon Nova fails. Write another word."
        yield Problem(line, "reserved_word", f"The line has the reserved word “{text}”, {fix}")


def _word(text: str) -> str:
    """Return the word at the end of a text."""
    return re.split(r"[^A-Za-z<>\[\]:]", text)[-1]
