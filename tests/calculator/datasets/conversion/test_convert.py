"""Conversion: an accepted set goes to every other format and back without losing a text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.datasets import ConversionError, convert_record, format_of
from pricing import AS_IT_IS, PURPOSES, Format, load_dataset_rules
from tests.calculator.datasets.files import chat, count, jsonl, message

PLATFORMS = ("openai", "azure", "google", "aws-bedrock", "mistral", "together", "fireworks")
TEXT = st.text(min_size=1, max_size=40).filter(str.strip)
ALPHABET = st.characters(codec="utf-8", exclude_characters="<>")
ARGUMENTS = st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), TEXT), max_size=3)


RULES = load_dataset_rules()


def convert(record: dict[str, Any], platform: str) -> dict[str, Any]:
    file_format = format_of(record)
    assert file_format
    return convert_record(record, file_format, platform, RULES)


@st.composite
def chats(draw: st.DrawFn) -> dict[str, Any]:
    """A chat with or without a system message, reasoning, an image, and a tool that is called."""
    messages = [message("system", draw(TEXT))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 3))):
        question: Any = draw(TEXT)
        if draw(st.booleans()):
            image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
            question = [{"type": "text", "text": question}, image]
        messages.append(message("user", question))
        if draw(st.booleans()):
            function = {"name": "look", "arguments": json.dumps(draw(ARGUMENTS), ensure_ascii=False)}
            call = {"id": "call00001", "type": "function", "function": function}
            result = message("tool", draw(TEXT), tool_call_id="call00001")
            messages += [message("assistant", None, tool_calls=[call]), result]
        reasoning = {"reasoning_content": draw(TEXT)} if draw(st.booleans()) else {}
        messages.append(message("assistant", draw(TEXT), **reasoning))
    parameters = {"type": "object", "properties": {"sku": {"type": "string"}}}
    tools = [{"type": "function", "function": {"name": "look", "description": "Look up", "parameters": parameters}}]
    return chat(*messages, tools=tools)


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """Return a chat with texts instead of lists of one text, which are the same content."""
    messages = []
    for written in record["messages"]:
        content = written["content"]
        is_one = isinstance(content, list) and len(content) == 1 and content[0]["type"] == "text"
        messages.append({**written, "content": content[0]["text"] if is_one else content})
    return {**record, "messages": messages}


@st.composite
def pairs(draw: st.DrawFn) -> dict[str, Any]:
    outputs = ("preferred_output", "non_preferred_output")
    answers = {key: [message("assistant", draw(TEXT))] for key in outputs}
    return {"input": chat(message("user", draw(TEXT))), **answers}


@pytest.mark.parametrize("platform", PLATFORMS)
@given(record=chats())
def test_chat_survives_conversion_and_back(platform: str, record: dict[str, Any]) -> None:
    assert flat(convert(convert(record, platform), "openai")) == record


@pytest.mark.parametrize("platform", ["azure", "google", "aws-bedrock", "together", "fireworks"])
@given(record=pairs())
def test_pair_survives_conversion_and_back(platform: str, record: dict[str, Any]) -> None:
    assert convert(convert(record, platform), "openai") == record


@given(record=chats(), first=st.sampled_from(PLATFORMS), second=st.sampled_from(PLATFORMS))
def test_content_tokens_are_those_of_the_copy(record: dict[str, Any], first: str, second: str) -> None:
    """The reasoning stands before the content, in one text or two."""
    copy = convert(convert(record, first), second)
    counts, problems = count(jsonl(copy))
    assert counts.content_tokens <= count(jsonl(record))[0].content_tokens + 3
    assert flat(convert(copy, "openai")) == record
    assert not {"no_messages", "bad_message", "unknown_role", "empty_content"} & {problem.kind for problem in problems}


@st.composite
def graded(draw: st.DrawFn) -> dict[str, Any]:
    return chat(message("user", draw(TEXT)), reference_answer=draw(TEXT))


@st.composite
def texts(draw: st.DrawFn) -> dict[str, Any]:
    return {"prompt": draw(TEXT), "completion": draw(TEXT)}


@given(record=st.one_of(chats(), pairs(), graded(), texts()), home=st.sampled_from(PLATFORMS), data=st.data())
def test_every_accepted_format_survives_every_other(record: dict[str, Any], home: str, data: st.DataObject) -> None:
    """A set as one platform takes it goes to another that takes its kind, and back, without losing a token."""
    kind = PURPOSES[format_of(record) or "text"]
    takers = [name for name in PLATFORMS if any(PURPOSES[form] == kind for form in accepted_formats(name))]
    home = home if home in takers else takers[0]
    accepted = convert(record, home)
    assert format_of(accepted) in accepted_formats(home)
    copy = convert(accepted, data.draw(st.sampled_from(takers)))
    back = convert(copy, home)
    assert count(jsonl(back))[0].content_tokens == count(jsonl(accepted))[0].content_tokens
    if format_of(accepted) != "prompt-completion":  # which comes back as a chat
        assert back == accepted


def in_every_format(t: list[str]) -> list[dict[str, Any]]:
    """Return an example in each format that no platform takes as it is, with these five texts: s, u, r, a, b."""
    system, user, reasoning, answer, worse = t
    turn, reply, other = message("user", user), message("assistant", answer), message("assistant", worse)
    human, gpt, bad = (
        {"from": name, "value": text} for name, text in (("human", user), ("gpt", answer), ("gpt", worse))
    )
    call = {"type": "tool_use", "id": "t", "name": "look", "input": {"q": reasoning}}
    return [
        {"system": system, "messages": [turn, message("assistant", [{"type": "thinking", "thinking": reasoning},
                                                                     {"type": "text", "text": answer}])]},
        {"system": system, "messages": [turn, message("assistant", [call]), message("user", [
            {"type": "tool_result", "tool_use_id": "t", "content": worse}]), reply]},
        {"system": system, "conversations": [human, gpt]},
        {"conversations": [message("system", system), turn, reply]},
        {"dialog": [turn, reply]},
        {"conversations": [human], "chosen": gpt, "rejected": bad},
        {"system": system, "instruction": user, "input": reasoning, "output": answer, "history": [[worse, "ok"]]},
        {"instruction": user, "context": reasoning, "response": answer, "category": "qa"},
        {"instruction": user, "input": reasoning, "chosen": answer, "rejected": worse},
        {"prompt": user, "chosen": answer, "rejected": worse},
        {"prompt": [message("system", system), turn], "chosen": [reply], "rejected": [other]},
        {"chosen": [turn, reply], "rejected": [turn, other]},
        {"messages": [turn, reply], "rejected_response": worse},
        {"user": user, "analysis": reasoning, "final": answer, "developer": system},
        {"question": user, "answer": answer, "system": system},
        {"query": user, "response": answer, "history": [[worse, reasoning]]},
        {"prompt": [turn], "completion": [reply]},
        {"input": user, "preferred_output": answer, "non_preferred_output": worse},
        {"messages": json.dumps([turn, message("assistant", answer, reasoning_content=reasoning)])},
        {"messages": [turn, message("assistant", None, refusal=answer, weight=1.0, audio=None)]},
        {"messages": [message("user", [{"type": "input_text", "text": user}]), reply]},
        {"messages": [turn, message("assistant", None, function_call={"name": "f", "arguments": json.dumps([worse])}),
                      message("function", reasoning, name="f"), reply]},
    ]  # fmt: skip


def texts_in(value: Any) -> str:
    """Return all texts in a value, also those in JSON that was saved as text."""
    if isinstance(value, dict | list):
        return "".join(texts_in(item) for item in (value.values() if isinstance(value, dict) else value))
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return texts_in(json.loads(value))
    return str(value)


@given(
    seed=st.lists(st.text(ALPHABET, min_size=1), min_size=5, max_size=5, unique=True),
    platform=st.sampled_from(PLATFORMS),
)
def test_no_format_loses_a_text_at_any_platform(seed: list[str], platform: str) -> None:
    texts = [f"<{text}>" for text in seed]
    for record in in_every_format(texts):
        file_format = format_of(record)
        assert file_format, record
        if RULES.platforms[platform].format_for(file_format) is None:
            assert (platform, PURPOSES[file_format]) == ("mistral", "preference")
            continue
        copy = texts_in(convert(record, platform))
        assert [text for text in texts if text in texts_in(record) and text not in copy] == []


def accepted_formats(platform: str) -> list[Format]:
    """Return the formats that a platform takes as they are."""
    return [name for name, action in RULES.platforms[platform].takes.items() if action == AS_IT_IS]


SHAREGPT = {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "yes"}], "system": "be brief"}
EXPECTED = chat(message("system", "be brief"), message("user", "hi"), message("assistant", "yes"))
QUESTION, GOOD, BAD = message("user", "hi"), message("assistant", "yes"), message("assistant", "no")
PAIR = {"input": chat(QUESTION), "preferred_output": [GOOD], "non_preferred_output": [BAD]}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (SHAREGPT, EXPECTED),
        ({"instruction": "hi", "input": "", "output": "yes", "system": "be brief"}, EXPECTED),
        ({"system": "be brief", "messages": [message("user", "hi"), message("assistant", "yes")]}, EXPECTED),
        ({"question": "hi", "answer": "yes", "system": "be brief"}, EXPECTED),
        ({"prompt": "hi", "completion": "yes"}, chat(QUESTION, GOOD)),
        ({"messages": json.dumps([QUESTION, GOOD])}, chat(QUESTION, GOOD)),
        ({"id": 7, **chat(QUESTION, GOOD)}, chat(QUESTION, GOOD)),
        (
            {"user": "hi", "analysis": "hm", "final": "yes", "developer": "be brief"},
            chat(message("developer", "be brief"), QUESTION, message("assistant", "yes", thinking="hm")),
        ),
        ({"prompt": "hi", "chosen": "yes", "rejected": "no"}, PAIR),
        ({"prompt": [QUESTION], "chosen": [GOOD], "rejected": [BAD]}, PAIR),
        ({"chosen": [QUESTION, GOOD], "rejected": [QUESTION, BAD], "prompt": "hi"}, PAIR),
        ({"chosen": "\n\nHuman: hi\n\nAssistant: yes", "rejected": "\n\nHuman: hi\n\nAssistant: no"}, PAIR),
        ({"instruction": "hi", "chosen": "yes", "rejected": "no"}, PAIR),
        (
            {
                "conversations": [{"from": "human", "value": "hi"}],
                "chosen": {"from": "gpt", "value": "yes"},
                "rejected": {"from": "gpt", "value": "no"},
            },
            PAIR,
        ),
    ],
)
def test_common_formats_become_openais(record: dict[str, Any], expected: dict[str, Any]) -> None:
    assert convert(record, "openai") == expected


def test_sharegpt_tools_become_calls() -> None:
    record = {
        "conversations": [
            {"from": "human", "value": "how old"},
            {"from": "function_call", "value": '{"name": "age", "arguments": {"born": 1980}}'},
            {"from": "observation", "value": "46"},
            {"from": "gpt", "value": "46 years"},
        ],
        "tools": '[{"name": "age", "parameters": {}}]',
    }
    function = {"name": "age", "arguments": '{"born": 1980}'}
    assert convert(record, "openai") == chat(
        message("user", "how old"),
        message("assistant", None, tool_calls=[{"id": "call_0", "type": "function", "function": function}]),
        message("tool", "46", tool_call_id="call_0"),
        message("assistant", "46 years"),
        tools=[{"type": "function", "function": {"name": "age", "parameters": {}}}],
    )


def test_line_weight_survives_conversion() -> None:
    assert convert(chat(QUESTION, GOOD, weight=0.5), "together") == chat(QUESTION, GOOD, weight=0.5)
    pair = {"prompt": "hi", "completion": "yes", "weight": 0.5}
    assert convert({**pair, "id": 7}, "together") == pair


def test_developer_becomes_system_only_where_it_is_refused() -> None:
    record = chat(message("developer", "be brief"), QUESTION, GOOD)
    assert convert(record, "openai") == record
    assert convert(record, "together")["messages"][0] == message("system", "be brief")


@pytest.mark.parametrize(
    ("record", "platform", "says"),
    [
        (chat(QUESTION, message("assistant", "no", weight=0), QUESTION, GOOD), "google", "weight 0"),
        (chat(message("user", "hi", name="Ann"), GOOD), "aws-bedrock", "the name “Ann”"),
        (chat(QUESTION, message("system", "stop"), GOOD), "google", "after the first turn"),
        ({"text": "once"}, "openai", "text can't be made"),
        (PAIR, "mistral", "openai-preference can't be made"),
        (chat(message("user", "hi", recipient="x"), GOOD), "together", "“recipient”"),
        (chat(QUESTION, GOOD, weight=0.5), "google", "the weight 0.5"),
        (chat(QUESTION, message("assistant", "no", weight=0.5)), "openai", "the weight 0.5"),
        (chat(QUESTION, message("assistant", "no", weight=float("inf"))), "openai", "the weight inf"),
        (chat(QUESTION, GOOD, images=["a.png"]), "together", "images beside the text"),
    ],
)
def test_inexpressible_record_is_refused(record: dict[str, Any], platform: str, says: str) -> None:
    """Nothing is left out silently."""
    with pytest.raises(ConversionError, match=says):
        convert(record, platform)
