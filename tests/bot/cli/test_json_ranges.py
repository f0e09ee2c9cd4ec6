"""Ranges, drivers and break-even as data: their keys, and the CSV that has none of them.

Two to four epochs of the example of support_bot: $13,040.00, $13,080.00 or $13,120.00, each in a third of the cases.
At $0.07 more per 1M input tokens the base model costs $126.00 more over the year than the tuned one's calls, which pays
for two and for three epochs: 1,333 of 2,000 draws.
"""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest

from bot.cli.main import main
from tests.bot import support_bot

DAY = ["--as-of", "2026-11-21"]
RANGED = support_bot.LINE.replace("epochs=3", "epochs=2..4")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*DAY, *arguments]) == 0
    return capsys.readouterr().out


def json_of(capsys: pytest.CaptureFixture[str], line: str) -> dict[str, Any]:
    return dict(json.loads(run(capsys, "--format", "json", line), parse_float=pytest.fail))


def test_range_has_percentiles_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = json_of(capsys, RANGED)["estimates"]
    assert entry["range"] == {"p10_usd": "13040", "p50_usd": "13080", "p90_usd": "13120", "pays_back_share": None}
    assert entry["total_usd"] == "13080"
    assert entry["low"] == {
        "one_off_usd": "80",
        "first_month_usd": "1160",
        "monthly_usd": "1080",
        "total_usd": "13040",
    }
    assert entry["high"]["total_usd"] == "13120"


def test_base_adds_the_share_that_pays_back(capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = json_of(capsys, f"{RANGED} base_rates=3.07/6")["estimates"]
    assert entry["range"]["pays_back_share"] == "0.6665"
    assert entry["break_even"]["net_usd"] == "6", "of the likely three epochs"


def test_question_without_ranges_has_no_range(capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = json_of(capsys, f"{support_bot.LINE} base_rates=3.07/6")["estimates"]
    assert not entry.get("range")
    assert entry["break_even"]["net_usd"] == "6"


def test_unknown_price_has_a_null_range(capsys: pytest.CaptureFixture[str]) -> None:
    """No source has the price of training Nova Lite."""
    result = json_of(capsys, "on=aws-bedrock/nova-lite examples=10k..20k example=400 calls=1k/day call=100/70")
    assert result["estimates"][0]["range"] is None
    assert result["drivers"] is None, "there is no best offer"


def test_drivers_use_the_ranges_of_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    """Calls: 13,080 ± 0.2 × 12,960. The widest first."""
    result = json_of(capsys, RANGED.replace("50k/day", "40k..60k/day"))["drivers"]
    assert result == {
        "offer": "your-rates",
        "assumed_spread": None,
        "inputs": [
            {
                "input": "calls",
                "low": "40000",
                "high": "60000",
                "total_at_low_usd": "10488",
                "total_at_high_usd": "15672",
            },
            {"input": "epochs", "low": "2", "high": "4", "total_at_low_usd": "13040", "total_at_high_usd": "13120"},
        ],
    }


def test_drivers_without_ranges_state_the_spread(capsys: pytest.CaptureFixture[str]) -> None:
    """A fifth off; epochs to the next whole ones."""
    result = json_of(capsys, support_bot.LINE)["drivers"]
    assert result["assumed_spread"] == "0.2"
    by_input = {row["input"]: row for row in result["inputs"]}
    assert by_input["calls"]["total_at_low_usd"] == "10488"
    assert (by_input["epochs"]["low"], by_input["epochs"]["high"]) == ("2", "4")
    swings = [abs(Decimal(row["total_at_high_usd"]) - Decimal(row["total_at_low_usd"])) for row in result["inputs"]]
    assert swings == sorted(swings, reverse=True)
    assert min(swings) > 0


def test_the_same_question_has_the_same_answer(capsys: pytest.CaptureFixture[str]) -> None:
    line = f"{RANGED.replace('50k/day', '40k..45k..60k/day')} base_rates=3.07/6"
    assert run(capsys, "--format", "json", line) == run(capsys, "--format", "json", line)


def test_csv_is_the_likely_case_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The same rows and columns as without ranges, but for what was asked."""
    ranged, plain = (
        list(csv.DictReader(io.StringIO(run(capsys, "--format", "csv", line)))) for line in (RANGED, support_bot.LINE)
    )
    assert [row.pop("epochs") for row in ranged] == ["2..4"] * 3
    assert [row.pop("epochs") for row in plain] == ["3"] * 3
    assert ranged == plain
    assert [Decimal(row["amount_usd"]) for row in ranged] == [120, 5_400, 7_560]


def test_terminal_text_has_the_range(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "--all", f"{RANGED} base_rates=3.07/6")
    for phrase in ("8 of 10 cases", "67% of", "Epochs", "2 – 4", "+$80.00"):
        assert phrase in out


def test_range_without_effect_shows_no_span(capsys: pytest.CaptureFixture[str]) -> None:
    """Stored data costs nothing at one's own prices."""
    out = run(capsys, f"{support_bot.LINE} data_gb=1..9")
    assert not re.search(r"\$13,080(?:\.00)? (?:to|–) \$13,080", out)


def test_incomplete_prices_leave_no_empty_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A table is a header, a rule and at least a row."""
    out = run(capsys, "--all", "on=aws-bedrock/nova-lite examples=10k..20k example=400 calls=1k/day call=100/70")
    lines = [*out.splitlines(), ""]
    for number, line in enumerate(lines):
        if line and set(line) <= {"-", " "} and "--" in line:
            assert lines[number + 1], lines[number - 1]
