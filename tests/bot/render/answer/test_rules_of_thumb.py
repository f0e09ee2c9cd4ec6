"""Tune or prompt, in words: every sentence with its figure, the same in a terminal and in the thread.

A prompt of 2,000 tokens tuned down to 100, an answer of 50: today 2,000 × $0.15 + 50 × $0.60 = $0.000330 a call, tuned
100 × $0.30 + 50 × $1.20 = $0.000090, so a call saves $0.000240. Training 1M tokens at $62 per 1M: $62.00.
"""

from __future__ import annotations

import json
import re

import pytest

from bot.cli.main import main
from playground import FakeSlack
from tests.bot import slack_actions
from tests.bot.message_text import texts
from tests.conftest import Workspace

DAY = ["--as-of", "2026-11-21"]
FIELDS = {
    "on": "your-rates",
    "rates": "62/0.30/1.20",
    "base_rates": "0.15/0.60",
    "examples": "1000",
    "example": "1000",
    "epochs": "1",
    "prompt": "2000->100",
    "call": "0/50",
    "calls": "100k/month",
}
TITLE = "Tune or prompt?"


def line(**fields: str) -> str:
    return " ".join(f"{key}={value}" for key, value in (FIELDS | fields).items() if value)


def judged(capsys: pytest.CaptureFixture[str], question: str) -> list[str]:
    """The sentences under “Tune or prompt?” in the terminal."""
    assert main([*DAY, "--all", question]) == 0
    out = capsys.readouterr().out
    if TITLE not in out:
        return []
    return [item.removeprefix("- ") for item in out.partition(f"\n{TITLE}\n")[2].partition("\n\n")[0].splitlines()]


def about(sentences: list[str], *figures: str) -> None:
    """One sentence has all of these figures."""
    assert [text for text in sentences if all(figure in text for figure in figures)], (figures, sentences)


def test_every_sentence_has_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """1.2M calls × 0.00024 = $288.00, less $62.00. $62.00 in calls: 62 / 0.00024 = 258,333.3, so 258,334. 100 tokens in
    each of 1,000 answers: at $1.20 and at $0.60 per 1M.
    """
    sentences = judged(capsys, line())
    assert len(sentences) == 5
    assert sentences[0].startswith("The money favours tuning")
    about(sentences, "12 months", "$226.00")
    about(sentences, "100,000 calls a month")
    about(sentences, "$62.00", "258,334 calls")
    about(sentences, "$0.12", "$0.06")
    about(sentences, "100 tokens", "2,000")
    for sentence in sentences:
        assert re.search(r"\d", sentence), sentence


@pytest.mark.parametrize(
    ("fields", "side", "figure"),
    [
        ({"calls": "10k/month"}, "prompting", "$33.20 behind"),  # 120k × 0.00024 = 28.80; 62 − 28.80
        ({"calls": "2M/month"}, "tuning", "$5,698.00 ahead"),  # 24M × 0.00024 = 5,760; less 62
        ({"calls": "100k/month", "months": "1"}, "prompting", "$38.00 behind"),  # 24 − 62
    ],
)
def test_first_sentence_names_the_cheaper_side(
    capsys: pytest.CaptureFixture[str], fields: dict[str, str], side: str, figure: str
) -> None:
    sentences = judged(capsys, line(**fields))
    assert f"favours {side}" in sentences[0]
    assert figure in sentences[0]


def test_without_calls_no_side_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Training's $62.00 in calls that save $0.00024: 258,334."""
    sentences = judged(capsys, line(calls="", call="0/50"))
    assert "depends on the number of calls" in sentences[0]
    assert "258,334 calls" in sentences[0]
    assert "favours" not in sentences[0]


def test_undecided_money_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """$226.00 of preparation more, and the $288.00 saved are all spent."""
    sentences = judged(capsys, line(prep="226"))
    assert "doesn't decide" in sentences[0]
    assert "12 months" in sentences[0]


def test_given_calls_are_not_called_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """Today's call has no tokens at all: 1,200 calls of 100 tokens at $1 are $0.12 behind, training a cent's part."""
    question = line(
        rates="1/1/1", base_rates="1/1", examples="1", example="1", prompt="0->100", call="0/0", calls="100/month"
    )
    sentences = judged(capsys, question)
    assert "not given" not in sentences[0]
    assert "$0.12 behind" in sentences[0]


def test_money_counts_until_the_model_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """Azure ends tuned GPT-4.1 mini on 2027-10-14, in 327 days: 3,924/365 months."""
    sentences = judged(capsys, line(on="azure/gpt-4.1-mini@global", rates="", calls="1M/month"))
    assert "12 months" not in sentences[0]
    assert "ends" in sentences[0]


def test_one_call_counts_as_no_calls(capsys: pytest.CaptureFixture[str]) -> None:
    """A training of $0.0001 is less than one call's $0.00024, and no call at all pays nothing."""
    sentences = "\n".join(judged(capsys, line(rates="0.0001/0.30/1.20", calls="1/month")))
    assert "0 calls save" not in sentences
    assert not re.search(r"\b1 calls", sentences)


def test_unpaid_retraining_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Every month $62.00 against 100,000 × 0.00024 = $24.00; and a base that costs less a call than the tuned one."""
    about(judged(capsys, line(retrain="1")), "Changing requirements favour prompting", "$62.00")
    about(judged(capsys, line(base_rates="0.01/0.60", call="0/0")), "favour prompting", "$62.00", "save nothing")


def test_rules_need_a_base(capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(capsys, line(base_rates="")) == []


def test_ranges_add_the_share_of_cases(capsys: pytest.CaptureFixture[str]) -> None:
    """One, two or three epochs cost $620.00, $1,240.00 or $1,860.00, each in a third of the cases; 600k calls a month
    save 12 × $144.00 = $1,728.00, which pays for two: 67% of the cases. At two, $488.00 ahead.
    """
    sentences = judged(capsys, line(epochs="1..3", examples="10k", calls="600k/month"))
    assert "$488.00 ahead" in sentences[0]
    assert "67% of" in sentences[0]


def test_small_savings_are_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    """60,000 calls a month save 12 × $14.40 = $172.80, less $124.00 for two epochs: $4.07 a month."""
    sentences = judged(capsys, line(epochs="2", calls="60k/month"))
    assert sentences[0] == "Money doesn't decide: over 12 months Your rate saves $48.80, too little to matter."


async def test_thread_and_terminal_have_the_same_sentences(
    workspace: Workspace, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = await slack_actions.ask(slack, line())
    await slack.click(parent, "break_even")

    def replies() -> list[slack_actions.Json]:
        return [
            message for message in slack.messages(thread_ts=parent["ts"]) if message["text"].startswith("Break-even")
        ]

    (reply,) = await slack.wait_for(replies)
    expected = judged(capsys, line())
    section = next(block for block in reply["blocks"] if TITLE in texts({"blocks": [block]}))
    lines = section["text"]["text"].splitlines()[1:]
    assert [text.removeprefix("• ") for text in lines] == expected
    assert len(expected) == 5


def test_json_carries_the_sentences_of_each_offer(capsys: pytest.CaptureFixture[str]) -> None:
    """`verdict`: a list of sentences, empty without a base."""
    assert main([*DAY, line(), "--format", "json"]) == 0
    (message,) = json.loads(capsys.readouterr().out)["estimates"]
    assert message["verdict"] == judged(capsys, line())
    assert main([*DAY, line(base_rates=""), "--format", "json"]) == 0
    (message,) = json.loads(capsys.readouterr().out)["estimates"]
    assert message["verdict"] == []
