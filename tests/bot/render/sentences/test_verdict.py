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


def test_verdict_needs_a_base(capsys: pytest.CaptureFixture[str]) -> None:
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


def test_baseline_that_ends_is_followed_by_its_successor(capsys: pytest.CaptureFixture[str]) -> None:
    """608,333 calls a month of 1,800 and 150 tokens at GPT-6 Luna's $0.10 and $0.50 per 1M, uncached: $155.13."""
    fields = ["on=gpt-4.1-mini", "examples=10k", "example=400/200", "calls=20k/day", "call=300/150", "prompt=1500->100"]
    assert main([*fields, "base=gpt-4.1", "--as-of", "2026-11-29"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "Fine-tuning GPT-4.1 mini won't pay at 20k calls a day (gpt-4.1 ends 14 Jan 2027, then gpt-6-luna)"
    )
    assert "From 14 Jan 2027    $155 a month with gpt-6-luna, at the same tokens a call" in lines
    assert (
        "Next: Test gpt-6-luna with your prompt before 14 Jan 2027, "
        "and ask again with base=gpt-6-luna and the tokens that it takes."
    ) in lines
    assert main([*fields, "base=gpt-6-luna", "--as-of", "2026-11-29"]) == 0
    assert "successor" not in capsys.readouterr().out


SUCCEEDED = [
    "base=openai/gpt-4.1-mini",
    "cached=0%",
    "call=1000/0",
    "epochs=1",
    "examples=1k",
    "example=100",
    "days=30",
]


@pytest.mark.parametrize(
    ("rates", "calls", "first", "threshold"),
    [
        (
            "10/0.11/1",
            "10k/day",
            "Fine-tuning the model at your rates won't pay at 10k calls a day: switching from gpt-4.1-mini, which ends "
            "14 Jan 2027, to gpt-6-luna costs less",
            "More calls don't change that: it would be paid back on 29 Nov, but using the base model's successor today "
            "costs less.",
        ),
        (
            "300/0.09/1",
            "9k/day",
            "Fine-tuning the model at your rates won't pay at 9k calls a day: switching from gpt-4.1-mini, which ends "
            "14 Jan 2027, to gpt-6-luna costs about as much",
            "Tuning would cost less than the successor from about 8.34k calls a day.",
        ),
        (
            "300/0.05/1",
            "9k/day",
            "Fine-tuning could pay at 9k calls a day only with a different model, the model at your rates, "
            "if it passes your evaluation (gpt-4.1-mini ends 14 Jan 2027, then gpt-6-luna)",
            "The model at your rates would pay from about 1.67k calls a day.",
        ),
    ],
)
def test_switching_to_a_cheaper_successor_comes_first(
    capsys: pytest.CaptureFixture[str], rates: str, calls: str, first: str, threshold: str
) -> None:
    """A call of 1,000 tokens costs $0.0004 with GPT-4.1 mini and $0.0001 with GPT-6 Luna.

    At $0.00011 tuning never costs less than that. At $0.00009 it saves $0.00001 × 30 × 12 = $0.0036 for a call a day,
    and 0.1M tokens of training at $300 cost $30: from 8,334 calls a day on, shown rounded up. 9,000 of them save $2.40
    more than that, which doesn't matter. At $0.00005 it saves $0.018 for a call a day: 1,666.7, and $132 at 9,000,
    above 5% of $324.
    """
    assert main([*SUCCEEDED, "on=your-rates", f"rates={rates}", f"calls={calls}", "--as-of", "2026-11-28"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == first
    assert threshold in out


def test_ranges_turn_against_a_cheaper_successor(capsys: pytest.CaptureFixture[str]) -> None:
    """8,334 calls a day as above; against GPT-4.1 mini until its end alone, 2,000 calls a day save money, too."""
    fields = [*SUCCEEDED, "on=your-rates", "rates=300/0.09/1", "calls=2k..90k/day", "--as-of", "2026-11-28"]
    assert main(fields) == 0
    assert (
        "depends on your 2k to 90k calls a day: it does from about 8.34k a day"
        in capsys.readouterr().out.splitlines()[0]
    )


def test_every_successor_has_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    """1M calls of 1,000 tokens a month at Azure's $1.25 for GPT-5.1, $2.50 for GPT-5.4 and $5 for GPT-5.5."""
    fields = ["on=your-rates", "rates=1/1/1", "base=azure/gpt-4o", "cached=0%", "call=1000/0", "calls=1M/month"]
    assert main([*fields, "examples=1k", "example=100", "--as-of", "2026-11-29"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("From 14 Apr 2027  $1,250 a month with gpt-5.1, at the same tokens a call")
    assert lines[start + 1 : start + 3] == [
        "From 13 Jul 2027  $2,500 a month with gpt-5.4",
        "From 2 Sep 2027   $5,000 a month with gpt-5.5",
    ]
    rows = [line.split() for line in lines if line.endswith("successor")]
    assert [row[-4] for row in rows] == ["$1,250", "$2,500", "$5,000"]


def test_payback_that_is_lost_again_is_not_promised(capsys: pytest.CaptureFixture[str]) -> None:
    """GPT-4.1 saves $0.00133 a call, $2,804 a month with hosting; GPT-6 Luna costs $228 a month, tuning $1,454."""
    fields = ["on=azure/gpt-4.1-nano@global", "base=gpt-4.1", "examples=5k", "example=500", "call=500/50"]
    assert main(["breakeven", *fields, "calls=100k/day", "--as-of", "2026-11-29"]) == 0
    lines = capsys.readouterr().out.splitlines()
    block = lines.index("Break-even")
    assert lines[block + 1 : block + 4] == [
        "- GPT-4.1 nano, global (Azure) would be paid back on 30 Nov, but costs more over the horizon.",
        "- Until 14 Jan 2027, a call costs $0.00133 less than with gpt-4.1.",
        "- Until 14 Jan 2027, each month costs $2,804.42 less, with hosting and storage.",
    ]


@pytest.mark.parametrize(
    ("base", "first", "step"),
    [
        (
            "azure/phi-4",
            "phi-4 ends 17 Jan 2027: whether fine-tuning pays depends on the model that you use instead",
            "Next: Ask again with the model that you use instead.",
        ),
        (
            "gpt-3.5-turbo",
            "gpt-3.5-turbo ended 23 Oct, so fine-tuning can't be compared with it. "
            "Compare with its successor, gpt-5.6-terra",
            "Next: Ask again with its successor, base=gpt-5.6-terra.",
        ),
    ],
)
def test_ended_baseline_is_undecided(capsys: pytest.CaptureFixture[str], base: str, first: str, step: str) -> None:
    fields = ["on=gpt-4.1-mini", "examples=10k", "example=400/200", "calls=20k/day", "call=300/150", "prompt=1500->100"]
    assert main([*fields, f"base={base}", "--as-of", "2026-11-29"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == first
    assert step in lines


def test_json_names_the_successor_and_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """1B tokens a month: $400.00 for GPT-4.1 mini, $100.00 for GPT-6 Luna."""
    fields = ["on=your-rates", "rates=0/0.2/1", "base=openai/gpt-4.1-mini", "cached=0%", "call=1000/0"]
    question = [*fields, "examples=1k", "example=100", "calls=1M/month", "--as-of", "2026-11-28", "--format", "json"]
    assert main(question) == 0
    result = json.loads(capsys.readouterr().out)
    baseline = {key: result["baseline"][key] for key in ("ends", "successor", "successor_monthly_usd", "priced_until")}
    assert baseline == {
        "ends": "2027-01-14",
        "successor": "gpt-6-luna",
        "successor_monthly_usd": "100",
        "priced_until": None,
    }
    assert (result["verdict"]["answer"], result["verdict"]["reason"]) == ("no", "never_pays")
    assert float(result["verdict"]["saving_usd"]) == pytest.approx(1663.56 - 2400, abs=0.01)


RANGES = [
    "on=your-rates",
    "rates=0/0.2/1",
    "base_rates=0.4/1",
    "examples=1000",
    "example=100",
    "call=1000/0",
    "days=30",
]


def test_ranges_that_decide_are_in_the_first_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The threshold, $1,000 ÷ (12 × $0.0002) = 416,667 calls a month, lies between 10k and 1M."""
    assert main([*RANGES, "calls=10k..1M/month", "prep=1000", "--as-of", "2026-11-29"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "Whether fine-tuning the model at your rates pays depends on your 10k to 1M calls a month: "
        "it does from about 13.9k a day, if it passes your evaluation"
    )
    assert "Prompting today       $4 to $400 a month" in lines
    assert not any("pays from about" in line for line in lines)
    assert "Next: Narrow your calls, and ask again before you train." in lines
    assert main([*RANGES, "calls=500k/month", "prep=100..5000", "--as-of", "2026-11-29"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "Whether fine-tuning the model at your rates pays depends on your preparation: over 12 months it saves at most "
        "$1,100, if it passes your evaluation, and costs $3,800 more at worst"
    )


def test_savings_of_cents_are_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    """2k calls a month save 2k × $0.0002 = $0.40 of $0.80."""
    assert main([*RANGES, "calls=2k/month", "--as-of", "2026-11-29"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == (
        "Fine-tuning the model at your rates makes no practical difference at 2k calls a month: "
        "it saves under $1 a month"
    )
    assert "Keep prompting, unless tuning makes the answers better" in out


def test_small_saving_of_a_closer_model_is_no_loss(capsys: pytest.CaptureFixture[str]) -> None:
    """On Azure 74,000 calls a day save 74,000 × 365/12 × $0.00056 = $1,260.47 a month, and hosting costs $1,241.00."""
    fields = ["on=azure/gpt-4.1-mini@global,google/gemini-3.1-flash-lite", "base=gpt-4.1-mini", "base_rates=0.40/1.60"]
    more = ["examples=10k", "example=400/200", "calls=74k/day", "call=300/150", "prompt=1500->100", "months=6"]
    assert main([*fields, *more, "--as-of", "2026-11-29"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "Fine-tuning GPT-4.1 mini saves too little to matter at 74k calls a day; "
        "Gemini 3.1 Flash-Lite could save more, if it passes your evaluation"
    )


def test_another_model_of_the_class_has_to_pass_too(capsys: pytest.CaptureFixture[str]) -> None:
    """91,250 calls a month. GPT-4o: 2,432 cached tokens at $1.25, 118 at $2.50, 150 at $10: $441.19. Llama 3.3 70B on
    Azure: 730 hours at $0.30, 400 tokens a call at $0.71: $244.92.
    """
    fields = ["on=azure/llama-3.3-70b@global", "examples=2k", "example=500", "calls=3k/day", "call=50/150"]
    assert main([*fields, "base=gpt-4o", "prompt=2500->200", "months=1", "--as-of", "2026-11-29"]) == 0
    assert capsys.readouterr().out.startswith(
        "Fine-tuning Llama 3.3 70B, of the same class as gpt-4o or above, pays at 3k calls a day, "
        "if it passes your evaluation: it saves $196 a month and pays back on 2 Dec"
    )


def test_growing_calls_save_over_the_horizon(capsys: pytest.CaptureFixture[str]) -> None:
    """1.825M calls of the first month save $1,022.00, and hosting costs 730 × $1.70 = $1,241.00. Growing by 20 %, six
    months are worth 9.92992: $10,148.38 less six times hosting and $90.00.
    """
    fields = ["on=azure/gpt-4.1-mini@global", "examples=10k", "example=400/200", "calls=60k/day", "call=300/150"]
    more = ["base=gpt-4.1-mini", "base_rates=0.40/1.60", "prompt=1500->100", "growth=20%", "months=6"]
    assert main([*fields, *more, "--as-of", "2026-11-29"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(
        "Fine-tuning GPT-4.1 mini pays at 60k calls a day: it saves $2,612 over 6 months, "
        "although a month costs $219 more at first, and pays back on"
    )


def test_growth_beyond_one_deployment_sets_an_offer_aside(capsys: pytest.CaptureFixture[str]) -> None:
    """200,000 calls of 450 tokens a day load an L4 to 46 %; after 23 months of 10 % they are nine times as many."""
    fields = ["on=google/gemma-4-e2b", "examples=10k", "example=400/200", "calls=200k/day", "call=300/150"]
    more = ["base=gpt-6-luna", "prompt=2000->100", "months=24", "--as-of", "2026-11-29"]
    assert main([*fields, *more]) == 0
    assert "can't be recommended" not in capsys.readouterr().out
    assert main([*fields, *more, "growth=10%"]) == 0
    assert "can't be recommended" in capsys.readouterr().out
