"""Small training files, and a tokenizer whose counts a reader can check: one token a word."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from calculator.datasets import (
    CountingRules,
    DatasetCount,
    LengthLimit,
    MessageOverhead,
    Problem,
    Tally,
    count_block,
    detect_format,
    file_problems,
    open_file,
    split_blocks,
)
from pricing import Format

BESIDE: dict[Format, MessageOverhead] = {
    name: MessageOverhead(3, 1, 3) for name in ("openai-chat", "openai-preference", "openai-rft")
}


class Words:
    """Counts what white space separates."""

    def count(self, texts: list[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def message(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def chat(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"messages": list(messages), **more}


GOOD = chat(message("user", "how much is it"), message("assistant", "two dollars"))
"""4 + 2 words, two roles, 2 × 3 and 3 beside: 17 tokens, of which 2 are trained."""


def jsonl(*records: Any) -> bytes:
    return b"".join(
        (record if isinstance(record, bytes) else json.dumps(record).encode()) + b"\n" for record in records
    )


def count(
    chunks: bytes | Iterable[bytes],
    *,
    limits: tuple[LengthLimit, ...] = (),
    block_bytes: int = 10_000,
    **opening: Any,
) -> tuple[DatasetCount, list[Problem]]:
    """A file counted as the bot counts it, and every fault in it."""
    whole = [chunks] if isinstance(chunks, bytes) else chunks
    opened = open_file(whole, **opening)
    blocks = list(split_blocks(opened.chunks, block_bytes=block_bytes))
    detected = next((detected for block in blocks if (detected := detect_format(block))), None)
    tally, rules = Tally(limits), CountingRules(detected, BESIDE, 85)
    problems = list(file_problems(opened.wrapping, rules))
    tally.say(problems)
    problems += [problem for block in blocks for problem in tally.add(count_block(block, rules, Words()))]
    return tally.result(detected, "o200k_base", 0, opened.wrapping, opened.reading), problems
