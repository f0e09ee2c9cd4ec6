"""Filters of options: class, size, licence and features of the model. Parsers raise ValueError with a sentence."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.question import quantities
from calculator.question.quantities import NotANumber, format_number
from pricing import Task

Letter = Literal["A", "B", "C", "D", "E", "F"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D", "E", "F")
Licences = Literal["open", "permissive"]
Feature = Literal["tools", "vision", "thinking"]
FEATURES: tuple[Feature, ...] = ("tools", "vision", "thinking")

_BILLION = Decimal(10**9)
_LARGEST = Decimal(10**13)
_LONGEST_CONTEXT = Decimal(10**8)
_AT_LEAST = re.compile(r"(?:>=|≥|=>)\s*(.+)", re.DOTALL)
_AT_MOST = re.compile(r"(?:<=|≤|=<)\s*(.+)", re.DOTALL)
# 7..15B and 7-15B: both ends are billions.
_IN_BILLIONS = re.compile(r"([\d.]{1,20}?)\s*[bB]?\s*(?:\.\.|…|–|-|to)\s*([\d.]{1,20})\s*[bB]")
_CONTEXT = re.compile(r"context\s*(?:>=|≥|=>|>|=)?\s*(.*)", re.DOTALL)

# Names of tasks that people write, besides the tasks themselves.
TASK_WORDS: dict[str, Task] = {
    "classify": "classification", "classifier": "classification", "sentiment": "classification",
    "labelling": "classification", "labeling": "classification", "extract": "extraction", "ner": "extraction",
    "json": "structured-output", "structured": "structured-output", "text-to-sql": "sql", "text2sql": "sql",
    "coding": "code", "programming": "code", "tools": "tool-calling", "tool-use": "tool-calling",
    "function-calling": "tool-calling", "agent": "tool-calling", "agents": "tool-calling", "router": "routing",
    "summary": "summarisation", "summaries": "summarisation", "summarization": "summarisation",
    "summarise": "summarisation", "summarize": "summarisation", "translate": "translation", "writing": "generation",
    "chat": "style", "tone": "style", "math": "maths", "mathematics": "maths", "qa": "knowledge",
    "questions": "knowledge", "transcription": "speech",
}  # fmt: skip


class AtLeast(NamedTuple):
    """The lowest letter that passes."""

    letter: Letter

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        return f">={self.letter}"


class SizeRange(NamedTuple):
    """Parameters of a model, in billions; None: any."""

    low: Decimal | None
    high: Decimal | None

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        low, high = (None if end is None else format_number(end * _BILLION) for end in self)
        return f"{low}..{high}" if low and high else f">={low}" if low else f"<={high}"


class Needs(NamedTuple):
    """What a model has to support."""

    features: tuple[Feature, ...] = ()
    context_tokens: int | None = None

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        context = f"context>={format_number(Decimal(self.context_tokens))}" if self.context_tokens else ""
        return ",".join(filter(None, (*self.features, context)))


def parse_at_least(text: str) -> AtLeast:
    """Parse the lowest letter, such as `>=C`; `C` means the same."""
    stripped = text.strip()
    match = _AT_LEAST.fullmatch(stripped)
    letter = (match[1] if match else stripped).strip().upper()
    for known in LETTERS:
        if letter == known:
            return AtLeast(known)
    raise ValueError(f"“{quantities.shorten(stripped)}” isn't a class. Write a letter from A to F, such as >=C.")


def parse_size(text: str) -> SizeRange:
    """Parse a range of sizes: `7B..15B`, `>=7B` or `<=15B`. A number below 10,000 without a suffix is in billions."""
    stripped = text.strip()
    if "%" in stripped:
        raise ValueError(_not_a_size(stripped))
    try:
        if match := _AT_LEAST.fullmatch(stripped):
            return SizeRange(_billions(match[1]), None)
        if match := _AT_MOST.fullmatch(stripped):
            return SizeRange(None, _billions(match[1]))
        match = _IN_BILLIONS.fullmatch(stripped)
        amount = quantities.parse_amount(f"{match[1]}B..{match[2]}B" if match else stripped)
    except NotANumber:
        raise ValueError(_not_a_size(stripped)) from None
    if not amount.is_range:
        raise ValueError(
            f"“{quantities.shorten(stripped)}” is one size, and models called that differ a little. "
            "Write a range such as 7B..15B, or <=15B."
        )
    return SizeRange(_in_billions(amount.low, stripped), _in_billions(amount.high, stripped))


def _billions(text: str) -> Decimal:
    return _in_billions(quantities.parse_number(text), text)


def _in_billions(value: Decimal, text: str) -> Decimal:
    parameters = value * _BILLION if value < 10_000 else value
    if not 0 < parameters <= _LARGEST:
        raise ValueError(_not_a_size(text))
    return parameters / _BILLION


def _not_a_size(text: str) -> str:
    return f"“{quantities.shorten(text)}” isn't a valid model size. Write a range such as 7B..15B, or <=15B."


def parse_needs(text: str) -> Needs:
    """Parse what a model has to support: features and the shortest context, separated by commas."""
    features: list[Feature] = []
    context: int | None = None
    for part in filter(None, (part.strip().lower() for part in text.replace(";", ",").split(","))):
        feature = next((known for known in FEATURES if part.removesuffix("s") == known.removesuffix("s")), None)
        if feature:
            features.append(feature)
        elif match := _CONTEXT.fullmatch(part):
            context = _context_tokens(match[1], part)
        else:
            raise ValueError(
                f"“{quantities.shorten(part)}” isn't something ftcost can check. Write tools, vision, thinking or "
                "context>=32k, separated by commas."
            )
    if not features and context is None:
        raise ValueError("Write tools, vision, thinking or context>=32k, separated by commas.")
    return Needs(tuple(feature for feature in FEATURES if feature in features), context)


def _context_tokens(text: str, part: str) -> int:
    try:
        tokens = quantities.parse_number(text)
    except NotANumber:
        tokens = Decimal(0)
    if tokens % 1 or not 0 < tokens <= _LONGEST_CONTEXT:
        raise ValueError(f"“{quantities.shorten(part)}” isn't a valid context. Write tokens such as context>=32k.")
    return int(tokens)


def task_of(text: str) -> str:
    """Return the task that a word stands for, or the word itself, with hyphens for spaces."""
    word = re.sub(r"[\s_]+", "-", text.strip().lower())
    return TASK_WORDS.get(word, word)
