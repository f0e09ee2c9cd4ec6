"""Reading of the content of a message in OpenAI's format: a text, or a list of texts and images."""

from __future__ import annotations

from typing import Any

from calculator.datasets.records.images import image_address
from calculator.datasets.records.parsed_line import ParsedLine
from calculator.datasets.records.problems import quoted


def read_content(content: Any, number: int, role: str, reading: ParsedLine, *, trained: bool, may_lack: bool) -> None:
    """Read the content of a message.

    Args:
        content: The content.
        number: Number of the message, from 1.
        role: Role of the message.
        reading: The line, which receives texts, images and problems.
        trained: True if the content is trained on.
        may_lack: True if the message may be without content.
    """
    images, texts_before = reading.images, len(reading.texts)
    if isinstance(content, str):
        reading.add(content, content=True, trained=trained)
    elif isinstance(content, list):
        for part in content:
            _read_part(part, number, reading, trained=trained)
        reading.traits.add("text_parts")
        _check_parts(content, number, role, reading, has_image=reading.images > images)
    elif content is not None:
        reading.fault("bad_message", f"Message {number}: the content is neither text nor a list of parts.")
        return
    if len(reading.texts) == texts_before and reading.images == images and not may_lack:
        reading.fault("empty_content", f"Message {number} has no content. Write its text, or leave out the message.")


def _check_parts(content: list[Any], number: int, role: str, reading: ParsedLine, *, has_image: bool) -> None:
    if role in ("tool", "function") and content:
        reading.fault(
            "tool_parts", f"Message {number}: a tool's result is a list of parts. `ftcost convert` makes it a text."
        )
    if has_image and role == "assistant":
        reading.fault("image_in_answer", f"Message {number}: an answer has an image. Move it to the question.")
    elif has_image and role != "user":
        text = f"Message {number}, by {quoted(role)}, has an image. Move it to a message by the user."
        reading.fault("image_elsewhere", text)


def read_prompt(value: Any, key: str, reading: ParsedLine, *, trained: bool) -> None:
    """Read a prompt or a completion, which is a text or a list of texts and images.

    Args:
        value: The prompt or the completion.
        key: Its key.
        reading: The line, which receives texts, images and problems.
        trained: True for the completion.
    """
    texts_before, images = len(reading.texts), reading.images
    if isinstance(value, str):
        reading.add(value, content=True, trained=trained)
    for part in value if isinstance(value, list) else ():
        _read_part(part, 1, reading, trained=trained)
    if trained and reading.images > images:
        reading.fault("image_in_answer", f"{key} has an image. Move it to the prompt.")
    if len(reading.texts) == texts_before and reading.images == images:
        reading.fault("empty_content", f"{key} is empty or isn't text. Write it, or leave out the line.")


def _read_part(part: Any, number: int, reading: ParsedLine, *, trained: bool) -> None:
    if isinstance(part, str):
        part = {"text": part}
    if not isinstance(part, dict):
        reading.fault("bad_message", f"Message {number}: a part of the content isn't an object with a type.")
        return
    kind, text = part.get("type"), part.get("text", part.get("refusal"))
    if isinstance(text, str):
        reading.add(text, content=True, trained=trained)
        is_odd = kind not in ("text", "refusal")
    elif isinstance(part.get("thinking"), str):
        reading.traits.add("reasoning")
        reading.add(part["thinking"], content=True, trained=trained)
        return
    elif "image_url" in part or "image" in str(kind or ""):
        image = part.get("image_url")
        is_low = isinstance(image, dict) and image.get("detail") == "low"
        address = image_address(part)
        if kind == "image_url" and not address:
            reading.fault("bad_message", f"Message {number}: an image has no url. Write it, or leave out the image.")
            reading.add_image(None)
            return
        reading.add_image(address, low_detail=is_low)
        is_odd = kind != "image_url" or not isinstance(image, dict)
    else:
        fault = f"of the type {quoted(kind)}, which no platform is known to train on" if kind else "without a type"
        fault = "of the type text without a text" if kind in ("text", "input_text") else fault
        reading.fault("bad_message", f"Message {number}: the content has a part {fault}. Leave it out.")
        return
    if is_odd:
        fix = "`ftcost convert` writes it as text or image_url, as in chats."
        typed = f"has the type {quoted(kind)}" if kind else "has no type"
        reading.fault("odd_part", f"Message {number}: a part of the content {typed}. {fix}")
