"""Parsing of one line: texts to count, images and problems. The slow path, for every format and every problem."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from calculator.datasets.problems import Kind, Problem, quoted
from pricing import Format

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_MESSAGE_KEYS = frozenset(
    ("role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", "reasoning_content")
)
_CHAT_KEYS = frozenset(("messages", "tools", "functions", "parallel_tool_calls", "metadata"))


class MessageOverhead(NamedTuple):
    """Tokens that a platform adds to the text, per message, name and example."""

    per_message: int
    per_name: int
    per_example: int


class ParsedLine:
    """The content of one line. `texts`, `is_content` and `is_trained` have one entry per text."""

    def __init__(self, line: int, format: Format, beside: MessageOverhead | None) -> None:
        """Start a line without content.

        Args:
            line: Line number, from 1.
            format: Format of the line.
            beside: Tokens that a platform adds; None if no rule is published.
        """
        self.line = line
        self.format = format
        self.beside = beside
        self.texts: list[str] = []
        self.is_content: list[bool] = []
        self.is_trained: list[bool] = []
        self.fixed_tokens = 0
        self.images = 0
        self.by_rule = True
        """True if a published rule counts every part; there is none for tools and function calls."""
        self.problems: list[Problem] = []

    def add(self, text: str, *, content: bool = False, trained: bool = False) -> None:
        """Add a text to count, unless it is empty."""
        if text:
            self.texts.append(text)
            self.is_content.append(content)
            self.is_trained.append(trained)

    def fault(self, kind: Kind, text: str) -> None:
        """Add a problem, unless the line already has one of its kind."""
        if all(problem.kind != kind for problem in self.problems):
            self.problems.append(Problem(self.line, kind, text))


def format_of(record: Mapping[str, Any]) -> Format | None:
    """Return the format of a record, or None if it is unknown."""
    if "preferred_output" in record or "non_preferred_output" in record:
        return "openai-preference"
    if "contents" in record:
        return "gemini"
    if str(record.get("schemaVersion", "")).startswith("bedrock-") or _has_blocks(record):
        return "bedrock-nova"
    if "messages" in record:
        return "openai-rft" if _asks_for_a_grade(record) else "openai-chat"
    if "prompt" in record and "completion" in record:
        return "prompt-completion"
    return "text" if "text" in record else None


def read_record(
    record: Mapping[str, Any], format: Format, line: int, beside: Mapping[Format, MessageOverhead]
) -> ParsedLine:
    """Return the content of a record in `format`."""
    reading = ParsedLine(line, format, beside.get(format))
    _READERS[format](record, reading)
    return reading


def _has_blocks(record: Mapping[str, Any]) -> bool:
    """Return True for Nova's shape without a schemaVersion: system or content is a list of untyped blocks."""
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages or not isinstance(messages[0], dict):
        return False
    content = messages[0].get("content")
    blocks = content if isinstance(content, list) else ()
    return isinstance(record.get("system"), list) or any(
        isinstance(block, dict) and "type" not in block and "text" in block for block in blocks
    )


def _asks_for_a_grade(record: Mapping[str, Any]) -> bool:
    """Return True for reinforcement: the chat ends with the user, and other fields hold the grader's reference."""
    messages = record["messages"]
    if not isinstance(messages, list) or not messages or record.keys() <= _CHAT_KEYS:
        return False
    final_message = messages[-1]
    return isinstance(final_message, dict) and final_message.get("role") in ("user", "developer")


def _read_chat(record: Mapping[str, Any], reading: ParsedLine) -> None:
    roles = _read_messages(record, "messages", reading, trains=True)
    if roles and "assistant" not in roles:
        reading.fault(
            "missing_assistant", "No message is by the assistant, so there is nothing to learn. Add the answer."
        )
    elif roles and roles[-1] != "assistant":
        reading.fault(
            "last_not_assistant", f"The last message is by {quoted(roles[-1])}. End with the assistant's answer."
        )
    _read_tools(record, reading)


def _read_rft(record: Mapping[str, Any], reading: ParsedLine) -> None:
    roles = _read_messages(record, "messages", reading, trains=False)
    if roles and roles[-1] not in ("user", "developer"):
        reading.fault("last_not_user", "The chat must end with the user's message, which the model answers.")
    _read_tools(record, reading)


