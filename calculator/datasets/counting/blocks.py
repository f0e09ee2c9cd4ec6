"""Counting of one block of lines. Blocks are independent, so that several can be counted in parallel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

from calculator.datasets.lines.splitting import Block
from calculator.datasets.reading.decoding import LOOSE, NESTED, decode_line, record_of, repeated_key
from calculator.datasets.reading.parsing import NOTHING_TRAINED, ROLES, read_record
from calculator.datasets.reading.plain_chat import Chat, decode_chats, keys_of, sum_chats, texts_of, traits_of
from calculator.datasets.reading.reserved_words import find_reserved
from calculator.datasets.reading.secrets import find_secrets
from calculator.datasets.records.parsed_line import MessageOverhead, ParsedLine
from calculator.datasets.records.problems import PARTLY_COUNTED, Kind, Problem, quoted
from calculator.datasets.records.recognition import foreign_kind, format_of
from calculator.datasets.records.role_order import role_faults
from pricing import Format, Trait

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
    image_tokens: int = 0
    """Tokens of an image at detail low; 0 if no rule is published."""
    refused_by: Mapping[str, str] = {}
    """Titles of the platforms that refuse a trait."""
    max_images: Sequence[tuple[int, str]] = ()
    """Most images in an example, with the title of the platform; the lowest first."""

    def name(self, problem: Problem) -> Problem:
        """Return a problem with the platforms that refuse it."""
        # A chat without a trained answer is refused only if all are.
        refusing = None if problem.kind == "nothing_trained" else self.refused_by.get(problem.kind)
        return problem._replace(text=f"{problem.text} Refused by {refusing}.") if refusing else problem


class BlockCount(NamedTuple):
    """The content of one block. `lines`, `totals`, `trained` and `keys` have one entry per example."""

    first_line: int
    lines: Sequence[int]
    totals: Sequence[int]
    trained: Sequence[int]
    keys: Sequence[int]
    """Hashes of the texts."""
    content_tokens: int
    problems: list[Problem]
    """In the order of the lines."""
    images: int = 0
    images_by_rule: int = 0
    """Images whose tokens are counted."""
    most_images: int = 0
    """Images of the example that has most."""
    beyond_rules: int = 0
    """Number of examples with parts that no published rule counts."""
    tool_tokens: int = 0
    """Tokens of the definitions of tools as compact JSON, which `totals` has."""
    formula_tokens: int = 0
    """Tokens of the same definitions by the cookbook's formula."""
    traits: Mapping[Trait, int] = {}
    """Number of examples with each trait."""
    other_formats: Mapping[Format, int] = {}
    """Number of examples in each format other than the file's."""


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
        text = f"The line is {block.skipped_bytes:,} bytes long and wasn't counted. Split the example."
        return BlockCount(block.first_line, (), (), (), (), 0, [Problem(block.first_line, "line_too_long", text)])
    beside = rules.beside.get("openai-chat")
    plain = decode_chats(block.data, block.lines) if rules.format == "openai-chat" and beside else None
    if plain is None or beside is None:
        return _count_lines(block, rules, tokenizer)
    chats, counts = plain.chats, tokenizer.count(texts_of(plain))
    totals, trained, contents = sum_chats(chats, counts, role_tokens(tokenizer), beside)
    lines = range(block.first_line, block.first_line + len(chats))
    problems = [
        *find_secrets(block.data, block.first_line),
        *map(rules.name, find_reserved(block.data, block.first_line)),
        *_chat_problems(chats, trained, rules, block.first_line),
    ]
    problems.sort(key=lambda problem: problem.line or 0)
    keys, traits = keys_of(plain), traits_of(plain)
    return BlockCount(block.first_line, lines, totals, trained, keys, contents, problems, traits=traits)


def _chat_problems(chats: list[Chat], trained: list[int], rules: CountingRules, first_line: int) -> Iterator[Problem]:
    """Yield the problems that plain chats can have."""
    for line, (chat, answers) in enumerate(zip(chats, trained, strict=True), first_line):
        for kind, text in role_faults(tuple([message.role for message in chat.messages])):
            yield rules.name(Problem(line, kind, text))
        if not answers and all(message.weight == 0 for message in chat.messages if message.role == "assistant"):
            yield rules.name(Problem(line, "nothing_trained", NOTHING_TRAINED))


def file_problems(wrapping: Sequence[Trait], rules: CountingRules) -> Iterator[Problem]:
    """Yield the problems of the whole file.

    Args:
        wrapping: The traits of the file.
        rules: The platforms that refuse them.
    """
    if "byte_order_mark" in wrapping:
        text = "The file starts with a byte-order mark. Save it as UTF-8 without one; `ftcost convert` writes a copy."
        yield rules.name(Problem(None, "byte_order_mark", text))


