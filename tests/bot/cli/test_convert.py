"""`ftcost convert` as the terminal runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from bot.cli.main import main

SHAREGPT = [
    {"conversations": [{"from": "human", "value": f"how much is {n}"}, {"from": "gpt", "value": "two dollars"}]}
    for n in range(3)
]
CHATS = [
    {"messages": [{"role": "user", "content": f"how much is {n}"}, {"role": "assistant", "content": "two dollars"}]}
    for n in range(3)
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in SHAREGPT))
    return path


def records(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_copy_is_written_beside_the_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(path), "--to", "together"]) == 0
    copy = path.with_name("set.together.jsonl")
    assert capsys.readouterr().out == f"Wrote {copy}: 3 examples for together.\n"
    assert records(copy) == CHATS


def test_half_a_surrogate_pair_stays_escaped(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text('{"question": "a \\ud83d b", "answer": "yes"}\n')
    assert main(["convert", str(path), "--to", "openai"]) == 0
    assert "a \\ud83d b" in path.with_name("set.openai.jsonl").read_text()


def test_lines_of_several_formats_become_one(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Together takes pairs of texts as they are, but not beside chats."""
    with path.open("a") as file:
        file.write('{"prompt": "how much is 9", "completion": "two dollars"}\n')
    assert main(["convert", str(path), "--to", "together"]) == 0
    question, answer = ({**message} for message in CHATS[0]["messages"])
    assert records(path.with_name("set.together.jsonl")) == [
        *CHATS, {"messages": [question | {"content": "how much is 9"}, answer]}
    ]  # fmt: skip


def test_copy_goes_to_the_output(path: Path, tmp_path: Path) -> None:
    assert main(["convert", str(path), "--to", "gemini", "-o", str(tmp_path / "copy.jsonl")]) == 0
    (first, *_) = records(tmp_path / "copy.jsonl")
    assert first == {
        "contents": [
            {"role": "user", "parts": [{"text": "how much is 0"}]},
            {"role": "model", "parts": [{"text": "two dollars"}]},
        ]
    }


def test_lines_that_cannot_be_converted_are_listed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with path.open("a") as file:
        file.write("nonsense\n")
    assert main(["convert", str(path), "--to", "openai"]) == 1
    printed = capsys.readouterr()
    assert "line 4: The line isn't JSON" in printed.err
    assert "1 line could not be converted and is missing in the copy." in printed.err
    assert records(path.with_name("set.openai.jsonl")) == CHATS


def test_failure_leaves_no_copy(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text('{"colour": 1}\n')
    assert main(["convert", str(path), "--to", "openai"]) == 2
    assert "No line could be converted for openai" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_unknown_platform_is_answered_with_the_known(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(path), "--to", "acme"]) == 2
    assert "“acme” isn't a platform whose format is known. Write one of openai, azure," in capsys.readouterr().err


def test_file_is_never_overwritten_by_its_copy(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(path), "--to", "openai", "-o", str(path)]) == 2
    assert "this is the file itself" in capsys.readouterr().err
    assert records(path) == SHAREGPT


def test_parquet_and_csv_become_chats(tmp_path: Path) -> None:
    table = tmp_path / "set.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(CHATS), table)
    assert main(["convert", str(table), "--to", "openai"]) == 0
    assert records(tmp_path / "set.openai.jsonl") == CHATS
    rows = tmp_path / "rows.csv"
    rows.write_text("note,remark,id\nhow much is 0,two dollars,7\n")
    assert main(["convert", str(rows), "--to", "openai", "--columns", "note,remark"]) == 0
    assert records(tmp_path / "rows.openai.jsonl") == CHATS[:1]


def test_tokenised_parquet_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """3 + 2 tokens, of which 1 + 2 are trained; Together takes the file as it is."""
    rows = [{"input_ids": [1, 2, 3], "labels": [-100, -100, 3]}, {"input_ids": [4, 5], "labels": [4, 5]}]
    path = tmp_path / "tokens.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    assert main(["count", str(path), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["format"], report["tokens"], report["output_tokens"]) == ("tokens", 5, 3)
    assert report["platforms"]["together"]["accepted"] is True


def test_path_with_spaces_is_not_a_sentence(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spaced = path.rename(path.with_name("our support chats.jsonl"))
    assert main(["convert", str(spaced), "--to", "openai"]) == 0
    assert capsys.readouterr().out.endswith("3 examples for openai.\n")
