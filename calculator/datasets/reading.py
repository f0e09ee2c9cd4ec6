"""Parsing of one line: texts to count, images and problems. The slow path, for every format and every problem."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from calculator.datasets.canonical import canonical
from calculator.datasets.parsed_line import MessageOverhead, ParsedLine, as_json
from calculator.datasets.problems import quoted
from calculator.datasets.reading_vendor import (
    read_gemini,
    read_gemini_pair,
    read_nova,
    read_pair,
    read_text,
    read_tokens,
)
from calculator.datasets.recognition import FORMAT_KEYS, formats_in, question_answer
from calculator.datasets.role_order import role_faults
from calculator.datasets.tool_formula import tool_formula
from pricing import PURPOSES, Format

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
MESSAGE_KEYS = frozenset(
    ("role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", *REASONING_KEYS)
)
NOTHING_TRAINED = "Every answer has weight 0, so nothing would be trained. Give one the weight 1."
_OPENAI_KEYS = frozenset(("parallel_tool_calls", "metadata"))


def read_record(
    record: Mapping[str, Any],
    file_format: Format,
    line: int,
    beside: Mapping[Format, MessageOverhead],
    image_tokens: int = 0,
) -> ParsedLine:
    """Return the content of a record.

    Args:
        record: The record.
        file_format: The format of the record.
        line: Line number, from 1.
        beside: Tokens that a platform adds, by format. Formats that have to be converted are counted as the copy.
        image_tokens: Tokens of an image at detail low; 0 if no rule is published.
    """
    read = _READERS.get(file_format)
    if read:
        reading = ParsedLine(line, file_format, beside.get(file_format), image_tokens)
        read(record, reading)
        if keys := FORMAT_KEYS.get(file_format):
            _check_keys(record, keys, reading)
        return reading
    written: Format = "openai-chat" if PURPOSES[file_format] == "chat" else "openai-preference"
    reading = ParsedLine(line, file_format, beside.get(written), image_tokens)
    _READERS[written](canonical(record, file_format), reading)
    if file_format == "question-answer":
        _check_keys(record, frozenset(("system", *(question_answer(record) or ()))), reading)
    return reading


def _read_chat(record: Mapping[str, Any], reading: ParsedLine) -> None:
    roles = _read_messages(record, "messages", reading, trains=True)
    if roles:
        note_weights(record["messages"], reading)
    if roles and "assistant" not in roles:
        reading.fault(
            "missing_assistant", "No message is by the assistant, so there is nothing to learn. Add the answer."
        )
    elif roles and roles[-1] != "assistant":
        reading.fault(
            "last_not_assistant", f"The last message is by {quoted(roles[-1])}. End with the assistant's answer."
        )
    elif roles and not any(reading.is_trained) and _weights(record):
        reading.fault("nothing_trained", NOTHING_TRAINED)
    _read_tools(record, reading)


def _weights(record: Mapping[str, Any]) -> bool:
    return any(isinstance(message, dict) and "weight" in message for message in record["messages"])


def note_weights(messages: Any, reading: ParsedLine) -> None:
    """Note weights that not every format can hold, or that no answer has."""
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("weight") is not None:
            if message.get("role") != "assistant":
                reading.traits.add("weight_elsewhere")
            elif message["weight"] == 0:
                reading.traits.add("weight_zero")


def _check_keys(record: Mapping[str, Any], keys: frozenset[str], reading: ParsedLine) -> None:
    formats = formats_in(record)
    spare = sorted(record.keys() - keys)
    if record.keys() & _OPENAI_KEYS:
        reading.traits.add("openai_keys")
    if len(formats) > 1:
        reading.fault(
            "two_formats",
            f"The line has the keys of {len(formats)} formats: {', '.join(formats)}. `ftcost convert` keeps one.",
        )
    elif spare:
        names = " and ".join(quoted(key) for key in spare[:3])
        reading.fault(
            "spare_key",
            f"The line has {names} beside the example, which isn't counted. `ftcost convert` writes a copy without it.",
        )


def _read_rft(record: Mapping[str, Any], reading: ParsedLine) -> None:
    roles = _read_messages(record, "messages", reading, trains=False)
    if roles and roles[-1] not in ("user", "developer"):
        reading.fault("last_not_user", "The chat must end with the user's message, which the model answers.")
    if reading.images:
        reading.fault("image_to_grade", "The example has images, which reinforcement may not take.")
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
        if len(roles) > 1:
            reading.fault("many_answers", f"{key} has {len(roles)} messages. Keep the answer alone.")
        if roles and "assistant" not in roles:
            reading.fault("missing_assistant", f"{key} has no answer by the assistant. Add it.")


def _read_messages(
    holder: Mapping[str, Any], key: str, reading: ParsedLine, *, trains: bool, where: str = ""
) -> list[str]:
    """Read a list of messages, and return their roles."""
    messages = holder.get(key)
    if isinstance(messages, str):
        messages = _decoded(messages, where or key, reading)
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
    for kind, text in role_faults(tuple(roles), is_answer=key.endswith("preferred_output")):
        reading.fault(kind, text)
    return roles


def _decoded(messages: str, where: str, reading: ParsedLine) -> Any:
    """Return the messages that were saved as text."""
    reading.fault(
        "text_as_json",
        f"{where} is a text, not a list: it was saved as JSON twice. `ftcost convert` writes it as a list.",
    )
    try:
        return json.loads(messages)
    except (ValueError, RecursionError):
        return None


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
        if role not in ("tool", "function"):
            reading.traits.add("name")
        reading.add(name)
        reading.fixed_tokens += beside.per_name if beside else 0
    weight = message.get("weight", 1)
    if weight is not None and (isinstance(weight, bool) or weight not in (0, 1)):
        reading.fault("bad_weight", f"Message {number}: the weight is {quoted(weight)}. Write 0 or 1, or leave it out.")
    if extra := message.keys() - MESSAGE_KEYS:
        text = f"Message {number}: no platform is known to read {quoted(min(extra))}; it isn't counted."
        reading.fault("unknown_key", f"{text} Move what the model should learn into the content.")
    trained = trains and role == "assistant" and weight != 0
    called = _read_calls(message, number, reading, trained=trained)
    content, reasoned = message.get("content"), reasoning_of(message)
    if reasoned:
        reading.traits.add("reasoning")
        if isinstance(content, str) or content is None:
            content = reasoned + (content or "")
        else:
            reading.add(reasoned, content=True, trained=trained)
    elif content is None and isinstance(message.get("refusal"), str):
        content = message["refusal"]
    _read_content(content, number, role, reading, trained=trained, may_lack=called)
    return role


def reasoning_of(message: Mapping[str, Any]) -> str:
    """Return the reasoning of an answer, which precedes its content; empty if it has none."""
    return next((message[key] for key in REASONING_KEYS if isinstance(message.get(key), str)), "")


def _read_content(content: Any, number: int, role: str, reading: ParsedLine, *, trained: bool, may_lack: bool) -> None:
    images, texts_before = reading.images, len(reading.texts)
    if isinstance(content, str):
        reading.add(content, content=True, trained=trained)
    elif isinstance(content, list):
        for part in content:
            _read_part(part, number, reading, trained=trained)
        reading.traits.add("text_parts")
        if role in ("tool", "function") and content:
            reading.fault(
                "tool_parts", f"Message {number}: a tool's result is a list of parts. `ftcost convert` makes it a text."
            )
        if role == "assistant" and reading.images > images:
            reading.fault("image_in_answer", f"Message {number}: an answer has an image. Move it to the question.")
    elif content is not None:
        reading.fault("bad_message", f"Message {number}: the content is neither text nor a list of parts.")
        return
    if len(reading.texts) == texts_before and reading.images == images and not may_lack:
        reading.fault("empty_content", f"Message {number} has no content. Write its text, or leave out the message.")


def _read_part(part: Any, number: int, reading: ParsedLine, *, trained: bool) -> None:
    text = part.get("text", part.get("refusal")) if isinstance(part, dict) else None
    if isinstance(text, str):
        reading.add(text, content=True, trained=trained)
    elif isinstance(part, dict) and isinstance(part.get("thinking"), str):
        reading.traits.add("reasoning")
        reading.add(part["thinking"], content=True, trained=trained)
    elif isinstance(part, dict) and ("image_url" in part or "image" in str(part.get("type", ""))):
        image = part.get("image_url")
        url = image.get("url") if isinstance(image, dict) else image
        reading.add_image(
            low_detail=isinstance(image, dict) and image.get("detail") == "low",
            is_link=isinstance(url, str) and url.startswith("http"),
        )
    else:
        reading.fault("bad_message", f"Message {number}: a part of the content is neither text nor an image.")


def _read_calls(message: Mapping[str, Any], number: int, reading: ParsedLine, *, trained: bool) -> bool:
    """Read tool and function calls, and return True if there are any."""
    calls = message.get("tool_calls")
    _check_ids(message, number, reading)
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    all_calls = [call for call in (*functions, message.get("function_call")) if isinstance(call, dict)]
    for call in all_calls:
        reading.by_rule = False
        reading.traits.add("tools")
        arguments = call.get("arguments", "{}")
        if isinstance(arguments, dict):
            reading.fault(
                "object_arguments",
                f"Message {number}: the arguments of a call are an object. `ftcost convert` writes them as JSON text.",
            )
        elif not _is_json_text(arguments):
            reading.fault(
                "bad_arguments",
                f"Message {number}: the arguments of a call aren't JSON as text. Write them with json.dumps.",
            )
        for key in ("name", "arguments"):
            value = call.get(key)
            if value is not None:
                reading.add(value if isinstance(value, str) else as_json(value), trained=trained)
    return bool(all_calls)


def _check_ids(message: Mapping[str, Any], number: int, reading: ParsedLine) -> None:
    calls = message["tool_calls"] if isinstance(message.get("tool_calls"), list) else []
    has_ids = all(isinstance(call.get("id"), str) for call in calls if isinstance(call, dict))
    if not has_ids or (message.get("role") == "tool" and not isinstance(message.get("tool_call_id"), str)):
        what = "the result has no tool_call_id" if has_ids else "a call has no id"
        reading.fault("no_call_id", f"Message {number}: {what}. `ftcost convert` adds it.")
    if message.get("role") == "function":
        reading.traits.add("function_role")


def _is_json_text(arguments: Any) -> bool:
    try:
        return isinstance(arguments, str) and isinstance(json.loads(arguments or "{}"), dict)
    except (ValueError, RecursionError):
        return False


def _read_tools(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read the definitions of tools, as JSON text."""
    for key in ("tools", "functions"):
        if record.get(key):
            reading.by_rule = False
            reading.traits.add("tools")
            definitions = as_json(record[key])
            reading.add(definitions)
            texts, added = tool_formula(record[key])
            if texts:
                reading.plain_tools.append(definitions)
                reading.formula_texts += texts
                reading.formula_tokens += added


_READERS: dict[Format, Callable[[Mapping[str, Any], ParsedLine], None]] = {
    "openai-chat": _read_chat,
    "openai-rft": _read_rft,
    "openai-preference": _read_preference,
    "gemini": read_gemini,
    "gemini-preference": read_gemini_pair,
    "bedrock-nova": read_nova,
    "bedrock-nova-preference": read_nova,
    "prompt-completion": read_pair,
    "text": read_text,
    "tokens": read_tokens,
}
