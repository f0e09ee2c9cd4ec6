"""Questions in plain English in a terminal."""

from __future__ import annotations

import json

import pytest

from bot.cli.main import main
from tests.bot.cli.terminal import run


def test_sentence_is_answered_and_echoed_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
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
def test_sentence_may_begin_like_a_command(capsys: pytest.CaptureFixture[str], text: str, on: str) -> None:
    assert f"examples=2k example=400 on={on}" in run(capsys, text)[1].replace('"', "")


def test_number_with_two_readings_is_asked_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert "10000" in run(capsys, "10.000 examples of 400 tokens", code=2)[1]


def test_read_prints_the_reading_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "make it 5 epochs", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "intent": "change", "fields": {"epochs": "5"}, "assumed": [], "unread": [], "ask": None
    }  # fmt: skip


def test_read_prints_the_reading_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "10k examples in chartreuse"]) == 0
    assert capsys.readouterr().out == "intent    change\nexamples  10k\nNot understood: chartreuse\n"
