"""`/ftcost keys`: which platforms can be asked what was paid, and the form that takes a key. A key is never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actuals.platforms import PLATFORMS, Platform
from bot.forms.estimates import Block, View
from bot.store import KeyInfo

KEY_CALLBACK = "platform_key_form"
SET, REMOVE = "platform_key_set", "platform_key_remove"
TITLE = "Keys of platforms"
ABOUT = (
    "With a key ftcost asks a platform what was paid: /ftcost actual ID pull PLATFORM. Keys are kept encrypted, for "
    "this workspace alone, and are never shown again. Take one that may only read costs."
)


def keys_view(known: Mapping[str, KeyInfo]) -> View:
    """Each platform, whether there is a key, and the buttons to put one in and to remove it."""
    blocks: list[Block] = [{"type": "section", "text": _plain(ABOUT)}]
    for name, platform in PLATFORMS.items():
        info = known.get(name)
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"*{platform.title}*\n{_state(info)}"}})
        buttons = [_button("Replace" if info else "Put in", SET, name)]
        if info:
            buttons.append(_button("Remove", REMOVE, name) | {"style": "danger"})
        blocks.append({"type": "actions", "elements": buttons})
    return {"type": "modal", "title": _plain(TITLE), "close": _plain("Close"), "blocks": blocks}


def key_view(name: str) -> View:
    """The form for one platform's key."""
    platform = PLATFORMS[name]
    return {
        "type": "modal",
        "callback_id": KEY_CALLBACK,
        "title": _plain(f"Key of {platform.title}"),
        "submit": _plain("Keep"),
        "close": _plain("Cancel"),
        "private_metadata": name,
        "blocks": [
            {
                "type": "input",
                "block_id": field.name,
                "label": _plain(field.label),
                "hint": _plain(field.hint),
                "optional": field.optional,
                "element": {"type": "plain_text_input", "action_id": field.name, "max_length": 400},
            }
            for field in platform.fields
        ],
    }


def read_key(platform: Platform, view: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """(the fields that were put in, errors by field). An error never repeats what was typed."""
    values = view.get("state", {}).get("values", {})
    found: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in platform.fields:
        text = str((values.get(field.name, {}).get(field.name) or {}).get("value") or "").strip()
        if text and re.fullmatch(field.pattern, text):
            found[field.name] = text
        elif text or not field.optional:
            errors[field.name] = f"This does not look like it. {field.hint}"
    return found, errors


def hint_of(platform: Platform, fields: Mapping[str, str]) -> str:
    """The last letters of its secret, by which people know a key again."""
    return f"…{fields[platform.secret][-4:]}"


def _state(info: KeyInfo | None) -> str:
    if info is None:
        return "no key"
    return f"key `{info.hint}`, put in by <@{info.user_id}> on {info.created_at:%Y-%m-%d}"


def _button(text: str, action_id: str, value: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": _plain(text), "value": value}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
