"""Every format, counted by the word; figures derived beside each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.datasets import LengthLimit, Truncation
from tests.calculator.datasets.files import GOOD, chat, count, jsonl, message

NOVA = {
    "schemaVersion": "bedrock-conversation-2024",
    "system": [{"text": "be kind"}],
    "messages": [
        {"role": "user", "content": [{"text": "look at this"}, {"image": {"format": "png"}}]},
        {"role": "assistant", "content": [{"text": "a red cat"}]},
    ],
}
GEMINI = {
    "systemInstruction": {"parts": [{"text": "be kind"}]},
    "contents": [
        {"role": "user", "parts": [{"text": "look at this"}, {"fileData": {"fileUri": "gs://b/c.png"}}]},
        {"role": "model", "parts": [{"text": "a red cat"}]},
    ],
}
CALL = {"id": "c", "type": "function", "function": {"name": "pay", "arguments": '{"a": 1}'}}
PAIR = {
    "input": {"messages": [message("user", "say hi")]},
    "preferred_output": [message("assistant", "hello dear friend")],
    "non_preferred_output": [message("assistant", "hi")],
}


@pytest.mark.parametrize(
    ("record", "format", "tokens", "output", "contents"),
    [
        # 6 words, 2 roles, 2 × 3 a message, 3 an example
        (GOOD, "openai-chat", 17, 2, 6),
        # a name: its word and 1 more
        (chat(message("user", "how much", name="Ann"), message("assistant", "two")), "openai-chat", 16, 1, 3),
        # weight 0 is not trained on
        (
            chat(
                message("user", "so"), message("assistant", "no", weight=0),
                message("user", "so"), message("assistant", "yes sir"),
            ),
            "openai-chat", 3 + 4 * 4 + 5, 2, 5,
        ),
        # parts: 1 + 2 words; the image is counted apart
        (
            chat(
                message("user", [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "x"}}]),
                message("assistant", [{"type": "text", "text": "a cat"}]),
            ),
            "openai-chat", 14, 2, 3,
        ),
        # a call: 1 word of name and 2 of arguments, trained, no content; 1 word a tool's JSON without spaces
        (
            chat(
                message("user", "hi"),
                message("assistant", None, tool_calls=[CALL]),
                tools=[{"type": "function", "function": {"name": "pay"}}],
            ),
            "openai-chat", 1 + 3 + 1 + 2 + 6 + 3, 3, 1,
        ),
        # 2 + 3 + 1 words, 3 roles, 3 × 3, 3; both answers are trained on
        (PAIR, "openai-preference", 21, 4, 6),
        # graded, not imitated: nothing is output
        (chat(message("user", "what is it"), answer="42"), "openai-rft", 10, 0, 3),
        # texts alone: no rule is known for what is added
        (GEMINI, "gemini", 8, 3, 8),
        (NOVA, "bedrock-nova", 8, 3, 8),
        ({"prompt": "how much", "completion": "two dollars now"}, "prompt-completion", 5, 3, 5),
        ({"text": "once upon a time"}, "text", 4, 4, 4),
    ],
)  # fmt: skip
def test_record_is_counted(record: Any, format: str, tokens: int, output: int, contents: int) -> None:
    counts, problems = count(jsonl(record))
    assert problems == []
    assert (counts.format, counts.examples, counts.tokens, counts.output_tokens) == (format, 1, tokens, output)
    assert (counts.input_tokens, counts.content_tokens) == (tokens - output, contents)


def test_images_and_tools_are_counted_apart() -> None:
    counts, _ = count(jsonl(GEMINI))
    assert (counts.images, counts.beyond_rules) == (1, 0)
    counts, _ = count(jsonl(chat(message("user", "hi"), message("assistant", "yes"), tools=[{"name": "pay"}]), GOOD))
    assert (counts.images, counts.beyond_rules) == (0, 1)


def test_lengths_are_those_of_real_examples() -> None:
    """Lengths 1 to 20 words: 5 % of 20 is the 1st, half the 10th, 95 % the 19th."""
    counts, _ = count(jsonl(*({"text": "w " * length} for length in range(20, 0, -1))))
    assert counts.lengths == (1, 10, 19, 20)


def test_long_examples_are_summed_up_at_every_limit() -> None:
    """3, 5 and 9 words: cut at 4, 3 + 4 + 4 are left, and 3 where longer ones are left out; at 8, 3 + 5 + 8 and 8."""
    limits = (LengthLimit(8, "B", "left out"), LengthLimit(4, "A", "cut"), LengthLimit(4, "C", "unknown"))
    counts, problems = count(jsonl(*({"text": "w " * n} for n in (3, 5, 9))), limits=limits)
    assert counts.cuts == {4: Truncation(11, 3, 2), 8: Truncation(16, 8, 1)}
    assert [(problem.line, problem.kind) for problem in problems] == [(2, "over_limit"), (3, "over_limit")]
    assert problems[1].text == (
        "The example has 9 tokens: A trains on the first 4 and drops 5 from the end, where the answer is; "
        "C takes at most 4; its treatment of longer examples isn't published; B leaves out examples over 8. Shorten it."
    )
    # 17 words of 3 examples: 17 ÷ 3, 11 ÷ 3 and so on, to two digits as three examples are added up again.
    assert counts.fields()["lengths"] == "4:3.66/1,8:5.33/2.66,9:5.66"
    assert counts.fields()["example"] == "0/5.66"


@given(lengths=st.lists(st.integers(1, 4_000), min_size=1, max_size=30), limit=st.integers(2, 4_000))
def test_every_limit_is_exact(lengths: list[int], limit: int) -> None:
    counts, _ = count(jsonl(*({"text": "w " * n} for n in lengths)), limits=(LengthLimit(limit, "A", "cut"),))
    for step in {512, 1_024, 2_048, limit}:
        over = [n for n in lengths if n > step]
        cut = Truncation(sum(min(n, step) for n in lengths), sum(lengths) - sum(over), len(over)) if over else None
        assert counts.cuts.get(step) == cut


CHATS = st.lists(
    st.builds(
        lambda role, text, weight: message(role, text, **({} if weight is None else {"weight": weight})),
        st.sampled_from(["system", "user", "assistant"]),
        st.text(min_size=1),
        st.sampled_from([None, 0, 1]),
    ),
    min_size=1,
)


@given(chats=st.lists(CHATS, min_size=1, max_size=5))
def test_fast_and_careful_counts_agree(chats: list[list[dict[str, Any]]]) -> None:
    """A blank line sends a block the careful way."""
    records = [chat(*messages, message("assistant", "done")) for messages in chats]
    fast, fast_problems = count(jsonl(*records))
    careful, careful_problems = count(jsonl(*records) + b"\n")
    assert fast == careful
    assert [problem.kind for problem in fast_problems] == [problem.kind for problem in careful_problems]


@given(
    texts=st.lists(st.text(min_size=1)),
    sizes=st.lists(st.integers(1, 40), min_size=1),
    block_bytes=st.integers(1, 60),
)
def test_chunk_sizes_do_not_change_the_count(texts: list[str], sizes: list[int], block_bytes: int) -> None:
    data = jsonl({"text": "first"}, *({"text": text} for text in texts))
    chunks: list[bytes] = []
    at = 0
    while at < len(data):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(data[at : at + size])
        at += size
    pieces, piece_problems = count(chunks, block_bytes=block_bytes)
    assert (pieces, piece_problems) == count(data)
