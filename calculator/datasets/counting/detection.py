"""Detection of a file's format from its first lines."""

from __future__ import annotations

from calculator.datasets.counting.blocks import CountingRules, read_line
from calculator.datasets.lines.splitting import Block
from calculator.datasets.records.problems import Problem
from calculator.errors import UserError
from pricing import Format

PLAIN_TEXT = (
    "The file is plain text, not a training set, and isn't priced. A training set has one example per line, as JSON: "
    '{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}, or {"text": "…"} for '
    "text alone."
)


def detect_format(block: Block) -> Format | None:
    """Return the format of the first line that has a known one.

    Args:
        block: The first lines of the file.

    Returns:
        The format; None if no line has a known one.

    Raises:
        UserError: The file is text, or JSON that isn't one object per line.
    """
    lines = [line for raw in block.data.split(b"\n") if (line := raw.strip(b" \t\r"))]
    if not lines:
        return None
    detected = next((line_format for line in lines if (line_format := _reading(line))), None)
    if block.first_line == 1:
        _refuse(lines[0], detected)
    if detected:
        return detected
    if block.first_line == 1 and not any(line.startswith((b"{", b"[", b'"')) for line in lines):
        raise UserError(PLAIN_TEXT)
    return None


def _refuse(first_line: bytes, detected: Format | None) -> None:
    """Raise UserError if the first line starts a JSON value that spans several lines.

    If other lines are whole examples, it is only one bad line; a line of the format `text` may be a part of a value.
    """
    if first_line == b"[" or (detected is None and first_line.replace(b" ", b"").startswith(b"[{")):
        raise UserError("The file is one JSON array that doesn't end. Write one example per line: jq -c '.[]' FILE.")
    if detected in (None, "text") and first_line.startswith(b"{") and first_line.endswith((b"[", b"{", b",")):
        raise UserError(
            "The examples run over several lines. Write each on one line: jq -c . FILE; if they are in a list, "
            "jq -c '.data[]' FILE."
        )


def _reading(line: bytes) -> Format | None:
    read = read_line(line, 0, CountingRules(None, {}))
    return None if isinstance(read, Problem) else read.format
