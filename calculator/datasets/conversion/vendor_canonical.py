"""Reading of examples in the formats of Google and Amazon into OpenAI's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from calculator.datasets.conversion.vendor_formats import ConversionError, texts_of_parts
from calculator.datasets.records.canonical import openai_chat
from calculator.datasets.records.openai_calls import openai_call
from calculator.datasets.records.problems import quoted
from pricing import Format


def canonical_vendor(record: Mapping[str, Any], file_format: Format) -> dict[str, Any] | None:
    """Return an example of Google's or Amazon's format in OpenAI's; None if it is in another format.

    Args:
        record: The example.
        file_format: The format of the example.

    Raises:
        ConversionError: The example has a part that OpenAI's format can't hold.
    """
    if file_format.startswith("gemini"):
        return _from_gemini(record)
    return _from_nova(record) if file_format.startswith("bedrock-nova") else None


def _from_gemini(record: Mapping[str, Any]) -> dict[str, Any]:
    system = record.get("systemInstruction", record.get("system_instruction"))
    messages = [{"role": "system", "content": text} for text in texts_of_parts(system.get("parts"))] if system else []
    for content in record.get("contents") or ():
        messages += _gemini_messages(content)
    tools = [
        {"type": "function", "function": function}
        for tool in record.get("tools") or ()
        for function in (tool.get("functionDeclarations") or tool.get("function_declarations") or ())
    ]
    chat = openai_chat(messages, tools)
    if "completions" not in record:
        return chat
    answers: dict[str, Any] = {}
    for completion in record["completions"]:
        key = "preferred_output" if completion.get("score") else "non_preferred_output"
        answers[key] = _gemini_messages(completion.get("completion", {}))
    return {"input": chat, **answers}


def _gemini_messages(content: Any) -> list[dict[str, Any]]:
    if not isinstance(content, dict):
        raise ConversionError("A content isn't an object.")
    parts, calls, results, thoughts = [], [], [], []
    for part in content.get("parts") or ():
        if "functionCall" in part:
            call = part["functionCall"]
            calls.append(openai_call(call.get("id", call.get("name", "")), call.get("name", ""), call.get("args", {})))
        elif "functionResponse" in part:
            results.append(_gemini_result(part["functionResponse"]))
        elif part.get("thought"):
            thoughts.append(str(part.get("text", "")))
        elif isinstance(part.get("text"), str):
            parts.append({"type": "text", "text": part["text"]})
        else:
            parts.append(_openai_image(part))
    return _openai_messages("assistant" if content.get("role") == "model" else "user", parts, calls, results, thoughts)


def _gemini_result(response: Mapping[str, Any]) -> dict[str, Any]:
    value = response.get("response", {})
    is_text = isinstance(value, dict) and value.keys() == {"content"} and isinstance(value["content"], str)
    text = value["content"] if is_text else json.dumps(value, ensure_ascii=False)
    identity = response.get("id", response.get("name", ""))
    return {"role": "tool", "tool_call_id": identity, "content": text}


def _openai_image(part: Mapping[str, Any]) -> dict[str, Any]:
    inline = part.get("inlineData", part.get("inline_data"))
    file = part.get("fileData", part.get("file_data"))
    kind = next(
        (file_part.get("mimeType", file_part.get("mime_type")) for file_part in (inline, file) if file_part), None
    )
    if kind and not str(kind).startswith("image/"):
        raise ConversionError(f"A file of the type {quoted(kind)} can't be converted.")
    if inline:
        url = f"data:{inline.get('mimeType', inline.get('mime_type', 'image/png'))};base64,{inline.get('data', '')}"
    elif file:
        url = file.get("fileUri", file.get("file_uri", ""))
    else:
        raise ConversionError(f"A part with {quoted(next(iter(part), ''))} can't be converted.")
    return {"type": "image_url", "image_url": {"url": url}}


def _openai_messages(
    role: str, parts: list[Any], calls: list[Any], results: list[Any], thoughts: list[str]
) -> list[dict[str, Any]]:
    if not parts and not calls and not thoughts and results:
        return results
    is_text = len(parts) == 1 and parts[0]["type"] == "text"
    message: dict[str, Any] = {"role": role, "content": parts[0]["text"] if is_text else parts or None}
    if calls:
        message["tool_calls"] = calls
    if thoughts:
        message["reasoning_content"] = "".join(thoughts)
    return [*results, message]


def _from_nova(record: Mapping[str, Any]) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": text} for text in texts_of_parts(record.get("system"))
    ]
    answers: dict[str, Any] = {}
    for message in record.get("messages") or ():
        if not isinstance(message, dict):
            raise ConversionError("A message isn't an object.")
        for candidate in message.get("candidates") or ():
            preferred = candidate.get("preferenceLabel") == "preferred"
            answers["preferred_output" if preferred else "non_preferred_output"] = _nova_messages(
                "assistant", candidate.get("content")
            )
        if "candidates" not in message:
            messages += _nova_messages(str(message.get("role")), message.get("content"))
    config = record.get("toolConfig")
    specs = [tool.get("toolSpec", {}) for tool in config.get("tools", ())] if isinstance(config, dict) else []
    tools = [
        {
            "type": "function",
            "function": {
                **{key: spec[key] for key in ("name", "description") if key in spec},
                "parameters": spec.get("inputSchema", {}).get("json", {}),
            },
        }
        for spec in specs
    ]
    chat = openai_chat(messages, tools)
    return {"input": chat, **answers} if answers else chat


def _nova_messages(role: str, blocks: Any) -> list[dict[str, Any]]:
    parts, calls, results, thoughts = [], [], [], []
    blocks = [{"text": blocks}] if isinstance(blocks, str) else blocks
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block.get("text"), str):
            parts.append({"type": "text", "text": block["text"]})
        elif "toolUse" in block:
            use = block["toolUse"]
            calls.append(openai_call(use.get("toolUseId", ""), use.get("name", ""), use.get("input", {})))
        elif "toolResult" in block:
            result = block["toolResult"]
            content = "".join(_nova_text(item) for item in result.get("content") or ())
            results.append({"role": "tool", "tool_call_id": result.get("toolUseId", ""), "content": content})
        elif "reasoningContent" in block:
            thoughts.append(str(block["reasoningContent"].get("reasoningText", {}).get("text", "")))
        elif "image" in block:
            parts.append(_nova_image(block["image"]))
        else:
            raise ConversionError(f"A block with {quoted(next(iter(block), ''))} can't be converted.")
    return _openai_messages(role, parts, calls, results, thoughts)


def _nova_text(item: Mapping[str, Any]) -> str:
    return str(item["text"]) if "text" in item else json.dumps(item.get("json", item), ensure_ascii=False)


def _nova_image(image: Mapping[str, Any]) -> dict[str, Any]:
    source = image.get("source", {})
    link = source.get("s3Location", {}).get("uri")
    url = link or f"data:image/{image.get('format', 'png')};base64,{source.get('bytes', '')}"
    return {"type": "image_url", "image_url": {"url": url}}
