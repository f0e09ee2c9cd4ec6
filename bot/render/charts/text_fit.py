"""Measure texts for a chart, and cut or wrap them to the room there is. Sizes are pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from bot.render.charts.fonts import drawable_text, families

DPI = 72  # a point is a pixel

_renderer = RendererAgg(1, 1, DPI)
"""Measures texts only."""


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a text in pixels."""
    font = FontProperties(family=families(), size=size, weight=weight)
    return float(_renderer.get_text_width_height_descent(text, font, ismath=False)[0])


def widest(texts: Iterable[str], size: float, weight: str = "normal") -> float:
    """Return the width of the widest text in pixels; 0 without texts."""
    return max((text_width(text, size, weight) for text in texts), default=0.0)


def fit_text(text: str, room: float, size: float, alternatives: Mapping[str, str], weight: str = "normal") -> str:
    """Return the text in letters that the fonts have, cut with an ellipsis to the room."""
    text = short = drawable_text(text, alternatives)
    length = len(text)
    while length > 1 and (width := text_width(short, size, weight)) > room:
        length = min(length - 1, int(length * room / width))
        short = text[:length].rstrip() + "…"
    return short


def wrap_text(text: str, room: float, size: float, alternatives: Mapping[str, str]) -> list[str]:
    """Return the text in at most two lines."""
    words = drawable_text(text, alternatives).split()
    count = len(words)
    while count > 1 and text_width(" ".join(words[:count]), size) > room:
        count -= 1
    lines = [" ".join(words[:count]), " ".join(words[count:])]
    return [fit_text(line, room, size, alternatives) for line in lines if line]
