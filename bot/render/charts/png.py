"""Charts as PNG, drawn by matplotlib (the optional extra `charts`), in the bot by a process of its own.

Matplotlib takes most of a second to load and about 100 MB. Nothing here imports it before a chart is drawn, and the
bot's own process never does.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import msgspec

from bot.render.charts.model import BarChart, Chart, LineChart, MonthlyChart, TornadoChart

if TYPE_CHECKING:
    import asyncio

TIMEOUT_S = 60.0
COMMAND = (sys.executable, "-m", "bot.render.charts.png")
CHART_TYPES: dict[str, type[Chart]] = {
    chart_type.__name__: chart_type for chart_type in (BarChart, LineChart, MonthlyChart, TornadoChart)
}

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


class ChartUnavailable(Exception):
    """A chart that cannot be drawn here. The message says why."""


def chart_png(chart: Chart) -> bytes:
    """Draw a chart in this process: about a second for the first chart, a third of a second for each further one.

    Returns:
        A PNG, the same bytes for the same chart and fonts.

    Raises:
        ChartUnavailable: Matplotlib isn't installed.
    """
    _require_matplotlib()
    from bot.render.charts.drawing import draw_png

    return draw_png(chart)


async def chart_png_in_subprocess(
    chart: Chart, *, timeout_s: float = TIMEOUT_S, command: Sequence[str] = COMMAND
) -> bytes:
    """Draw a chart in a process of its own, one chart at a time.

    Args:
        chart: The chart.
        timeout_s: How long the process may take.
        command: The program. It gets the chart's class as its last argument and the chart's JSON on stdin.

    Raises:
        ChartUnavailable: Matplotlib isn't installed, or the process failed or took too long.
    """
    import asyncio  # the terminal draws in its own process, and starts faster without it

    _require_matplotlib()
    async with _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        process = await asyncio.create_subprocess_exec(
            *command,
            type(chart).__name__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(timeout_s):
                png, _ = await process.communicate(msgspec.json.encode(chart))
        except TimeoutError:
            raise ChartUnavailable(f"drawing a chart took over {timeout_s:g} seconds") from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    if process.returncode:
        raise ChartUnavailable(f"the process that draws charts ended with code {process.returncode}")
    return png


def _require_matplotlib() -> None:
    if find_spec("matplotlib") is None:
        raise ChartUnavailable("PNG charts need matplotlib: pip install 'ftcost[charts]'")


def _main() -> None:
    """Read a chart from stdin, write its PNG to stdout. The argument names the chart's class."""
    chart = msgspec.json.decode(sys.stdin.buffer.read(), type=CHART_TYPES[sys.argv[1]])
    sys.stdout.buffer.write(chart_png(chart))


if __name__ == "__main__":
    _main()
