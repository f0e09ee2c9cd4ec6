"""Every question that is accepted, extreme values included, has a finite and consistent answer in each format."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from bot.render.answer.results import build_result
from bot.render.exports.csv_yaml import to_csv
from bot.render.terminal.lines import paint
from bot.render.terminal.text import MAX_LINES, full_answer, short_answer
from bot.results.codec import document
from calculator import KEYS, Estimate, FieldErrors, estimate, read_scenario
from pricing import Catalog

TODAY = date(2026, 11, 28)
OFFERS = (
    "tinker/qwen3-8b",
    "together/gemma-3-12b",
    "azure/gpt-4.1-mini@global",
    "openai/gpt-4o-mini",
    "google/gemini-3.5-flash",
    "aws-bedrock/nova-2-lite",
    "fireworks/llama-3.1-8b",
    "your-rates",
)
MOST = 10**15


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    """The ends of what is accepted, and values between."""
    value = st.sampled_from([low, high]) | st.integers(low, high)
    return st.lists(value, min_size=1, max_size=3).map(sorted).map(lambda ends: "..".join(map(str, ends)))


def joined(sign: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(sign.join)


def percent(low: int, high: int) -> st.SearchStrategy[str]:
    return st.sampled_from([low, high]).map(lambda value: f"{value}%") | st.integers(low, high).map("{}%".format)


VALUES: dict[str, st.SearchStrategy[str]] = {
    "on": st.lists(st.sampled_from(OFFERS), min_size=1, max_size=3, unique=True).map(",".join),
    "examples": numbers(1, 10**9),
    "example": joined("/", numbers(1, 5_000_000), numbers(0, 5_000_000)),
    "calls": joined("/", numbers(0, MOST), st.sampled_from(["hour", "day", "week", "month", "year"])),
    "call": joined("/", numbers(0, 5_000_000), numbers(0, 5_000_000)),
    "prompt": joined("->", numbers(0, 10**7), numbers(0, 10**7)),
    "base": st.sampled_from(["gpt-4o-mini", "gpt-4.1", "claude-3-haiku"]),
    "cached": st.just("auto") | percent(0, 100),
    "batch": percent(0, 100),
    "growth": percent(-50, 100),
    "rates": joined("/", *[numbers(0, MOST)] * 3),
    "base_rates": joined("/", *[numbers(0, MOST)] * 2),
    "customer": st.sampled_from(["new", "existing"]),
    "hosted": numbers(1, 24),
    "validation": numbers(0, MOST) | percent(0, 100),
    "thinking": joined("->", numbers(0, 10**7), numbers(0, 10**7)),
    "model": st.sampled_from(["llama-3.1-8b", "gpt-oss-20b"]),
    "params": st.sampled_from(["10M", "13B", "80B-A3B", "10000B"]),
    "gpu": st.sampled_from(["h100", "t4", "b200"]),
    "gpus": st.sampled_from(["1", "8", "1024"]),
    "seq": st.sampled_from(["16", "131072"]),
    "framework": st.sampled_from(["unsloth", "axolotl"]),
    "latency": st.sampled_from(["0.001s", "3600s"]),
    "grader": joined(":", st.sampled_from(["gpt-4.1-mini", "a"]), joined("/", numbers(0, MOST), numbers(0, MOST))),
    "lengths": st.just("4096:633/598,9731:641"),
    "name": st.just("a name"),
    "currency": st.just("EUR"),
    "like": st.just("gpt-4.1-mini"),
    "class": st.sampled_from([">=A", ">=F"]),
    "size": st.just("7B..15B"),
    "needs": st.just("tools,context>=32k"),
}
NEEDED = ("on", "examples", "example")
GPU_KEYS = [key for key, row in KEYS.items() if row.section in ("gpus", "setup")]
SINGLE = ("replicas", "adapters", "seq", "rank", "micro_batch", "tp", "cp", "ep", "vocabulary", "gpu_memory")
"""Keys that take one whole number."""


def value_of(name: str) -> st.SearchStrategy[str]:
    """A value of a key: written above, one of its choices, or the numbers between its bounds."""
    key = KEYS[name]
    if name in VALUES:
        return VALUES[name]
    if key.choices:
        return st.sampled_from([value for value, _ in key.choices])
    if key.high is None:
        return st.just(key.example)
    if name in SINGLE:
        return st.sampled_from([str(key.low), str(key.high)])
    return numbers(int(key.low), int(key.high))


def completed(fields: dict[str, str]) -> dict[str, str]:
    """Return the question with what its keys need, so that few are refused."""
    if fields.keys() & {"calls", "call", "prompt"}:
        fields = {"calls": "1k/day", "call": "100/70", **fields}
    if "your-rates" in fields["on"]:
        fields = {"rates": "10/3/6", **fields}
    return fields


def fields_of(*names: str) -> st.SearchStrategy[dict[str, str]]:
    """Questions with the keys that every one needs, and any of those that are named."""
    return st.fixed_dictionaries(
        {name: value_of(name) for name in NEEDED}, optional={name: value_of(name) for name in names}
    ).map(completed)


questions = fields_of(*(name for name in KEYS if name not in (*NEEDED, *GPU_KEYS)))
models = st.one_of(*(st.fixed_dictionaries({name: value_of(name)}) for name in ("model", "params")))
gpu_questions = st.builds(
    lambda fields, model: {"gpu": "h100", "gpu_rate": "2.5", **fields, "on": "your-gpus", **model},
    fields_of(*(name for name in GPU_KEYS if name not in ("model", "params")), "calls", "growth", "packing"),
    models,
)
ABSURD = {
    "on": "tinker/qwen3-8b",
    "examples": "1000000000",
    "example": "100000",
    "epochs": "100",
    "runs": "1000",
    "calls": "1M/day",
    "call": "1/0",
    "base_rates": "0.2/1",
    "growth": "100%",
}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions)
@example(ABSURD)
@example(ABSURD | {"growth": "0%", "retrain": "1"})
@example(ABSURD | {"calls": f"{MOST}/hour", "base_rates": f"{MOST}/{MOST}", "months": "60", "growth": "100%"})
@example(ABSURD | {"thinking": "10000000->10000000", "validation": str(MOST), "on": "together/gemma-3-12b"})
def test_every_accepted_question_has_a_finite_answer(catalog: Catalog, fields: dict[str, str]) -> None:
    answer_is_finite(catalog, fields)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(gpu_questions)
def test_every_accepted_question_about_gpus_has_a_finite_answer(catalog: Catalog, fields: dict[str, str]) -> None:
    answer_is_finite(catalog, fields)


def answer_is_finite(catalog: Catalog, fields: dict[str, str]) -> None:
    try:
        comparison = estimate(read_scenario(fields), catalog, TODAY)
    except FieldErrors:
        reject()
    for priced in comparison.estimates:
        parts_are_the_total(priced)
    assert paint(full_answer(comparison), colours=False).strip()
    assert 3 <= len(short_answer(comparison, width=80)) <= MAX_LINES
    result = build_result(comparison)
    json.loads(json.dumps(document(result)), parse_constant=no_constant)
    rows = list(csv.DictReader(io.StringIO(to_csv(result))))
    assert len({len(row) for row in rows}) == 1


def parts_are_the_total(priced: Estimate) -> None:
    amounts = [line.amount_usd for line in priced.lines]
    assert all(amount is None or amount.is_finite() for amount in amounts)
    for total in (priced.one_off, priced.first_month, priced.monthly, priced.total):
        assert total.usd is None or total.usd.is_finite()
    if priced.complete:
        assert priced.total_usd == sum((amount or Decimal(0) for amount in amounts), Decimal(0))
    if priced.months == 1 and priced.complete:
        assert priced.first_month_usd == priced.total_usd


def no_constant(name: str) -> None:
    raise AssertionError(name)
