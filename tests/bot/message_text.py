"""The text that users read in messages and forms."""

from __future__ import annotations

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
    """Return the fields of a first message: label -> value."""
    for block in message["blocks"]:
        if block["type"] == "section" and "fields" in block:
            pairs = [field["text"].split("\n") for field in block["fields"]]
            return {label.strip("*"): value for label, value in pairs}
    return {}


def header(message: Json) -> str:
    found: str = next(block for block in message["blocks"] if block["type"] == "header")["text"]["text"]
    return found


def rows(message: Json) -> list[list[str]]:
    """Return the rows of a message's table, its header first."""
    return [[_cell(cell) for cell in row] for row in table_of(message)["rows"]]


def table_of(message: Json) -> Json:
    found: Json = next(block for block in message["blocks"] if block["type"] == "table")
    return found


def _cell(cell: Json) -> str:
    """Return a cell's text, with the ids of the users and channels in it."""
    if cell["type"] != "rich_text":
        return str(cell["text"])
    (part,) = cell["elements"]
    return "".join(one.get("text") or one.get("user_id") or one["channel_id"] for one in part["elements"])


def column(message: Json, last: int = -1) -> dict[str, str]:
    """Return a message's table as first column -> last column, without its header."""
    return {row[0]: row[last] for row in rows(message)[1:]}


def buttons(message: Json) -> list[str]:
    return [e["action_id"] for block in message["blocks"] if block["type"] == "actions" for e in block["elements"]]


def estimate_id(message: Json) -> str:
    """Return the id in the values of an estimate's buttons."""
    element = next(block for block in message["blocks"] if block["type"] == "actions")["elements"][0]
    found: str = element["value"]
    return found


def inputs(view: Json) -> list[str]:
    """Return the block ids of a form's inputs."""
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def prefilled(view: Json) -> dict[str, str]:
    """Return a form's initial values: block id -> text or chosen value."""
    found = {}
    for block in view["blocks"]:
        element = block.get("element", {})
        if element.get("initial_value"):
            found[block["block_id"]] = element["initial_value"]
        elif element.get("initial_option"):
            found[block["block_id"]] = element["initial_option"]["value"]
        elif element.get("initial_options"):
            found[block["block_id"]] = ",".join(option["value"] for option in element["initial_options"])
    return found


def filled_fields(view: Json) -> dict[str, str]:
    """Return the fields of the question in a form's initial values, as the grammar writes them."""
    fields = compose_fields(prefilled(view))
    return {key: text for key, text in fields.items() if (key, text) not in (("on", "all"), ("share", "channel"))}
