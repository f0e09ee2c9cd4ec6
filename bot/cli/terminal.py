"""Print text on standard output: in colours and wrapped where that is a terminal."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

MAX_WIDTH = 120
"""Longer lines are hard to read, however wide the window is."""


def line_width(stream: TextIO) -> int | None:
    """Return the characters that fit on a line; None where the output isn't a terminal."""
    return min(shutil.get_terminal_size().columns, MAX_WIDTH) if stream.isatty() else None


def has_colours(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether to write in colours: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def output_width() -> int | None:
    """Return the width of standard output."""
    return line_width(sys.stdout)


def output_has_colours() -> bool:
    """Return whether standard output has colours."""
    return has_colours(sys.stdout, os.environ)


# Besides line breaks and tabs. A terminal obeys the others, which a file, a bill or a name may contain (CWE-150).
_CONTROLS = re.compile("(?!\r\n)[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_OWN_COLOUR = re.compile("(\x1b\\[[012]m)")


def visible(text: str) -> str:
    """Return a text with control characters shown as U+FFFD."""
    return _CONTROLS.sub("\ufffd", text)


class VisibleOutput:
    """A text stream that shows control characters, except the bot's own colours on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text and return the length of what was asked for."""
        parts = _OWN_COLOUR.split(text) if self._stream.isatty() else [text]
        self._stream.write("".join(part if number % 2 else visible(part) for number, part in enumerate(parts)))
        return len(text)


@contextmanager
def visible_output() -> Iterator[None]:
    """Show the control characters in what is printed until the end of a block."""
    stream = sys.stdout
    sys.stdout = VisibleOutput(stream)
    try:
        yield
    finally:
        sys.stdout = stream
