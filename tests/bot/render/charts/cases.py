"""Scenarios and charts that the tests of charts share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.render.charts.model import TornadoBar, TornadoChart
from calculator import Comparison, estimate, read_scenario
from pricing import Catalog
from tests.conftest import LINE

TODAY = date(2026, 11, 21)
ALL = f"on=all {LINE.partition(' ')[2]}"
PROMPT = "prompt=2000->100 call=100/70"
OWN = f"on=your-rates rates=10/3/6 base_rates=3/6 {PROMPT} examples=10k example=250/150 epochs=3"
SAVES = f"{OWN} calls=10k/month"
ENDS = f"on=azure/gpt-4.1-mini@global base=gpt-4o {PROMPT} examples=10k example=250/150"

LINES = {
    "pays back": SAVES,
    "horizon that is not a step": f"{SAVES} months=25",
    "longest": f"{SAVES} months=60",
    "one month": f"{SAVES} months=1",
    "beyond the horizon": f"{OWN} calls=1k/month prep=400",
    "far beyond the horizon": f"{OWN} calls=1/month prep=400",
    "growing": f"{SAVES} growth=7%",
    "shrinking": f"{SAVES} growth=-20%",
    "retrained": f"{SAVES} retrain=5 runs=3 prep=40",
    "retrained every month": f"{SAVES} retrain=1 months=60 growth=5%",
    "never": f"{OWN} base_rates=0.1/0.1 calls=10k/month",
    "the model ends": f"{ENDS} calls=20/month",
    "it pays back and ends": f"{ENDS} calls=50k/day",
    "hosted": f"on=azure base=gpt-4o {PROMPT} examples=10k example=250/150 calls=50k/day",
    "ranges": f"{SAVES} examples=10k..50k",
    "dear": f"{OWN} rates=1000/900/900 base_rates=900/900 calls=1B/day examples=1B",
    "cheap": f"{OWN} rates=0.001/0.0001/0.0001 base_rates=0.001/0.001 calls=1/month examples=1",
    "a long name": f"{SAVES} base={'Very-long-name-' * 6}",
    "a hostile name": f"{SAVES} base=<!channel>&<@U1>你好…é",
}
BARS = {
    "all": ALL,
    "two": f"{LINE} prep=500 retrain=3",
    "azure ends early": f"{ALL} on=azure",
    "ranges": f"{LINE} calls=10k..50k/day",
    "tiny": "on=all examples=1 example=1 calls=1/month call=1/1",
    "nothing to pay": "on=your-rates rates=0/0/0 examples=1 example=1",
    "training only": "on=all examples=10k example=250/150",
}


def compare(line: str, catalog: Catalog) -> Comparison:
    return estimate(read_scenario(dict(word.split("=", 1) for word in line.split())), catalog, TODAY)


def tornado_of(likely: str, *bars: tuple[str, str, str, str, str]) -> TornadoChart:
    """A tornado from (name, low, high, total at low, total at high) rows."""
    rows = (TornadoBar(name, low, high, Decimal(at_low), Decimal(at_high)) for name, low, high, at_low, at_high in bars)
    return TornadoChart(
        "What moves the total", "Short", "Each bar changes one input.", "Alt.", Decimal(likely), tuple(rows)
    )
