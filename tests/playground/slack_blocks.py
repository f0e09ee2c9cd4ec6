"""Builders of blocks and elements for tests."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **keys: Any) -> Json:
    return {"text": plain(), "value": value, **keys}


def button(**keys: Any) -> Json:
    return {"type": "button", "action_id": "b", "text": plain(), **keys}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def input_block(**element: Any) -> Json:
    return {"type": "input", "label": plain(), "element": {"action_id": "v", **element}}


def number(**keys: Any) -> Json:
    return input_block(type="number_input", is_decimal_allowed=False, **keys)


def text_input(**keys: Any) -> Json:
    return input_block(type="plain_text_input", **keys)


def select(**keys: Any) -> Json:
    return input_block(type="static_select", **keys)


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: Any, **keys: Any) -> Json:
    return {"type": "table", "rows": rows, **keys}


def data_table(rows: Any, **keys: Any) -> Json:
    return {"type": "data_table", "caption": "Prices", "rows": rows, **keys}


def chart(**keys: Any) -> Json:
    return {"type": "data_visualization", "title": "Costs", "chart": keys}


def line(series: Any, categories: Any = ("Jan", "Feb"), **axis: Any) -> Json:
    return chart(type="line", series=series, axis_config={"categories": list(categories), **axis})


def series(name: str = "s", labels: Any = ("Jan", "Feb")) -> Json:
    return {"name": name, "data": [{"label": label, "value": 1} for label in labels]}


def rich(*elements: Json, kind: str = "rich_text_section", **keys: Any) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements), **keys}]}
