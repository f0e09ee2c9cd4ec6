"""Parsing of lines in the formats of Google and Amazon, of texts, and of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from calculator.datasets.reading.parts import read_prompt
from calculator.datasets.records.parsed_line import ParsedLine, as_json
from calculator.datasets.records.problems import quoted
from pricing import Trait

_REPEATED: dict[str, Trait] = {"user": "two_users", "model": "two_assistants"}
IGNORED_LABEL = -100
"""The label of a token that isn't trained on."""
_NOVA_BLOCKS = ("toolUse", "toolResult", "reasoningContent")
_IMAGE_KEYS = ("fileData", "inlineData", "file_data", "inline_data")


def read_gemini(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read contents that end with the model's turn."""
    check_ends(_read_contents(record, reading), "model", reading)


def read_gemini_pair(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read contents with two scored completions; both are trained on."""
    roles = _read_contents(record, reading)
    if roles and roles[-1] == "model":
        reading.fault("last_not_user", "The contents must end with the user's turn, which the completions answer.")
    completions = record["completions"] if isinstance(record.get("completions"), list) else []
    for completion in completions:
        turn = completion.get("completion") if isinstance(completion, dict) else None
        if isinstance(turn, dict):
            _read_parts(turn.get("parts"), len(roles) + 1, reading, trained=True)
    scores = [completion.get("score") for completion in completions if isinstance(completion, dict)]
    if sorted(map(str, scores)) not in (["0", "1"], ["0.0", "1.0"]):
        reading.fault("missing_assistant", "The line needs two completions: one with score 1, one with score 0.")
    if reading.images:
        reading.fault("image_in_pair", "The pair has images. Leave them out, or describe them.")


def _read_contents(record: Mapping[str, Any], reading: ParsedLine) -> list[Any]:
    system = record.get("systemInstruction", record.get("system_instruction"))
    if isinstance(system, dict):
        _read_parts(system.get("parts"), 0, reading, trained=False)
    elif system is not None:
        reading.fault("bad_message", 'systemInstruction isn\'t an object. Write {"parts": [{"text": …}]}.')
    contents = record.get("contents")
    if not isinstance(contents, list) or not contents:
        reading.fault("no_messages", "contents is missing or empty. Write a list of contents with role and parts.")
        return []
    roles = []
    for number, content in enumerate(contents, 1):
        if not isinstance(content, dict):
            reading.fault("bad_message", f"Content {number} isn't an object. Write role and parts in braces.")
            continue
        role = content.get("role", "user")
        roles.append(role)
        if role not in ("user", "model", "function"):
            reading.fault("unknown_role", f"Content {number}: the role is {quoted(role)}. Write user or model.")
        _read_parts(content.get("parts"), number, reading, trained=role == "model")
    for role, trait in _REPEATED.items():
        if (role, role) in pairwise(roles):
            reading.traits.add(trait)
    if record.get("tools"):
        reading.by_rule = False
        reading.traits.add("tools")
        reading.add(as_json(record["tools"]))
    return roles


def _read_parts(parts: Any, number: int, reading: ParsedLine, *, trained: bool) -> None:
    images, texts_before = reading.images, len(reading.texts)
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            reading.fault(
                "bad_message", f'Content {number}: a part isn\'t an object. Write it in braces, such as {{"text": …}}.'
            )
        elif isinstance(part.get("text"), str):
            reading.add(part["text"], content=True, trained=trained)
            if part.get("thought"):
                reading.traits.add("reasoning")
        elif files := [part[key] for key in _IMAGE_KEYS if isinstance(part.get(key), dict)]:
            _add_gemini_image(files[0], reading)
        elif calls := [part[key] for key in ("functionCall", "functionResponse") if key in part]:
            reading.by_rule = False
            reading.traits.add("tools")
            reading.add(as_json(calls[0]), trained=trained)
        elif part:
            where = f"Content {number}" if number else "systemInstruction"
            reading.fault("bad_message", f"{where}: a part has {_fault_of(part)}. Write its text, or leave it out.")
    if len(reading.texts) == texts_before and reading.images == images:
        where = f"Content {number}" if number else "systemInstruction"
        reading.fault("empty_content", f"{where} has no parts with text. Write its text.")


def _fault_of(part: Mapping[str, Any]) -> str:
    if "text" in part:
        return "a text that isn't text"
    return f"{quoted(next(iter(part)))}, which no platform is known to take"


def _add_gemini_image(file: Mapping[str, Any], reading: ParsedLine) -> None:
    address = "data:" if "data" in file else file.get("fileUri", file.get("file_uri"))
    kind = str(file.get("mimeType", file.get("mime_type", "image/png")))
    reading.add_image(address if isinstance(address, str) else None, kind=kind)
    if not kind.startswith("image/"):
        reading.traits.add("video")


def read_nova(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read Converse messages; in a preference set, the last one holds both answers."""
    _read_nova_system(record.get("system"), reading)
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages:
        reading.fault("no_messages", "messages is missing or empty. Write a list of messages.")
        return
    roles: list[Any] = []
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict):
            reading.fault("bad_message", f"Message {number} isn't an object. Write role and content in braces.")
            continue
        role = message.get("role")
        if roles and role == roles[-1] and role in ("user", "assistant"):
            reading.fault(
                "two_users" if role == "user" else "two_assistants",
                f"Messages {number - 1} and {number} are both by the {role}. Join them, or add the turn between.",
            )
        if not roles and role == "assistant":
            reading.fault("first_answer", f"Message {number}, an answer, has no question before it. Add the question.")
        roles.append(role)
        if role not in ("user", "assistant"):
            reading.fault("unknown_role", f"Message {number}: the role is {quoted(role)}. Write user or assistant.")
        candidates = message.get("candidates")
        if isinstance(candidates, list):
            _read_candidates(candidates, number, reading)
        else:
            _read_blocks(message.get("content"), number, reading, trained=role == "assistant")
    contents = [message.get("content") for message in messages if isinstance(message, dict)]
    blocks = [
        block for content in contents if isinstance(content, list) for block in content if isinstance(block, dict)
    ]
    if all(any(key in block for block in blocks) for key in ("image", "video")):
        reading.fault("image_and_video", "The example has images and videos. Keep one of the two in the whole file.")
    if record.get("toolConfig"):
        reading.by_rule = False
        reading.traits.add("tools")
        reading.add(as_json(record["toolConfig"]))
    check_ends(roles, "assistant", reading)


def _read_nova_system(system: Any, reading: ParsedLine) -> None:
    if system is not None and not isinstance(system, list):
        reading.fault("bad_message", 'system isn\'t a list of blocks. Write [{"text": …}].')
    for block in system if isinstance(system, list) else ():
        if isinstance(block, dict) and isinstance(block.get("text"), str):
            reading.add(block["text"], content=True)
        elif block:
            reading.fault("bad_message", 'system has a block without text. Write {"text": …}, or leave it out.')


def _read_candidates(candidates: list[Any], number: int, reading: ParsedLine) -> None:
    labels = sorted(str(item.get("preferenceLabel")) for item in candidates if isinstance(item, dict))
    if labels != ["non-preferred", "preferred"]:
        reading.fault(
            "bad_message",
            f"Message {number}: the candidates must be two, with the labels preferred and non-preferred.",
        )
    for candidate in candidates:
        if isinstance(candidate, dict):
            _read_blocks(candidate.get("content"), number, reading, trained=True)


def _read_blocks(blocks: Any, number: int, reading: ParsedLine, *, trained: bool) -> None:
    images, texts_before = reading.images, len(reading.texts)
    if isinstance(blocks, str) and blocks:
        text = f"Message {number}: the content is a text, not a list of blocks. A converted copy has one."
        reading.fault("text_content", text)
        blocks = [{"text": blocks}]
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, dict):
            reading.fault(
                "bad_message", f'Message {number}: a block isn\'t an object. Write it in braces, such as {{"text": …}}.'
            )
        elif isinstance(block.get("text"), str):
            reading.add(block["text"], content=True, trained=trained)
        elif media := [key for key in ("image", "video", "document") if key in block]:
            _add_nova_image(media[0], block[media[0]], reading)
            if trained:
                reading.fault(
                    "image_in_answer",
                    f"Message {number}: an answer has an image or a document. Move it to the question.",
                )
        elif block and not any(key in block for key in _NOVA_BLOCKS):
            reading.fault(
                "bad_message", f"Message {number}: a block has {_fault_of(block)}. Write its text, or leave it out."
            )
        elif block:
            is_reasoning = "reasoningContent" in block
            reading.by_rule = reading.by_rule and is_reasoning
            reading.traits.add("reasoning" if is_reasoning else "tools")
            reading.add(as_json(block), trained=trained)
    if len(reading.texts) == texts_before and reading.images == images:
        reading.fault("empty_content", f"Message {number} has no text block. Write its text.")


