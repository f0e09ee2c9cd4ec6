"""The form: scenario fields <-> a Slack modal. A block_id is a scenario key, so an error's key is where it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.forms.datasets import dataset_field
from bot.forms.fields import LONGEST, MAIN, OPTIONS, OWN_GPUS, Field
from bot.slack.payload import at, whole
from calculator import KEYS, FieldErrors
from pricing import GpuOffer, Offer

Block = dict[str, Any]
View = dict[str, Any]

CALLBACK = "estimate_form"
COMPARE_CALLBACK = "compare_form"
MORE = "more_options"
REPLY_IN = "reply_in"

AFTER_EXAMPLE = 3
_HIDDEN = frozenset(field.key for field in (*OPTIONS, *OWN_GPUS))


_SHAPES = {
    "channel": re.compile(r"[A-Z0-9]{1,32}"),
    "thread_ts": re.compile(r"[0-9.]{1,32}"),
    "edit_of": re.compile(r"[a-z0-9]{1,16}"),
}


class Origin(NamedTuple):
    """The place where a form was opened, carried in its private_metadata."""

    channel: str | None = None
    thread_ts: str | None = None
    edit_of: str | None = None

    def write(self) -> str:
        return json.dumps({key: value for key, value in self._asdict().items() if value})

    @classmethod
    def read(cls, text: str) -> Origin:
        """Return what `write` wrote. Raises ValueError for anything else."""
        try:
            data = json.loads(text) if text else {}
        except RecursionError:
            data = None
        if not isinstance(data, dict) or not all(
            key in _SHAPES and isinstance(value, str) and _SHAPES[key].fullmatch(value) for key, value in data.items()
        ):
            raise ValueError("foreign private_metadata")
        return cls(**data)


def form(
    origin: Origin,
    values: Mapping[str, str] | None = None,
    *,
    more: bool = False,
    reply_in: str = "channel",
    settled: Mapping[str, str] = MappingProxyType({}),
) -> View:
    """Return the modal, filled with `values`. The other options appear with `more`, or if one of them has a value. A
    new form starts with the workspace's defaults, `settled`.
    """
    given = values or {}
    expanded = more or any(given.get(key) for key in _HIDDEN)
    initial = {field.key: settled.get(field.key, field.initial) for field in MAIN} if values is None else {}
    blocks = [field_block(field, given.get(field.key, initial.get(field.key, ""))) for field in MAIN]
    blocks.insert(AFTER_EXAMPLE, dataset_field())
    if expanded:
        blocks += [field_block(field, given.get(field.key, "")) for field in OPTIONS]
        blocks.append({"type": "header", "text": plain("Self-hosted GPUs")})
        blocks += [field_block(field, given.get(field.key, "")) for field in OWN_GPUS]
    else:
        blocks.append({"type": "actions", "block_id": MORE, "elements": [_button("More options", MORE)]})
    if not (origin.edit_of or origin.thread_ts):
        blocks.append(_reply_in(reply_in))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain("Change the estimate" if origin.edit_of else "Fine-tuning cost"),
        "submit": plain("Estimate"),
        "close": plain("Cancel"),
        "private_metadata": origin.write(),
        "blocks": blocks,
    }


def read_values(view: View) -> dict[str, str]:
    """Return the form's input by scenario key, without empty fields. Raises FieldErrors for text that is longer than
    the form allows.
    """
    found: dict[str, str] = {}
    values = at(view, "state", "values")
    for block_id, actions in values.items() if isinstance(values, dict) else ():
        if block_id in KEYS and isinstance(actions, dict):
            for element in actions.values():
                text = _element_text(element)
                if text and text.strip():
                    found[block_id] = text.strip()
    if too_long := {key: f"at most {LONGEST:,} characters." for key, text in found.items() if len(text) > LONGEST}:
        raise FieldErrors(too_long)
    return found


def reply_in(view: View) -> str:
    """Return where the answer goes: `channel` or `dm`."""
    chosen = at(view, "state", "values", REPLY_IN, REPLY_IN, "selected_option", "value")
    return "dm" if chosen == "dm" else "channel"


def errors_for(view: View, errors: Mapping[str, str]) -> dict[str, str]:
    """Return errors by the blocks of a view. An error without a block appears at the first field."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    placed: dict[str, str] = {}
    for key, text in errors.items():
        block_id = key if key in inputs else inputs[0]
        line = text if key == block_id else f"{key}: {text}"
        placed[block_id] = f"{placed[block_id]} {line}" if block_id in placed else line
    return {block_id: text[:2_000] for block_id, text in placed.items()}


