"""A chart as Slack's own `data_visualization` block, within its limits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.render.charts.model import (
    MONTHLY_SIDES,
    TORNADO_SIDES,
    LineChart,
    ThreadChart,
    TornadoBar,
    TornadoChart,
)
from bot.render.parts.blocks import Block
from bot.render.parts.escaping import clip
from bot.render.parts.money import quantity

MAX_TITLE = 50
MAX_NAME = 20
DIFFERENCE_LABEL = "USD more or less than likely"
"""Bars of totals would all look alike, so a tornado shows differences; Slack permits values below zero."""


def chart_block(chart: ThreadChart) -> Block:
    """Return the block. Slack gives it no alt text, so `chart.alt` belongs in the message's `text`."""
    if isinstance(chart, LineChart):
        labels = [quantity(month) for month in chart.months]
        names = distinct_names([line.name for line in chart.lines])
        values = [line.values for line in chart.lines]
        return _block("line", chart.short_title, labels, names, values, x_label=clip(chart.x_label, MAX_TITLE))
    if isinstance(chart, TornadoChart):
        differences = [[end - chart.likely_usd for end in (bar.at_low_usd, bar.at_high_usd)] for bar in chart.bars]
        values = list(zip(*differences, strict=True))
        labels = input_names(chart.bars)
        return _block("bar", chart.short_title, labels, TORNADO_SIDES, values, y_label=DIFFERENCE_LABEL)
    values = list(zip(*((bar.estimate_usd, bar.actual_usd) for bar in chart.bars), strict=True))
    return _block("bar", chart.short_title, [bar.month for bar in chart.bars], MONTHLY_SIDES, values)


def _block(
    kind: str,
    title: str,
    labels: Sequence[str],
    names: Sequence[str],
    values: Sequence[Sequence[Decimal]],
    y_label: str = "USD",
    **x_label: str,
) -> Block:
    axis: dict[str, Any] = {"categories": list(labels), "y_label": y_label, **x_label}
    series = [
        {
            "name": name,
            "data": [{"label": label, "value": _number(usd)} for label, usd in zip(labels, row, strict=True)],
        }
        for name, row in zip(names, values, strict=True)
    ]
    return {
        "type": "data_visualization",
        "title": clip(title, MAX_TITLE),
        "chart": {"type": kind, "series": series, "axis_config": axis},
    }


def _number(usd: Decimal) -> float:
    """Round to cents, or to three digits below a cent."""
    places = 2 if usd == 0 or abs(usd) >= Decimal("0.01") else 2 - usd.adjusted()
    return round(float(usd), places)


def input_names(bars: Sequence[TornadoBar]) -> list[str]:
    """Return inputs in 20 characters, with their range if it fits: `Calls 10k–90k`."""
    names = [(f"{bar.name} {bar.low}–{bar.high}", bar.name) for bar in bars]
    return distinct_names([full if len(full) <= MAX_NAME else name for full, name in names])


def distinct_names(names: Sequence[str]) -> list[str]:
    """Return names cut to 20 characters, numbered where cutting makes them equal."""
    distinct: list[str] = []
    for name in names:
        label, count = clip(name, MAX_NAME), 1
        while label in distinct:
            count += 1
            label = f"{clip(name, MAX_NAME - len(str(count)) - 1)} {count}"
        distinct.append(label)
    return distinct
