"""Slack's rules for messages, and the people and channels that a message notifies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from playground.rules.blocks import check_blocks
from playground.rules.node import Json, Node
from playground.rules.refusal import Refusal

TEXT_CHARACTERS = 40_000
# Slack doesn't publish this limit; apps report errors from about this many characters of text in the blocks.
BLOCKS_CHARACTERS = 13_000

BROADCAST = re.compile(r"<!(channel|here|everyone)(?:\|[^<>]*)?>")
BARE_BROADCAST = re.compile(r"(?<!\w)@(channel|here|everyone)\b")
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
USER_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^<>]*)?>")
# Texts in these notify no one: they show only in an open menu or dialog.
SILENT = {"confirm", "options", "option_groups", "initial_option", "initial_options"}


def check_message(content: Mapping[str, Any], *, text_characters: int = TEXT_CHARACTERS) -> Json:
    """Check a message as chat.postMessage does.

    Args:
        content: The message's `text`, `blocks` and `attachments`; the last two as lists or as JSON texts.
        text_characters: The longest text, in characters.

    Returns:
        The `text`, `blocks` and `attachments` that Slack would store.

    Raises:
        Refusal: Slack would refuse the message.
    """
    text = content.get("text") or ""
    if not isinstance(text, str):
        raise Refusal("invalid_arguments", ["[ERROR] must provide a string [json-pointer:/text]"])
    blocks = _list_of_objects(content.get("blocks"), "invalid_blocks_format")
    attachments = _list_of_objects(content.get("attachments"), "invalid_attachments_format")
    if not text and not blocks and not attachments:
        raise Refusal("no_text")
    if len(text) > text_characters:
        raise Refusal("msg_too_long")
    if blocks:
        _check_blocks(Node(blocks, "/blocks"))
    for index, attachment in enumerate(attachments):
        if "blocks" in attachment:
            _check_blocks(Node(attachment["blocks"], f"/attachments/{index}/blocks"))
    return {"text": text, "blocks": blocks, "attachments": attachments}


def _check_blocks(blocks: Node) -> None:
    check_blocks(blocks, "message")
    if blocks.problems:
        raise Refusal("invalid_blocks", blocks.problems, errors=[p.removeprefix("[ERROR] ") for p in blocks.problems])
    if _count_characters(blocks.value) > BLOCKS_CHARACTERS:
        raise Refusal("msg_blocks_too_long")


def _list_of_objects(value: Any, error: str) -> list[Json]:
    """Return a list of objects from a list or, as in form fields, from its JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else []
        except ValueError:
            raise Refusal(error) from None
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Refusal(error)
    return value


def _count_characters(value: Any) -> int:
    if isinstance(value, dict):
        return sum(
            len(part) if key == "text" and isinstance(part, str) else _count_characters(part)
            for key, part in value.items()
        )
    if isinstance(value, list):
        return sum(map(_count_characters, value))
    return 0


def find_pings(content: Mapping[str, Any]) -> list[str]:
    """Return whom a message notifies.

    Args:
        content: The message's `text`, `blocks`, `attachments`, `parse` and `link_names`.

    Returns:
        User and group ids, and `channel`, `here` or `everyone`.
    """
    pings = list(_find_in_text(str(content.get("text") or "")))
    if content.get("parse") == "full" or content.get("link_names"):
        pings += BARE_BROADCAST.findall(str(content.get("text") or ""))
    for part in (content.get("blocks"), content.get("attachments")):
        pings += _find_in_blocks(part)
    return pings


def _find_in_text(text: str) -> Iterator[str]:
    for pattern in (BROADCAST, MENTION, USER_GROUP):
        yield from pattern.findall(text)


def _find_in_blocks(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _find_in_blocks(part)
    if not isinstance(value, dict):
        return
    kind, text = value.get("type"), value.get("text")
    # An attachment has no type; its own text is mrkdwn.
    if kind in {"mrkdwn", "markdown", None} and isinstance(text, str):
        yield from _find_in_text(text)
    if kind in {"user", "usergroup", "broadcast"}:
        yield str(value.get("user_id") or value.get("usergroup_id") or value.get("range"))
    for key, part in value.items():
        if key not in SILENT:
            yield from _find_in_blocks(part)
