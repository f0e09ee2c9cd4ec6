"""Each fault with its line; one bad line never stops the count."""

from __future__ import annotations

import json
from typing import Any

import pytest

from calculator.datasets import KINDS
from tests.calculator.datasets.files import GOOD, chat, count, jsonl, message

CALL = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
SYSTEM = message("system", "be brief")
USER, ANSWER = message("user", "hi"), message("assistant", "yes")
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
PAIR = {
    "input": {"messages": [USER]},
    "preferred_output": [ANSWER],
    "non_preferred_output": [message("assistant", "no")],
}
ID_CALL = {"id": "c1", **CALL}
GEMINI_ANSWER = {"role": "model", "parts": [{"text": "yes"}]}
TOOL = {"type": "function", "function": {"name": "f", "description": "find", "parameters": {}}}


def nova(*blocks: dict[str, Any]) -> dict[str, Any]:
    """Return an example in Amazon's format whose question has these blocks."""
    question = {"role": "user", "content": [{"text": "hi"}, *blocks]}
    answer = {"role": "assistant", "content": [{"text": "yes"}]}
    return {"schemaVersion": "bedrock-conversation-2024", "messages": [question, answer]}


RFT = chat(USER, answer="42")

FAULTS = [
    ("bad_json", b'{"messages": [', "isn't JSON"),
    ("bad_json", b"{'messages': []}", "json.dumps"),
    ("bad_json", b'{"messages": "\0"}', "NUL"),
    ("bad_json", b'{"messages": NaN}', "NaN"),
    ("not_utf8", b'{"text": "\xe9"}', "UTF-8"),
    ("nested_too_deep", b'{"messages":' + b"[" * 50_000, "nested"),
    ("too_many_parts", b'{"messages":[' + b"{}," * 100_001 + b"{}]}", "values"),
    ("not_an_object", b"[1, 2]", "braces"),
    ("unknown_format", {"colour": "a", "size": "b"}, "“colour”"),
    ("unknown_format", {"custom_id": "a", "body": {"messages": []}}, "a request of a batch"),
    ("other_format", {"prompt": "a", "completion": "b"}, "prompt-completion"),
    ("no_messages", chat(), "list of messages"),
    ("no_messages", {**PAIR, "input": None}, "input"),
    ("bad_message", chat(USER, "hi", ANSWER), "Message 2"),  # type: ignore[arg-type]
    ("bad_message", chat(message("user", 5), ANSWER), "Message 1"),
    ("unknown_role", chat(message("bot", "hi"), ANSWER), "“bot”"),
    ("unknown_role", chat({"content": "hi"}, ANSWER), "missing"),
    ("unknown_key", chat(message("user", "hi", recipient="x"), ANSWER), "“recipient”"),
    ("empty_content", chat(message("user", ""), ANSWER), "Message 1"),
    ("empty_content", chat(USER, message("assistant", None)), "Message 2"),
    ("empty_content", chat(USER, message("assistant", [])), "Message 2"),
    ("bad_weight", chat(USER, message("assistant", "yes", weight=0.5)), "0 or 1"),
    ("bad_weight", chat(USER, message("assistant", "yes", weight=True)), "0 or 1"),
    ("bad_weight", chat(USER, ANSWER, weight="high"), "“high”"),
    (
        "text_as_json",
        {"messages": '[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "a"}]'},
        "twice",
    ),
    (
        "duplicate_key",
        b'{"messages": [{"role": "user", "content": "a", "content": "b"}, {"role": "assistant", "content": "c"}]}',
        "“content”",
    ),
    ("duplicate_key", b'{"text": "a", "text": "b"}', "“text”"),
    (
        "duplicate_key",
        b'{"messages": [{"role": "user", "content": "a"}, '
        b'{"role": "assistant", "content" : "\\"b\\": c", "weight": 1, "weight": 0}]}',
        "“weight”",
    ),
    ("two_users", chat(USER, USER, ANSWER), "Messages 1 and 2"),
    ("two_assistants", chat(USER, ANSWER, ANSWER), "Messages 2 and 3"),
    ("two_systems", chat(SYSTEM, SYSTEM, USER, ANSWER), "Messages 1 and 2"),
    ("late_system", chat(USER, SYSTEM, ANSWER), "Message 2"),
    ("first_answer", chat(SYSTEM, ANSWER), "Message 2"),
    ("first_answer", chat(ANSWER, USER, ANSWER), "Message 1"),
    ("pair_first_answer", {**PAIR, "input": chat(ANSWER, USER)}, "Message 1"),
    ("prompt_ends_answer", {**PAIR, "input": chat(USER, ANSWER)}, "input.messages"),
    ("same_answers", {**PAIR, "non_preferred_output": [ANSWER]}, "teaches nothing"),
    ("unanswered_call", chat(USER, message("assistant", None, tool_calls=[ID_CALL]), USER, ANSWER), "Message 3"),
    ("unmatched_result", chat(USER, message("tool", "3", tool_call_id="c2"), ANSWER), "Message 2"),
    ("text_and_call", chat(USER, message("assistant", "so", tool_calls=[ID_CALL])), "Message 2"),
    ("flat_tool", chat(USER, ANSWER, tools=[TOOL["function"]]), "in function"),
    ("function_name", chat(USER, ANSWER, tools=[{**TOOL, "function": {"name": "look up"}}]), "“look up”"),
    ("image_beside", chat(USER, ANSWER, images=["a.png"]), "into the content"),
    ("bad_message", {"input_ids": [[1]], "labels": [[1]]}, "whole numbers"),
    ("bad_message", {"input_ids": [1, 2], "labels": [1]}, "1 labels"),
    ("odd_part", chat(message("user", ["hi"]), ANSWER), "no type"),
    ("unknown_format", {"request": {"contents": []}}, "a request of a batch"),
    ("unknown_format", {"train": [GOOD], "test": []}, "the list “train”"),
    ("reserved_word", chat(message("user", "the user: hi"), ANSWER), "“user:”"),
    ("reserved_word", chat(message("user", [{"type": "text", "text": "see <image>"}]), ANSWER), "“<image>”"),
    ("no_call_id", chat(USER, message("assistant", None, tool_calls=[CALL]), ANSWER), "a call has no id"),
    ("no_call_id", chat(USER, ANSWER, message("tool", "3"), ANSWER), "tool_call_id"),
    ("many_answers", {**PAIR, "preferred_output": [ANSWER, USER, ANSWER]}, "3 messages"),
    ("not_an_object", json.dumps("once").encode(), "not an object"),
    ("text_as_json", json.dumps(json.dumps(GOOD)).encode(), "twice"),
    ("text_as_json", chat(USER, ANSWER, tools=json.dumps([TOOL])), "tools is a text"),
    ("text_as_json", {**PAIR, "preferred_output": "yes"}, "preferred_output"),
    ("bare_list", [USER, ANSWER], "a list"),
    ("bad_json", b'{"text": "a"},', "a comma"),
    ("bad_json", b'\xef\xbb\xbf{"text": "a"}', "byte-order mark"),
    ("bad_json", b'{"text": "a"}\r{"text": "b"}', "line feeds"),
    ("unknown_format", {"data": [GOOD]}, "the list “data”"),
    ("unknown_format", {"input": [USER], "ideal": "yes"}, "a sample of an evaluation"),
    ("unknown_format", {"item": {"question": "hi"}}, "a sample of an evaluation"),
    ("unknown_format", {"anchor": "a", "positive": "b"}, "embedding model"),
    ("unknown_format", {"text": "fine", "label": 1}, "a classifier"),
    ("unknown_format", {"prompt": "a", "completion": "b", "label": False}, "KTO"),
    ("spare_key", chat(USER, ANSWER, id="7"), "“id”"),
    ("spare_key", {"prompt": "a", "completion": "b", "id": 7}, "“id”"),
    ("spare_key", {"question": "a", "context": "c", "answer": "b"}, "“context”"),
    ("unknown_format", {"type": "message", "text": "hi", "ts": "1.0"}, "a chat export"),
    ("unknown_format", {"level": "info", "msg": "started"}, "a log"),
    ("unknown_format", {"input": {"messages": [USER]}, "output": ANSWER}, "“input”"),
    ("two_formats", chat(USER, ANSWER, text="hi"), "messages, text"),
    ("developer_role", chat(message("developer", "be brief"), USER, ANSWER), "Message 1"),
    ("tool_parts", chat(USER, message("tool", [{"type": "text", "text": "3"}]), ANSWER), "Message 2"),
    ("image_in_answer", chat(USER, message("assistant", [IMAGE])), "Message 2"),
    ("image_elsewhere", chat(message("system", [IMAGE]), USER, ANSWER), "by “system”"),
    ("image_in_pair", {**PAIR, "input": chat(message("user", [IMAGE]))}, "The pair"),
    ("image_and_video", nova({"image": {}}, {"video": {}}), "images and videos"),
    ("text_content", {"schemaVersion": "bedrock-conversation-2024", **chat(USER, ANSWER)}, "Message 1"),
    ("odd_part", chat(message("user", [{"type": "input_text", "text": "hi"}]), ANSWER), "“input_text”"),
    ("odd_part", chat(message("user", [{**IMAGE, "image_url": "x"}]), ANSWER), "“image_url”"),
    ("bad_message", chat(message("user", [{"type": "input_audio", "input_audio": {}}]), ANSWER), "“input_audio”"),
    ("bad_message", chat(message("user", ["hi", {"type": "image_url"}]), ANSWER), "no url"),
    (
        "bad_message",
        {"contents": [{"parts": [{"text": "hi"}]}, GEMINI_ANSWER], "systemInstruction": "Be kind."},
        "systemInstruction",
    ),
    ("bad_message", {"contents": [{"parts": [{"text": "hi"}, {"code": "x"}]}, GEMINI_ANSWER]}, "“code”"),
    ("bad_message", nova({"cachePoint": {}}), "“cachePoint”"),
    ("bad_message", nova({"text": ["hi"]}), "isn't text"),
    ("bad_message", {**nova(), "system": "Be kind."}, "system isn't a list"),
    ("bad_message", {**nova(), "system": [{"a": 1}]}, "without text"),
    (
        "bad_arguments",
        chat(USER, message("assistant", None, tool_calls=[{"function": {"name": "f", "arguments": "x"}}])),
        "JSON",
    ),
    (
        "object_arguments",
        chat(USER, message("assistant", None, tool_calls=[{"function": {"name": "f", "arguments": {}}}])),
        "JSON text",
    ),
    ("nothing_trained", chat(USER, message("assistant", "yes", weight=0)), "weight 0"),
    ("nothing_trained", {"input_ids": [1, 2], "labels": [-100, -100]}, "-100"),
    ("missing_assistant", chat(USER), "nothing to learn"),
    ("missing_assistant", {**PAIR, "preferred_output": [USER]}, "preferred_output"),
    ("last_not_assistant", chat(USER, ANSWER, USER), "End with"),
    ("duplicate", GOOD, "line 1"),
    ("api_key", chat(message("user", "my key is sk-proj-0123456789abcdefghij"), ANSWER), "looks like a key"),
    ("api_key", chat(message("user", "AKIAABCDEFGHIJKLMNOP"), ANSWER), "looks like a key"),
    ("api_key", chat(message("user", "-----BEGIN RSA PRIVATE KEY-----"), ANSWER), "looks like a key"),
    ("email", chat(message("user", "write to ann.lee@corp.io please"), ANSWER), "e-mail"),
]


