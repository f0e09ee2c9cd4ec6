"""`ftcost actual -f scenario.yml bill.csv`."""

from __future__ import annotations

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


def run(tmp_path: Path, scenario: Path, bill: str, *more: str) -> int:
    path = tmp_path / "bill.csv"
    path.write_text(bill)
    return main(["actual", "-f", str(scenario), str(path), *more])


def test_a_bill_against_a_scenario(tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The bill's first day is the estimate's. January 2024 has 31 days: 1,080 × 31 × 12 / 365 = 1,100.71; February 29:
    1,080 × 29 × 12 / 365 = 1,029.70.
    """
    chart = tmp_path / "chart.png"
    assert run(tmp_path, scenario, BILL, "--chart", str(chart)) == 0
    out = capsys.readouterr().out
    assert [line.split()[:5] for line in out.splitlines() if line.startswith("2024-0") and "$" in line][1:] == [
        ["2024-01", "Training", "$120.00", "$131.20", "+$11.20"],
        ["2024-01", "Inference", "$1,100.71", "$1,100.71", "±$0.00"],
        ["2024-02", "Inference", "$1,029.70", "$2,000.00", "+$970.30"],
    ]
    assert "2024-01 to 2024-02: $3,231.91 paid, $2,250.41 estimated: +$981.50." in out
    assert "--as-of sets another" in out
    assert chart.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("bill", "more", "why"),
    [
        ("x,y\n1,2\n", (), "A bill needs a date"),
        (BILL, ("--on", "openai/gpt-4.1"), "has no offer"),
        (BILL, ("--chart", "chart.gif"), "charts are PNG files"),
        (BILL, ("--as-of", "2025-01-01", "--chart", "chart.png"), "covers no day of the bill"),
        ("date,component,cost\n2024-01-01,lunch,9\n", (), "It has “lunch”."),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str], bill: str, more: tuple[str, ...], why: str
) -> None:
    assert run(tmp_path, scenario, bill, *more) == 2
    assert why in capsys.readouterr().err


def test_a_bill_that_is_not_there(tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["actual", "-f", str(scenario), str(tmp_path / "none.csv")]) == 2
    assert "No such file" in capsys.readouterr().err
