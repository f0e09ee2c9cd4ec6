"""Small edits of a price file's text, by the places that the YAML parser reports. All else stays as it was typed.

A round trip through a YAML writer would wrap every price anew; the diff of a refresh has to be readable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

WIDTH = 140
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/@+×-]|:(?=[A-Za-z0-9/]))*(?<! )")
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class EditError(Exception):
    """A price file that cannot be edited by a program. The text says where and what to do."""


class Edit(NamedTuple):
    """Put `text` in place of what stands from `start` to `end` (characters)."""

    start: int
    end: int
    text: str


class Row(NamedTuple):
    """A price as it stands in a file."""

    model: str
    kind: str
    fields: Mapping[str, str]
    node: yaml.MappingNode
    alone: yaml.ScalarNode | None
    """The key of its kind, where it is not in a list."""

    @property
    def source(self) -> yaml.Node:
        return child(self.node, "source")


def edited(text: str, edits: Iterable[Edit]) -> str:
    """All edits made; none may overlap another. Of insertions at one place the first comes first."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < at:
            raise EditError("two edits at one place")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def root_of(text: str) -> yaml.Node:
    """The document of a file that the strict loader has read before."""
    root = yaml.compose(text, Loader=_Loader)
    if not isinstance(root, yaml.MappingNode):
        raise EditError("the file must be a mapping of keys to values")
    return root


def items(node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Keys and values of a mapping; nothing for anything else."""
    yield from node.value if isinstance(node, yaml.MappingNode) else ()


def child(node: yaml.Node, key: str) -> yaml.Node:
    """The value of a key. Raises EditError."""
    for name, value in items(node):
        if name.value == key:
            return value
    line = node.start_mark.line + 1
    raise EditError(f"line {line}: {key} is missing")


def price_rows(root: yaml.Node) -> Iterator[Row]:
    """Every price of the file, in its order."""
    for model, offer in items(child(root, "offers")):
        prices = next((value for key, value in items(offer) if key.value == "prices"), None)
        for kind, rows in items(prices) if prices else ():
            alone = kind if isinstance(rows, yaml.MappingNode) else None
            for row in [rows] if isinstance(rows, yaml.MappingNode) else rows.value:
                fields = {key.value: value.value for key, value in items(row) if isinstance(value, yaml.ScalarNode)}
                yield Row(model.value, kind.value, fields, row, alone)


def replaced(node: yaml.Node, text: str) -> Edit:
    return Edit(node.start_mark.index, node.end_mark.index, text)


def row_after(text: str, row: Row, fields: Mapping[str, str]) -> list[Edit]:
    """Edits that put a price behind `row`; a price that stood alone becomes a list of two."""
    if not row.node.flow_style:
        line = row.node.start_mark.line + 1
        raise EditError(f"line {line}: a price is edited where it stands in braces; write it as {{usd: …, per: …}}")
    start, end = row.node.start_mark.index, row.node.end_mark.index
    behind = _end_of_line(text, end)
    if row.alone is None:
        return [Edit(behind, behind, f"\n{row_text(fields, row.node.start_mark.column - 2)}")]
    column = row.alone.start_mark.column + 2
    moved = [Edit(match.end(), match.end(), "    ") for match in re.finditer("\n", text[start:end])]
    return [
        Edit(row.alone.end_mark.index, start, f":\n{' ' * column}- "),
        *(Edit(start + edit.start, start + edit.end, edit.text) for edit in moved),
        Edit(behind, behind, f"\n{row_text(fields, column)}"),
    ]


def sources_behind(text: str, root: yaml.Node, sources: Mapping[str, Mapping[str, str]]) -> list[Edit]:
    """An edit that adds sources behind the last one."""
    if not sources:
        return []
    last = list(items(child(root, "sources")))[-1]
    behind = _end_of_line(text, _last_character(last[1]))
    return [Edit(behind, behind, "".join(f"\n{source_text(key, fields)}" for key, fields in sources.items()))]


def source_text(key: str, fields: Mapping[str, str]) -> str:
    """One entry under `sources:`, as block lines."""
    return "\n".join([f"  {key}:", *(f"    {name}: {scalar(value)}" for name, value in fields.items())])


def row_text(fields: Mapping[str, str], column: int) -> str:
    """A price in braces as an item of a list that begins at `column`, wrapped as the files are."""
    lines = [f"{' ' * column}- {{"]
    for index, (name, value) in enumerate(fields.items()):
        pair = f"{name}: {scalar(value)}{'}' if index == len(fields) - 1 else ','}"
        if index and len(lines[-1]) + 1 + len(pair) > WIDTH:
            lines.append(f"{' ' * (column + 4)}{pair}")
        else:
            lines[-1] += f" {pair}" if index else pair
    return "\n".join(lines)


def scalar(text: str) -> str:
    """Text as a YAML scalar: plain where it can be, else in the quotes of JSON, which YAML reads alike."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _end_of_line(text: str, index: int) -> int:
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def _last_character(node: yaml.Node) -> int:
    """Where the last value in a node ends. A block mapping itself ends only where the next thing begins."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _last_character(last[1] if isinstance(last, tuple) else last)
