"""Records of other formats as records in OpenAI's: chats and preference pairs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from calculator.datasets.records.openai_calls import CallIds, openai_call, tool_list
from calculator.datasets.records.recognition import SHAREGPT_KEYS, dialogue_key, is_messages, question_answer
from pricing import Format

Record = Mapping[str, Any]
Message = dict[str, Any]
PAIR_KEYS = ("preferred_output", "non_preferred_output")
"""The keys of both answers of a preference pair in OpenAI's format."""
_SHAREGPT_ROLES = {
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant",
    "bing": "assistant", "bard": "assistant", "model": "assistant", "system": "system", "observation": "tool",
    "tool": "tool", "tool_response": "tool", "function_response": "tool", "developer": "developer",
}  # fmt: skip
_CALLS = ("function_call", "tool_call")


def canonical(record: Record, file_format: Format) -> dict[str, Any]:
    """Return a record as OpenAI writes it; one of OpenAI's formats, or of text, is returned as it is.

    Args:
        record: A record in `file_format`.
        file_format: The format of the record.
    """
    write = _WRITERS.get(file_format)
    return write(record) if write else dict(record)


def openai_chat(messages: list[Message], tools: Any = None) -> dict[str, Any]:
    """Return a chat in OpenAI's format, with definitions of tools if there are any."""
    return {"messages": messages, **({"tools": tool_list(tools)} if tools else {})}


def _pair(messages: list[Message], chosen: list[Message], rejected: list[Message], tools: Any = None) -> dict[str, Any]:
    return {"input": openai_chat(messages, tools), "preferred_output": chosen, "non_preferred_output": rejected}


def _system(value: Any) -> list[Message]:
    if isinstance(value, list):
        texts = [block.get("text") for block in value if isinstance(block, dict)]
        value = "\n".join(text for text in texts if isinstance(text, str))
    return [{"role": "system", "content": value}] if value else []


