"""Published results by task: quoted with source, day and publisher, for tuning and against it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator import estimate, read_scenario
from calculator.capability.evidence import evidence_for, task_results
from pricing import Catalog, Task, load_capability

TABLE = load_capability()
TODAY = date(2026, 11, 21)


def texts(task: Task, model: str | None = None, examples: int | None = None) -> list[tuple[str, str]]:
    base = TABLE.models[model] if model else None
    result = evidence_for(task_results(task, TABLE), base, None if examples is None else Decimal(examples))
    return [(sentence.side, sentence.text) for sentence in result.sentences]


def test_sentence_names_scores_source_day_and_publisher() -> None:
    assert texts("tool-calling", "llama-3.1-8b") == [
        (
            "for",
            "xLAM-2-8B (Llama 3.1 8B), tuned: 70.0 on BFCL v4 multi-turn (accuracy %); GPT-4.1 (FC) (prompted): 38.88. "
            "Berkeley Function Calling Leaderboard, 2026-04-12, independent.",
        ),
        (
            "for",
            "xLAM-2-3B, tuned: 41.22 on BFCL v4 overall (accuracy %); GPT-4.1 nano (FC) (prompted): 33.05. "
            "Berkeley Function Calling Leaderboard, 2026-04-12, independent.",
        ),
        (
            "against",
            "xLAM-2-8B (Llama 3.1 8B), tuned: 46.68 on BFCL v4 overall (accuracy %); GPT-4.1 mini (FC) (prompted): "
            "50.45. Berkeley Function Calling Leaderboard, 2026-04-12, independent.",
        ),
        (
            "against",
            "xLAM-2-8B (Llama 3.1 8B), tuned: 6.5 on BFCL v4 web search (accuracy %); GPT-4.1 mini (FC) (prompted): "
            "57.0. Berkeley Function Calling Leaderboard, 2026-04-12, independent.",
        ),
    ]


def test_results_with_about_as_many_examples_are_quoted() -> None:
    few, many = (
        next(text for _, text in texts("classification", "llama2-13b", examples) if "20 Newsgroups" in text)
        for examples in (300, 20_000)
    )
    assert "266 examples): 66.23" in few
    assert "10,664 examples): 77.93" in many


@pytest.mark.parametrize(
    ("task", "examples", "warning"),
    [
        ("classification", 99, "99 examples are fewer than published results needed for classification: about 100"),
        ("classification", 100, None),
        (
            "translation",
            4_999,
            "4,999 examples are fewer than published results needed for translation: 1,000 to 2,000",
        ),
        ("tool-calling", 5, "5 examples are fewer than published results needed for tool calling: 5 conversations"),
        ("code", 5, None),
    ],
)
def test_few_examples_are_warned_of_at_the_published_floor(task: Task, examples: int, warning: str | None) -> None:
    text = evidence_for(task_results(task, TABLE), examples=Decimal(examples)).warning
    assert text is None if warning is None else text is not None and text.startswith(warning)


@given(st.sampled_from(get_args(Task)), st.sampled_from([None, *sorted(TABLE.models)]), st.integers(0, 10**6))
def test_evidence_holds_at_most_two_results_a_side(task: Task, model: str | None, examples: int) -> None:
    base = TABLE.models[model] if model else None
    result = evidence_for(task_results(task, TABLE), base, Decimal(examples))
    sides = ["against" if sentence.side == "against" else "for" for sentence in result.sentences]
    assert sides == sorted(sides, reverse=True)
    assert max(sides.count("for"), sides.count("against")) <= 2
    for sentence in result.sentences:
        assert sentence.result.task == task
        assert sentence.source.checked in sentence.text
        assert sentence.source.published_by
        difference = sentence.result.difference
        if difference is not None:
            assert sentence.side == ("for" if difference > 0 else "against" if difference < 0 else "level")


def test_task_changes_no_amount(catalog: Catalog) -> None:
    fields = {
        "on": "openai,together", "examples": "10k", "example": "400/200", "calls": "20k/day", "call": "300/150",
        "base": "gpt-4.1-mini", "prompt": "1500->100",
    }  # fmt: skip
    plain = estimate(read_scenario(fields), catalog, TODAY)
    comparison = estimate(read_scenario(fields | {"task": "extraction"}), catalog, TODAY)
    assert [(item.offer.id, item.total) for item in comparison.estimates] == [
        (item.offer.id, item.total) for item in plain.estimates
    ]
