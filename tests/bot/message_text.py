"""The text that users read in messages and forms."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from bot.forms.inputs import compose_fields

Json = dict[str, Any]


def texts(message: Json) -> str:
    """Return all texts of a message's blocks, one per line."""
    return "\n".join(_texts(message.get("blocks", [])))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for key, part in value.items():
            if key != "text" or not isinstance(part, str):
                yield from _texts(part)


def figures(message: Json) -> dict[str, str]:
    """Return the labelled lines of a card, or the fields of another message: label -> value."""
    for block in message["blocks"]:
        if block["type"] == "section" and "fields" in block:
            pairs = [field["text"].split("\n") for field in block["fields"]]
            return {label.strip("*"): value for label, value in pairs}
    lines = [_LABELLED.fullmatch(line) for line in texts(message).splitlines()]
    return {line[1]: line[2] for line in lines if line and line[1] != "Next"}


_LABELLED = re.compile(r"(?:• )?\*(.+?):\* (.+)")


def header(message: Json) -> str:
    """Return the name of an estimate in the grey line of its card."""
    grey = message["blocks"][-1]["elements"][0]["text"]
    return html.unescape(grey).rpartition("” · Assumes")[0].removeprefix("“")


def difference(change: Json) -> list[str]:
    """Return the option of a change, its cost before and after, and the difference."""
    match = _DIFFERENCE.search(texts(change))
    assert match, texts(change)
    return list(match.groups())


_DIFFERENCE = re.compile(r"^(.+): (\S+(?: to \S+)?) → (\S+(?: to \S+)?) (?:over|in) [^(]* \(([^:)]+)", re.MULTILINE)


def rows(message: Json) -> list[list[str]]:
    """Return the rows of a message's table, its header first."""
    return [[_cell(cell) for cell in row] for row in table_of(message)["rows"]]


def table_of(message: Json) -> Json:
    table: Json = next(block for block in message["blocks"] if block["type"] == "table")
    return table


def _cell(cell: Json) -> str:
    """Return a cell's text, with the ids of the users and channels in it."""
    if cell["type"] != "rich_text":
        return str(cell["text"])
    (part,) = cell["elements"]
    return "".join(
        element.get("text") or element.get("user_id") or element["channel_id"] for element in part["elements"]
    )


def column(message: Json, last: int = -1) -> dict[str, str]:
    """Return a message's table as first column -> last column, without its header."""
    return {row[0]: row[last] for row in rows(message)[1:]}


def amounts(breakdown: Json) -> dict[str, str]:
    """Return the line items of a breakdown with their amounts."""
    return column(breakdown, 3)


def buttons(message: Json) -> list[str]:
    return [
        e["action_id"] for block in message.get("blocks", []) if block["type"] == "actions" for e in block["elements"]
    ]


def estimate_id(message: Json) -> str:
    """Return the id of an estimate in its grey line, which ends with it."""
    grey = next(block for block in reversed(message["blocks"]) if block["type"] == "context")
    return str(re.findall(r"`([a-z0-9]+)`", grey["elements"][0]["text"])[-1])


def inputs(view: Json) -> list[str]:
    """Return the block ids of a form's inputs."""
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def prefilled(view: Json) -> dict[str, str]:
    """Return a form's initial values: block id -> text or chosen value."""
    values = {}
    for block in view["blocks"]:
        element = block.get("element", {})
        if element.get("initial_value"):
            values[block["block_id"]] = element["initial_value"]
        elif element.get("initial_option"):
            values[block["block_id"]] = element["initial_option"]["value"]
        elif element.get("initial_options"):
            values[block["block_id"]] = ",".join(option["value"] for option in element["initial_options"])
    return values


def filled_fields(view: Json) -> dict[str, str]:
    """Return the fields of the question in a form's initial values, as the grammar writes them."""
    fields = compose_fields(prefilled(view))
    return {key: text for key, text in fields.items() if (key, text) not in (("on", "all"), ("share", "channel"))}