def _sharegpt_message(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    role, value = item.get("from", item.get("role")), item.get("value", item.get("content"))
    if role in _CALLS:
        return {"role": "assistant", "content": None, "tool_calls": _calls(value)}
    weight = {"weight": item["weight"]} if "weight" in item else {}
    return {"role": _SHAREGPT_ROLES.get(str(role), role), "content": value, **weight}


def _calls(value: Any) -> list[Any]:
    try:
        calls = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        calls = {"name": "", "arguments": value}
    calls = calls if isinstance(calls, list) else [calls]
    return [{"type": "function", "function": _function(call)} for call in calls]


def _function(call: Any) -> dict[str, Any]:
    call = call if isinstance(call, dict) else {}
    arguments = call.get("arguments", call.get("parameters", {}))
    return {
        "name": call.get("name", ""),
        "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False),
    }


def _sharegpt_messages(record: Record) -> Any:
    items = next((record[key] for key in (*SHAREGPT_KEYS, dialogue_key(record)) if key in record), None)
    if not isinstance(items, list):
        return items
    return [*_system(record.get("system")), *_with_ids(items)]


def _with_ids(items: list[Any]) -> list[Any]:
    """Return messages with ids of their calls, which ShareGPT doesn't have."""
    ids, messages = CallIds(), map(_sharegpt_message, items)
    return [ids.add(message) if isinstance(message, dict) else message for message in messages]


def _sharegpt(record: Record) -> dict[str, Any]:
    return openai_chat(_sharegpt_messages(record), record.get("tools"))


def _sharegpt_pair(record: Record) -> dict[str, Any]:
    chosen, rejected = (_with_ids([record[key]]) for key in ("chosen", "rejected"))
    return _pair(_sharegpt_messages(record), chosen, rejected, record.get("tools"))


def tidy_pair(record: Record) -> tuple[dict[str, Any], list[str]]:
    """Return a preference pair of OpenAI's with lists of messages, and the keys whose values were of another kind.

    Args:
        record: The pair; a text stands for a message, or for a list saved as text.
    """
    pair, loose = dict(record), list[str]()
    if isinstance(pair.get("input"), str) and pair["input"]:
        pair["input"] = {"messages": _as_messages(pair["input"], "user")}
        loose.append("input")
    for key in PAIR_KEYS:
        if pair.get(key) and isinstance(pair[key], str | dict):
            pair[key] = _as_messages(pair[key], "assistant")
            loose.append(key)
    return pair, loose


def _as_messages(value: str | Message, role: str) -> list[Any]:
    if isinstance(value, dict):
        return [value]
    try:
        messages = json.loads(value)
    except (ValueError, RecursionError):
        messages = None
    is_list = isinstance(messages, list) and all(isinstance(message, dict) for message in messages)
    return messages if is_list and messages else [{"role": role, "content": value}]


def _alpaca_messages(record: Record) -> list[Message]:
    messages = _system(record.get("system"))
    messages += _history(record)
    instruction, text = record.get("instruction"), record.get("input") or record.get("context")
    question = f"{instruction}\n{text}" if instruction and text else instruction or text
    return [*messages, {"role": "user", "content": question}]


def _history(record: Record) -> list[Message]:
    """Return the earlier turns, which some records list as pairs of a question and an answer."""
    history = record.get("history")
    pairs = [turn for turn in history if isinstance(turn, list) and len(turn) == 2] if isinstance(history, list) else []
    return [message for question, text in pairs for message in ({"role": "user", "content": question}, _answer(text))]


def _alpaca(record: Record) -> dict[str, Any]:
    return openai_chat([*_alpaca_messages(record), _answer(record.get("output", record.get("response")))])


def _alpaca_pair(record: Record) -> dict[str, Any]:
    return _pair(_alpaca_messages(record), [_answer(record["chosen"])], [_answer(record["rejected"])])


def _answer(text: Any) -> Message:
    return {"role": "assistant", "content": text}


def _chosen_rejected(record: Record) -> dict[str, Any]:
    """Three shapes: a prompt and two texts or lists of messages, two whole chats, two texts of whole dialogues."""
    if "rejected_response" in record:
        return _with_rejected_response(record)
    chosen, rejected, prompt = record["chosen"], record["rejected"], record.get("prompt", record.get("question"))
    if isinstance(chosen, dict) and isinstance(rejected, dict):
        chosen, rejected = [chosen], [rejected]
    if isinstance(chosen, str) and isinstance(rejected, str) and prompt is None:
        chosen, rejected = _dialogue(chosen), _dialogue(rejected)
    if not isinstance(chosen, list) or not isinstance(rejected, list):
        chosen, rejected = [_answer(chosen)], [_answer(rejected)]
    start = 0
    while start < min(len(chosen), len(rejected)) - 1 and chosen[start] == rejected[start]:
        start += 1
    shared = chosen[:start]
    messages = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}] if prompt else []
    # A whole chat often repeats its prompt, which is counted once.
    return _pair(
        _system(record.get("system")) + (shared or messages), chosen[start:], rejected[start:], record.get("tools")
    )


def _with_rejected_response(record: Record) -> dict[str, Any]:
    """Return the pair of a chat, whose last answer is the good one, and a worse answer beside it."""
    messages = record["messages"] if isinstance(record["messages"], list) else []
    rejected = record["rejected_response"]
    worse = rejected if isinstance(rejected, list) else [_answer(rejected)]
    return _pair(messages[:-1], messages[-1:], worse, record.get("tools"))


def _dialogue(text: str) -> list[Message]:
    """Return the messages of a text that marks them with Human: and Assistant:."""
    messages: list[Message] = []
    for piece in ("\n\n" + text.lstrip("\n")).split("\n\nHuman:")[1:] if "\n\nHuman:" in "\n\n" + text else ():
        question, *answers = piece.split("\n\nAssistant:")
        messages.append({"role": "user", "content": question.strip()})
        messages += [_answer(answer.strip()) for answer in answers]
    return messages or [_answer(text)]


