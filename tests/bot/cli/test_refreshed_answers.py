"""`ftcost prices refresh --scenario` and `--saved`: the answers that observed prices would change."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from bot.cli.refreshed_answers import compare_answers, questions_of_files, saved_questions
from bot.store import EstimateStore, open_database
from calculator import UserError
from pricing.refresh import run_refresh
from tests.bot.database_fixtures import NOW
from tests.bot.results.samples import stored_result
from tests.pricing.refresh.feed_server import KEYS, feed_server

TODAY = date(2026, 11, 22)


def scenario(folder: Path, name: str, on: str) -> Path:
    path = folder / name
    path.write_text(f"on: {on}\nexamples: 10k\nexample: 400\nepochs: 3\n")
    return path


async def test_answers_that_observed_prices_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """12M tokens at the observed $0.52 instead of $0.48 are $6.24 instead of $5.76. Nothing is written."""
    questions = questions_of_files(
        [scenario(tmp_path, "a.yml", "together/qwen3-8b"), scenario(tmp_path, "b.yml", "google/gemini-3.5-flash")]
    )
    async with feed_server() as server:
        code = await run_refresh(
            write=False,
            into=None,
            only=["together"],
            today=TODAY,
            environment=KEYS,
            feeds=server.feeds(),
            compare_answers=partial(compare_answers, questions, TODAY),
        )
    printed = capsys.readouterr().out
    assert code == 0
    assert "1 scenario changed against the recorded prices. 1 scenario unchanged." in printed
    (row,) = [line for line in printed.splitlines() if line.startswith(f"{tmp_path / 'a.yml'} (")]
    assert row.split()[-4:] == ["$5.76", "$6.24", "+$0.48", "(+8%)"]
    assert "b.yml" not in printed


def test_saved_questions_are_asked_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'estimates.sqlite3'}"
    monkeypatch.setenv("FTCOST_DATABASE_URL", url)

    async def fill() -> None:
        database = await open_database(url)
        store = EstimateStore(database, lambda: NOW)
        fields = {"on": "together/qwen3-8b", "examples": "10k"}
        for number, team in enumerate(("T1", "T1", "T2")):
            changed = fields | {"epochs": str(max(number, 1))}
            key = f"bcdfghjkm{number + 2}"
            await store.save(key, team_id=team, user_id="U1", fields=changed, result=stored_result(), edit_of=None)
        await database.close()

    asyncio.run(fill())
    questions = saved_questions()
    assert [(question.name, question.fields["epochs"]) for question in questions] == [
        ("bcdfghjkm3", "1"),
        ("bcdfghjkm4", "2"),
    ]


def test_faulty_scenario_is_refused_before_the_feeds_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("examples: many\n")
    with pytest.raises(UserError, match=r"a\.yml"):
        questions_of_files([path])
