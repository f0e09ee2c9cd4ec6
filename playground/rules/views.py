"""Slack's rules for modals and the Home tab."""

from __future__ import annotations

import json
from typing import Any

from playground.rules.blocks import check_blocks
from playground.rules.node import Json, Node
from playground.rules.refusal import Refusal
from playground.rules.texts import check_plain_text

VIEW_BYTES = 250_000

SHARED = {"callback_id", "private_metadata", "external_id"}
MODAL = SHARED | {"submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}


def check_view(view: Any, *, kinds: frozenset[str] = frozenset({"modal"})) -> Json:
    """Check a modal or a Home tab.

    Args:
        view: The view as the app sent it: an object or its JSON text.
        kinds: The allowed types: `modal`, `home` or both.

    Returns:
        The view as an object.

    Raises:
        Refusal: Slack would refuse the view.
    """
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except ValueError:
            raise Refusal("invalid_arguments", ["[ERROR] must be a JSON object [json-pointer:/view]"]) from None
    node = Node(view, "/view")
    kind = node.kind(kinds)
    if kind == "modal":
        _check_modal(node)
    elif kind == "home":
        node.object({"type", "blocks"}, SHARED)
        check_blocks(node["blocks"], "home")
    node["callback_id"].string(minimum=0, maximum=255)
    node["external_id"].string(minimum=0, maximum=255)
    node["private_metadata"].string(minimum=0, maximum=3000)
    if node.problems:
        raise Refusal("invalid_arguments", node.problems)
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise Refusal("view_too_large")
    checked: Json = view
    return checked


def _check_modal(view: Node) -> None:
    view.object({"type", "title", "blocks"}, MODAL)
    for key in ("title", "submit", "close"):
        check_plain_text(view[key], maximum=24)
    for key in ("clear_on_close", "notify_on_close", "submit_disabled"):
        view[key].boolean()
    check_blocks(view["blocks"], "modal")
    blocks = view.value.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if has_input and not view["submit"].present:
        view.refuse("missing required field: submit")


def input_block_ids(view: Json) -> set[str]:
    """Return the block ids of a view's input blocks."""
    return {block["block_id"] for block in view["blocks"] if block["type"] == "input"}


def check_errors(answer: Json, view: Json) -> dict[str, str]:
    """Return the `errors` of the app's answer to a submission.

    Args:
        answer: The app's answer.
        view: The submitted view.

    Raises:
        Refusal: There are none, or one isn't under the block id of an input block of the view.
    """
    errors = Node(answer.get("errors"), "/errors")
    if not isinstance(errors.value, dict) or not errors.value:
        errors.refuse("must provide an object with at least one error")
        raise Refusal("invalid_response_action", errors.problems)
    block_ids = input_block_ids(view)
    for block_id in errors.value:
        errors[block_id].string()
        if block_id not in block_ids:
            errors[block_id].refuse(f"no input block with this block_id: {block_id}")
    if errors.problems:
        raise Refusal("invalid_response_action", errors.problems)
    return dict(errors.value)
