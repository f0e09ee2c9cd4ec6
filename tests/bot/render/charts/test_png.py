"""PNG charts: matplotlib stays out of the bot's process, and its absence is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.render.charts.build import chart_of
from bot.render.charts.model import Chart
from bot.render.charts.png import ChartUnavailable, chart_png, chart_png_in_subprocess
from pricing import Catalog
from tests.bot.render.charts.cases import ALL, LINES, SAVES, compare, tornado_of
from tests.bot.render.charts.test_drawing import size

WITHOUT_MATPLOTLIB = "import sys; sys.modules['matplotlib'] = None; from bot.cli.main import main; main({arguments})"


@pytest.fixture
def chart(catalog: Catalog) -> Chart:
    chart = chart_of(compare(LINES["pays back"], catalog))
    assert chart is not None
    return chart


async def test_child_process_draws_the_same_image(chart: Chart) -> None:
    for drawn in (chart, tornado_of("53.55", ("Calls", "10k", "90k", "12.5", "98.1"))):
        assert await chart_png_in_subprocess(drawn) == chart_png(drawn)


async def test_bot_process_does_not_draw(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing would stall the event loop for a third of a second or more."""
    monkeypatch.setitem(sys.modules, "bot.render.charts.drawing", None)
    with pytest.raises(ImportError):
        chart_png(chart)
    assert size(await chart_png_in_subprocess(chart))[0] == 1600


async def test_slow_drawing_is_stopped(chart: Chart) -> None:
    with pytest.raises(ChartUnavailable, match=r"took over 0\.01 seconds"):
        await chart_png_in_subprocess(chart, timeout_s=0.01)


async def test_failed_process_is_reported(chart: Chart) -> None:
    with pytest.raises(ChartUnavailable, match="code 1"):
        await chart_png_in_subprocess(chart, command=("/bin/false",))


def test_terminal_names_the_missing_extra(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    code = WITHOUT_MATPLOTLIB.format(arguments=["--chart", str(path), SAVES])
    code = code.replace("main([", "raise SystemExit(main([").rstrip() + ")"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 2
    assert "pip install 'ftcost[charts]'" in done.stderr
    assert not path.exists()


def test_terminal_writes_a_chart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in (SAVES, ALL):
        path = tmp_path / "out.png"
        assert main(["--as-of", "2026-11-21", "--chart", str(path), line]) == 0
        assert path.read_bytes().startswith(b"\x89PNG")
        path.unlink()
    for name, line, message in (
        ("out.jpg", SAVES, "charts are PNG files"),
        ("none/out.png", SAVES, "No such file"),
        ("out.png", "models llama", "unrecognized arguments"),
    ):
        capsys.readouterr()
        assert main(["--chart", str(tmp_path / name), line]) == 2
        assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
