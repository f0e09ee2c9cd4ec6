"""Writing of examples in the formats of Google and Amazon."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from typing import Any

from calculator.datasets.reading.parsing import reasoning_of
from calculator.datasets.records.images import image_address
from calculator.datasets.records.problems import quoted
from calculator.errors import UserError

_SYSTEM = ("system", "developer")
_DATA_URL = "data:"


class ConversionError(UserError):
    """An example that a format can't hold."""


def to_gemini(example: Mapping[str, Any]) -> dict[str, Any]:
    """Return an example of OpenAI's format in Google's.

    Args:
        example: A chat or a preference pair.

    Raises:
        ConversionError: Google's format can't hold a part of it: a weight of 0, a name, a later system message.
    """
    prompt = example.get("input", example)
    system, messages = _split_system(prompt["messages"])
    written: dict[str, Any] = {}
    if system:
        written["systemInstruction"] = {"role": "system", "parts": [{"text": text} for text in system]}
    names: dict[str, str] = {}
    written["contents"] = [_gemini_content(message, number, names) for number, message in enumerate(messages, 1)]
    if "input" in example:
        scores = ((1, "preferred_output"), (0, "non_preferred_output"))
        written["completions"] = [
            {"score": score, "completion": _gemini_content(_only(example[key], key), 1, names)} for score, key in scores
        ]
    if functions := [_function(tool) for tool in _tools(prompt)]:
        written["tools"] = [{"functionDeclarations": functions}]
    return written


def to_nova(example: Mapping[str, Any]) -> dict[str, Any]:
    """Return an example of OpenAI's format in Amazon Nova's. Messages of one role in a row become one.

    Args:
        example: A chat or a preference pair.

    Raises:
        ConversionError: Nova's format can't hold a part of it: a weight of 0, a name, a linked image.
    """
    prompt = example.get("input", example)
    system, messages = _split_system(prompt["messages"])
    written: dict[str, Any] = {"schemaVersion": "bedrock-conversation-2024"}
    if system:
        written["system"] = [{"text": text} for text in system]
    turns: list[dict[str, Any]] = []
    for number, message in enumerate(messages, 1):
        role = "assistant" if message.get("role") == "assistant" else "user"
        blocks = _nova_blocks(message, number)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    if "input" in example:
        labels = (("preferred", "preferred_output"), ("non-preferred", "non_preferred_output"))
        candidates = [
            {"content": _nova_blocks(_only(example[key], key), 1), "preferenceLabel": label} for label, key in labels
        ]
        turns.append({"role": "assistant", "candidates": candidates})
    written["messages"] = turns
    specs = [
        {
            "toolSpec": {
                **{key: value for key, value in function.items() if key in ("name", "description")},
                "inputSchema": {"json": function.get("parameters", {})},
            }
        }
        for function in map(_function, _tools(prompt))
    ]
    return {**written, "toolConfig": {"tools": specs}} if specs else written


def _only(messages: list[dict[str, Any]], key: str) -> dict[str, Any]:
    if len(messages) != 1:
        raise ConversionError(f"{key} has {len(messages)} messages; the format holds one.")
    return messages[0]


