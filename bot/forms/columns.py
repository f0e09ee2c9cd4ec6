"""The modal that asks which column of a table is the question and which the answer."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec

from bot.forms.choices import MAX_OPTIONS, option
from bot.forms.estimates import View
from bot.render.parts.blocks import Block, modal, plain_text_object
from bot.slack.payload import at
from calculator import FieldErrors
from calculator.datasets import Columns

COLUMNS_CALLBACK = "columns_form"
QUESTION, ANSWER = "question", "answer"
_MAX_METADATA = 3_000
_SAME = "Choose another column: this one is the question."


class TableOrigin(NamedTuple):
    """A table that waits for its columns, with the place of its answer; stored in the modal's private_metadata."""

    file_id: str
    name: str
    """The name of the file."""
    columns: tuple[str, ...]
    line: str
    """The question's other fields, as a line."""
    channel_id: str = ""
    thread_ts: str = ""
    message_ts: str = ""
    """The message that shows the progress."""

    def write(self) -> str:
        """Return the text form, which `read` reads."""
        return json.dumps(self._asdict(), separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> TableOrigin:
        """Return the origin in a text. Raises ValueError for any text that `write` doesn't return."""
        try:
            return cls(**msgspec.json.decode(text, type=_Stored).fields())
        except msgspec.MsgspecError as error:
            raise ValueError(f"invalid table: {error}") from None


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    file_id: str
    name: str
    columns: list[str]
    line: str
    channel_id: str
    thread_ts: str
    message_ts: str

    def fields(self) -> dict[str, Any]:
        return {**msgspec.structs.asdict(self), "columns": tuple(self.columns)}


def columns_form(origin: TableOrigin) -> View:
    """Return the modal.

    Args:
        origin: The table and its columns.
    """
    options = [option(column, column) for column in origin.columns[:MAX_OPTIONS]]
    labels = {QUESTION: "Which column is the question?", ANSWER: "Which column is the answer?"}
    blocks: list[Block] = [
        {
            "type": "input",
            "block_id": key,
            "label": plain_text_object(label),
            "element": {
                "type": "static_select",
                "action_id": key,
                "placeholder": plain_text_object("Choose a column"),
                "options": options,
            },
        }
        for key, label in labels.items()
    ]
    return modal(
        "Columns of the table",
        blocks,
        submit="Count",
        callback_id=COLUMNS_CALLBACK,
        private_metadata=origin.write()[:_MAX_METADATA],
    )


def read_columns_form(view: Any) -> Columns:
    """Return the chosen columns. Raises FieldErrors if both are the same."""
    question, answer = (
        str(at(view, "state", "values", key, key, "selected_option", "value") or "") for key in (QUESTION, ANSWER)
    )
    if question == answer:
        raise FieldErrors({ANSWER: _SAME})
    return Columns(question, answer)
