"""The modals of `/ftcost keys`: the list of platforms, and the form for a key. They never show a key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actuals.platforms import PLATFORMS, Platform
from bot.forms.estimates import View
from bot.render.parts.blocks import Block, button, modal, plain_section, plain_text_object, section
from bot.render.parts.short import full_day
from bot.store import KeyInfo

KEY_CALLBACK = "platform_key_form"
SET, REMOVE = "platform_key_set", "platform_key_remove"
TITLE = "Keys of platforms"
ABOUT = (
    "With a key ftcost can read paid amounts from a platform: /ftcost actual ID pull PLATFORM. Keys are encrypted, "
    "used only for this workspace, and never shown again. Use a key that may only read costs."
)


def keys_view(keys: Mapping[str, KeyInfo]) -> View:
    """Return the modal that lists the platforms, with buttons to set and remove their keys.

    Args:
        keys: The stored keys by platform.
    """
    blocks = [plain_section(ABOUT)]
    for name, platform in PLATFORMS.items():
        info = keys.get(name)
        blocks.append(section(f"*{platform.title}*\n{_state(info)}"))
        buttons = [button("Replace" if info else "Add", SET, name)]
        if info:
            buttons.append(button("Remove", REMOVE, name, style="danger"))
        blocks.append({"type": "actions", "elements": buttons})
    return modal(TITLE, blocks, close="Close")


def key_view(name: str) -> View:
    """Return the form for a platform's key."""
    platform = PLATFORMS[name]
    blocks: list[Block] = [
        {
            "type": "input",
            "block_id": field.name,
            "label": plain_text_object(field.label),
            "hint": plain_text_object(field.hint),
            "optional": field.optional,
            "element": {"type": "plain_text_input", "action_id": field.name, "max_length": 400},
        }
        for field in platform.fields
    ]
    return modal(f"Key of {platform.title}", blocks, submit="Save", callback_id=KEY_CALLBACK, private_metadata=name)


def read_key(platform: Platform, view: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the input of the form and its errors, both by field. An error never repeats the input."""
    values = view.get("state", {}).get("values", {})
    fields: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in platform.fields:
        text = str((values.get(field.name, {}).get(field.name) or {}).get("value") or "").strip()
        if text and re.fullmatch(field.pattern, text):
            fields[field.name] = text
        elif text or not field.optional:
            errors[field.name] = f"This doesn't have the right format. {field.hint}"
    return fields, errors


def hint_of(platform: Platform, fields: Mapping[str, str]) -> str:
    """Return the last four characters of a key's secret, by which users recognize it."""
    return f"…{fields[platform.secret][-4:]}"


def _state(info: KeyInfo | None) -> str:
    if info is None:
        return "No key"
    return f"Key `{info.hint}`, added by <@{info.user_id}> on {full_day(info.created_at)}"
