"""The tables of docs/datasets.md, from `data/datasets.yml`; `python -m pricing.datasets.tables` writes them."""

from __future__ import annotations

import sys
from pathlib import Path

from pricing.datasets.rules import AS_IT_IS, FORMATS, DatasetRules, load_dataset_rules

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "datasets.md"
_BEGIN, _END = "<!-- rules: begin; written by python -m pricing.datasets.tables -->\n", "<!-- rules: end -->\n"
_MARKS = {"taken": "taken", "trained": "trained on", "ignored": "ignored", "refused": "**refused**"}


def dataset_tables(rules: DatasetRules) -> str:
    """Return the formats and the traits by platform, as Markdown.

    Args:
        rules: The rules of the platforms.
    """
    names = list(rules.platforms)
    lines = [
        "`✓` as it is, `↻` after conversion, `–` not taken:",
        "",
        _row("Format", names),
        _row("---", ["---"] * len(names)),
    ]
    for name in FORMATS:
        marks = [_mark(rules, platform, name) for platform in names]
        lines.append(_row(name, marks))
    lines += ["", "What platforms do with what files have; an empty cell isn't published:", ""]
    lines += [_row("Trait", names), _row("---", ["---"] * len(names))]
    for trait in rules.traits.values():
        cells = []
        for platform in names:
            handling = trait.platforms.get(platform)
            note = f" ({handling.note})" if handling and handling.note else ""
            cells.append(f"[{_MARKS[handling.does]}]({handling.source.url}){note}" if handling else "")
        lines.append(_row(trait.title, cells))
    lines.append(_row("most images in an example", [str(rules.platforms[name].max_images or "") for name in names]))
    most = (rules.platforms[name].max_image_examples for name in names)
    lines.append(_row("most examples with images", [f"{number:,}" if number else "" for number in most]))
    return "\n".join(lines) + "\n"


def _mark(rules: DatasetRules, platform: str, name: str) -> str:
    formats = rules.platforms[platform]
    file_format = next(known for known in FORMATS if known == name)
    if formats.takes.get(file_format) == AS_IT_IS:
        return "✓"
    return "↻" if formats.format_for(file_format) else "–"


def _row(first: str, cells: list[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"


def with_tables(document: str, tables: str) -> str:
    """Return a document with the tables between its marks.

    Args:
        document: The text with the marks.
        tables: What `dataset_tables` returns.
    """
    start, end = document.index(_BEGIN) + len(_BEGIN), document.index(_END)
    return f"{document[:start]}\n{tables}\n{document[end:]}"


def main() -> int:
    """Write the tables into docs/datasets.md and return the exit code."""
    DOCUMENT.write_text(
        with_tables(DOCUMENT.read_text(encoding="utf-8"), dataset_tables(load_dataset_rules())), "utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
