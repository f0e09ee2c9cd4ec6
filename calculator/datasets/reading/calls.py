"""Reading of calls, and of the definitions of tools, in OpenAI's format."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from calculator.datasets.reading.tool_formula import tool_formula
from calculator.datasets.records.call_order import SHORT_ID, calls_of
from calculator.datasets.records.openai_calls import tool_list
from calculator.datasets.records.parsed_line import ParsedLine, as_json
from calculator.datasets.records.problems import quoted

_CALL_KEYS = frozenset(("tool_calls", "function_call"))
_NAME = re.compile("[A-Za-z0-9_-]{1,64}")


def read_calls(message: Mapping[str, Any], number: int, reading: ParsedLine, *, trained: bool) -> bool:
    """Read the calls of a message, and return True if there are any.

    Args:
        message: The message.
        number: Its number, from 1.
        reading: The line, which receives texts and problems.
        trained: True if the message is trained on.
    """
    if not _CALL_KEYS & message.keys() and message.get("role") not in ("tool", "function"):
        return False
    _check_ids(message, number, reading)
    if message.get("role") == "function" or isinstance(message.get("function_call"), dict):
        reading.traits.add("function_role")
    functions = [call.get("function") for call in calls_of(message)]
    all_calls = [call for call in (*functions, message.get("function_call")) if isinstance(call, dict)]
    for call in all_calls:
        _check_name(call.get("name"), reading)
        reading.by_rule = False
        reading.traits.add("tools")
        _check_arguments(call.get("arguments", "{}"), number, reading)
        for key in ("name", "arguments"):
            value = call.get(key)
            if value is not None:
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)  # as the copy has it
                reading.add(text, trained=trained)
    if all_calls and message.get("content"):
        text = f"Message {number} has a text and a call. Write the text into a message before it."
        reading.fault("text_and_call", text)
    return bool(all_calls)


def _check_name(name: Any, reading: ParsedLine) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        text = f"The name {quoted(name)} of a function has other characters than letters, digits, _ and -, or over 64."
        reading.fault("function_name", f"{text} Rename it.")


def _check_arguments(arguments: Any, number: int, reading: ParsedLine) -> None:
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


def _check_ids(message: Mapping[str, Any], number: int, reading: ParsedLine) -> None:
    calls = calls_of(message)
    ids = [call.get("id") for call in calls] + ([message.get("tool_call_id")] if message.get("role") == "tool" else [])
    if not all(isinstance(identity, str) for identity in ids):
        lack = "the result has no tool_call_id" if not calls else "a call has no id"
        reading.fault("no_call_id", f"Message {number}: {lack}. `ftcost convert` adds it.")
    elif any(call.get("type") != "function" for call in calls):
        reading.fault("no_call_id", f"Message {number}: a call lacks the type function. `ftcost convert` adds it.")
    if any(isinstance(identity, str) and not SHORT_ID.fullmatch(identity) for identity in ids):
        reading.traits.add("long_call_id")


def _is_json_text(arguments: Any) -> bool:
    try:
        return isinstance(arguments, str) and isinstance(json.loads(arguments or "{}"), dict)
    except (ValueError, RecursionError):
        return False


def read_tools(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read the definitions of tools, as JSON text.

    Args:
        record: The chat.
        reading: The line, which receives texts and problems.
    """
    for key in ("tools", "functions"):
        if definitions := _definitions(record.get(key), key, reading):
            reading.by_rule = False
            reading.traits.update(("tools", "function_role") if key == "functions" else ("tools",))
            if key == "tools":
                _check_tools(definitions, reading)
                definitions = tool_list(definitions)
            text = as_json(definitions)
            reading.add(text)
            texts, added = tool_formula(definitions)
            if texts:
                reading.plain_tools.append(text)
                reading.formula_texts += texts
                reading.formula_tokens += added


def _definitions(value: Any, key: str, reading: ParsedLine) -> Any:
    """Return the definitions of tools, also those that were saved as text."""
    if not isinstance(value, str) or not value:
        return value
    reading.fault(
        "text_as_json",
        f"{key} is a text, not a list: it was saved as JSON twice. `ftcost convert` writes it as a list.",
    )
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _check_tools(tools: Any, reading: ParsedLine) -> None:
    functions = [
        tool.get("function") if isinstance(tool, dict) else None for tool in (tools if isinstance(tools, list) else ())
    ]
    if not all(isinstance(function, dict) for function in functions):
        text = "A tool has its name beside the type, not in function. `ftcost convert` writes it in function."
        reading.fault("flat_tool", text)
    for function in functions:
        if isinstance(function, dict):
            _check_name(function.get("name"), reading)
    if any(
        isinstance(function, dict) and not {"description", "parameters"} <= function.keys() for function in functions
    ):
        reading.traits.add("bare_tool")