def _read_preference(record: Mapping[str, Any], reading: ParsedLine) -> None:
    instruction_input = record.get("input")
    if isinstance(instruction_input, dict):
        _read_messages(instruction_input, "messages", reading, trains=False, where="input.messages")
        _read_tools(instruction_input, reading)
    else:
        reading.fault("no_messages", "input is missing. Write an object with the messages to answer.")
    for key in ("preferred_output", "non_preferred_output"):
        roles = _read_messages(record, key, reading, trains=True)
        if roles and "assistant" not in roles:
            reading.fault("missing_assistant", f"{key} has no answer by the assistant. Add it.")


def _read_messages(
    holder: Mapping[str, Any], key: str, reading: ParsedLine, *, trains: bool, where: str = ""
) -> list[str]:
    """Read a list of messages, and return their roles."""
    messages = holder.get(key)
    if not isinstance(messages, list) or not messages:
        reading.fault("no_messages", f"{where or key} is missing or empty. Write a list of messages.")
        return []
    if reading.beside and key != "non_preferred_output" and key != "preferred_output":
        reading.fixed_tokens += reading.beside.per_example
    roles = []
    for number, message in enumerate(messages, 1):
        if isinstance(message, dict):
            roles.append(_read_message(message, number, reading, trains=trains))
        else:
            reading.fault("bad_message", f"Message {number} isn't an object. Write role and content in braces.")
    return roles


def _read_message(message: dict[str, Any], number: int, reading: ParsedLine, *, trains: bool) -> str:
    beside = reading.beside
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        role_text = quoted(role) if role is not None else "missing"
        reading.fault("unknown_role", f"Message {number}: the role is {role_text}. Write one of {', '.join(ROLES)}.")
    role = role if isinstance(role, str) else ""
    reading.add(role)
    reading.fixed_tokens += beside.per_message if beside else 0
    name = message.get("name")
    if isinstance(name, str) and name:
        reading.add(name)
        reading.fixed_tokens += beside.per_name if beside else 0
    weight = message.get("weight", 1)
    if isinstance(weight, bool) or weight not in (0, 1):
        reading.fault("bad_weight", f"Message {number}: the weight is {quoted(weight)}. Write 0 or 1, or leave it out.")
    if extra := message.keys() - _MESSAGE_KEYS:
        reading.fault("unknown_key", f"Message {number}: {quoted(min(extra))} isn't a key of a message. Remove it.")
    trained = trains and role == "assistant" and weight != 0
    called = _read_calls(message, reading, trained=trained)
    _read_content(message.get("content"), number, reading, trained=trained, may_lack=called)
    return role


def _read_content(content: Any, number: int, reading: ParsedLine, *, trained: bool, may_lack: bool) -> None:
    images, texts_before = reading.images, len(reading.texts)
    if isinstance(content, str):
        reading.add(content, content=True, trained=trained)
    elif isinstance(content, list):
        for part in content:
            _read_part(part, number, reading, trained=trained)
    elif content is not None:
        reading.fault("bad_message", f"Message {number}: the content is neither text nor a list of parts.")
        return
    if len(reading.texts) == texts_before and reading.images == images and not may_lack:
        reading.fault("empty_content", f"Message {number} has no content. Write its text, or remove the message.")


def _read_part(part: Any, number: int, reading: ParsedLine, *, trained: bool) -> None:
    text = part.get("text", part.get("refusal")) if isinstance(part, dict) else None
    if isinstance(text, str):
        reading.add(text, content=True, trained=trained)
    elif isinstance(part, dict) and ("image_url" in part or "image" in str(part.get("type", ""))):
        reading.images += 1
    else:
        reading.fault("bad_message", f"Message {number}: a part of the content is neither text nor an image.")


def _read_calls(message: Mapping[str, Any], reading: ParsedLine, *, trained: bool) -> bool:
    """Read tool and function calls, and return True if there are any."""
    calls = message.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    all_calls = [call for call in (*functions, message.get("function_call")) if isinstance(call, dict)]
    for call in all_calls:
        reading.by_rule = False
        for key in ("name", "arguments"):
            value = call.get(key)
            if value is not None:
                reading.add(value if isinstance(value, str) else _as_json(value), trained=trained)
    return bool(all_calls)