@pytest.mark.parametrize(("kind", "record", "says"), FAULTS)
def test_fault_has_its_line_and_the_count_goes_on(kind: str, record: Any, says: str) -> None:
    after = chat(message("user", "and then"), ANSWER)
    counts, problems = count(jsonl(GOOD, record, after), block_bytes=1_000_000)
    (problem,) = [problem for problem in problems if problem.kind == kind]
    assert problem.line == 2
    assert says in problem.text
    assert counts.examples >= 2, "the lines before and after are counted"
    assert counts.problems_by_kind[kind] == 1


def test_preference_pair_and_a_graded_chat_have_their_own_ends() -> None:
    assert "openai-preference" in count(jsonl(GOOD, PAIR))[1][-1].text
    _, problems = count(jsonl(RFT, {**chat(USER, ANSWER), "answer": "42"}))
    assert [(problem.line, problem.kind) for problem in problems] == [(2, "last_not_user")]


def test_lines_without_counted_texts_are_no_duplicates() -> None:
    """They are compared as a whole."""
    _, problems = count(jsonl({"input_ids": [1, 2], "labels": [1, 2]}, {"input_ids": [1, 3], "labels": [1, 3]}))
    assert problems == []
    _, problems = count(jsonl({"messages": {"role": "a"}}, {"messages": {"role": "b"}}))
    assert {problem.kind for problem in problems} == {"no_messages"}


