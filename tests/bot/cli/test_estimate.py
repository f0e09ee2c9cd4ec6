"""`ftcost estimate`: formats, dates, files and charts, with the figures of Slack."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.bot import support_bot
from tests.bot.cli.terminal import run, run_json
from tests.spreadsheet import Book

LINE = support_bot.LINE.split()


def test_terminal_text_equals_slack_text(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, *LINE)
    assert err == ""
    for figure in support_bot.BREAKDOWN.values():
        assert figure in out
    assert "21 Nov 2026" in out


def test_implausible_numbers_are_questioned_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = run(capsys, "on=your-rates rates=10/3/6 examples=10k example=90k")
    assert err == "Check: Did you mean 90,000 tokens in one example? A support chat has 400–800.\n"


def test_arguments_can_be_quoted_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, support_bot.LINE) == run(capsys, *LINE)


def test_json_interface(capsys: pytest.CaptureFixture[str]) -> None:
    """Its documented keys; money as decimal strings. Figures: see support_bot."""
    result = run_json(capsys, *LINE)
    assert result["as_of"] == "2026-11-21"
    assert result["catalog_version"]
    assert result["scenario"] == support_bot.FIELDS
    (estimate,) = result["estimates"]
    assert {key: estimate[key] for key in ("offer", "platform", "model", "status", "complete")} == {
        "offer": "your-rates",
        "platform": "your-rates",
        "model": "your-rates",
        "status": "open",
        "complete": True,
    }
    money = {"one_off_usd": "120", "first_month_usd": "1200", "monthly_usd": "1080", "total_usd": "13080"}
    assert {key: estimate[key] for key in money} == money
    assert estimate["warnings"] == []
    assert [line["amount_usd"] for line in estimate["lines"]] == ["120", "5400", "7560"]
    first = estimate["lines"][0]
    documented = {
        "component": "training",
        "quantity": "12",
        "unit": "1M tokens",
        "unit_price_usd": "10",
        "amount_usd": "120",
    }
    assert {key: first[key] for key in documented} == documented
    assert first["label"]
    assert "10,000 examples" in first["formula"]
    assert set(first["source"]) == {"title", "url", "checked", "confidence"}
    assert first["source"]["url"] is None
    assert first["source"]["checked"] == "2026-11-21"


def test_json_has_null_for_unknown_prices_and_codes_of_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    """Bedrock tunes Nova Lite, and no source has the price of training it."""
    result = run_json(
        capsys,
        "on=aws-bedrock/nova-lite,openai/gpt-4.1-mini",
        "examples=10k",
        "example=400",
        "calls=1k/day",
        "call=100/70",
    )
    by_offer = {estimate["offer"]: estimate for estimate in result["estimates"]}
    nova_lite = by_offer["aws-bedrock/nova-lite"]
    assert nova_lite["complete"] is False
    assert None in [line["amount_usd"] for line in nova_lite["lines"]]
    warnings = [warning for estimate in result["estimates"] for warning in estimate["warnings"]]
    assert warnings
    for warning in warnings:
        assert set(warning) == {"code", "text", "usd"}
        assert warning["usd"] is None or Decimal(warning["usd"]) >= 0
    assert "price_unknown" in {warning["code"] for warning in nova_lite["warnings"]}


def test_money_is_never_a_float_or_an_exponent(capsys: pytest.CaptureFixture[str]) -> None:
    """One training token at $0.000001 per 1M: 1e-12 dollars."""
    out, _ = run(
        capsys, "--format", "json", "on=your-rates", "rates=0.000001/0/0", "examples=1", "example=1", "epochs=1"
    )
    assert '"amount_usd": "0.000000000001"' in out
    json.loads(out, parse_float=pytest.fail)


def test_csv_has_a_row_a_line_item(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = run(capsys, "--format", "csv", *LINE, "name=@x")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [Decimal(row["amount_usd"]) for row in rows] == [120, 5_400, 7_560]
    assert rows[0]["name"] == "'@x", "a spreadsheet must not take it for a formula"


def test_date_selects_the_prices(capsys: pytest.CaptureFixture[str]) -> None:
    """OpenAI ends tuned GPT-4.1 mini on 2027-01-14: after that day it is not for sale."""
    line = ["on=openai/gpt-4.1-mini", "examples=10k", "example=400"]
    assert run_json(capsys, *line)["estimates"][0]["status"] == "closing"
    assert main(["--format", "json", "--as-of", "2027-02-01", *line]) == 0
    later = json.loads(capsys.readouterr().out)
    assert later["as_of"] == "2027-02-01"
    assert later["estimates"][0]["status"] == "closed"


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "21.11.2026"])
def test_invalid_date_is_refused(capsys: pytest.CaptureFixture[str], date: str) -> None:
    assert main([*LINE, "--as-of", date]) == 2
    assert f"“{date}” isn't a date" in capsys.readouterr().err


def test_file_with_lists(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "support-bot.yml"
    path.write_text(
        "on:\n  - your-rates\n  - tinker/qwen3-8b\n"
        + "".join(f'{k}: "{v}"\n' for k, v in support_bot.FIELDS.items() if k != "on")
    )
    offers = {estimate["offer"]: estimate for estimate in run_json(capsys, "-f", str(path))["estimates"]}
    assert set(offers) == {"your-rates", "tinker/qwen3-8b"}
    assert offers["your-rates"]["total_usd"] == "13080"


def test_words_on_the_line_come_on_top_of_the_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "support-bot.yml"
    path.write_text("".join(f'{key}: "{value}"\n' for key, value in support_bot.FIELDS.items()))
    result = run_json(capsys, "-f", str(path), "epochs=5")
    assert result["estimates"][0]["one_off_usd"] == "200", "20M tokens at $10"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("examples: 10k\nexamples: 20k\n", "examples"),
        ("examples:\n  deep: 1\n", "examples"),
        ("epoch: 3\nexamples: 10k\nexample: '400'\n", "epochs"),
        ("examples: [", "support.yml"),
        ("- examples\n", "support.yml"),
        ("", ""),
    ],
)
def test_file_that_cannot_be_used(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "support.yml"
    path.write_text(content)
    out, err = run(capsys, "-f", str(path), code=2)
    assert out == ""
    assert says in err
    assert err.strip()


def test_file_that_is_not_there_or_not_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "nowhere.yml" in run(capsys, "-f", str(tmp_path / "nowhere.yml"), code=2)[1]
    (tmp_path / "picture.yml").write_bytes(b"\xff\xfe\x00")
    assert "picture.yml" in run(capsys, "-f", str(tmp_path / "picture.yml"), code=2)[1]


def test_faulty_value_names_the_file_that_holds_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "support.yml"
    path.write_text("examples: many\nexample: '400'\n")
    assert run(capsys, "-f", str(path), code=2)[1].startswith(f"{path}:\nexamples: ")
    path.write_text("examples: 10k\nexample: '400'\n")
    assert run(capsys, "-f", str(path), "examples=many", code=2)[1].startswith("examples: ")


OLD = "⚠ read over 90 days ago or undated; check it before you rely on it"


def test_price_read_over_ninety_days_ago_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    """Google's price of Qwen3 was read in August, Tinker's on 2026-09-09: 73 days before the question."""
    line = ["examples=10k", "example=250/150", "epochs=3"]
    google = run(capsys, "--all", "on=google/qwen3-8b", *line)[0]
    assert "(19 Aug 2026, 3 months old ⚠, high confidence)" in google
    assert OLD in google.splitlines()
    tinker = run(capsys, "--all", "on=tinker/qwen3-8b", *line)[0]
    assert "(9 Sep 2026, 2 months old, high confidence)" in tinker
    assert "⚠" not in tinker


def test_card_of_an_offer_marks_old_prices(capsys: pytest.CaptureFixture[str]) -> None:
    card = run(capsys, "price", "google/qwen3-8b")[0].splitlines()
    (training,) = [row for row in card if row.startswith("training  ")]
    assert training.endswith("3 months old ⚠")
    assert OLD in card
    assert "⚠" not in run(capsys, "price", "tinker/qwen3-8b")[0]


def test_own_price_is_not_marked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A contract holds as long as it says."""
    (tmp_path / "ours.yml").write_text(
        "platform: tinker\nsources: {c: {title: Contract, checked: 2026-01-01}}\noffers:\n"
        "  qwen3-8b: {prices: {training: {usd: 0.3, per: 1M tokens, source: c, confidence: high}}}\n"
    )
    monkeypatch.setenv("FTCOST_PRICES_DIR", str(tmp_path))
    out = run(capsys, "--all", "on=tinker/qwen3-8b", "examples=10k", "example=250/150", "epochs=3")[0]
    assert "(1 Jan 2026, 10 months old, your price)" in out
    assert "⚠" not in out


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("offers", ["on=your-rates,tinker/qwen3-8b", "rates=10/3/6"]),
        ("drivers", ["on=your-rates", "rates=10/3/6"]),
        ("break-even", ["on=your-rates", "rates=10/3/6", "base_rates=20/20"]),
    ],
)
def test_chart_that_was_asked_for(tmp_path: Path, name: str, line: list[str]) -> None:
    question = ["examples=10k", "example=250/150", "epochs=3", "calls=50k/day", "call=100/70", *line]
    path = tmp_path / "chart.png"
    assert main([*question, "--chart", str(path), "--chart-of", name]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_chart_that_cannot_be_drawn_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = ["on=your-rates", "rates=10/3/6", "examples=10k", "example=250/150", "epochs=3"]
    assert main([*question, "--chart", str(tmp_path / "chart.png"), "--chart-of", "break-even"]) == 2
    assert "needs base= and calls=" in capsys.readouterr().err


def test_spreadsheet_is_written_to_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "estimate.xlsx"
    assert run(capsys, *LINE, "--format", "xlsx", "--out", str(path)) == (f"Wrote {path}.\n", "")
    (offer,) = Book(path.read_bytes()).rows("Offers")
    assert offer["Total, USD"] == 13_080


def test_another_currency_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Not shown in EUR" in run(capsys, *LINE, "currency=EUR")[0]


def test_spreadsheet_needs_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--out" in run(capsys, *LINE, "--format", "xlsx", code=2)[1]


def test_file_that_cannot_be_written_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "Is a directory" in run(capsys, *LINE, "--format", "csv", "--out", str(tmp_path), code=2)[1]


def test_scenario_file_reads_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What is written as YAML is read back as the same question, and written as the same file."""
    path = tmp_path / "scenario.yml"
    run(capsys, *LINE, 'name="null: off"', "runs=2..4", "--format", "yaml", "--out", str(path))
    again, _ = run(capsys, "-f", str(path), "--format", "yaml")
    assert again == path.read_text()
    assert run_json(capsys, "-f", str(path))["scenario"] == support_bot.FIELDS | {"name": "null: off", "runs": "2..4"}
