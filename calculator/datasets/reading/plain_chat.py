"""The fast path for the common case: a block of OpenAI chat lines of plain text, decoded and summed at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType

from calculator.datasets.records.parsed_line import MessageOverhead
from pricing import Trait

# Every other line takes the slow path (`parsing.py`), which reports what is wrong.
_LARGE_BYTES = 500_000
_MAX_OBJECTS = 50_000


class Message(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A message of plain text."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, Meta(min_length=1)]
    name: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    weight: Literal[0, 1] | UnsetType = UNSET


class Chat(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A line with messages and nothing else."""

    messages: Annotated[list[Message], Meta(min_length=1)]


_decoder = msgspec.json.Decoder(Chat)
_SPACED_KEY = re.compile(rb'"[ \t]+:')
_SPACED_QUOTE = re.compile(rb'\\"[ \t]+:')


class PlainChats(NamedTuple):
    """The chats of a block."""

    chats: list[Chat]
    is_bare: bool
    """True if no message has a name or a weight."""


def decode_chats(data: bytes, lines: int) -> PlainChats | None:
    """Return the lines of a block as chats; None if one of them is blank, of another kind, or faulty."""
    if len(data) > _LARGE_BYTES and data.count(b"{") > _MAX_OBJECTS:
        return None
    try:
        chats = _decoder.decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if len(chats) != lines or not all(chat.messages[-1].role == "assistant" for chat in chats):
        return None
    keys = len(chats) + 2 * sum([len(chat.messages) for chat in chats])
    optional = [1 for chat in chats for m in chat.messages if m.name is not UNSET or m.weight is not UNSET]
    if optional:
        keys += sum((m.name is not UNSET) + (m.weight is not UNSET) for chat in chats for m in chat.messages)
    return PlainChats(chats, is_bare=not optional) if _count_keys(data, keys) == keys else None


def _count_keys(data: bytes, expected: int) -> int:
    """Return the number of keys in a block. More than its chats have are repeated, and msgspec takes the last.

    A quote inside a text is escaped, and no key of a chat ends with a backslash.

    Args:
        data: The block.
        expected: The number without repeated keys; a text with a quote before a colon makes the first count differ.
    """
    keys = data.count(b'":')
    if _SPACED_KEY.search(data):
        keys += len(_SPACED_KEY.findall(data)) - len(_SPACED_QUOTE.findall(data))
    elif keys == expected:
        return keys
    return keys - data.count(b'\\":')


def traits_of(plain: PlainChats) -> Mapping[Trait, int]:
    """Return the number of chats with names, and with weights that not every format can hold."""
    if plain.is_bare:
        return {}
    traits: Counter[Trait] = Counter()
    for chat in plain.chats:
        weights = {(message.role == "assistant", message.weight) for message in chat.messages}
        traits["name"] += any(message.name is not UNSET for message in chat.messages)
        traits["weight_zero"] += (True, 0) in weights
        traits["weight_elsewhere"] += bool(weights & {(False, 0), (False, 1)})
    return +traits


def keys_of(plain: PlainChats) -> list[int]:
    """Return a hash of the texts of each chat."""
    if plain.is_bare:
        return [hash(tuple([text for m in chat.messages for text in (m.role, m.content)])) for chat in plain.chats]
    return [
        hash(tuple([text for m in chat.messages for text in (m.role, m.name, m.content) if text is not UNSET]))
        for chat in plain.chats
    ]


def texts_of(plain: PlainChats) -> list[str]:
    """Return the texts to count: contents in their order, then the names."""
    contents = [message.content for chat in plain.chats for message in chat.messages]
    if plain.is_bare:
        return contents
    return contents + [m.name for chat in plain.chats for m in chat.messages if m.name is not UNSET]


def sum_chats(
    chats: list[Chat], counts: list[int], role_tokens: Mapping[str, int], beside: MessageOverhead
) -> tuple[list[int], list[int], int]:
    """Return the tokens of each example, its trained tokens, and the tokens of all contents; `counts` of `texts_of`."""
    totals, trained = [], []
    contents = sum(len(chat.messages) for chat in chats)
    of_content, of_name = iter(counts), iter(counts[contents:])
    of_role = {role: tokens + beside.per_message for role, tokens in role_tokens.items()}
    for chat in chats:
        total, answers = beside.per_example, 0
        for message, tokens in zip(chat.messages, of_content, strict=False):  # stops at the end of the messages
            role = message.role
            total += tokens + of_role[role]
            if role == "assistant" and message.weight != 0:
                answers += tokens
            if message.name is not UNSET:
                total += next(of_name) + beside.per_name
        totals.append(total)
        trained.append(answers)
    return totals, trained, sum(counts[:contents])
