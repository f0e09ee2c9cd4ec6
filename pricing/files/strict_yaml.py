"""Strict, bounded YAML: plain dicts of text, without the constructs that YAML misreads or that cost memory.

Every scalar stays the text that was typed: no Norway problem, no base 60, no floats. It is built from the parser's
events rather than by a YAML constructor, so that depth, aliases and duplicate keys are checked first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 100_000
TOO_LARGE = f"larger than {MAX_BYTES:,} bytes"


class YamlError(ValueError):
    """A text that isn't read. `str()` names the line and the fix."""


@dataclass
class _Open:
    """A mapping or sequence that has not ended yet."""

    value: dict[str, Any] | list[Any]
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, value: Any, line: int) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None:
            self.value[self.key] = value
            self.key = None
        elif not isinstance(value, str):
            raise YamlError(f"line {line}: a key must be plain text")
        elif value in self.lines:
            raise YamlError(f"line {line}: “{value}” is repeated (first on line {self.lines[value]}); keep one of them")
        else:
            self.key, self.lines[value] = value, line


def read_yaml_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        YamlError: If the file is larger than `read_yaml` accepts.
        OSError: If it can't be read.
        UnicodeDecodeError: If it isn't UTF-8.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise YamlError(TOO_LARGE)
    return content.decode("utf-8").replace("\r\n", "\n")


def read_yaml(text: str) -> dict[str, Any]:
    """Return a mapping of text to text, lists and mappings.

    Raises:
        YamlError: If the text isn't YAML, isn't a mapping, or has aliases, tags, duplicate keys, several
            documents, or too many bytes, levels or values.
    """
    import yaml  # most starts read the catalogue from its snapshot

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
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    root = _Open([])
    stack = [root]
    values = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(f"line {line}: anchors and aliases (& and *) aren't allowed; repeat the value")
        if getattr(event, "tag", None) is not None:
            raise YamlError(f"line {line}: tags (!…) aren't allowed; remove it, or put the value in quotes")
        if isinstance(event, yaml.DocumentStartEvent) and root.value:
            raise YamlError("a file must hold one document; remove the --- lines")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            values += 1
            if values > MAX_VALUES:
                raise YamlError(f"line {line}: more than {MAX_VALUES:,} keys and values")
        if isinstance(event, yaml.ScalarEvent):
            stack[-1].add(event.value, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            child = _Open({} if isinstance(event, yaml.MappingStartEvent) else [])
            stack[-1].add(child.value, line)
            stack.append(child)
            if len(stack) > MAX_DEPTH:
                raise YamlError(f"line {line}: nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
    documents = root.value
    if not documents:
        raise YamlError("the file is empty")
    return documents[0] if isinstance(documents, list) else None
