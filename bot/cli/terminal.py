"""Print text on standard output: in colours and wrapped where that is a terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

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