def _harmony(record: Record) -> dict[str, Any]:
    developer = [{"role": "developer", "content": record["developer"]}] if record.get("developer") else []
    answer = _answer(record["final"]) | ({"thinking": record["analysis"]} if record.get("analysis") else {})
    return openai_chat(
        [*_system(record.get("system")), *developer, {"role": "user", "content": record["user"]}, answer]
    )


def _question_answer(record: Record) -> dict[str, Any]:
    keys = question_answer(record) or ("question", "answer")
    question, answer = (record.get(key) for key in keys)
    messages = [*_system(record.get("system")), *_history(record)]
    for role, value in (("user", question), ("assistant", answer)):
        messages += value if is_messages(value) else [{"role": role, "content": value}]
    return openai_chat(messages, record.get("tools"))


def _pair_of_texts(record: Record) -> dict[str, Any]:
    return openai_chat([{"role": "user", "content": record.get("prompt")}, _answer(record.get("completion"))])


def _anthropic(record: Record) -> dict[str, Any]:
    messages: list[Any] = _system(record.get("system"))
    for message in record["messages"] if isinstance(record.get("messages"), list) else ():
        messages += _anthropic_message(message)
    return openai_chat(messages, _anthropic_tools(record.get("tools")))


def _anthropic_tools(tools: Any) -> Any:
    if not isinstance(tools, list):
        return tools
    return [
        {
            "type": "function",
            "function": {
                "name": tool.get("name"),
                "description": tool.get("description"),
                "parameters": tool["input_schema"],
            },
        }
        if isinstance(tool, dict) and "input_schema" in tool
        else tool
        for tool in tools
    ]


def _anthropic_message(message: Any) -> list[Any]:
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        return [message]
    parts: list[Any] = []
    calls: list[Any] = []
    results: list[Any] = []
    thinking: list[str] = []
    for block in message["content"]:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "tool_use":
            calls.append(openai_call(block.get("id", ""), block.get("name", ""), block.get("input", {})))
        elif kind == "tool_result":
            results.append(
                {"role": "tool", "tool_call_id": block.get("tool_use_id", ""), "content": _plain(block.get("content"))}
            )
        elif kind == "thinking":
            thinking.append(str(block.get("thinking", "")))
        else:
            parts.append(_image_part(block["source"]) if kind == "image" and "source" in block else block)
    rest = {key: value for key, value in message.items() if key != "content"}
    whole = rest | {"content": _plain(parts) if parts else None}
    if calls:
        whole["tool_calls"] = calls
    if thinking:
        whole["reasoning_content"] = "".join(thinking)
    return results + ([whole] if parts or calls or thinking or not results else [])


def _image_part(source: Any) -> Message:
    """Return an image of Anthropic's API as a part."""
    source = source if isinstance(source, dict) else {}
    url = source.get("url") or f"data:{source.get('media_type', 'image/png')};base64,{source.get('data', '')}"
    return {"type": "image_url", "image_url": {"url": url}}


def _plain(content: Any) -> Any:
    """Return parts of text as one text; others as they are."""
    if isinstance(content, list) and all(
        isinstance(part, dict) and isinstance(part.get("text"), str) for part in content
    ):
        return "".join(part["text"] for part in content)
    return content


_WRITERS: dict[Format, Callable[[Record], dict[str, Any]]] = {
    "sharegpt": _sharegpt,
    "sharegpt-preference": _sharegpt_pair,
    "alpaca": _alpaca,
    "alpaca-preference": _alpaca_pair,
    "chosen-rejected": _chosen_rejected,
    "harmony": _harmony,
    "question-answer": _question_answer,
    "anthropic": _anthropic,
    "prompt-completion": _pair_of_texts,
}
