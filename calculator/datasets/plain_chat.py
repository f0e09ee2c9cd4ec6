"""The fast path for the common case: a block of OpenAI chat lines of plain text, decoded and summed at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from calculator.datasets.parsed_line import MessageOverhead
from pricing import Trait

# Every other line takes the slow path (`reading.py`), which reports what is wrong.
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


def decode_chats(data: bytes, lines: int) -> list[Chat] | None:
    """Return the lines of a block as chats; None if one of them is blank, of another kind, or faulty."""
    if len(data) > _LARGE_BYTES and data.count(b"{") > _MAX_OBJECTS:
        return None
    try:
        chats = _decoder.decode_lines(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if len(chats) != lines or _has_repeated_keys(data, chats):
        return None
    return chats if all(chat.messages[-1].role == "assistant" for chat in chats) else None


def _has_repeated_keys(data: bytes, chats: list[Chat]) -> bool:
    """Return True if a key may stand twice in an object; msgspec takes the last. An escaped quote differs in a text."""
    messages = sum(len(chat.messages) for chat in chats)
    return (
        data.count(b'"role"') != messages
        or data.count(b'"content"') != messages
        or data.count(b'"messages"') != len(chats)
    )


def traits_of(chats: list[Chat], data: bytes) -> Counter[Trait]:
    """Return the number of chats with names, and with weights that not every format can hold.

    Args:
        chats: The chats of a block.
        data: The block; one without these keys isn't searched.
    """
    traits: Counter[Trait] = Counter()
    if b'"name"' in data:
        traits["name"] = sum(any(message.name is not UNSET for message in chat.messages) for chat in chats)
    if b'"weight"' in data:
        for chat in chats:
            weights = {(message.role == "assistant", message.weight) for message in chat.messages}
            traits["weight_zero"] += (True, 0) in weights
            traits["weight_elsewhere"] += bool(weights & {(False, 0), (False, 1)})
    return +traits


def texts_of(chats: list[Chat]) -> list[str]:
    """Return the texts to count: contents in their order, then the names."""
    contents = [message.content for chat in chats for message in chat.messages]
    names = [message.name for chat in chats for message in chat.messages if message.name is not UNSET]
    return contents + names


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
