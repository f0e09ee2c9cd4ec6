"""A scenario's own text reads back as the same scenario: what the store keeps and the form shows is what was asked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calculator import read_scenario


def number(low: int, high: int, places: int = 0) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places)


def amount(low: int, high: int, places: int = 0, unit: str = "") -> st.SearchStrategy[str]:
    """A number or a range with two or three ends, as text."""
    ends = st.lists(number(low, high, places), min_size=1, max_size=3).map(sorted)
    return ends.map(lambda values: "..".join(f"{end:f}{unit}" for end in values))


def joined(sign: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(sign.join)


calls = st.fixed_dictionaries(
    {
        "calls": joined("/", amount(0, 10**9, 1), st.sampled_from(["hour", "days", "wk", "month", "yr"])),
        "call": joined("/", amount(1, 10_000), amount(0, 10_000)),
    }
)
fields = st.builds(
    lambda needed, traffic: needed | traffic,
    st.fixed_dictionaries(
        {
            "examples": amount(1, 10**9),
            "example": st.one_of(amount(1, 10_000), joined("/", amount(1, 10_000), amount(0, 10_000))),
        },
        optional={
            "on": st.lists(st.text(min_size=1, max_size=12).filter(lambda name: name.strip(" ,;")), min_size=1).map(
                ",".join
            ),
            "epochs": st.one_of(st.just("auto"), amount(1, 100)),
            "runs": amount(1, 1_000),
            "prompt": st.one_of(amount(0, 100_000), joined("->", amount(0, 100_000), amount(0, 100_000))),
            "base": st.text(max_size=110),
            "cached": st.one_of(amount(0, 100, 2, "%"), amount(0, 1, 4)),
            "batch": amount(0, 100, 3, "%"),
            "days": amount(1, 31, 4),
            "months": amount(1, 60),
            "growth": amount(-50, 100, 2, "%"),
            "retrain": amount(1, 60),
            "prep": amount(0, 10**6, 2),
            "data_gb": st.one_of(amount(0, 10**6, 3), amount(0, 1_000, 1, "GB")),
            "rates": joined("/", *[amount(0, 100, 4)] * 3),
            "serving": st.sampled_from(["on-demand", "dedicated"]),
            "hosted": st.one_of(amount(1, 24, 2), amount(1, 24, 1, "h")),
            "customer": st.sampled_from(["new", "existing", "azure,openai"]),
            "method": st.sampled_from(["lora", "full", "qlora", "dpo", "dpo-full"]),
            "hours": amount(0, 10**5, 2),
            "like": st.text(max_size=100).filter(lambda name: name.strip()),
            "class": joined("", st.sampled_from(["", ">=", "≥"]), st.sampled_from("ABCDEFabc")),
            "size": st.one_of(
                amount(1, 2_000, 3, "B").filter(lambda text: len(set(text.split(".."))) > 1),
                joined("", st.sampled_from([">=", "<="]), number(1, 900, 1).map(str)),
            ),
            "licence": st.sampled_from(["open", "permissive"]),
            "needs": st.lists(
                st.sampled_from(["tools", "vision", "thinking", "context>=32k", "context>=131072"]),
                min_size=1,
                unique=True,
            ).map(";".join),
            "task": st.sampled_from(["extraction", "text to SQL", "NER", "tool calling"]),
            "name": st.text(max_size=80),
        },
    ),
    st.one_of(st.just({}), calls),
)


@given(fields)
@example({"examples": "1", "example": "1", "hosted": "8..12h"})
@example({"examples": "1", "example": "1", "name": "\u200b"})
@example({"examples": "1", "example": "1", "cached": "33.333%..66.667%"})
def test_scenario_reads_back_from_its_own_text(typed: dict[str, str]) -> None:
    if len(typed.get("base", "").strip()) > 100 or (typed.get("on") and not typed["on"].strip(" ,;")):
        typed = {key: text for key, text in typed.items() if key not in ("base", "on")}
    scenario = read_scenario(typed)
    again = scenario.fields()
    assert read_scenario(again) == scenario
    assert read_scenario(again).fields() == again
    assert all(text.strip() for text in again.values())


@pytest.mark.parametrize(
    ("spelling", "other"), [("10k", "10,000"), ("2.5M", "2500000"), ("1..3", "1 … 3"), ("$7", "7")]
)
def test_two_spellings_of_one_number_are_one_scenario(spelling: str, other: str) -> None:
    first, second = ({"examples": text, "example": "250/150"} for text in (spelling, other))
    assert read_scenario(first) == read_scenario(second)
    assert read_scenario(first).fields() == read_scenario(second).fields()