def test_images_to_grade_are_named() -> None:
    _, problems = count(jsonl({**chat(message("user", [IMAGE])), "answer": "42"}))
    assert [(problem.line, problem.kind) for problem in problems] == [(1, "image_to_grade")]


@pytest.mark.parametrize(
    "text",
    [
        "the risk-0123456789abcdefghijkl",
        "ann@example.com",
        "me @home",
        "AKIA",
        "sk-no-digits-in-this-long-one",
    ],
)
def test_harmless_texts_are_not_secrets(text: str) -> None:
    assert count(jsonl(chat(message("user", text), ANSWER)))[1] == []


def test_secret_is_never_quoted() -> None:
    _, problems = count(jsonl(chat(message("user", "sk-0123456789abcdefghijklm ann@corp.io"), ANSWER)))
    assert {problem.kind for problem in problems} == {"api_key", "email"}
    assert all("0123" not in problem.text and "ann" not in problem.text for problem in problems)


def test_first_faults_are_listed_and_all_are_counted() -> None:
    counts, problems = count(jsonl(GOOD, *[b"{"] * 30))
    assert (counts.problems, len(problems), len(counts.first_problems)) == (30, 30, 20)
    assert [problem.line for problem in counts.first_problems] == list(range(2, 22))


def test_file_with_a_broken_start_is_read() -> None:
    """A broken first line, and a format that shows only after many blank and broken lines."""
    counts, problems = count(jsonl(b'{"messages": [{"role": "user", "content": "hi"},', GOOD))
    assert (counts.format, counts.examples, [problem.kind for problem in problems]) == ("openai-chat", 1, ["bad_json"])
    late, problems = count(b"\n" * 3_000 + b"{\n" * 300 + jsonl(GOOD))
    assert (late.format, late.examples, problems[0].line) == ("openai-chat", 1, 3_001)


def test_line_over_the_limit_is_skipped() -> None:
    """2,000,000 bytes are held at most."""
    long = b'{"text": "' + b"a" * 4_100_000 + b'"}'
    counts, problems = count([jsonl(GOOD), long[:3_000_000], long[3_000_000:], b"\n", jsonl(PAIR)])
    assert [(problem.line, problem.kind) for problem in problems] == [(2, "line_too_long"), (3, "other_format")]
    assert f"{len(long):,} bytes" in problems[0].text
    assert counts.examples == 2


def test_every_kind_has_a_case() -> None:
    """Those of the whole file are tested with the report, those of long lines above."""
    elsewhere = {
        "line_too_long",
        "over_limit",
        "last_not_user",
        "too_few",
        "too_many",
        "too_many_images",
        "image_to_grade",
    }
    elsewhere |= {"byte_order_mark"}
    assert {kind for kind, _, _ in FAULTS} | elsewhere == set(KINDS)
