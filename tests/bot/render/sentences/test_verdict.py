"""The verdict in the first line of an answer, with the figure that decides it."""

from __future__ import annotations

import pytest

from bot.cli.main import main

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
