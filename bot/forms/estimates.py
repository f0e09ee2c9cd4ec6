"""The estimate form. Its block_ids are the keys of the question, so that Slack shows an error at its field."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.forms.choices import MAX_VALUE, NOTHING_YET, option
from bot.forms.datasets import dataset_field
from bot.forms.fields import CALLS_PER, MAIN, MORE, SHARE, Field
from bot.forms.inputs import split_fields
from bot.render.parts.blocks import Block, button, header, modal, plain_section, plain_text_object, section

View = dict[str, Any]

CALLBACK = "estimate_form"
COMPARE_CALLBACK = "compare_form"
BREAK_EVEN_CALLBACK = "break_even_form"
EXPORT_CALLBACK = "export_form"
FORMAT = "format"
"""The block of the export form."""
EXPORTS = (
    ("pdf", "Decision memo of one page (PDF)"),
    ("xlsx", "Spreadsheet with formulas"),
    ("csv", "Every line (CSV)"),
    ("yaml", "The question, to ask it again (YAML)"),
    ("json", "The whole answer, for programs (JSON)"),
)
DELETE_CALLBACK = "delete_form"
MORE_OPTIONS = "more_options"
BREAK_EVEN_KEYS = ("base", "calls", "prompt", "call")
"""The keys of the form that the Break-even button opens."""
MAX_CHOSEN = 20

DATASET_POSITION = 3  # before the number of examples
_HIDDEN = frozenset(field.key for fields in MORE.values() for field in fields)


_SHAPES = {
    "channel": re.compile(r"[A-Z0-9]{1,32}"),
    "thread_ts": re.compile(r"[0-9.]{1,32}"),
    "edit_of": re.compile(r"[a-z0-9]{1,16}"),
    "file": re.compile(r'[a-z0-9=:,./" -]{1,2000}'),
}


class Origin(NamedTuple):
    """The origin of a form: its channel and thread, the estimate it edits, its file; stored in its private_metadata."""

    channel: str | None = None
    thread_ts: str | None = None
    edit_of: str | None = None
    file: str | None = None
    """The fields of a counted file that the form doesn't show, as a line."""

    @property
    def has_choice(self) -> bool:
        """Return whether the answer can go to a channel or to the user alone."""
        return bool(self.channel) and not (self.thread_ts or self.edit_of)

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
    inputs: Mapping[str, str] | None = None,
    *,
    more: bool = False,
    defaults: Mapping[str, str] = MappingProxyType({}),
    labels: Mapping[str, str] = MappingProxyType({}),
) -> View:
    """Return the estimate form.

    Args:
        origin: The channel and thread of the answer, and the estimate that the form changes.
        inputs: The input of the blocks, as `read_inputs` or `split_fields` returns it; None for an empty form.
        more: Whether to show all options; they also appear if one of them has a value.
        defaults: The workspace's defaults by key, for an empty form.
        labels: The labels of the type-ahead menus by value.
    """
    texts = split_fields(defaults) if inputs is None else dict(inputs)
    if origin.edit_of:
        texts.setdefault("base", NOTHING_YET)  # the choice that an estimate without a base model stands for
    expanded = more or (inputs is not None and any(texts.get(key) for key in _HIDDEN))
    blocks = [field_block(field, texts.get(field.key, ""), labels) for field in MAIN]
    blocks.insert(DATASET_POSITION, dataset_field())
    if origin.has_choice:
        blocks.append(field_block(SHARE, texts.get("share", "channel"), labels))
    if expanded:
        for title, fields in MORE.items():
            blocks.append(header(title))
            blocks += [field_block(field, texts.get(field.key, ""), labels) for field in fields]
    else:
        blocks.append({"type": "actions", "block_id": MORE_OPTIONS, "elements": [button("More options", MORE_OPTIONS)]})
    return _modal(CALLBACK, "Change the estimate" if origin.edit_of else "Should we fine-tune?", origin, blocks)


def break_even_form(origin: Origin, keys: Collection[str]) -> View:
    """Return the form with only the fields that the break-even of an estimate lacks.

    Args:
        origin: The estimate, with its channel and thread.
        keys: The missing keys, of `BREAK_EVEN_KEYS`.
    """
    shown = {*keys, CALLS_PER} if "calls" in keys else set(keys)
    blocks = [field_block(field, "") for field in MAIN if field.key in shown]
    return _modal(BREAK_EVEN_CALLBACK, "When does it pay back?", origin, blocks)


def _modal(callback_id: str, title: str, origin: Origin, blocks: list[Block], submit: str = "Estimate") -> View:
    return modal(title, blocks, submit=submit, callback_id=callback_id, private_metadata=origin.write())


