"""The content of one line, as the readers of the formats fill it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from calculator.datasets.records.images import image_traits
from calculator.datasets.records.problems import Kind, Problem
from pricing import Format, Trait


class MessageOverhead(NamedTuple):
    """Tokens that a platform adds to the text, per message, name and example."""

    per_message: int
    per_name: int
    per_example: int


class ParsedLine:
    """The content of one line. `texts`, `is_content` and `is_trained` have one entry per text."""

    def __init__(self, line: int, format: Format, beside: MessageOverhead | None, image_tokens: int = 0) -> None:
        """Start a line without content.

        Args:
            line: Line number, from 1.
            format: Format of the line.
            beside: Tokens that a platform adds; None if no rule is published.
            image_tokens: Tokens of an image at detail low; 0 if no rule is published.
        """
        self.line = line
        self.format = format
        self.beside = beside
        self.texts: list[str] = []
        self.is_content: list[bool] = []
        self.is_trained: list[bool] = []
        self.fixed_tokens = self.fixed_trained = 0
        self.images = self.images_by_rule = 0
        self.image_tokens = image_tokens
        self.by_rule = True
        """True if a published rule counts every part; there is none for calls."""
        self.formula_texts: list[str] = []
        """Texts of the tools as the cookbook's formula counts them; see `tool_formula.py`."""
        self.formula_tokens = 0
        self.plain_tools: list[str] = []
        """The definitions of tools as they are counted: compact JSON."""
        self.traits: set[Trait] = set()
        self.problems: list[Problem] = []

    def add(self, text: str, *, content: bool = False, trained: bool = False) -> None:
        """Add a text to count, unless it is empty."""
        if text:
            self.texts.append(text)
            self.is_content.append(content)
            self.is_trained.append(trained)

    def add_image(self, url: str | None = None, *, kind: str | None = None, low_detail: bool = False) -> None:
        """Add an image; at detail low, its tokens are known where a rule is published.

        Args:
            url: Its address: data, a link, or a place in a bucket.
            kind: Its media type, if the example states it.
            low_detail: True for an image at detail low.
        """
        self.images += 1
        self.traits.update(("image", *image_traits(url, kind)))
        if low_detail and self.image_tokens:
            self.images_by_rule += 1
            self.fixed_tokens += self.image_tokens

    def fault(self, kind: Kind, text: str) -> None:
        """Add a problem, unless the line already has one of its kind."""
        if all(problem.kind != kind for problem in self.problems):
            self.problems.append(Problem(self.line, kind, text))


def as_json(value: Any) -> str:
    """Return a value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
