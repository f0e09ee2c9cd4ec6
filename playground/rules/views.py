"""Slack's rules for modals and the Home tab."""

from __future__ import annotations

import json
from typing import Any

from playground.rules.blocks import check_blocks
from playground.rules.node import Json, Node
from playground.rules.refusal import Refusal
from playground.rules.texts import plain_text

VIEW_BYTES = 250_000

SHARED = {"callback_id", "private_metadata", "external_id"}
MODAL = SHARED | {"submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}


def check_view(given: Any, *, kinds: frozenset[str] = frozenset({"modal"}), pointer: str = "/view") -> Json:
    """A view as the bot sent it (an object or its JSON text), or a refusal."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise Refusal("invalid_arguments", [f"[ERROR] must be a JSON object [json-pointer:{pointer}]"]) from None
    view = Node(given, pointer)
    kind = view.kind(kinds)
    if kind == "modal":
        _modal(view)
    elif kind == "home":
        view.object({"type", "blocks"}, SHARED)
        check_blocks(view["blocks"], "home")
    view["callback_id"].string(least=0, most=255)
    view["external_id"].string(least=0, most=255)
    view["private_metadata"].string(least=0, most=3000)
    if view.problems:
        raise Refusal("invalid_arguments", view.problems)
    if len(json.dumps(given, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise Refusal("view_too_large")
    checked: Json = given
    return checked


def _modal(view: Node) -> None:
    view.object({"type", "title", "blocks"}, MODAL)
    for key in ("title", "submit", "close"):
        plain_text(view[key], most=24)
    for key in ("clear_on_close", "notify_on_close", "submit_disabled"):
        view[key].boolean()
    check_blocks(view["blocks"], "modal")
    blocks = view.value.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if has_input and not view["submit"].present:
        view.refuse("missing required field: submit")


def input_block_ids(view: Json) -> set[str]:
    return {block["block_id"] for block in view["blocks"] if block["type"] == "input"}


def check_errors(answer: Json, view: Json) -> dict[str, str]:
    """The `errors` of a submission's answer: each under the block id of an input block of that view."""
    errors = Node(answer.get("errors"), "/errors")
    if not isinstance(errors.value, dict) or not errors.value:
        errors.refuse("must provide an object with at least one error")
        raise Refusal("invalid_response_action", errors.problems)
    known = input_block_ids(view)
    for block_id in errors.value:
        errors[block_id].string()
        if block_id not in known:
            errors[block_id].refuse(f"no input block with this block_id: {block_id}")
    if errors.problems:
        raise Refusal("invalid_response_action", errors.problems)
    return dict(errors.value)