def role_tokens(tokenizer: Tokenizer) -> dict[str, int]:
    """Return the tokens of the name of each role."""
    return dict(zip(ROLES, tokenizer.count(list(ROLES)), strict=True))


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
        texts = "\n".join(reading.texts).encode("utf-8", "replace").replace(b"\n", b" ")
        problems += [rules.name(problem) for problem in (*reading.problems, *find_reserved(texts, number))]
        readings.append(reading)
        keys.append(_key_of(reading, line))
    counts = iter(tokenizer.count([text for reading in readings for text in reading.texts]))
    totals, trained, contents = [], [], 0
    for reading in readings:
        total, answers = reading.fixed_tokens, reading.fixed_trained
        own = islice(counts, len(reading.texts))
        for tokens, is_content, is_trained in zip(own, reading.is_content, reading.is_trained, strict=True):
            total += tokens
            contents += tokens if is_content else 0
            answers += tokens if is_trained else 0
        totals.append(total)
        trained.append(answers)
    traits: Counter[Trait] = Counter(trait for reading in readings for trait in reading.traits)
    return BlockCount(
        block.first_line,
        [reading.line for reading in readings],
        totals,
        trained,
        keys,
        contents,
        sorted(problems, key=lambda problem: problem.line or 0),
        images=sum(reading.images for reading in readings),
        images_by_rule=sum(reading.images_by_rule for reading in readings),
        most_images=max((reading.images for reading in readings), default=0),
        beyond_rules=sum(not reading.by_rule for reading in readings),
        tool_tokens=sum(tokenizer.count([text for reading in readings for text in reading.plain_tools])),
        formula_tokens=sum(reading.formula_tokens for reading in readings)
        + sum(tokenizer.count([text for reading in readings for text in reading.formula_texts])),
        traits=dict(traits),
        other_formats=Counter(reading.format for reading in readings if reading.format != rules.format),
    )


def _key_of(reading: ParsedLine, line: bytes) -> int:
    """Return a hash of the texts, or of the whole line if it has more than texts that are counted."""
    is_partly_counted = any(problem.kind in PARTLY_COUNTED for problem in reading.problems)
    if reading.images or is_partly_counted or not reading.by_rule or not reading.texts:
        return hash(line)
    return hash(tuple(reading.texts))


def read_line(line: bytes, number: int, rules: CountingRules) -> ParsedLine | Problem:
    """Return the content of a line that isn't blank, or why it isn't an example."""
    decoded = decode_line(line, number)
    if isinstance(decoded, Problem):
        return decoded
    record, loose = record_of(decoded)
    if record is None:
        reason = "a list" if isinstance(decoded, list) else "not an object"
        return Problem(number, "not_an_object", f"The line is JSON, but {reason}. Write one object in braces per line.")
    row_format = format_of(record)
    if row_format is None:
        return _unknown(record, number)
    if rules.format in _CHATS and row_format in _CHATS:
        row_format = rules.format
    try:
        is_copied = row_format != rules.format
        reading = read_record(record, row_format, number, rules.beside, rules.image_tokens, is_copied=is_copied)
        repeated = repeated_key(line, record)
    except RecursionError:
        return Problem(number, "nested_too_deep", NESTED)
    if loose:
        reading.fault(loose, LOOSE[loose])
    if repeated is not None:
        text = f"The key {quoted(repeated)} appears twice in one object; only the last is read. Keep one."
        reading.fault("duplicate_key", text)
    if rules.max_images and reading.images > rules.max_images[0][0]:
        over = [f"{title} takes at most {limit:,}" for limit, title in rules.max_images if reading.images > limit]
        reading.fault(
            "too_many_images", f"The example has {reading.images:,} images: {', '.join(over)}. Leave some out."
        )
    if row_format != rules.format:
        began = f"the file starts in {rules.format}" if rules.format else "the file starts in none"
        reading.fault("other_format", f"The line is in the format {row_format}; {began}. {_ONE_FORMAT}")
    return reading


_ONE_FORMAT = "Use one format per file; `ftcost convert` writes all lines in one, if they are for one kind of training."


def _unknown(record: dict[str, Any], number: int) -> Problem:
    kind: Kind = "unknown_format"
    if foreign := foreign_kind(record):
        return Problem(number, kind, f"The line is {foreign}.")
    lists = [key for key, value in record.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
    if lists and format_of(record[lists[0]][0]):
        text = f"The examples are in the list {quoted(lists[0])} of one object. Write each on its own line, with jq -c."
        return Problem(number, kind, text)
    keys = ", ".join(quoted(key) for key in list(record)[:5]) or "none"
    return Problem(number, kind, f"The line has the keys {keys}, which match no format of training data.")
