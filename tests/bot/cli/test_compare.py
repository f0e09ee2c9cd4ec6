"""`ftcost compare a.yml b.yml` and `ftcost breakeven`: scenario files in a terminal.

The example of support_bot: $13,080.00; with five epochs $80.00 more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.bot import support_bot

DAY = ["--as-of", "2026-11-21"]
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a scenario file; its path."""

    def written(file: str, **fields: str) -> str:
        path = tmp_path / file
        scenario = support_bot.FIELDS | fields
        path.write_text("".join(f'{key}: "{value}"\n' for key, value in scenario.items()))
        return str(path)

    return written


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command prints, or its error; never both."""
    assert main([*DAY, *arguments]) == code
    printed = capsys.readouterr()
    assert (printed.err if code == 0 else printed.out) == ""
    return printed.err if code else printed.out


def cells(page: str) -> dict[str, list[str]]:
    """Row label -> a cell for each scenario; columns are at least two spaces apart."""
    rows = [[cell for cell in line.split("  ") if cell.strip()] for line in page.splitlines() if "  " in line]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


# --- compare ----------------------------------------------------------------------------------------------------------


def test_scenarios_are_named_by_their_files(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    page = run(capsys, "compare", write("small.yml"), write("large.yml", epochs="5"))
    assert "small costs the least: $13,080.00." in page
    assert "Compared with small: large +$80.00." in page
    table = cells(page)
    assert table["epochs"] == ["3", "5"]
    assert table["One-off"] == ["$120.00", "$200.00"]
    assert table["Whole horizon"] == ["$13,080.00", "$13,160.00"]
    assert "calls" not in table


def test_name_field_precedes_the_file_name(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    page = run(capsys, "compare", write("a.yml", name="as today"), write("b.yml", epochs="5"))
    assert "as today costs the least" in page
    assert "name" not in cells(page), "the names head the columns"


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    """Numbers end where the rule under the header ends."""
    page = run(capsys, "compare", write("a.yml"), write("b.yml", calls="40k..60k/day"))
    table = page.split("\n\n")[1].splitlines()
    rule = next(line for line in table if set(line) == {"-", " "})
    assert {len(line) for line in table} == {len(rule)}


def test_arguments_can_be_quoted_together(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    first, other = write("a.yml"), write("b.yml", epochs="5")
    assert run(capsys, f"compare {first} {other}") == run(capsys, "compare", first, other)


def test_path_with_spaces(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    page = run(capsys, "compare", write("my plan.yml"), write("b.yml", epochs="5"))
    assert "my plan costs the least" in page


def test_six_files(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    """Each epoch costs $40.00 beside the calls' $12,960.00."""
    page = run(capsys, "compare", *(write(f"e{epochs}.yml", epochs=str(epochs)) for epochs in range(1, 7)))
    assert cells(page)["Whole horizon"] == [f"${12_960 + 40 * epochs:,}.00" for epochs in range(1, 7)]


@pytest.mark.parametrize("count", [0, 1, 7])
def test_too_few_and_too_many(capsys: pytest.CaptureFixture[str], write: Write, count: int) -> None:
    """Before any of them is read: the last is not there."""
    files = [write(f"{number}.yml") for number in range(count)]
    if files:
        Path(files[-1]).unlink()
    error = run(capsys, "compare", *files, code=2)
    assert "two to six" in error
    assert ".yml" in error, "it shows how"


