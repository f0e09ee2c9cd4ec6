"""A chart as a picture, 1600 × 900 (lower for few bars), on a light card that reads on light and on dark."""

from __future__ import annotations

from bot.render.chart import BarChart, Chart, LineChart
from bot.render.months import Months
from bot.render.png_bars import draw_bars
from bot.render.png_lines import draw_lines
from bot.render.png_months import draw_months
from bot.render.png_page import Page, heading
from bot.render.png_tornado import draw_tornado


def chart_png(chart: Chart) -> bytes:
    """The picture. The same bytes for the same chart; blocking, about a tenth of a second."""
    return drawn(chart).png()


def drawn(chart: Chart) -> Page:
    """The card with the chart on it."""
    page = Page()
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