def _add_nova_image(key: str, image: Any, reading: ParsedLine) -> None:
    image = image if isinstance(image, dict) else {}
    source = image.get("source") if isinstance(image.get("source"), dict) else {}
    place = source.get("s3Location") if isinstance(source, dict) else None
    address = place.get("uri") if isinstance(place, dict) else "data:" if "bytes" in source else None
    kind = f"image/{image['format']}" if key == "image" and isinstance(image.get("format"), str) else None
    reading.add_image(address if isinstance(address, str) else None, kind=kind)
    if key != "image":
        reading.traits.add("video")


def check_ends(roles: list[Any], answers: str, reading: ParsedLine) -> None:
    """Add a fault unless the turns end with an answer."""
    if not roles:
        return
    if answers not in roles:
        reading.fault("missing_assistant", f"No turn has the role {answers}. Add the answer to learn.")
    elif roles[-1] != answers:
        reading.fault("last_not_assistant", f"The last turn isn't by {answers}. End with the answer to learn.")


def read_pair(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read a prompt and its completion."""
    for key, trained in (("prompt", False), ("completion", True)):
        read_prompt(record.get(key), key, reading, trained=trained)


def read_text(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read a text, all of which is trained on."""
    value = record.get("text")
    if isinstance(value, str) and value:
        reading.add(value, content=True, trained=True)
    else:
        reading.fault("empty_content", "text is empty or isn't text. Write it, or leave out the line.")


def read_tokens(record: Mapping[str, Any], reading: ParsedLine) -> None:
    """Read an example that is tokenised already."""
    tokens, labels = record.get("input_ids"), record.get("labels")
    if not isinstance(tokens, list) or not tokens:
        reading.fault("empty_content", "input_ids is empty. Write the tokens of the example.")
        return
    if not all(isinstance(token, int) for token in tokens):
        reading.fault("bad_message", "input_ids isn't a list of whole numbers. Write the tokens of one example.")
        return
    if isinstance(labels, list) and len(labels) != len(tokens):
        reading.fault("bad_message", f"{len(labels)} labels stand for {len(tokens)} tokens. Write one for each.")
    reading.fixed_tokens += len(tokens)
    trained = labels if isinstance(labels, list) else tokens
    reading.fixed_trained += sum(label != IGNORED_LABEL for label in trained)
    if not reading.fixed_trained:
        reading.fault(
            "nothing_trained",
            f"Every label is {IGNORED_LABEL}, so nothing would be trained. Label the answer's tokens.",
        )
