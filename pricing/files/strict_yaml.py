"""YAML to plain dicts of text, refusing what YAML reads wrongly or what could hurt.

Every scalar stays the text that was typed: no Norway problem, no base 60, no floats. Built from the parser's events
rather than by a YAML constructor, so that depth, aliases and duplicate keys are seen before anything is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 100_000
TOO_LARGE = f"larger than {MAX_BYTES:,} bytes"

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class YamlError(ValueError):
    """Says where in the text and what to do."""


@dataclass
class _Open:
    """A mapping or sequence that has not ended yet."""

    made: dict[str, Any] | list[Any]
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, value: Any, line: int) -> None:
        if isinstance(self.made, list):
            self.made.append(value)
        elif self.key is not None:
            self.made[self.key] = value
            self.key = None
        elif not isinstance(value, str):
            raise YamlError(f"line {line}: a key must be plain text")
        elif value in self.lines:
            raise YamlError(f"line {line}: “{value}” stands twice (first on line {self.lines[value]}); keep one")
        else:
            self.key, self.lines[value] = value, line


def read_yaml_text(path: Path) -> str:
    """The text of a file, and never more of it than `read_yaml` takes. Raises YamlError, OSError or
    UnicodeDecodeError.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise YamlError(TOO_LARGE)
    return content.decode("utf-8").replace("\r\n", "\n")


def read_yaml(text: str) -> dict[str, Any]:
    """A mapping of text to text, lists and mappings. Raises YamlError."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise YamlError(TOO_LARGE)
    try:
        data = _build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlError(f"{f'line {mark.line + 1}: ' if mark else ''}{error.problem or 'not YAML'}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlError(f"not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(data, dict):
        raise YamlError("the file must be a mapping of keys to values")
    return data


def _build(text: str) -> Any:
    root = _Open([])
    stack = [root]
    values = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(f"line {line}: anchors and aliases (& and *) are not read; write the value out")
        if getattr(event, "tag", None) is not None:
            raise YamlError(f"line {line}: tags (!…) are not read; remove it, or put the value in quotes")
        if isinstance(event, yaml.DocumentStartEvent) and root.made:
            raise YamlError("one document a file; remove the --- lines")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            values += 1
            if values > MAX_VALUES:
                raise YamlError(f"line {line}: more than {MAX_VALUES:,} keys and values")
        if isinstance(event, yaml.ScalarEvent):
            stack[-1].add(event.value, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            child = _Open({} if isinstance(event, yaml.MappingStartEvent) else [])
            stack[-1].add(child.made, line)
            stack.append(child)
            if len(stack) > MAX_DEPTH:
                raise YamlError(f"line {line}: nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
    documents = root.made
    if not documents:
        raise YamlError("the file is empty")
    return documents[0] if isinstance(documents, list) else None
