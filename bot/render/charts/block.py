"""A chart as Slack's own `data_visualization` block, within its limits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.render.blocks import Block
from bot.render.charts.model import Bar, Chart, LineChart
from bot.render.charts.tornado import SIDES, Tornado, TornadoBar
from bot.render.escaping import clip
from bot.render.money import quantity
from bot.render.months import SIDES as MONTH_SIDES
from bot.render.months import Months

TITLE = 50
NAME = 20
CHANGE = "USD more or less than likely"
"""Differences, because bars of totals would all look alike; Slack permits values below zero."""
PLATFORM = 5
"""So many letters of a platform's name tell it from the others."""


def chart_block(chart: Chart) -> Block:
    """The block; Slack has no place in it for an alt text, so `chart.alt` belongs into the message's `text`."""
    if isinstance(chart, LineChart):
        labels = [quantity(month) for month in chart.months]
        names = distinct([line.name for line in chart.lines])
        values = [line.values for line in chart.lines]
        return _block("line", chart.short_title, labels, names, values, x_label=clip(chart.x_label, TITLE))
    if isinstance(chart, Tornado):
        changes = [[end - chart.likely_usd for end in (bar.at_low_usd, bar.at_high_usd)] for bar in chart.bars]
        values = list(zip(*changes, strict=True))
        return _block("bar", chart.short_title, input_names(chart.bars), SIDES, values, y_label=CHANGE)
    if isinstance(chart, Months):
        values = list(zip(*((bar.estimate_usd, bar.actual_usd) for bar in chart.bars), strict=True))
        return _block("bar", chart.short_title, [bar.month for bar in chart.bars], MONTH_SIDES, values)
    title = f"{chart.title} (* ends earlier)" if any(bar.ends for bar in chart.bars) else chart.title
    values = list(zip(*(bar.parts for bar in chart.bars), strict=True))
    return _block("bar", title, bar_names(chart.bars), distinct(chart.series), values)


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
        "title": clip(title, TITLE),
        "chart": {"type": kind, "series": series, "axis_config": axis},
    }


def _number(usd: Decimal) -> float:
    """Cents, or three digits of what is less than a cent."""
    places = 2 if usd == 0 or abs(usd) >= Decimal("0.01") else 2 - usd.adjusted()
    return round(float(usd), places)


def input_names(bars: Sequence[TornadoBar]) -> list[str]:
    """Inputs in 20 characters, with their ends where there is room: `Calls 10k–90k`."""
    named = [(f"{bar.name} {bar.low}–{bar.high}", bar.name) for bar in bars]
    return distinct([full if len(full) <= NAME else name for full, name in named])


def bar_names(bars: Sequence[Bar]) -> list[str]:
    """Offers in 20 characters: the model, and its platform where another one sells it too."""
    titles = [bar.short for bar in bars]
    names = []
    for bar in bars:
        end = " *" if bar.ends else ""
        room = NAME - len(end)
        name = bar.short
        if titles.count(bar.short) > 1:
            platform = bar.platform[: max(PLATFORM, room - len(bar.short) - 1)]
            name = f"{clip(bar.short, room - len(platform) - 1)} {platform}"
        names.append(clip(name, room) + end)
    return distinct(names)


def distinct(names: Sequence[str]) -> list[str]:
    """Names cut to 20 characters, numbered where that makes them the same."""
    made: list[str] = []
    for name in names:
        short, count = clip(name, NAME), 1
        while short in made:
            count += 1
            short = f"{clip(name, NAME - len(str(count)) - 1)} {count}"
        made.append(short)
    return made
