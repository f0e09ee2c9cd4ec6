"""Records of other formats as records in OpenAI's: chats and preference pairs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from calculator.datasets.recognition import SHAREGPT_KEYS, question_answer
from pricing import Format

Record = Mapping[str, Any]
Message = dict[str, Any]
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


def _tool_list(value: Any) -> Any:
    """Return definitions of tools; some formats save them as text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if not isinstance(value, list):
        return value
    return [
        {"type": "function", "function": tool}
        if isinstance(tool, dict) and "name" in tool and "type" not in tool
        else tool
        for tool in value
    ]


def openai_chat(messages: list[Message], tools: Any = None) -> dict[str, Any]:
    """Return a chat in OpenAI's format, with definitions of tools if there are any."""
    return {"messages": messages, **({"tools": _tool_list(tools)} if tools else {})}


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


def openai_call(identity: str, name: str, arguments: Any) -> dict[str, Any]:
    """Return a call in OpenAI's format, with its arguments as JSON text."""
    function = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {"id": identity, "type": "function", "function": function}


class CallIds:
    """The ids of the calls in a chat; those that are missing are numbered, and results follow their calls in order."""

    def __init__(self) -> None:
        self._calls = 0
        self._open: list[str] = []

    def add(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return a message with the ids of its calls, or with the id of the call that it answers."""
        calls = message.get("tool_calls")
        if isinstance(calls, list) and all(isinstance(call, dict) for call in calls):
            message["tool_calls"] = [self._with_id(_with_text_arguments(call)) for call in calls]
        if message.get("role") == "tool":
            identity = message.get("tool_call_id")
            if identity in self._open:
                self._open.remove(identity)
            elif not isinstance(identity, str) and self._open:
                message["tool_call_id"] = self._open.pop(0)
        return message

    def _with_id(self, call: dict[str, Any]) -> dict[str, Any]:
        self._calls += 1
        if not isinstance(call.get("id"), str):
            call = {"id": f"call_{self._calls - 1}", **{key: value for key, value in call.items() if key != "id"}}
        self._open.append(call["id"])
        return call


def _with_text_arguments(call: dict[str, Any]) -> dict[str, Any]:
    """Return a call whose arguments are JSON as text."""
    function = call.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("arguments"), dict):
        return call
    return call | {"function": function | {"arguments": json.dumps(function["arguments"], ensure_ascii=False)}}


def _sharegpt_messages(record: Record) -> Any:
    items = next((record[key] for key in SHAREGPT_KEYS if key in record), None)
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


def _alpaca_messages(record: Record) -> list[Message]:
    messages = _system(record.get("system"))
    history = record.get("history")
    for turn in history if isinstance(history, list) else ():
        if isinstance(turn, list) and len(turn) == 2:
            messages += [{"role": "user", "content": turn[0]}, {"role": "assistant", "content": turn[1]}]
    instruction, text = record.get("instruction"), record.get("input")
    question = f"{instruction}\n{text}" if instruction and text else instruction or text
    return [*messages, {"role": "user", "content": question}]


def _alpaca(record: Record) -> dict[str, Any]:
    return openai_chat([*_alpaca_messages(record), _answer(record.get("output"))])


def _alpaca_pair(record: Record) -> dict[str, Any]:
    return _pair(_alpaca_messages(record), [_answer(record["chosen"])], [_answer(record["rejected"])])


def _answer(text: Any) -> Message:
    return {"role": "assistant", "content": text}


def _chosen_rejected(record: Record) -> dict[str, Any]:
    """Three shapes: a prompt and two texts or lists of messages, two whole chats, two texts of whole dialogues."""
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
    question, answer = question_answer(record) or ("question", "answer")
    return openai_chat(
        [*_system(record.get("system")), {"role": "user", "content": record.get(question)}, _answer(record.get(answer))]
    )


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
            parts.append(block)
    rest = {key: value for key, value in message.items() if key != "content"}
    whole = rest | {"content": _plain(parts) if parts else None}
    if calls:
        whole["tool_calls"] = calls
    if thinking:
        whole["reasoning_content"] = "".join(thinking)
    return results + ([whole] if parts or calls or thinking or not results else [])


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
