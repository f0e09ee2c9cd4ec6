"""`ftcost count` as a shell starts it, and `dataset=` in a question."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import main
from calculator import FieldErrors, read_scenario
from playground import FakeSlack
from tests.conftest import Workspace

COUNTS = ["examples", "tokens", "input_tokens", "output_tokens", "encoding", "exact", "inexact_why", "per_example"]
KEYS = [*COUNTS, "format", "reading", "images", "traits", "problems", "platforms"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Twelve chats: “ a” is one token, so that each has 8 + 10 + 2 + 3 = 23, of which 2 are trained; and a bad line.

    The number in front makes them different: a digit is one token, two digits too.
    """
    lines = [
        {"messages": [{"role": "user", "content": str(n) + " a" * 9}, {"role": "assistant", "content": " a" * 2}]}
        for n in range(12)
    ]
    path = tmp_path / "chat.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "nonsense\n")
    return path


def ftcost(*arguments: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "bot.cli.main", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert done.returncode == code, done.stderr
    return done.stderr if code else done.stdout


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """The same without a shell."""
    assert main(["count", *arguments]) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_json(path: Path) -> None:
    report: dict[str, Any] = json.loads(ftcost("count", str(path), "--format", "json"))
    assert list(report) == KEYS
    assert (report["examples"], report["tokens"]) == (12, 276)
    assert (report["input_tokens"], report["output_tokens"]) == (252, 24)
    assert (report["encoding"], report["exact"], report["format"]) == ("o200k_base", False, "openai-chat")
    assert report["inexact_why"] == "1 line wasn't counted, so the corrected file will have more tokens"
    assert report["per_example"] == {"p5": 23, "p50": 23, "p95": 23, "max": 23}
    assert report["problems"]["total"] == 1
    assert report["problems"]["by_kind"] == {"bad_json": 1}
    (first,) = report["problems"]["first"]
    assert (first["line"], first["kind"]) == (13, "bad_json")
    assert (report["problems"]["refusing"], report["problems"]["first_refusing"]) == (1, [first])
    platforms = report["platforms"]
    assert (platforms["openai"]["accepted"], platforms["openai"]["status"]) == (False, "refused")
    assert platforms["openai"]["why"].startswith("Refused: bad json (1 line).")
    assert platforms["google"]["accepted"] is False
    assert "systemInstruction" in platforms["google"]["why"], "it says how to convert"
    assert "Gemini" in platforms["google"]["why"], "it says that the count is approximate"
    assert "For Nova the factor is unknown" in platforms["aws-bedrock"]["why"]
    # 4.65736 and 1.3897 characters a token against 4.45059 and 1.78502: 1.05 and 0.78; against 4 in English: 1.16
    assert (
        "Gemini 0.78 to 1.16, Gemma 3 0.78 to 1.05 (by Google: understand and count tokens; "
        in platforms["google"]["why"]
    )
    assert "Claude 1.33 " in platforms["aws-bedrock"]["why"], "4.65736 ÷ 3.5"
    assert {"azure", "aws-bedrock", "mistral", "together", "fireworks", "tinker"} <= set(platforms)


def test_tokens_only_and_another_encoding_and_gzip(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Contents alone: 10 + 2 tokens a chat."""
    packed = path.with_suffix(".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert run(capsys, str(packed), "--tokens-only", "--encoding", "cl100k_base") == "144\n"


def test_files_and_folders_are_summed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two chats of 2 × 4 + 1 + 1 + 3 = 13 tokens; the folder has a third, in CSV, and a note that isn't read."""
    chats = [json.dumps({"messages": [{"role": "user", "content": word}, {"role": "assistant", "content": "a"}]})
             for word in ("b", "c")]  # fmt: skip
    (tmp_path / "notes.txt").write_text("hello")
    for name, chat in zip("xy", chats, strict=True):
        (tmp_path / f"{name}.jsonl").write_text(chat)
    files = [str(tmp_path / "x.jsonl"), str(tmp_path / "y.jsonl")]
    report = json.loads(run(capsys, *files, "--format", "json"))
    assert (report["examples"], report["tokens"], report["problems"]["by_kind"].get("duplicate")) == (2, 26, None)
    assert report["reading"] == "2 files, with their lines numbered consecutively: x.jsonl, y.jsonl."
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "z.csv").write_text("question,answer\nd,a\n")
    report = json.loads(run(capsys, str(tmp_path), "--format", "json"))
    assert (report["examples"], report["tokens"]) == (3, 39)
    assert report["problems"]["by_kind"]["other_format"] == 2
    assert run(capsys, str(tmp_path)).startswith("3 examples in the format question-answer (1), openai-chat (2)\n")


def test_text_and_the_report(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, str(path), "--report", str(tmp_path / "report.jsonl"))
    for phrase in (
        "12 examples",
        "276 tokens",
        "line 13: The line isn't JSON",
        "1 of them makes a platform refuse the file",
        "bad json × 1",
        "✗ openai: ",
        "✗ google: ",
    ):
        assert phrase in text
    assert text.count("No file format of this platform is recorded.") == 1, "the platforms without one share a line"
    assert "writes a converted copy" not in text, "no platform takes a copy of a file with a fault"
    (fault,) = (json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines())
    assert fault["line"] == 13


@pytest.mark.parametrize(
    ("platforms", "code"),
    [("openai", 0), ("openai,together", 0), ("openai,google", 1), ("aws-bedrock", 1), ("tinker", 0), ("opnai", 2)],
)
def test_exit_code_shows_acceptance(path: Path, capsys: pytest.CaptureFixture[str], platforms: str, code: int) -> None:
    """Chats in OpenAI's format: Google and Bedrock take a converted copy, and Tinker's format isn't recorded."""
    path.write_text(path.read_text().replace("nonsense\n", ""))
    assert main(["count", str(path), "--for", platforms]) == code
    printed = capsys.readouterr()
    if code == 2:
        assert "Unknown platform “opnai”. The platforms are alibaba, " in printed.err
        return
    lines = printed.out.partition("Platforms\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[1].rstrip(":") for line in lines] == platforms.split(",")


def test_report_is_confirmed_apart_from_the_answer(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.jsonl"
    assert main(["count", str(path), "--format", "json", "--report", str(report)]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)
    assert printed.err == f"Wrote {report}.\n"


@pytest.mark.parametrize(("data", "says"), [(b"%PDF-1.7", "PDF"), (b"", "empty")])
def test_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, says: str) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(data)
    error = run(capsys, str(path), code=2)
    assert says in error
    assert "file.jsonl" in error
    assert len(error.splitlines()) == 1


def test_file_that_is_not_there(tmp_path: Path) -> None:
    assert (
        ftcost("count", str(tmp_path / "none.jsonl"), code=2) == f"{tmp_path}/none.jsonl: No such file or directory.\n"
    )


def test_flag_may_precede_the_command(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["count", str(path), "--tokens-only"]) == 0
    assert main(["--tokens-only", "count", str(path)]) == 0
    after, before = capsys.readouterr().out.splitlines()
    assert before == after


def test_question_on_a_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """12 × 23 tokens × 3 epochs = 828; ÷ 1M × $10 = $0.00828."""
    arguments = [
        "--as-of",
        "2026-11-21",
        "--format",
        "json",
        f"dataset={path}",
        "on=your-rates",
        "rates=10/3/6",
        "epochs=3",
    ]
    assert main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["scenario"]["examples"] == "12"
    assert report["scenario"]["example"] == "21/2"
    assert Decimal(report["estimates"][0]["one_off_usd"]) == Decimal("0.00828")
    assert main([*arguments, "examples=5"]) == 2
    assert "dataset=" in capsys.readouterr().err


def test_uncounted_parts_are_noted_with_the_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    chat = {"messages": [{"role": "user", "content": [picture]}, {"role": "assistant", "content": " a"}]}
    path = tmp_path / "pictures.jsonl"
    path.write_text(json.dumps(chat))
    assert main([f"dataset={path}", "on=your-rates", "rates=10/3/6"]) == 0
    assert "approximate: images or files (1) aren't counted, so the file has more tokens" in capsys.readouterr().err


async def test_slack_says_where_a_file_goes(workspace: Workspace, slack: FakeSlack) -> None:
    with pytest.raises(FieldErrors, match="attach the file to the form"):
        read_scenario({"dataset": "chat.jsonl"})
    await slack.command("dataset=chat.jsonl on=all")
    assert "attach the file to the form" in slack.ephemerals()[0]["text"]


def test_control_characters_of_a_file_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """ESC and OSC sequences move the cursor, change the title or fill the clipboard (CWE-150)."""
    path = tmp_path / "h.jsonl"
    role = "\x1b]0;title\x07\x1b[2J\x9b1mroot"
    path.write_text(json.dumps({"messages": [{"role": role, "content": "a"}]}, ensure_ascii=False) + "\n", "utf-8")
    main(["count", str(path)])
    main(["models", role])
    out, errors = capsys.readouterr()
    assert "root" in out + errors
    assert not re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f]", out + errors.replace("\r", "").replace("\x1b[K", ""))
