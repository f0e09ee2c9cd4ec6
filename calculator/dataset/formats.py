"""Which format a file is in, from its first lines."""

from __future__ import annotations

from calculator.dataset.blocks import Rules, read_line
from calculator.dataset.lines import Block
from calculator.dataset.problems import Problem
from calculator.errors import UserError
from pricing import Format

_LOOK_AT_LINES = 200


def detect_format(block: Block) -> Format | None:
    """The format of the first line that shows one; None where none does. Raises UserError for JSON that is not one
    object a line.
    """
    lines = [line for raw in block.data.split(b"\n", _LOOK_AT_LINES)[:_LOOK_AT_LINES] if (line := raw.strip(b" \t\r"))]
    if not lines:
        return None
    if lines[0] == b"[" or lines[0].replace(b" ", b"").startswith(b"[{"):
        raise UserError("The file is one JSON array. Write each example on a line of its own: jq -c '.[]' FILE.")
    if lines[0] == b"{" or (lines[0].startswith(b"{") and lines[0].endswith((b"[", b"{", b","))):
        raise UserError("The examples run over several lines. Write each on one line: jq -c . FILE.")
    for line in lines:
        if found := _reading(line):
            return found
    return None if any(line.startswith((b"{", b"[", b'"')) for line in lines) else "plain-text"


def _reading(line: bytes) -> Format | None:
    read = read_line(line, 0, Rules(None, {}))
    return None if isinstance(read, Problem) else read.format
