"""Slack's blocks within its published limits.

Text that users wrote goes through `escape`, or into plain_text and raw_text, which Slack doesn't interpret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.render.parts.escaping import clip, escape
from bot.render.parts.tables import Table

if TYPE_CHECKING:
    from bot.render.charts.model import Chart

Block = dict[str, Any]

SECTION_TEXT = 3_000
FIELD_TEXT = 2_000
HEADER_TEXT = 150
TABLE_CHARACTERS = 9_500  # Slack's 10,000 over a message's tables, with room to spare


class SlackMessage(NamedTuple):
    """A message for chat.postMessage. `text` is for the notification and for screen readers."""

    text: str
    blocks: list[Block]
    chart: Chart | None = None
    """The chart in the blocks, to be uploaded as a PNG if Slack refuses them."""


def _mrkdwn(text: str) -> Block:
    """Return text with Slack's formatting, in which a bare address or channel name doesn't become a link."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text_object(text: str) -> Block:
    """Return text that Slack doesn't interpret, for a label, a title or an option."""
    return {"type": "plain_text", "text": text, "emoji": False}


def section(text: str) -> Block:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": _mrkdwn(clip(text, SECTION_TEXT))}


def plain_section(text: str) -> Block:
    """Return a section of text that Slack doesn't interpret."""
    return {"type": "section", "text": plain_text_object(clip(text, SECTION_TEXT))}


def context(text: str) -> Block:
    """Return a context block: small grey mrkdwn."""
    return {"type": "context", "elements": [_mrkdwn(clip(text, FIELD_TEXT))]}


def header(text: str) -> Block:
    """Return a large title."""
    return {"type": "header", "text": plain_text_object(clip(text, HEADER_TEXT))}


def modal(
    title: str,
    blocks: list[Block],
    *,
    close: str = "Cancel",
    submit: str | None = None,
    callback_id: str | None = None,
    private_metadata: str | None = None,
) -> Block:
    """Return a modal.

    Args:
        title: The title, at most 24 characters.
        blocks: The content.
        close: The label of the button that closes it.
        submit: The label of the button that submits it; None for a modal without input.
        callback_id: The name of its submission.
        private_metadata: The text that its submission sends back, at most 3,000 characters.
    """
    options = {
        "submit": plain_text_object(submit) if submit else None,
        "callback_id": callback_id,
        "private_metadata": private_metadata,
    }
    return {
        "type": "modal",
        "title": plain_text_object(title),
        "close": plain_text_object(close),
        "blocks": blocks,
        **{key: option for key, option in options.items() if option is not None},
    }


def button(text: str, action_id: str, value: str | None = None, style: str | None = None) -> Block:
    """Return a button.

    Args:
        text: The label, at most 75 characters.
        action_id: The name of its action.
        value: The text that its press sends, at most 2,000 characters.
        style: `primary` or `danger`; None for the default.
    """
    options = {"value": value, "style": style}
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain_text_object(text),
        **{key: option for key, option in options.items() if option is not None},
    }


def text_message(text: str) -> SlackMessage:
    """Return a message of mrkdwn, in several sections cut between lines if it is long."""
    parts = [""]
    for line in text.splitlines():
        if len(parts[-1]) + len(line) >= SECTION_TEXT:
            parts.append("")
        parts[-1] += f"{line}\n"
    return SlackMessage(text, [section(part.rstrip("\n")) for part in parts if part.strip()])


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Return at most ten labelled values side by side."""
    items = [_mrkdwn(clip(f"*{escape(label)}*\n{escape(value)}", FIELD_TEXT)) for label, value in pairs]
    return {"type": "section", "fields": items[:10]}


_SLACK_ID = re.compile(r"\b([UWCG][A-Z0-9]{8,31})\b")


def _cell(text: str, *, ids: bool) -> Block:
    """Return a table cell; with `ids`, Slack shows the ids of users and channels in it as names."""
    parts = _SLACK_ID.split(text) if ids else [text]
    if len(parts) == 1:
        return {"type": "raw_text", "text": text}
    elements = [
        _id_element(part) if index % 2 else {"type": "text", "text": part} for index, part in enumerate(parts) if part
    ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _id_element(slack_id: str) -> Block:
    kind = "user" if slack_id[0] in "UW" else "channel"
    return {"type": kind, f"{kind}_id": slack_id}


WHOLE_CELL = 12
"""The longest number of a column whose cells stay on one line; “10,950M tokens” is broken on a phone."""


def table_block(table: Table) -> Block:
    """Return Slack's native table, without the rows that exceed its size limit."""
    rows: list[list[Block]] = []
    room = TABLE_CHARACTERS
    for row in (table.header, *table.rows):
        room -= sum(len(text or " ") for text in row)
        if room < 0 or len(rows) == 100:
            break
        rows.append([_cell(text or " ", ids=table.ids) for text in row])
    columns = zip(table.align, zip(table.header, *table.rows, strict=True), strict=True)
    settings = [
        {"align": align, "is_wrapped": align == "left" or max(map(len, cells)) > WHOLE_CELL} for align, cells in columns
    ]
    return {"type": "table", "column_settings": settings, "rows": rows}
