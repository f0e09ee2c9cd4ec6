"""A file of measured runs as rows of text, and what a cell means."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows as text. A byte-order mark, a short line and a stray column are no fault."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        return [
            {(key or "").strip().lower(): (value or "").strip() for key, value in row.items() if isinstance(value, str)}
            for row in rows
        ]


def number(text: str | None) -> float | None:
    """The first number in a text, thousands separators and units allowed; None where there is none."""
    found = re.search(r"[-+]?(\d[\d,]*\.?\d*|\.\d+)([eE][-+]?\d+)?", text or "")
    if not found:
        return None
    value = float(found[0].replace(",", ""))
    return value if math.isfinite(value) else None


def positive(text: str | None) -> float | None:
    value = number(text)
    return value if value is not None and value > 0 else None


def flag(text: str | None) -> bool | None:
    """1, true, yes, on… or their opposites; None where neither."""
    word = (text or "").strip().lower()
    if word in ("1", "1.0", "true", "yes", "y", "on", "full"):
        return True
    if word in ("0", "0.0", "false", "no", "n", "off", "none"):
        return False
    return None
