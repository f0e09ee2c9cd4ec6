"""Parsing of one line: texts to count, images and problems. The slow path, for every format and every problem."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from calculator.datasets.reading.calls import read_calls, read_tools
from calculator.datasets.reading.parts import read_content
from calculator.datasets.reading.vendor import (
    read_gemini,
    read_gemini_pair,
    read_nova,
    read_pair,
    read_text,
    read_tokens,
)
from calculator.datasets.records.call_order import call_faults
from calculator.datasets.records.canonical import PAIR_KEYS, canonical, tidy_pair
from calculator.datasets.records.parsed_line import MessageOverhead, ParsedLine
from calculator.datasets.records.problems import quoted
from calculator.datasets.records.recognition import FORMAT_KEYS, formats_in, question_answer
from calculator.datasets.records.role_order import role_faults
from pricing import PURPOSES, Format

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
MESSAGE_KEYS = frozenset(
    ("role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", *REASONING_KEYS)
)
MEDIA_KEYS = ("images", "videos", "audios")
"""Lists of files beside a text that has a mark for each."""
_OTHER_ROLES = {
    **{name: name for name in ROLES},
    **dict.fromkeys(("human", "customer", "prompter"), "user"),
    **dict.fromkeys(("ai", "bot", "model", "gpt", "chatbot", "agent"), "assistant"),
}
"""The role to write instead of another one."""
NOTHING_TRAINED = "Every answer has weight 0, so nothing would be trained. Give one the weight 1."
_OPENAI_KEYS = frozenset(("parallel_tool_calls", "metadata"))


def read_record(
    record: Mapping[str, Any],
    file_format: Format,
    line: int,
    beside: Mapping[Format, MessageOverhead],
    image_tokens: int = 0,
    *,
    is_copied: bool = False,
) -> ParsedLine:
    """Return the content of a record.

    Args:
        record: The record.
        file_format: The format of the record.
        line: Line number, from 1.
        beside: Tokens that a platform adds, by format. Formats that have to be converted are counted as the copy.
        image_tokens: Tokens of an image at detail low; 0 if no rule is published.
        is_copied: True if the line is in another format than its file, so that it has to be converted.
    """
    reading = _read_record(record, file_format, line, beside, image_tokens, is_copied=is_copied)
    pictures = sum(len(record[key]) for key in MEDIA_KEYS if isinstance(record.get(key), list))
    for _ in range(pictures):
        reading.add_image()
    if pictures:
        reading.fault("image_beside", "The line has images beside the text. Put them into the content, as image_url.")
    return reading


def _read_record(
    record: Mapping[str, Any],
    file_format: Format,
    line: int,
    beside: Mapping[Format, MessageOverhead],
    image_tokens: int,
    *,
    is_copied: bool,
) -> ParsedLine:
    read = None if is_copied and file_format == "prompt-completion" else _READERS.get(file_format)
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
        _check_keys(record, frozenset(("system", "history", "tools", *(question_answer(record) or ()))), reading)
    elif file_format == "prompt-completion":
        _check_keys(record, FORMAT_KEYS[file_format], reading)
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
    read_tools(record, reading)


def _weights(record: Mapping[str, Any]) -> bool:
    return any(isinstance(message, dict) and "weight" in message for message in record["messages"])


def note_weights(messages: Any, reading: ParsedLine) -> None:
    """Note weights that not every format can hold, that no answer has, or that aren't whole numbers."""
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, dict) or "weight" not in message:
            continue
        weight = message["weight"]
        if weight is None or isinstance(weight, float):
            reading.traits.add("odd_weight")
        if weight is not None and message.get("role") != "assistant":
            reading.traits.add("weight_elsewhere")
        elif weight == 0:
            reading.traits.add("weight_zero")


def _check_keys(record: Mapping[str, Any], keys: frozenset[str], reading: ParsedLine) -> None:
    formats = formats_in(record)
    spare = sorted(record.keys() - keys - {*MEDIA_KEYS, "weight"})
    if "weight" in record:
        _note_sample_weight(record["weight"], reading)
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


def _note_sample_weight(weight: Any, reading: ParsedLine) -> None:
    """Note the weight of a whole line, by which some platforms multiply its loss."""
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        reading.fault("bad_weight", f"The weight of the line is {quoted(weight)}. Write a number, or leave it out.")
        return
    reading.traits.add("sample_weight")
    if weight < 0:
        reading.traits.add("negative_weight")


