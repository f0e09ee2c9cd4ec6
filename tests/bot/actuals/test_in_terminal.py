"""`ftcost actual -f scenario.yml bill.csv`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.bot.support_bot import FIELDS

BILL = "date,component,cost\n2024-01-01,training,131.20\n2024-01-31,inference,1100.71\n2024-02-01,inference,2000\n"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yml"
    path.write_text("".join(f'{key}: "{text}"\n' for key, text in FIELDS.items()))
    return path


def run(tmp_path: Path, scenario: Path, bill: str, *options: str) -> int:
    path = tmp_path / "bill.csv"
    path.write_text(bill)
    return main(["actual", "-f", str(scenario), str(path), *options])


def test_bill_is_compared_with_a_scenario(tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The estimate is from the bill's first day, 1 January 2024.

    January has 31 days: 1,080 × 31 × 12 / 365 = 1,100.71; February has 29: 1,080 × 29 × 12 / 365 = 1,029.70.
    """
    chart = tmp_path / "chart.png"
    assert run(tmp_path, scenario, BILL, "--chart", str(chart)) == 0
    out = capsys.readouterr().out
    assert [re.split("  +", line)[:5] for line in out.splitlines() if "2024  " in line] == [
        ["Jan 2024", "Training", "$120.00", "$131.20", "+$11.20"],
        ["Jan 2024", "Inference", "$1,100.71", "$1,100.71", "±$0.00"],
        ["Feb 2024", "Inference", "$1,029.70", "$2,000.00", "+$970.30 ⚑"],
    ]
    assert "Jan 2024 to Feb 2024: $3,231.91 paid, $2,250.41 estimated: +$981.50." in out
    assert "--as-of sets another" in out
    assert chart.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("bill", "options", "reason"),
    [
        ("x,y\n1,2\n", (), "A bill needs a date"),
        (BILL, ("--on", "openai/gpt-4.1"), "isn't in this estimate"),
        (BILL, ("--chart", "chart.gif"), "charts are PNG files"),
        (BILL, ("--as-of", "2025-01-01", "--chart", "chart.png"), "covers no day of the bill"),
        ("date,component,cost\n2024-01-01,lunch,9\n", (), "It has “lunch”."),
    ],
)
def test_invalid_arguments_end_with_code_2_and_the_reason(
    tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str], bill: str, options: tuple[str, ...], reason: str
) -> None:
    assert run(tmp_path, scenario, bill, *options) == 2
    assert reason in capsys.readouterr().err


def test_missing_bill_file_is_named(tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["actual", "-f", str(scenario), str(tmp_path / "none.csv")]) == 2
    assert "No such file" in capsys.readouterr().err
