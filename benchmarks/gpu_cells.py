"""A file of measured runs as rows of text, and what a cell means."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

_MAX_CELL = 100_000
"""In characters."""


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows as text. A byte-order mark, a short line and a stray column are no fault. Raises OSError where it is no
    table.
    """
    csv.field_size_limit(_MAX_CELL)  # it holds for the process, and a count of training files raises it
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            return [
                {
                    (key or "").strip().lower(): (value or "").strip()
                    for key, value in row.items()
                    if isinstance(value, str)
                }
                for row in csv.DictReader(file)
            ]
        except csv.Error as fault:
            raise OSError(0, str(fault), str(path)) from None


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


# Of all weights of a mixture of experts called `8x7b`: attention and embeddings are there once (Mixtral 8x7B has 46.7
# billion, 8x22B 140.6).
SHARE_OF_EXPERTS = 0.82
_NUMBER = r"(\d{1,5}(?:\.\d{1,3})?)"
_ACTIVE = re.compile(rf"-a{_NUMBER}([bm])(?![a-z\d])")
_OF_EACH = re.compile(rf"(?<![\d.])(\d{{1,3}})x{_NUMBER}b(?![a-z])")
_SIZE = re.compile(rf"(?<![\d.a-z]){_NUMBER}([bmt])(\d?)(?![a-z\d])")


def named_size(text: str) -> tuple[float | None, float | None]:
    """Billions of all weights and of the active ones that a model's name says: `7b1`, `160m`, `8x7b`, `30b-a3b`; None
    what it does not say.
    """
    name = re.sub(r"(?<=\d)[\s_-](?=[bmt](?![a-z\d]))", "", text.lower())
    active = _ACTIVE.search(name)
    size = 0.0
    if each := _OF_EACH.search(name):
        size = float(each[1]) * float(each[2]) * SHARE_OF_EXPERTS
    elif found := _SIZE.search(name):
        whole = f"{found[1]}.{found[3]}" if found[3] and "." not in found[1] else found[1]
        size = float(whole) * {"b": 1.0, "m": 1e-3, "t": 1e3}[found[2]]
    billions = float(active[1]) * (1e-3 if active[2] == "m" else 1.0) if active else 0.0
    return size or None, billions or None
