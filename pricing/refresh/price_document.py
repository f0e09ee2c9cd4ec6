"""Edit a price file and preserve its comments, order and quotes, with ruamel.yaml.

Every scalar stays the text that was typed, as in the strict loader, which checks the file before and after the edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark, YAMLError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString
from ruamel.yaml.tokens import CommentToken

MAX_LINE = 120
"""In columns. A mapping in braces that is longer gets a line for each key."""
_NO_WRAPPING = 1_000_000
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/@+×-]|:(?=[A-Za-z0-9/]))*(?<! )")


class EditError(Exception):
    """A price file can't be edited. The text says where and why."""


class _TextResolver(VersionedResolver):
    """Read every scalar as text, so that dates and numbers are written back as they were typed."""

    @property
    def versioned_resolver(self) -> dict[str, list[Any]]:
        return {}


@dataclass(frozen=True)
class PriceRow:
    """A price of a file. `prices[kind]` is the price itself, or the list that holds it."""

    model: str
    kind: str
    fields: CommentedMap
    prices: CommentedMap

    @property
    def identity(self) -> tuple[str, str, str | None, str | None, str | None]:
        """Model, kind, method, variant and since: unique within a file."""
        fields = self.fields
        return self.model, self.kind, fields.get("method"), fields.get("variant"), fields.get("since")

    def insert_next(self, fields: Mapping[str, str]) -> None:
        """Insert a price after this one; a single price first becomes a list."""
        rows = self.prices[self.kind]
        if rows is self.fields:
            rows = self._make_list()
        index = next(index for index, row in enumerate(rows) if row is self.fields)
        comment = _take_comment_below(rows, index)
        rows.insert(index + 1, in_braces(fields))
        _put_comment_below(rows, index + 1, comment)

    def _make_list(self) -> CommentedSeq:
        comment = _take_comment_below(self.prices, self.kind)
        rows = CommentedSeq([self.fields])
        end_of_line = self.prices.ca.items.pop(self.kind, None)
        self.prices[self.kind] = rows
        if end_of_line and end_of_line[2] and self.fields.fa.flow_style():
            _set_comment(rows, 0, 0, end_of_line[2].value)
        elif end_of_line:
            self.prices.ca.items[self.kind] = end_of_line
            if self.fields.ca.comment:
                self.fields.ca.comment[0] = None  # ruamel.yaml keeps the token twice
        _put_comment_below(rows, 0, comment)
        return rows


class PriceDocument:
    """One platform's price file."""

    def __init__(self, text: str) -> None:
        try:
            root = _yaml().load(text)
        except YAMLError as error:
            raise EditError(f"isn't YAML: {str(error).splitlines()[0]}") from None
        if not isinstance(root, CommentedMap):
            raise EditError("must be a mapping of keys to values")
        self._root = root

    @property
    def platform(self) -> str:
        """Return the name of the platform that the file describes."""
        return str(self._value("platform"))

    @property
    def sources(self) -> CommentedMap:
        """Sources by key. Change their fields in place; add a source with `add_source`."""
        sources = self._value("sources")
        if not isinstance(sources, CommentedMap):
            raise EditError("sources must be a mapping of keys to values")
        return sources

    def add_source(self, key: str, fields: Mapping[str, str]) -> None:
        """Append a source."""
        comment = _take_comment_below(self._root, "sources")
        self.sources[key] = block(fields)
        _put_comment_below(self._root, "sources", comment)

    def rows(self) -> Iterator[PriceRow]:
        """Yield every price of the file, in its order."""
        for model, offer in self._value("offers").items():
            prices = offer.get("prices") or CommentedMap()
            for kind, rows in prices.items():
                for fields in [rows] if isinstance(rows, CommentedMap) else rows:
                    yield PriceRow(model, kind, fields, prices)

    def text(self) -> str:
        """Return the file's text. Lines that weren't edited are the same if the file had this format."""
        return dump(self._root)

    def _value(self, key: str) -> Any:
        if key not in self._root:
            raise EditError(f"{key} is missing")
        return self._root[key]


