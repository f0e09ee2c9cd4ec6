"""Counting of one block of lines. Blocks are independent, so that several can be counted in parallel."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec import UNSET

from calculator.datasets.lines import Block
from calculator.datasets.plain_chat import Chat, decode_chats, sum_chats, texts_of
from calculator.datasets.problems import Problem, quoted
from calculator.datasets.reading import ROLES, MessageOverhead, ParsedLine, format_of, read_record
from calculator.datasets.secrets import find_secrets
from pricing import Format

# Bound on the JSON values in a line: text has a comma every few words, not every other byte.
_MIN_PARTS = 100_000
_BYTES_A_PART = 25
_CHATS = ("openai-chat", "openai-rft")


class Tokenizer(Protocol):
    """A tokenizer, as far as counting needs it."""

    def count(self, texts: list[str]) -> list[int]:
        """Return the number of tokens of each text."""
        ...


class CountingRules(NamedTuple):
    """Rules for counting a file, the same for all its blocks."""

    format: Format | None
    """Format of the file; None if no line has a known one."""
    beside: Mapping[Format, MessageOverhead]
    """Tokens that a platform adds to the text, by format."""


class BlockCount(NamedTuple):
    """The content of one block. `lines`, `totals`, `trained` and `keys` have one entry per example."""

    first_line: int
    lines: Sequence[int]
    totals: Sequence[int]
    trained: Sequence[int]
    keys: Sequence[int]
    """Hashes of the texts."""
    content_tokens: int
    images: int
    beyond_rules: int
    """Number of examples with parts that no published rule counts."""
    problems: list[Problem]
    """In the order of the lines."""


def count_block(block: Block, rules: CountingRules, tokenizer: Tokenizer) -> BlockCount:
    """Count and check the lines of one block.

    Args:
        block: Whole lines of the file.
        rules: Format of the file and the tokens that a platform adds.
        tokenizer: Counts the tokens of texts.

    Returns:
        Tokens of each example, and the problems in the order of the lines.
    """
    if block.skipped_bytes:
        text = f"The line is {block.skipped_bytes:,} bytes long and was not counted. Split the example."
        return BlockCount(block.first_line, (), (), (), (), 0, 0, 0, [Problem(block.first_line, "line_too_long", text)])
    beside = rules.beside.get("openai-chat")
    chats = decode_chats(block.data, block.lines) if rules.format == "openai-chat" and beside else None
    if chats is None or beside is None:
        return _count_lines(block, rules, tokenizer)
    counts = tokenizer.count(texts_of(chats))
    totals, trained, contents = sum_chats(chats, counts, role_tokens(tokenizer), beside)
    lines = range(block.first_line, block.first_line + len(chats))
    problems = sorted(find_secrets(block.data, block.first_line))
    return BlockCount(
        block.first_line, lines, totals, trained, [_key(chat) for chat in chats], contents, 0, 0, problems
    )


def role_tokens(tokenizer: Tokenizer) -> dict[str, int]:
    """Return the tokens of the name of each role."""
    return dict(zip(ROLES, tokenizer.count(list(ROLES)), strict=True))


def _key(chat: Chat) -> int:
    """Return the same hash as `_key_of` for the same messages."""
    parts: list[str] = []
    for message in chat.messages:
        if message.name is UNSET:
            parts += (message.role, message.content)
        else:
            parts += (message.role, message.name, message.content)
    return hash(tuple(parts))


def _count_lines(block: Block, rules: CountingRules, tokenizer: Tokenizer) -> BlockCount:
    """Parse each line by itself, and count all texts in one batch."""
    readings: list[ParsedLine] = []
    keys: list[int] = []
    problems = list(find_secrets(block.data, block.first_line))
    for number, raw in enumerate(block.data.split(b"\n"), block.first_line):
        line = raw.strip(b" \t\r")
        if not line:
            continue
        reading = read_line(line, number, rules)
        if isinstance(reading, Problem):
            problems.append(reading)
            continue
        problems += reading.problems
        readings.append(reading)
        keys.append(_key_of(reading, line))
    counts = iter(tokenizer.count([text for reading in readings for text in reading.texts]))
    totals, trained, contents = [], [], 0
    for reading in readings:
        total, answers = reading.fixed_tokens, 0
        own = islice(counts, len(reading.texts))
        for tokens, is_content, is_trained in zip(own, reading.is_content, reading.is_trained, strict=True):
            total += tokens
            contents += tokens if is_content else 0
            answers += tokens if is_trained else 0
        totals.append(total)
        trained.append(answers)
    return BlockCount(
        block.first_line,
        [reading.line for reading in readings],
        totals,
        trained,
        keys,
        contents,
        sum(reading.images for reading in readings),
        sum(not reading.by_rule for reading in readings),
        sorted(problems, key=lambda problem: problem.line or 0),
    )


def _key_of(reading: ParsedLine, line: bytes) -> int:
    """Return a hash of the texts, or of the whole line if it has more than text."""
    return hash(line) if reading.images or not reading.by_rule else hash(tuple(reading.texts))


def read_line(line: bytes, number: int, rules: CountingRules) -> ParsedLine | Problem:
    """Return the content of a line that isn't blank, or why it isn't an example."""
    if rules.format == "plain-text":
        try:
            return read_record({"text": line.decode()}, "plain-text", number, rules.beside)
        except UnicodeDecodeError as error:
            return _not_utf8(number, error)
    record = _decoded(line, number)
    if isinstance(record, Problem):
        return record
    if not isinstance(record, dict):
        return Problem(
            number, "not_an_object", "The line is JSON, but not an object. Write one object in braces per line."
        )
    row_format = format_of(record)
    if row_format is None:
        keys = ", ".join(quoted(key) for key in list(record)[:5]) or "none"
        return Problem(
            number, "unknown_format", f"The line has the keys {keys}, which match no format of training data."
        )
    if rules.format in _CHATS and row_format in _CHATS:
        row_format = rules.format
    try:
        reading = read_record(record, row_format, number, rules.beside)
    except RecursionError:
        return Problem(number, "nested_too_deep", _NESTED)
    if row_format != rules.format:
        began = f"the file starts in {rules.format}" if rules.format else "the file starts in none"
        reading.fault("other_format", f"The line is in the format {row_format}; {began}. Use one format per file.")
    return reading


_NESTED = "The line is nested too deeply. Flatten it."


def _decoded(line: bytes, number: int) -> Any:
    """Return the JSON value of a line, or why it has none."""
    parts = line.count(b",") + line.count(b"{") + line.count(b"[")
    if parts > max(_MIN_PARTS, len(line) // _BYTES_A_PART):
        text = f"The line has {parts:,} values, too many for messages of text, and was not counted."
        return Problem(number, "too_many_parts", text)
    try:
        return msgspec.json.decode(line)
    except RecursionError:
        return Problem(number, "nested_too_deep", _NESTED)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    # msgspec refuses lone surrogates, which other parsers accept, and its messages say less.
    try:
        return json.loads(line.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        return Problem(number, "nested_too_deep", _NESTED)
    except UnicodeDecodeError as error:
        return _not_utf8(number, error)
    except ValueError as error:
        return Problem(number, "bad_json", _not_json(line, error))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} isn't a JSON number")


def _not_utf8(number: int, error: UnicodeDecodeError) -> Problem:
    return Problem(number, "not_utf8", f"Byte {error.start + 1} of the line isn't UTF-8. Save the file as UTF-8.")


def _not_json(line: bytes, error: ValueError) -> str:
    if b"\0" in line:
        return "The line has NUL bytes. Remove them."
    if line.startswith(b"{'"):
        return "The line uses single quotes: this is Python, not JSON. Write it with json.dumps."
    where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"The line isn't JSON{where} ({reason}). Write one whole object on one line."
