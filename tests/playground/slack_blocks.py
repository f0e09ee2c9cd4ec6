"""Short ways to write blocks down."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **more: Any) -> Json:
    return {"text": plain(), "value": value, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "b", "text": plain(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def asks(**element: Any) -> Json:
    return {"type": "input", "label": plain(), "element": {"action_id": "v", **element}}


def number(**more: Any) -> Json:
    return asks(type="number_input", is_decimal_allowed=False, **more)


def text_input(**more: Any) -> Json:
    return asks(type="plain_text_input", **more)


def select(**more: Any) -> Json:
    return asks(type="static_select", **more)


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: Any, **more: Any) -> Json:
    return {"type": "table", "rows": rows, **more}


def data_table(rows: Any, **more: Any) -> Json:
    return {"type": "data_table", "caption": "Prices", "rows": rows, **more}


def chart(**more: Any) -> Json:
    return {"type": "data_visualization", "title": "Costs", "chart": more}


def line(series: Any, categories: Any = ("Jan", "Feb"), **axis: Any) -> Json:
    return chart(type="line", series=series, axis_config={"categories": list(categories), **axis})


def series(name: str = "s", labels: Any = ("Jan", "Feb")) -> Json:
    return {"name": name, "data": [{"label": label, "value": 1} for label in labels]}


def rich(*elements: Json, kind: str = "rich_text_section", **more: Any) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements), **more}]}
