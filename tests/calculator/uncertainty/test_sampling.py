"""The draws: the same input has the same draws in every question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from calculator import estimate, read_scenario, sample
from calculator.uncertainty.ranges import SampledEstimates
from pricing import Catalog
from tests.calculator.questions import TODAY
from tests.calculator.uncertainty.test_ranges import NOTHING, OWN, percentiles, ranges

RANGED = {
    "on": "openai/gpt-4.1-mini,your-rates",
    "rates": "10/1/2..3",
    "base_rates": "0.5/3",
    "examples": "10k..20k",
    "example": "250/100..200",
    "epochs": "2..4",
    "calls": "10k..20k..50k/day",
    "call": "100/70",
    "prompt": "2000->100..300",
    "cached": "10%..40%",
    "growth": "-5%..5%",
    "months": "6..18",
}
IN_A_FRESH_PROCESS = """
import json, sys
from datetime import date
from calculator import estimate, read_scenario, sample
from pricing import load_catalog
fields, day = json.loads(sys.argv[1]), date.fromisoformat(sys.argv[2])
found = sample(estimate(read_scenario(fields), load_catalog(), day))
print(json.dumps([
    [list(map(str, found.percentiles(name, "total"))), str(found.pays_back_share(name))] for name in found.estimates
]))
"""


def answers(samples: SampledEstimates) -> list[list[Any]]:
    return [
        [list(map(str, percentiles(samples, name))), str(samples.pays_back_share(name))] for name in samples.estimates
    ]


def test_draws_are_the_same_in_another_process(catalog: Catalog) -> None:
    here = answers(ranges(catalog, **RANGED))
    assert here == answers(ranges(catalog, **RANGED))
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
    there = subprocess.run(  # noqa: S603 - this Python, our own text
        [sys.executable, "-c", IN_A_FRESH_PROCESS, json.dumps(NOTHING | RANGED), TODAY.isoformat()],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONHASHSEED": seed},
        cwd=Path(__file__).parents[3],
    )
    assert json.loads(there.stdout) == here


def test_draws_depend_on_neither_order_nor_spelling(catalog: Catalog) -> None:
    here = answers(ranges(catalog, **RANGED))
    backwards = sample(estimate(read_scenario(dict(reversed((NOTHING | RANGED).items()))), catalog, TODAY))
    assert backwards is not None
    assert answers(backwards) == here
    written = {"examples": "10,000...20000", "epochs": "2…4", "cached": "0.1..0.40", "rates": "10.0/1/2.0..3"}
    assert answers(ranges(catalog, **RANGED | written)) == here
    among_others = ranges(catalog, **RANGED | {"on": "together,openai/gpt-4.1-mini,your-rates,google/gemini-2.5-pro"})
    for name, (usd, share) in zip(("openai/gpt-4.1-mini", OWN), here, strict=True):
        assert list(map(str, percentiles(among_others, name))) == usd
        assert str(among_others.pays_back_share(name)) == share


def test_another_range_is_drawn_in_another_order(catalog: Catalog) -> None:
    """Otherwise two inputs would rise and fall together."""
    samples = ranges(catalog, prep="100..200", hours="100..200", data_gb="100..201")
    drawn: list[Any] = [samples.plan.preparation_usd, samples.plan.training_hours, samples.plan.data_gb]
    for left, other in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(drawn[left].values, drawn[other].values)[0, 1]) < 0.1