def block(fields: Mapping[str, str]) -> CommentedMap:
    """Return a mapping with a line for each key."""
    return CommentedMap({key: _scalar(value) for key, value in fields.items()})


def in_braces(fields: Mapping[str, str]) -> CommentedMap:
    """Return a mapping that is written in braces if it fits on a line."""
    mapping = block(fields)
    mapping.fa.set_flow_style()
    return mapping


def dump(root: CommentedMap) -> str:
    """Return a document as the text of a price file."""
    _expand_long_lines(root, 0)
    stream = StringIO()
    _yaml().dump(root, stream)
    return stream.getvalue()


def _scalar(text: str) -> str:
    """Return text as a scalar in the files' style: plain, or in double quotes if it could be misread."""
    return text if _PLAIN.fullmatch(text) else DoubleQuotedScalarString(text)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Resolver = _TextResolver
    yaml.preserve_quotes = True
    yaml.width = _NO_WRAPPING
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _expand_long_lines(node: Any, column: int) -> None:
    """Give each key a line of its own in the mappings of `node` that are too long to stay in braces."""
    for key, value in _children(node):
        if isinstance(value, CommentedMap) and value.fa.flow_style():
            begin = column + 2 if isinstance(node, CommentedSeq) else column + len(str(key)) + 2
            if begin + _length(value) > MAX_LINE:
                comment = _take_comment_below(node, key)
                value.fa.set_block_style()
                _put_comment_below(node, key, comment)
        if _is_block(value):
            _expand_long_lines(value, column + 2)


def _length(node: Any) -> int:
    """Return the columns that a node takes in braces."""
    if isinstance(node, CommentedMap):
        return 2 * len(node) + sum(len(key) + 2 + _length(value) for key, value in node.items())
    if isinstance(node, CommentedSeq):
        return 2 * len(node) + sum(map(_length, node))
    return len(node) + 2 * isinstance(node, ScalarString)


def _is_block(node: Any) -> bool:
    return isinstance(node, CommentedMap | CommentedSeq) and not node.fa.flow_style()


def _children(node: Any) -> list[tuple[Any, Any]]:
    return list(node.items() if isinstance(node, CommentedMap) else enumerate(node))


# ruamel.yaml keeps the comment lines below an entry with the entry's last value, after the comment on that line.


def _last_value(node: Any, key: Any) -> tuple[Any, Any, int]:
    """Return the node, key and slot where ruamel.yaml keeps the comments after an entry."""
    while _is_block(node[key]) and node[key]:
        node = node[key]
        key = _children(node)[-1][0]
    return node, key, 2 if isinstance(node, CommentedMap) else 0


def _take_comment_below(node: Any, key: Any) -> str:
    node, key, slot = _last_value(node, key)
    slots = node.ca.items.get(key)
    if not slots or not slots[slot]:
        return ""
    end_of_line, _, below = slots[slot].value.partition("\n")
    if below:
        _set_comment(node, key, slot, f"{end_of_line}\n" if end_of_line else "")
    return str(below)


def _put_comment_below(node: Any, key: Any, comment: str) -> None:
    if comment:
        node, key, slot = _last_value(node, key)
        slots = node.ca.items.get(key)
        _set_comment(node, key, slot, f"{slots[slot].value if slots and slots[slot] else chr(10)}{comment}")


def _set_comment(node: Any, key: Any, slot: int, text: str) -> None:
    slots = node.ca.items.setdefault(key, [None, None, None, None])
    slots[slot] = CommentToken(text, slots[slot].start_mark if slots[slot] else CommentMark(0)) if text else None
    if isinstance(node[key], CommentedMap | CommentedSeq):
        node[key].ca.comment = None  # ruamel.yaml keeps the token twice