def loading(title: str) -> View:
    """Return a placeholder, to be opened at once because a trigger expires after three seconds."""
    return modal(title, [plain_section("One moment…")])


def notice(title: str, text: str) -> View:
    """Return a modal that shows one sentence."""
    return modal(title, [plain_section(text)], close="Close")


def compare_form(origin: Origin, chosen: Sequence[str], labels: Mapping[str, str]) -> View:
    """Return the modal that selects offers, in the type-ahead menu of the estimate form.

    Args:
        origin: The estimate, with its channel and thread.
        chosen: The ids of the selected offers.
        labels: The labels of the type-ahead menus by value.
    """
    label = f"Offers, up to {MAX_CHOSEN}"
    field = Field("on", label, placeholder="Type a model or a platform", kind="multi_search", is_required=True)
    block = field_block(field, ",".join(chosen), labels)
    return _modal(COMPARE_CALLBACK, "Compare offers", origin, [block], submit="Compare")


def export_form(origin: Origin) -> View:
    """Return the modal that asks in which format an estimate is exported.

    Args:
        origin: The estimate, with its channel and thread.
    """
    hint = "The file is posted in the thread of the estimate."
    field = Field(FORMAT, "Format", hint, choices=EXPORTS, kind="radio", is_required=True)
    return _modal(EXPORT_CALLBACK, "Export", origin, [field_block(field, "")], submit="Export")


def delete_form(origin: Origin) -> View:
    """Return the modal that asks whether an answer is to be deleted.

    Args:
        origin: The estimate, with its channel and thread.
    """
    text = (
        "The answer's messages are deleted for everybody, and its watch ends. Files that were exported stay in the "
        "thread. The estimate stays too: `/ftcost show` displays it again."
    )
    return _modal(DELETE_CALLBACK, "Delete the answer?", origin, [section(text)], submit="Delete")


def field_block(field: Field, value: str, labels: Mapping[str, str] = MappingProxyType({})) -> Block:
    """Return an input whose block id is the field's key.

    Args:
        field: The field.
        value: Its text or choice; empty for none.
        labels: The labels of the type-ahead menus by value.
    """
    match field.kind:
        case "text":
            element = _text_input(field, value)
        case "search" | "multi_search":
            element = _search(field, value, labels)
        case _:
            element = _choice(field, value)
    block: Block = {
        "type": "input",
        "block_id": field.key,
        "label": plain_text_object(field.label),
        "element": element,
        "optional": not field.is_required,
    }
    if field.hint:
        block["hint"] = plain_text_object(field.hint)
    return block


def _text_input(field: Field, value: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": field.key, "max_length": field.max_length}
    if field.placeholder:
        element["placeholder"] = plain_text_object(field.placeholder)
    if value:
        element["initial_value"] = value[: field.max_length]
    return element


def _search(field: Field, value: str, labels: Mapping[str, str]) -> Block:
    """Return a type-ahead menu. Its options come from `bot.forms.choices`, as the user types."""
    element: Block = {
        "action_id": field.key,
        "placeholder": plain_text_object(field.placeholder),
        "min_query_length": 0,
    }
    if field.kind == "multi_search":
        names = dict.fromkeys(name.strip() for name in value.replace(";", ",").split(",") if name.strip())
        chosen = [option(labels.get(name, name), name) for name in names if len(name) <= MAX_VALUE]
        element |= {"type": "multi_external_select", "max_selected_items": MAX_CHOSEN}
        return element | ({"initial_options": chosen[:MAX_CHOSEN]} if chosen else {})
    element["type"] = "external_select"
    if 0 < len(value) <= MAX_VALUE:
        element["initial_option"] = option(labels.get(value, value), value)
    return element


def _choice(field: Field, value: str) -> Block:
    """Return a menu or radio buttons. A value that the menu doesn't have, such as another currency, is added to it."""
    choices = dict(field.choices)
    selected = next((choice for choice in choices if choice.lower() == value.strip().lower()), value.strip())
    if len(selected) > MAX_VALUE:
        selected = ""
    if not selected and field.is_required:
        selected = next(iter(choices))
    if selected:
        choices.setdefault(selected, selected)
    options = [option(label, choice) for choice, label in choices.items()]
    element: Block = {
        "type": "radio_buttons" if field.kind == "radio" else "static_select",
        "action_id": field.key,
        "options": options,
    }
    if field.kind == "menu":
        element["placeholder"] = plain_text_object("Not set")
    if selected:
        element["initial_option"] = next(entry for entry in options if entry["value"] == selected)
    return element
