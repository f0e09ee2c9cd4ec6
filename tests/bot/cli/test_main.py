"""The same grammar and the same figures in a terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import COMMANDS, main
from calculator import KEYS
from playground import FakeSlack
from tests.bot import support_bot
from tests.conftest import Workspace
from tests.spreadsheet import Book

DAY = ["--as-of", "2026-11-21"]
LINE = support_bot.LINE.split()


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """What the command prints: output and errors."""
    assert main([*DAY, *arguments]) == code
    printed = capsys.readouterr()
    return printed.out, printed.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    return dict(json.loads(run(capsys, "--format", "json", *arguments)[0]))


def test_text_says_what_slack_says(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, *LINE)
    assert err == ""
    for figure in support_bot.BREAKDOWN.values():
        assert figure in out
    assert "21 Nov 2026" in out


def test_implausible_numbers_are_questioned_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = run(capsys, "on=your-rates rates=10/3/6 examples=10k example=90k")
    assert err == "Check: Did you mean 90,000 tokens in one example? A support chat has 400–800.\n"


def test_one_argument_or_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, support_bot.LINE) == run(capsys, *LINE)


def test_the_json_interface(capsys: pytest.CaptureFixture[str]) -> None:
    """Its documented keys; money as decimal strings. Figures: see support_bot."""
    made = run_json(capsys, *LINE)
    assert made["as_of"] == "2026-11-21"
    assert made["catalog_version"]
    assert made["scenario"] == support_bot.FIELDS
    (estimate,) = made["estimates"]
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
    made = run_json(
        capsys,
        "on=aws-bedrock/nova-lite,openai/gpt-4.1-mini",
        "examples=10k",
        "example=400",
        "calls=1k/day",
        "call=100/70",
    )
    by_offer = {estimate["offer"]: estimate for estimate in made["estimates"]}
    nova_lite = by_offer["aws-bedrock/nova-lite"]
    assert nova_lite["complete"] is False
    assert None in [line["amount_usd"] for line in nova_lite["lines"]]
    warnings = [warning for estimate in made["estimates"] for warning in estimate["warnings"]]
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


def test_the_date_says_which_prices_hold(capsys: pytest.CaptureFixture[str]) -> None:
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


def test_a_file_with_lists(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
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
    made = run_json(capsys, "-f", str(path), "epochs=5")
    assert made["estimates"][0]["one_off_usd"] == "200", "20M tokens at $10"


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
def test_a_file_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "support.yml"
    path.write_text(content)
    out, err = run(capsys, "-f", str(path), code=2)
    assert out == ""
    assert says in err
    assert err.strip()


def test_a_file_that_is_not_there_or_not_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "nowhere.yml" in run(capsys, "-f", str(tmp_path / "nowhere.yml"), code=2)[1]
    (tmp_path / "picture.yml").write_bytes(b"\xff\xfe\x00")
    assert "picture.yml" in run(capsys, "-f", str(tmp_path / "picture.yml"), code=2)[1]


@pytest.mark.parametrize(
    "line",
    [
        "examples=many epochs=0 example=400",
        "epoch=3",
        "on=openai/gpt-4.1-minni examples=10k example=400",
        "base=gpt-4o-minni examples=10k example=400",
        "modles",
        "price openai/gpt-4.1-minni",
        "models zzzz",
        'name="open',
    ],
)
async def test_bad_input_ends_with_2_and_the_words_that_slack_says(
    workspace: Workspace, slack: FakeSlack, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    _, err = run(capsys, line, code=2)
    await slack.command(line)
    said = slack.ephemerals()[0]["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert err.strip().splitlines() == [sentence.removeprefix("• ") for sentence in said.splitlines()]


async def test_look_ups_are_the_same_in_slack_and_terminal(
    workspace: Workspace, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in ("models mixtral", "price openai/gpt-4.1-mini"):
        await slack.command(line)
        said = slack.ephemerals()[-1]["text"].strip("`").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert run(capsys, line)[0].strip() == said.strip()


def test_terminal_suggests_only_its_own_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "how much?", code=2)[1].startswith("I didn't understand that.")
    assert run(capsys, "hepl", code=2)[1] == "“hepl” isn't a command. Did you mean `help`?\n"


def test_help_of_estimate_lists_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--help"]) == 0
    text = capsys.readouterr().out
    for key in [*KEYS, "dataset"]:
        assert f"\n  {key}=" in text


def test_faulty_value_names_the_file_that_holds_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "support.yml"
    path.write_text("examples: many\nexample: '400'\n")
    assert run(capsys, "-f", str(path), code=2)[1].startswith(f"{path}:\nexamples: ")
    path.write_text("examples: 10k\nexample: '400'\n")
    assert run(capsys, "-f", str(path), "examples=many", code=2)[1].startswith("examples: ")


@pytest.mark.parametrize("arguments", [[], ["list"], ["show", "2222222222"]])
def test_what_needs_a_workspace_or_a_question(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(capsys, *arguments, code=2)[1].strip()


def test_the_installed_command() -> None:
    """As a shell starts it: exit codes, output, a reader that goes away."""
    command = Path(sys.executable).parent / "ftcost"
    done = subprocess.run([command, *DAY, *LINE], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
    assert "$13,080.00" in done.stdout
    failed = subprocess.run([command, "epoch=3"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "Use epochs" in failed.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_names_every_command(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n  {command} " in text
    assert "/ftcost" not in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_own_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: ftcost {command} ")


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ftcost {version('ftcost')}\n"


def test_closed_pipe_ends_without_a_traceback() -> None:
    """`ftcost models | head -0`: nobody reads what the command prints."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "bot.cli.main", "models"]
    process = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False)  # noqa: S603
    os.close(writer)
    assert (process.returncode, process.stderr) == (0, "")


