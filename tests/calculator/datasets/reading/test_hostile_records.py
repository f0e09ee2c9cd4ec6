"""Records of any shape: reading one never fails, whatever its keys hold."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calculator.datasets import ConversionError, convert_record, format_of
from calculator.datasets.counting.blocks import CountingRules, read_line
from pricing import FORMATS, load_dataset_rules
from tests.calculator.datasets.files import BESIDE

RULES = load_dataset_rules()
KEYS = (
    "messages", "role", "content", "tools", "tool_calls", "function", "name", "arguments", "weight", "system",
    "prompt", "completion", "chosen", "rejected", "conversations", "from", "value", "instruction", "input",
    "output", "history", "contents", "parts", "text", "completions", "score", "candidates", "preferenceLabel",
    "type", "thinking", "functionCall", "functionResponse", "schemaVersion", "toolConfig", "input_ids", "labels",
    "user", "final", "analysis", "preferred_output", "non_preferred_output", "reasoning_content", "image_url",
    "url", "question", "answer", "properties", "parameters", "enum", "systemInstruction", "image", "toolUse",
    "toolResult", "reasoningContent", "functions", "developer",
)  # fmt: skip
WORDS = (
    "user", "assistant", "tool", "human", "gpt", "model", "function_call", "system", "text", "tool_use", "hi",
    "{}", "[",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(WORDS) | st.text(max_size=4),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(KEYS), children, max_size=4),
    max_leaves=14,
)
RECORDS = st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1, max_size=4)


@given(record=RECORDS, file_format=st.sampled_from([None, *FORMATS]))
def test_any_record_is_read_or_named(record: dict[str, Any], file_format: Any) -> None:
    read_line(json.dumps(record).encode(), 1, CountingRules(file_format, BESIDE, 85, {}, [(1, "A")]))


@given(record=RECORDS, platform=st.sampled_from(sorted(RULES.platforms)))
def test_any_record_is_converted_or_refused(record: dict[str, Any], platform: str) -> None:
    """What the terminal takes for a line of an unexpected kind."""
    file_format = format_of(record)
    if file_format:
        with suppress(ConversionError, AttributeError, KeyError, TypeError):
            json.dumps(convert_record(record, file_format, platform, RULES))
