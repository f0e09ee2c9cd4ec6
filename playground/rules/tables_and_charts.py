"""Slack's rules for table, data_table and data_visualization blocks."""

from __future__ import annotations

from playground.rules.node import Node
from playground.rules.texts import check_rich_text

TABLE_CHARACTERS = 10_000
CHARTS = {"pie", "bar", "area", "line"}


def check_table(block: Node) -> None:
    """Check a table block."""
    for row in block["rows"].array(maximum=100):
        for cell in row.array(maximum=20):
            _check_cell(cell, header=False)
    for setting in block["column_settings"].array(minimum=0, maximum=20):
        # Null keeps a column's default, so that a later column can have settings.
        if setting.value is not None and setting.object((), {"align", "is_wrapped"}):
            setting["align"].choice({"left", "center", "right"})
            setting["is_wrapped"].boolean()


def check_data_table(block: Node) -> None:
    """Check a data_table block."""
    block["caption"].string()
    block["page_size"].integer(minimum=1, maximum=100)
    rows = block["rows"].array(minimum=2, maximum=101)
    columns = len(rows[0].value) if rows and isinstance(rows[0].value, list) else 0
    for index, row in enumerate(rows):
        cells = row.array(maximum=20)
        if len(cells) != columns:
            row.refuse("all rows must have the same number of cells")
        for cell in cells:
            _check_cell(cell, header=index == 0)
    block["row_header_column_index"].integer(minimum=0, maximum=max(columns - 1, 0))


def _check_cell(cell: Node, *, header: bool) -> None:
    kinds = {"raw_text", "raw_number"} if header else {"raw_text", "raw_number", "rich_text"}
    kind = cell.kind(kinds)
    if kind == "raw_text":
        cell.object({"type", "text"})
        cell["text"].string()
    elif kind == "raw_number":
        cell.object({"type", "value", "text"})
        cell["value"].number()
        cell["text"].string()
    elif kind == "rich_text":
        cell.object({"type", "elements"}, {"block_id"})
        check_rich_text(cell)


def count_characters(value: object) -> int:
    """Return the number of characters that a part of a table shows."""
    if isinstance(value, dict):
        own_count = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own_count + sum(count_characters(part) for key, part in value.items() if key in {"rows", "elements"})
    if isinstance(value, list):
        return sum(count_characters(part) for part in value)
    return 0


def check_chart(block: Node) -> None:
    """Check a data_visualization block."""
    block["title"].string(maximum=50)
    chart = block["chart"]
    kind = chart.kind(CHARTS)
    if kind == "pie":
        chart.object({"type", "segments"})
        for segment in chart["segments"].array(maximum=6):
            value = _check_point(segment)
            if value is not None and value <= 0:
                segment["value"].refuse("must be more than 0")
    elif kind is not None:
        _check_series_chart(chart)


def _check_series_chart(chart: Node) -> None:
    chart.object({"type", "series", "axis_config"})
    axis = chart["axis_config"]
    categories: list[str] = []
    if axis.object({"categories"}, {"x_label", "y_label"}):
        axis["x_label"].string(maximum=50)
        axis["y_label"].string(maximum=50)
        categories = [
            name for node in axis["categories"].array(maximum=20) if (name := node.string(maximum=20)) is not None
        ]
        if len(set(categories)) != len(categories):
            axis["categories"].refuse("categories must be unique")
    names: set[str] = set()
    for series in chart["series"].array(maximum=6):
        if not series.object({"name", "data"}):
            continue
        name = series["name"].string(maximum=20)
        if name in names:
            series["name"].refuse("series names must be unique")
        names |= {name} if name else set()
        points = series["data"].array(maximum=20)
        for point in points:
            _check_point(point)
        labels = [point.value.get("label") for point in points if isinstance(point.value, dict)]
        if sorted(map(str, labels)) != sorted(categories):
            series["data"].refuse("must have exactly one point for every category")


def _check_point(point: Node) -> float | None:
    if not point.object({"label", "value"}):
        return None
    point["label"].string(maximum=20)
    return point["value"].number()