def _split_system(messages: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    count = next((at for at, message in enumerate(messages) if message.get("role") not in _SYSTEM), len(messages))
    if any(message.get("role") in _SYSTEM for message in messages[count:]):
        raise ConversionError("A system message comes after the first turn; the format holds it only at the start.")
    parts = [part for message in messages[:count] for part in _parts(message)]
    return [_text(part, number) for number, part in enumerate(parts, 1)], messages[count:]


def texts_of_parts(content: Any) -> list[str]:
    """Return the texts of a content: a text, or a list of parts."""
    parts = content if isinstance(content, list) else [content]
    return [str(part.get("text", "") if isinstance(part, dict) else part) for part in parts if part]


def _tools(example: Mapping[str, Any]) -> list[Any]:
    tools = example.get("tools") or example.get("functions") or []
    return tools if isinstance(tools, list) else []


def _function(tool: Any) -> dict[str, Any]:
    function = tool.get("function", tool) if isinstance(tool, dict) else {}
    return dict(function) if isinstance(function, dict) else {}


def _check(message: Mapping[str, Any], number: int) -> None:
    if message.get("weight") == 0 and message.get("role") == "assistant":
        raise ConversionError(f"Message {number} has weight 0; the format would train on it.")
    if message.get("name") and message.get("role") not in ("tool", "function"):
        raise ConversionError(f"Message {number} has the name {quoted(message['name'])}, which the format can't hold.")


def _calls(message: Mapping[str, Any], number: int) -> list[tuple[str, str, Any]]:
    """Return id, name and arguments of each call."""
    calls = [*(message.get("tool_calls") or ())]
    if isinstance(message.get("function_call"), dict):
        calls.append({"function": message["function_call"]})
    triples = []
    for call in calls:
        function = call.get("function", {}) if isinstance(call, dict) else {}
        arguments = function.get("arguments") or "{}"
        try:
            value = json.loads(arguments) if isinstance(arguments, str) else arguments
        except ValueError:
            raise ConversionError(f"Message {number}: the arguments of a call aren't JSON.") from None
        triples.append((str(call.get("id", "")), str(function.get("name", "")), value))
    return triples


def _parts(message: Mapping[str, Any]) -> list[Any]:
    content = message.get("content")
    if content is None:
        content = message.get("refusal")
    if isinstance(content, str):
        return [{"text": content}] if content else []
    return content if isinstance(content, list) else []


def _gemini_content(message: dict[str, Any], number: int, names: dict[str, str]) -> dict[str, Any]:
    _check(message, number)
    role = message.get("role")
    calls = _calls(message, number)
    names.update((identity, name) for identity, name, _ in calls)
    if role in ("tool", "function"):
        identity = str(message.get("tool_call_id", ""))
        name = message.get("name") or names.get(identity, "")
        response = {"content": "".join(texts_of_parts(message.get("content")))}
        extra = {"id": identity} if identity else {}
        return {"role": "function", "parts": [{"functionResponse": {**extra, "name": name, "response": response}}]}
    thought = reasoning_of(message)
    parts: list[Any] = [{"text": thought, "thought": True}] if thought else []
    parts += [_gemini_part(part, number) for part in _parts(message)]
    parts += [
        {"functionCall": {**({"id": identity} if identity else {}), "name": name, "args": arguments}}
        for identity, name, arguments in calls
    ]
    return {"role": "model" if role == "assistant" else "user", "parts": parts}


def _gemini_part(part: Any, number: int) -> dict[str, Any]:
    url = image_address(part)
    if url is None:
        return {"text": _text(part, number)}
    if url.startswith(_DATA_URL):
        kind, data = _data(url)
        return {"inlineData": {"mimeType": kind, "data": data}}
    kind = mimetypes.guess_type(url.partition("?")[0])[0] or "image/png"
    return {"fileData": {"mimeType": kind, "fileUri": url}}


def _nova_blocks(message: dict[str, Any], number: int) -> list[Any]:
    _check(message, number)
    if message.get("role") in ("tool", "function"):
        content = [{"text": text} for text in texts_of_parts(message.get("content"))]
        identity = message.get("tool_call_id") or message.get("name", "")
        return [{"toolResult": {"toolUseId": identity, "content": content}}]
    thought = reasoning_of(message)
    blocks: list[Any] = [{"reasoningContent": {"reasoningText": {"text": thought}}}] if thought else []
    blocks += [_nova_part(part, number) for part in _parts(message)]
    return blocks + [
        {"toolUse": {"toolUseId": identity or name, "name": name, "input": arguments}}
        for identity, name, arguments in _calls(message, number)
    ]


def _nova_part(part: Any, number: int) -> dict[str, Any]:
    url = image_address(part)
    if url is None:
        return {"text": _text(part, number)}
    if url.startswith("s3://"):
        kind = (mimetypes.guess_type(url)[0] or "image/png").removeprefix("image/")
        return {"image": {"format": kind, "source": {"s3Location": {"uri": url}}}}
    if not url.startswith(_DATA_URL):
        raise ConversionError(f"Message {number} links an image; the format holds images in S3 or as data.")
    kind, data = _data(url)
    return {"image": {"format": kind.removeprefix("image/"), "source": {"bytes": data}}}


def _text(part: Any, number: int) -> str:
    text = part.get("text", part.get("refusal")) if isinstance(part, dict) else part
    if not isinstance(text, str):
        raise ConversionError(f"Message {number} has a part that the format can't hold.")
    return text


def _data(url: str) -> tuple[str, str]:
    header, _, data = url.partition(",")
    return header.removeprefix(_DATA_URL).partition(";")[0] or "image/png", data
