"""A chart as a picture, 1600 × 900 (lower for few bars), on a light card that reads on light and on dark."""

from __future__ import annotations

from bot.render.charts.model import BarChart, Chart, LineChart
from bot.render.charts.png_bars import draw_bars
from bot.render.charts.png_lines import draw_lines
from bot.render.charts.png_months import draw_months
from bot.render.charts.png_page import PngCanvas, heading
from bot.render.charts.png_tornado import draw_tornado
from bot.render.months import Months


def chart_png(chart: Chart) -> bytes:
    """The picture. The same bytes for the same chart; blocking, about a tenth of a second."""
    return drawn(chart).png()


def drawn(chart: Chart) -> PngCanvas:
    """The card with the chart on it."""
    page = PngCanvas()
    top = heading(page, chart.title, chart.subtitle)
    if isinstance(chart, BarChart):
        draw_bars(page, chart, top)
    elif isinstance(chart, LineChart):
        draw_lines(page, chart, top)
    elif isinstance(chart, Months):
        draw_months(page, chart, top)
    else:
        draw_tornado(page, chart, top)
    return page