def _read_tools(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read the definitions of tools, as JSON text."""
    for key in ("tools", "functions"):
        if record.get(key):
            reading.by_rule = False
            reading.add(_as_json(record[key]))


def _read_gemini(record: Mapping[str, Any], reading: ParsedLine) -> None:
    system = record.get("systemInstruction", record.get("system_instruction"))
    if isinstance(system, dict):
        _read_gemini_parts(system.get("parts"), 0, reading, trained=False)
    contents = record.get("contents")
    if not isinstance(contents, list) or not contents:
        reading.fault("no_messages", "contents is missing or empty. Write a list of contents with role and parts.")
        return
    roles = []
    for number, content in enumerate(contents, 1):
        if not isinstance(content, dict):
            reading.fault("bad_message", f"Content {number} isn't an object. Write role and parts in braces.")
            continue
        role = content.get("role", "user")
        roles.append(role)
        if role not in ("user", "model", "function"):
            reading.fault("unknown_role", f"Content {number}: the role is {quoted(role)}. Write user or model.")
        _read_gemini_parts(content.get("parts"), number, reading, trained=role == "model")
    _check_ends(roles, "model", reading)
    _read_tools(record, reading)


def _read_gemini_parts(parts: Any, number: int, reading: ParsedLine, *, trained: bool) -> None:
    images, texts_before = reading.images, len(reading.texts)
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            reading.fault(
                "bad_message", f'Content {number}: a part isn\'t an object. Write it in braces, such as {{"text": …}}.'
            )
        elif isinstance(part.get("text"), str):
            reading.add(part["text"], content=True, trained=trained)
        elif part.keys() & {"fileData", "inlineData", "file_data", "inline_data"}:
            reading.images += 1
        elif calls := [part[key] for key in ("functionCall", "functionResponse") if key in part]:
            reading.by_rule = False
            reading.add(_as_json(calls[0]), trained=trained)
    if len(reading.texts) == texts_before and reading.images == images:
        where = f"Content {number}" if number else "systemInstruction"
        reading.fault("empty_content", f"{where} has no parts with text. Write its text, or remove it.")


def _read_nova(record: Mapping[str, Any], reading: ParsedLine) -> None:
    for block in record["system"] if isinstance(record.get("system"), list) else ():
        if isinstance(block, dict) and isinstance(block.get("text"), str):
            reading.add(block["text"], content=True)
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        reading.fault("no_messages", "messages is missing or empty. Write a list of messages.")
        return
    roles = []
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict):
            reading.fault("bad_message", f"Message {number} isn't an object. Write role and content in braces.")
            continue
        role = message.get("role")
        roles.append(role)
        if role not in ("user", "assistant"):
            reading.fault("unknown_role", f"Message {number}: the role is {quoted(role)}. Write user or assistant.")
        _read_nova_blocks(message.get("content"), number, reading, trained=role == "assistant")
    _check_ends(roles, "assistant", reading)


def _read_nova_blocks(blocks: Any, number: int, reading: ParsedLine, *, trained: bool) -> None:
    images, texts_before = reading.images, len(reading.texts)
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, dict):
            reading.fault(
                "bad_message", f'Message {number}: a block isn\'t an object. Write it in braces, such as {{"text": …}}.'
            )
        elif isinstance(block.get("text"), str):
            reading.add(block["text"], content=True, trained=trained)
        elif block.keys() & {"image", "video", "document"}:
            reading.images += 1
        elif block:
            reading.by_rule = False
            reading.add(_as_json(block), trained=trained)
    if len(reading.texts) == texts_before and reading.images == images:
        reading.fault("empty_content", f"Message {number} has no text block. Write its text, or remove it.")


def _check_ends(roles: list[Any], answers: str, reading: ParsedLine) -> None:
    if answers not in roles:
        reading.fault("missing_assistant", f"No turn has the role {answers}. Add the answer to learn.")
    elif roles[-1] != answers:
        reading.fault("last_not_assistant", f"The last turn isn't by {answers}. End with the answer to learn.")


def _read_pair(record: Mapping[str, Any], reading: ParsedLine) -> None:
    for key, trained in (("prompt", False), ("completion", True)):
        value = record.get(key)
        if isinstance(value, str) and value:
            reading.add(value, content=True, trained=trained)
        else:
            reading.fault("empty_content", f"{key} is empty or isn't text. Write it, or remove the line.")


def _read_text(record: Mapping[str, Any], reading: ParsedLine) -> None:
    value = record.get("text")
    if isinstance(value, str) and value:
        reading.add(value, content=True, trained=True)
    else:
        reading.fault("empty_content", "text is empty or isn't text. Write it, or remove the line.")


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_READERS: dict[Format, Callable[[Mapping[str, Any], ParsedLine], None]] = {
    "openai-chat": _read_chat,
    "openai-rft": _read_rft,
    "openai-preference": _read_preference,
    "gemini": _read_gemini,
    "bedrock-nova": _read_nova,
    "prompt-completion": _read_pair,
    "text": _read_text,
    "plain-text": _read_text,
}
