"""The page docs/keys.md, from the table of keys; `python -m bot.answers.key_reference` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from bot.answers.catalog_pages import SECTION_TITLES, key_row
from calculator import Key, default_text, in_section

DOCUMENT = Path(__file__).parents[2] / "docs" / "keys.md"
_HEADER = """\
# Keys

The keys of a question. They have the same names in the form, in `/ftcost key=value …`, in a terminal, in YAML files
and in the [tools for assistants](mcp.md). `python -m bot.answers.key_reference` writes this page.

Any number can be a range (`3..5`, or `3..4..5` with the likely value in between), and can use `k`, `M`, `B`, commas
and `%`.
"""


def key_reference() -> str:
    """Return the reference of the keys as Markdown."""
    lines = [_HEADER.rstrip("\n")]
    for section, title in SECTION_TITLES.items():
        lines += ["", f"## {title[0].upper()}{title[1:]}", ""]
        lines += ["| Example | Meaning | Default | Bounds |", "| --- | --- | --- | --- |"]
        lines += [_row(key) for key in in_section(section)]
    return "\n".join([*lines, ""])


def _row(key: Key) -> str:
    example, meaning = key_row(key)
    default = None if "by default" in key.help else default_text(key.name)  # the meaning says it in words
    cells = (f"`{example}`", _escaped(meaning), f"`{default}`" if default else "", ", ".join(_bounds(key)))
    return f"| {' | '.join(cells)} |"


def _bounds(key: Key) -> Iterator[str]:
    if key.choices or key.high is None:
        return
    yield f"{_number(key, key.low)} to {_number(key, key.high)}"
    if key.whole:
        yield "whole"


def _number(key: Key, value: int | Decimal) -> str:
    return f"{100 * value:.0f}%" if key.unit == "%" else f"{value:,} {key.unit}".strip()


def _escaped(text: str) -> str:
    return text.replace("|", r"\|").replace("<", r"\<")


if __name__ == "__main__":
    DOCUMENT.write_text(key_reference(), encoding="utf-8")
