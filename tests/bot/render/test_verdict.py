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


def judged(capsys: pytest.CaptureFixture[str], asked: str) -> list[str]:
    """The sentences under “Tune or prompt?” in the terminal."""
    assert main([*DAY, "--all", asked]) == 0
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
    said = judged(capsys, line())
    assert len(said) == 5
    assert said[0].startswith("The money favours tuning")
    about(said, "12 months", "$226.00")
    about(said, "100,000 calls a month")
    about(said, "$62.00", "258,334 calls")
    about(said, "$0.12", "$0.06")
    about(said, "100 tokens", "2,000")
    for sentence in said:
        assert re.search(r"\d", sentence), sentence


@pytest.mark.parametrize(
    ("fields", "side", "figure"),
    [
        ({"calls": "10k/month"}, "prompting", "$33.20 behind"),  # 120k × 0.00024 = 28.80; 62 − 28.80
        ({"calls": "2M/month"}, "tuning", "$5,698.00 ahead"),  # 24M × 0.00024 = 5,760; less 62
        ({"calls": "100k/month", "months": "1"}, "prompting", "$38.00 behind"),  # 24 − 62
    ],
)
def test_the_money_comes_first_and_names_its_side(
    capsys: pytest.CaptureFixture[str], fields: dict[str, str], side: str, figure: str
) -> None:
    said = judged(capsys, line(**fields))
    assert f"favours {side}" in said[0]
    assert figure in said[0]


def test_without_calls_no_side_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Training's $62.00 in calls that save $0.00024: 258,334."""
    said = judged(capsys, line(calls="", call="0/50"))
    assert "depends on the number of calls" in said[0]
    assert "258,334 calls" in said[0]
    assert "favours" not in said[0]


def test_money_that_decides_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """$226.00 of preparation more, and the $288.00 saved are all spent."""
    said = judged(capsys, line(prep="226"))
    assert "doesn't decide" in said[0]
    assert "12 months" in said[0]


def test_calls_that_were_given_are_not_said_to_be_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """Today's call has no tokens at all: 1,200 calls of 100 tokens at $1 are $0.12 behind, training a cent's part."""
    asked = line(
        rates="1/1/1", base_rates="1/1", examples="1", example="1", prompt="0->100", call="0/0", calls="100/month"
    )
    said = judged(capsys, asked)
    assert "not given" not in said[0]
    assert "$0.12 behind" in said[0]


def test_where_the_model_ends_the_money_counts_until_then(capsys: pytest.CaptureFixture[str]) -> None:
    """OpenAI ends tuned GPT-4o mini on 2027-01-14, in 54 days: 648/365 months."""
    said = judged(capsys, line(on="openai/gpt-4o-mini", rates="", customer="existing", calls="1M/month"))
    assert "12 months" not in said[0]
    assert "ends" in said[0]


def test_one_call_is_no_calls(capsys: pytest.CaptureFixture[str]) -> None:
    """A training of $0.0001 is less than one call's $0.00024, and no call at all pays nothing."""
    said = "\n".join(judged(capsys, line(rates="0.0001/0.30/1.20", calls="1/month")))
    assert "0 calls save" not in said
    assert not re.search(r"\b1 calls", said)


def test_a_retraining_that_nothing_pays(capsys: pytest.CaptureFixture[str]) -> None:
    """Every month $62.00 against 100,000 × 0.00024 = $24.00; and a base that costs less a call than the tuned one."""
    about(judged(capsys, line(retrain="1")), "Changing requirements favour prompting", "$62.00")
    about(judged(capsys, line(base_rates="0.01/0.60", call="0/0")), "favour prompting", "$62.00", "save nothing")


def test_nothing_is_said_without_a_base(capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(capsys, line(base_rates="")) == []


def test_ranges_add_the_share_of_cases(capsys: pytest.CaptureFixture[str]) -> None:
    """One, two or three epochs cost $62.00, $124.00 or $186.00, each in a third of the cases; 60,000 calls a month save
    12 × 14.40 = $172.80, which pays for two: 67% of the cases. At two, $48.80 ahead.
    """
    said = judged(capsys, line(epochs="1..3", calls="60k/month"))
    assert "$48.80 ahead" in said[0]
    assert "67% of" in said[0]


async def test_the_thread_says_what_the_terminal_says(
    workspace: Workspace, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = await slack_actions.ask(slack, line())
    await slack.click(parent, "break_even")

    def replies() -> list[slack_actions.Json]:
        return [one for one in slack.messages(thread_ts=parent["ts"]) if one["text"].startswith("Break-even")]

    (reply,) = await slack.wait_for(replies)
    expected = judged(capsys, line())
    section = next(block for block in reply["blocks"] if TITLE in texts({"blocks": [block]}))
    shown = section["text"]["text"].splitlines()[1:]
    assert [text.removeprefix("• ") for text in shown] == expected
    assert len(expected) == 5


def test_the_json_carries_the_sentences_of_each_offer(capsys: pytest.CaptureFixture[str]) -> None:
    """`verdict`: a list of sentences, empty without a base."""
    assert main([*DAY, line(), "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["estimates"]
    assert one["verdict"] == judged(capsys, line())
    assert main([*DAY, line(base_rates=""), "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["estimates"]
    assert one["verdict"] == []


def test_baseline_that_ends_is_to_be_replaced_first(capsys: pytest.CaptureFixture[str]) -> None:
    """GPT-4.1 ends on 14 January 2027, and OpenAI suggests GPT-6 Luna; Sonnet 4.5 ends on 30 November 2026."""
    fields = ["on=gpt-4.1-mini", "examples=10k", "example=400/200", "calls=20k/day", "call=300/150", "prompt=1500->100"]
    assert main([*fields, "base=gpt-4.1", "--as-of", "2026-11-29"]) == 0
    lines = capsys.readouterr().out.splitlines()
    step = "Next: gpt-4.1 ends 14 Jan 2027. Ask again with its successor, base=gpt-6-luna, before you decide."
    assert step in lines
    assert main([*fields, "base=gpt-6-luna", "--as-of", "2026-11-29"]) == 0
    assert "Ask again with" not in capsys.readouterr().out


def test_price_of_a_preview_is_named_on_the_card(capsys: pytest.CaptureFixture[str]) -> None:
    fields = ["on=wandb", "examples=3k", "example=600/200", "calls=5k/day", "call=200/200", "base=gpt-4.1"]
    assert main([*fields, "prompt=2500->300", "--as-of", "2026-11-29"]) == 0
    assert "Llama 3.1 8B: Public preview: training is free for now" in capsys.readouterr().out


def test_growth_beyond_one_deployment_sets_an_offer_aside(capsys: pytest.CaptureFixture[str]) -> None:
    """200,000 calls of 450 tokens a day load an L4 to 46 %; after 23 months of 10 % they are nine times as many."""
    fields = ["on=google/gemma-4-e2b", "examples=10k", "example=400/200", "calls=200k/day", "call=300/150"]
    more = ["base=gpt-6-luna", "prompt=2000->100", "months=24", "--as-of", "2026-11-29"]
    assert main([*fields, *more]) == 0
    assert "can't be recommended" not in capsys.readouterr().out
    assert main([*fields, *more, "growth=10%"]) == 0
    assert "can't be recommended" in capsys.readouterr().out