def test_same_file_twice_is_refused(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    path = write("a.yml")
    same = os.path.join(os.path.dirname(path), ".", "a.yml")  # noqa: PTH118, PTH120 - pathlib would drop the dot
    for other in (path, same):
        assert run(capsys, "compare", path, other, code=2).strip()


def test_files_with_one_name_are_distinct(capsys: pytest.CaptureFixture[str], write: Write, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    page = run(capsys, "compare", write("plan.yml"), write("old/plan.yml", epochs="5"))
    header = page.split("\n\n")[1].splitlines()[0].split("  ")
    names = [cell.strip() for cell in header if cell.strip()]
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"examples: 10k\nexamples: 20k\n", "“examples” is repeated"),
        (b"examples: [", "line"),
        (b"- examples\n", ""),
        (b"", "empty"),
        (b"\xff\xfe\x00", ""),
        (b"epoch: 3\nexamples: 10k\nexample: '400'\n", "Use epochs"),
        (b"examples: 10k\n", "example=250/150"),
        (b"examples:\n  deep: 1\n", "examples"),
        (b"on: openai/gpt-4.1-minni\nexamples: 10k\nexample: '400'\n", "openai/gpt-4.1-mini"),
        (b"on: your-rates\nexamples: 10k\nexample: '400'\n", "rates="),
    ],
)
def test_file_that_cannot_be_used_is_named(
    capsys: pytest.CaptureFixture[str], write: Write, tmp_path: Path, content: bytes, says: str
) -> None:
    """Of two files, the broken one."""
    broken = tmp_path / "broken.yml"
    broken.write_bytes(content)
    error = run(capsys, "compare", write("good.yml"), str(broken), code=2)
    assert "broken.yml" in error
    assert "good.yml" not in error
    assert says in error


def test_file_that_is_not_there_or_a_folder(capsys: pytest.CaptureFixture[str], write: Write, tmp_path: Path) -> None:
    assert "nowhere.yml" in run(capsys, "compare", write("a.yml"), "nowhere.yml", code=2)
    assert str(tmp_path) in run(capsys, "compare", write("a.yml"), str(tmp_path), code=2)


@pytest.mark.parametrize("option", [["--format", "json"], ["--format", "csv"], ["--chart", "out.png"]])
def test_unsupported_compare_option_is_refused(
    capsys: pytest.CaptureFixture[str], write: Write, option: list[str]
) -> None:
    assert option[0] in run(capsys, *option, "compare", write("a.yml"), write("b.yml", epochs="5"), code=2)
    assert not Path("out.png").exists()


def test_date_applies_to_all_files(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    """OpenAI ends tuned GPT-4.1 mini on 2027-01-14: after that day there is nothing to compare."""
    files = [write(f"{n}.yml", on="openai/gpt-4.1-mini", rates="", customer="existing", months=n) for n in ("1", "2")]
    assert "Cheapest" in run(capsys, "compare", *files)
    assert main(["--as-of", "2027-02-01", "compare", *files]) == 0
    assert "1 and 2 have no usable offer, so there is no cheapest scenario." in capsys.readouterr().out


# --- breakeven --------------------------------------------------------------------------------------------------------

# A call without its 2,000 tokens of prompt saves 2,000 × $3 per 1M = $0.006: $120.00 is back after 20,000.
BASE = {"base_rates": "3/6", "prompt": "2000->0"}


def test_breakeven_of_a_file(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    assert "after 20,000 calls" in run(capsys, "-f", write("a.yml", **BASE), "breakeven")


def test_breakeven_of_a_file_and_the_line(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    """The base may stand in either; five epochs cost $200.00: 33,334 calls."""
    path = write("a.yml")
    assert "after 20,000 calls" in run(capsys, "-f", path, "breakeven base_rates=3/6 prompt=2000->0")
    assert "after 33,334 calls" in run(capsys, "-f", write("b.yml", **BASE), "breakeven", "epochs=5")


def test_breakeven_puts_the_break_even_before_the_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    line = f"{support_bot.LINE} base_rates=3/6 prompt=2000->0"
    answer, plain = run(capsys, f"breakeven {line}"), run(capsys, line)
    assert answer.splitlines()[:3] == plain.splitlines()[:3]
    assert answer.index("Break-even\n- ") < answer.index("Today: prompting")
    assert "Break-even\n" not in plain


@pytest.mark.parametrize("line", [support_bot.LINE, "months=3"])
def test_breakeven_asks_for_the_base(capsys: pytest.CaptureFixture[str], write: Write, line: str) -> None:
    assert "base=gpt-4o-mini" in run(capsys, f"breakeven {line}", code=2)
    assert "base=gpt-4o-mini" in run(capsys, "-f", write("a.yml"), "breakeven", code=2)


def test_breakeven_alone_says_how_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert "=" in run(capsys, "breakeven", code=2)


def test_breakeven_of_an_unknown_base(capsys: pytest.CaptureFixture[str]) -> None:
    assert "gpt-4o-mini" in run(capsys, f"breakeven {support_bot.LINE} base=gpt-4o-minni", code=2)
