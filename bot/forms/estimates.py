"""The estimate form. Its block_ids are scenario keys, so that Slack shows an error at its field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.forms.datasets import dataset_field
from bot.forms.fields import MAIN, MAX_LENGTH, OPTIONS, OWN_GPUS, Field
from bot.slack.payload import at, whole
from calculator import KEYS, FieldErrors
from pricing import GpuOffer, Offer

Block = dict[str, Any]
View = dict[str, Any]

CALLBACK = "estimate_form"
COMPARE_CALLBACK = "compare_form"
MORE = "more_options"
REPLY_IN = "reply_in"

DATASET_POSITION = 3  # after the length of an example
_HIDDEN = frozenset(field.key for field in (*OPTIONS, *OWN_GPUS))


_SHAPES = {
    "channel": re.compile(r"[A-Z0-9]{1,32}"),
    "thread_ts": re.compile(r"[0-9.]{1,32}"),
    "edit_of": re.compile(r"[a-z0-9]{1,16}"),
}


class Origin(NamedTuple):
    """The channel and thread in which a form was opened, and the estimate it edits; stored in its private_metadata."""

    channel: str | None = None
    thread_ts: str | None = None
    edit_of: str | None = None

    def write(self) -> str:
        """Return the private_metadata."""
        return json.dumps({key: value for key, value in self._asdict().items() if value})

    @classmethod
    def read(cls, text: str) -> Origin:
        """Return the origin in a private_metadata. Raises ValueError for any text that `write` doesn't return."""
        try:
            data = json.loads(text) if text else {}
        except RecursionError:
            data = None
        if not isinstance(data, dict) or not all(
            key in _SHAPES and isinstance(value, str) and _SHAPES[key].fullmatch(value) for key, value in data.items()
        ):
            raise ValueError("invalid private_metadata")
        return cls(**data)


def form(
    origin: Origin,
    values: Mapping[str, str] | None = None,
    *,
    more: bool = False,
    reply_in: str = "channel",
    defaults: Mapping[str, str] = MappingProxyType({}),
) -> View:
    """Return the estimate form.

    Args:
        origin: The channel and thread of the answer, and the estimate that the form changes.
        values: The text of the fields by key; None for an empty form.
        more: Whether to show all options; they also appear if one of them has a value.
        reply_in: The selected destination of the answer: `channel` or `dm`.
        defaults: The workspace's defaults by key, for an empty form.
    """
    texts = values or {}
    expanded = more or any(texts.get(key) for key in _HIDDEN)
    initial = {field.key: defaults.get(field.key, field.initial) for field in MAIN} if values is None else {}
    blocks = [field_block(field, texts.get(field.key, initial.get(field.key, ""))) for field in MAIN]
    blocks.insert(DATASET_POSITION, dataset_field())
    if expanded:
        blocks += [field_block(field, texts.get(field.key, "")) for field in OPTIONS]
        blocks.append({"type": "header", "text": plain("Self-hosted GPUs")})
        blocks += [field_block(field, texts.get(field.key, "")) for field in OWN_GPUS]
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
    """Return the form's input by scenario key, without empty fields.

    Raises:
        FieldErrors: A text is longer than the form allows.
    """
    inputs: dict[str, str] = {}
    values = at(view, "state", "values")
    for block_id, actions in values.items() if isinstance(values, dict) else ():
        if block_id in KEYS and isinstance(actions, dict):
            for element in actions.values():
                text = _element_text(element)
                if text and text.strip():
                    inputs[block_id] = text.strip()
    if too_long := {
        key: f"Enter at most {MAX_LENGTH:,} characters." for key, text in inputs.items() if len(text) > MAX_LENGTH
    }:
        raise FieldErrors(too_long)
    return inputs


def reply_in(view: View) -> str:
    """Return the destination of the answer: `channel` or `dm`."""
    choice = at(view, "state", "values", REPLY_IN, REPLY_IN, "selected_option", "value")
    return "dm" if choice == "dm" else "channel"


def errors_for(view: View, errors: Mapping[str, str]) -> dict[str, str]:
    """Return the errors by block_id, for a response to a submission.

    Args:
        view: The submitted form.
        errors: Texts by scenario key. An error without a block is moved to the first field.
    """
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    texts: dict[str, str] = {}
    for key, text in errors.items():
        block_id = key if key in inputs else inputs[0]
        line = text if key == block_id else f"{key}: {text}"
        texts[block_id] = f"{texts[block_id]} {line}" if block_id in texts else line
    return {block_id: text[:2_000] for block_id, text in texts.items()}


def loading(title: str) -> View:
    """Return a placeholder, to be opened at once because a trigger expires after three seconds."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain("Cancel"),
        "blocks": [{"type": "section", "text": plain("One moment…")}],
    }


def notice(title: str, text: str) -> View:
    """Return a modal that shows one sentence."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain("Close"),
        "blocks": [{"type": "section", "text": plain(text[:3_000])}],
    }


def compare_form(origin: Origin, offers: Sequence[Offer | GpuOffer], chosen: Sequence[str]) -> View:
    """Return the modal that selects offers, grouped by platform.

    Args:
        origin: The estimate, with its channel and thread.
        offers: The offers to choose from.
        chosen: The ids of the selected offers.
    """
    groups: dict[str, list[Block]] = {}
    for offer in offers:
        groups.setdefault(offer.platform_title, []).append(_offer_option(offer))
    by_id = {offer.id: offer for offer in offers}
    initial = [_offer_option(by_id[name]) for name in chosen if name in by_id]
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
    if (options := at(element, "selected_options")) is not None:
        return whole(",".join(str(at(option, "value")) for option in options)) if isinstance(options, list) else None
    value = at(element, "selected_option", "value") or at(element, "value")
    return whole(value) if isinstance(value, str) else None