OLD = "⚠ read over 90 days ago or undated; check it before you rely on it"


def test_a_price_read_over_ninety_days_ago_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    """Google's price of Qwen3 was read in August, Tinker's on 2026-09-09: 73 days before the question."""
    line = ["examples=10k", "example=250/150", "epochs=3"]
    google = run(capsys, "--all", "on=google/qwen3-8b", *line)[0]
    assert "(19 Aug 2026, 3 months old ⚠, high confidence)" in google
    assert OLD in google.splitlines()
    tinker = run(capsys, "--all", "on=tinker/qwen3-8b", *line)[0]
    assert "(9 Sep 2026, 2 months old, high confidence)" in tinker
    assert "⚠" not in tinker


def test_the_card_of_an_offer_marks_old_prices(capsys: pytest.CaptureFixture[str]) -> None:
    card = run(capsys, "price", "google/qwen3-8b")[0].splitlines()
    (training,) = [row for row in card if row.startswith("training  ")]
    assert training.endswith("3 months old ⚠")
    assert OLD in card
    assert "⚠" not in run(capsys, "price", "tinker/qwen3-8b")[0]


def test_an_own_price_is_not_marked(
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
def test_the_chart_that_was_asked_for(tmp_path: Path, name: str, line: list[str]) -> None:
    question = ["examples=10k", "example=250/150", "epochs=3", "calls=50k/day", "call=100/70", *line]
    path = tmp_path / "chart.png"
    assert main([*question, "--chart", str(path), "--chart-of", name]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_chart_that_cannot_be_drawn_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = ["on=your-rates", "rates=10/3/6", "examples=10k", "example=250/150", "epochs=3"]
    assert main([*question, "--chart", str(tmp_path / "chart.png"), "--chart-of", "break-even"]) == 2
    assert "needs base= and calls=" in capsys.readouterr().err


def test_a_spreadsheet_is_written_to_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "estimate.xlsx"
    assert run(capsys, *LINE, "--format", "xlsx", "--out", str(path)) == (f"Wrote {path}.\n", "")
    (offer,) = Book(path.read_bytes()).rows("Offers")
    assert offer["Total, USD"] == 13_080


def test_another_currency_is_not_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Not shown in EUR" in run(capsys, *LINE, "currency=EUR")[0]


def test_a_spreadsheet_needs_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--out" in run(capsys, *LINE, "--format", "xlsx", code=2)[1]


def test_a_file_that_cannot_be_written_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "Is a directory" in run(capsys, *LINE, "--format", "csv", "--out", str(tmp_path), code=2)[1]


def test_a_scenario_file_goes_round(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What is written as YAML is read back as the same question, and written as the same file."""
    path = tmp_path / "scenario.yml"
    run(capsys, *LINE, 'name="null: off"', "runs=2..4", "--format", "yaml", "--out", str(path))
    again, _ = run(capsys, "-f", str(path), "--format", "yaml")
    assert again == path.read_text()
    assert run_json(capsys, "-f", str(path))["scenario"] == support_bot.FIELDS | {"name": "null: off", "runs": "2..4"}


def test_a_sentence_is_answered_and_echoed_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = run(capsys, "10k examples of 400 tokens, 3 epochs on azure")
    typed = run(capsys, "on=azure examples=10k example=400 epochs=3")
    assert sentence[0] == typed[0]
    assert sentence[1] == "Read as: estimate epochs=3 examples=10k example=400 on=azure\n"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        (
            "Compare tuning gpt-4o-mini on Azure and OpenAI, 2k examples of 400 tokens",
            "azure/gpt-4o-mini,openai/gpt-4o-mini",
        ),
        ("Actual cost of tuning gpt-4.1 with 2k examples of 400 tokens?", "gpt-4.1"),
    ],
)
def test_a_sentence_may_begin_like_a_command(capsys: pytest.CaptureFixture[str], text: str, on: str) -> None:
    assert f"examples=2k example=400 on={on}" in run(capsys, text)[1].replace('"', "")


def test_a_number_with_two_readings_is_asked_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert "10000" in run(capsys, "10.000 examples of 400 tokens", code=2)[1]


def test_read_prints_the_reading_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "make it 5 epochs", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "intent": "change", "fields": {"epochs": "5"}, "assumed": [], "unread": [], "ask": None
    }  # fmt: skip


def test_read_prints_the_reading_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "10k examples in chartreuse"]) == 0
    assert capsys.readouterr().out == "intent    change\nexamples  10k\nNot understood: chartreuse\n"