def _read_rft(record: Mapping[str, Any], reading: ParsedLine) -> None:
    roles = _read_messages(record, "messages", reading, trains=False)
    if roles and roles[-1] not in ("user", "developer"):
        reading.fault("last_not_user", "The chat must end with the user's message, which the model answers.")
    if reading.images:
        reading.fault("image_to_grade", "The example has images, which reinforcement may not take.")
    read_tools(record, reading)


def _read_preference(record: Mapping[str, Any], reading: ParsedLine) -> None:
    pair, loose = tidy_pair(record)
    if loose:
        text = f"{' and '.join(loose)} should be lists of messages. `ftcost convert` writes them so."
        reading.fault("text_as_json", text)
    instruction_input = pair.get("input")
    if isinstance(instruction_input, dict):
        roles = _read_messages(instruction_input, "messages", reading, trains=False, where="input.messages")
        read_tools(instruction_input, reading)
        if roles and roles[-1] == "assistant":
            reading.fault("prompt_ends_answer", "input.messages end with an answer. End with the user's question.")
    else:
        reading.fault("no_messages", "input is missing. Write an object with the messages to answer.")
    if reading.images:
        reading.fault("image_in_pair", "The pair has images. Leave them out, or describe them.")
    for key in PAIR_KEYS:
        _read_answer(pair, key, reading)
    if pair.get(PAIR_KEYS[0]) and pair.get(PAIR_KEYS[0]) == pair.get(PAIR_KEYS[1]):
        reading.fault("same_answers", "Both answers are the same, so the pair teaches nothing. Leave it out.")


def _read_answer(pair: Mapping[str, Any], key: str, reading: ParsedLine) -> None:
    roles = _read_messages(pair, key, reading, trains=True)
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
    if reading.beside and key not in PAIR_KEYS:
        reading.fixed_tokens += reading.beside.per_example
    roles = []
    for number, message in enumerate(messages, 1):
        if isinstance(message, dict):
            roles.append(_read_message(message, number, reading, trains=trains))
        else:
            reading.fault("bad_message", f"Message {number} isn't an object. Write role and content in braces.")
    _check_order(messages, tuple(roles), reading, is_answer=key in PAIR_KEYS, is_pair=bool(where))
    return roles


def _check_order(
    messages: list[Any], roles: tuple[str, ...], reading: ParsedLine, *, is_answer: bool, is_pair: bool
) -> None:
    for kind, text in role_faults(roles, is_answer=is_answer):
        reading.fault("pair_first_answer" if is_pair and kind == "first_answer" else kind, text)
    contents = {type(message.get("content")) for message in messages if isinstance(message, dict)}
    if {str, list} <= contents:
        reading.traits.add("mixed_parts")
    if "tool" in roles or "function" in roles or "tools" in reading.traits:
        for kind, text in call_faults(messages):
            if kind == "unanswered_call" and any(problem.kind == "two_assistants" for problem in reading.problems):
                reading.traits.add(kind)  # the other fault says the same
            else:
                reading.fault(kind, text)


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
        fix = _OTHER_ROLES.get(str(role).strip().lower(), f"one of {', '.join(ROLES)}")
        reading.fault("unknown_role", f"Message {number}: the role is {role_text}. Write {fix}.")
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
    if extra := spare_keys(message):
        text = f"Message {number}: no platform is known to read {quoted(min(extra))}; it isn't counted."
        reading.fault("unknown_key", f"{text} Move what the model should learn into the content.")
    trained = trains and role == "assistant" and weight != 0
    called = read_calls(message, number, reading, trained=trained)
    content, reasoned = message.get("content"), reasoning_of(message)
    if reasoned:
        reading.traits.add("reasoning")
        if isinstance(content, str) or content is None:
            content = reasoned + (content or "")
        else:
            reading.add(reasoned, content=True, trained=trained)
    elif content is None and isinstance(message.get("refusal"), str):
        content = message["refusal"]
        reading.traits.add("refusal")
    read_content(content, number, role, reading, trained=trained, may_lack=called)
    return role


def spare_keys(message: Mapping[str, Any]) -> set[str]:
    """Return the keys of a message that no platform is known to read, unless they are empty."""
    return {key for key in message.keys() - MESSAGE_KEYS if message[key] not in (None, "", [], {})}


def reasoning_of(message: Mapping[str, Any]) -> str:
    """Return the reasoning of an answer, which precedes its content; empty if it has none."""
    return next((message[key] for key in REASONING_KEYS if isinstance(message.get(key), str)), "")


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
