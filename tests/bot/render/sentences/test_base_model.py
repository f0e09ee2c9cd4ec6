"""The end of the base model and its successors, as the terminal and the JSON name them."""

from __future__ import annotations

import json

import pytest

from bot.cli.main import main


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
