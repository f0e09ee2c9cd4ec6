"""The models that answer after a base model's end."""

from __future__ import annotations

from datetime import date

import pytest

from pricing import load_catalog

ON = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("name", "successors", "last_end"),
    [
        ("openai/gpt-4.1-mini", ["gpt-6-luna"], None),
        ("azure/gpt-5.1", ["gpt-5.4", "gpt-5.5"], date(2027, 10, 26)),  # GPT-5.2 ends before GPT-5.1 does
        ("azure/phi-4", [], date(2027, 1, 17)),
        ("openai/gpt-6-luna", [], None),
    ],
)
def test_successors_follow_each_other(name: str, successors: list[str], last_end: date | None) -> None:
    model = load_catalog().base_models.price(name, ON)
    chain = []
    following = model.successor
    while following:
        chain.append(following.model)
        following = following.successor
    assert chain == successors
    assert model.last_end == last_end


@pytest.mark.parametrize(
    ("day", "answers"),
    [(date(2027, 7, 12), "gpt-5.1"), (date(2027, 7, 13), "gpt-5.4"), (date(2027, 9, 2), "gpt-5.5")],
)
def test_model_of_a_day(day: date, answers: str) -> None:
    model = load_catalog().base_models.price("azure/gpt-5.1", ON).model_on(day)
    assert model is not None
    assert model.model == answers


def test_no_model_after_the_last_end() -> None:
    assert load_catalog().base_models.price("azure/phi-4", ON).model_on(date(2027, 1, 17)) is None