def loading(title: str) -> View:
    """Return a placeholder, which is opened at once because a trigger ends after three seconds."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain("Cancel"),
        "blocks": [{"type": "section", "text": plain("One moment…")}],
    }


def notice(title: str, text: str) -> View:
    """Return a modal with one sentence."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain("Close"),
        "blocks": [{"type": "section", "text": plain(text[:3_000])}],
    }


def compare_form(origin: Origin, offers: Sequence[Offer | GpuOffer], chosen: Sequence[str]) -> View:
    """Return the modal that chooses offers, grouped by platform, for the scenario's `on`."""
    groups: dict[str, list[Block]] = {}
    for offer in offers:
        groups.setdefault(offer.platform_title, []).append(_offer_option(offer))
    known = {offer.id: offer for offer in offers}
    initial = [_offer_option(known[name]) for name in chosen if name in known]
    element: Block = {
        "type": "multi_static_select",
        "action_id": "on",
        "placeholder": plain("Choose offers"),
        "option_groups": [{"label": plain(title[:75]), "options": options[:100]} for title, options in groups.items()][
            :100
        ],
        "max_selected_items": 20,
    }
    if initial:
        element["initial_options"] = initial[:20]
    return {
        "type": "modal",
        "callback_id": COMPARE_CALLBACK,
        "title": plain("Compare offers"),
        "submit": plain("Compare"),
        "close": plain("Cancel"),
        "private_metadata": origin.write(),
        "blocks": [{"type": "input", "block_id": "on", "label": plain("Offers, up to 20"), "element": element}],
    }


def _offer_option(offer: Offer | GpuOffer) -> Block:
    return {"text": plain(f"{offer.title} ({offer.platform_title})"[:75]), "value": offer.id}


def field_block(field: Field, value: str) -> Block:
    """Return an input whose block id is the field's key."""
    element = _menu(field, value) if field.choices else _text_input(field, value)
    block: Block = {
        "type": "input",
        "block_id": field.key,
        "label": plain(field.label),
        "element": element,
        "optional": not (field.needed and value),
    }
    if field.hint:
        block["hint"] = plain(field.hint)
    return block


def _text_input(field: Field, value: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": field.key, "max_length": field.max_length}
    if field.placeholder:
        element["placeholder"] = plain(field.placeholder)
    if value:
        element["initial_value"] = value[: field.max_length]
    return element


def _menu(field: Field, value: str) -> Block:
    options = [{"text": plain(label), "value": choice} for choice, label in field.choices]
    element: Block = {
        "type": "static_select",
        "action_id": field.key,
        "placeholder": plain("Not set"),
        "options": options,
    }
    chosen = [option for option in options if option["value"] == value.strip().lower()]
    if chosen:
        element["initial_option"] = chosen[0]
    return element


def _reply_in(chosen: str) -> Block:
    options = [
        {"text": plain("In this channel"), "value": "channel"},
        {"text": plain("Only to me, as a direct message"), "value": "dm"},
    ]
    element = {
        "type": "radio_buttons",
        "action_id": REPLY_IN,
        "options": options,
        "initial_option": options[chosen == "dm"],
    }
    return {"type": "input", "block_id": REPLY_IN, "label": plain("Answer"), "element": element}


def _button(text: str, action_id: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain(text)}


def plain(text: str) -> Block:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _element_text(element: Any) -> str | None:
    if (several := at(element, "selected_options")) is not None:
        return whole(",".join(str(at(option, "value")) for option in several)) if isinstance(several, list) else None
    value = at(element, "selected_option", "value") or at(element, "value")
    return whole(value) if isinstance(value, str) else None
