"""Worked examples that finance can check: a file in tests/scenarios holds question, answer and derivation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from calculator import (
    Comparison,
    Estimate,
    LineItem,
    Total,
    break_even,
    estimate,
    estimate_assumptions,
    estimate_warnings,
    option,
    read_scenario,
    turning_change,
    verdict,
)
from pricing import Catalog, read_yaml
from tests.scenarios import FOLDER, catalog_of

FILES = sorted(FOLDER.glob("*.yml"))
FIGURES = ("one_off", "first_month", "monthly", "total")


def as_written(value: Decimal, written: str) -> str:
    """`value` with the digits of `written`; with more than cents in a price, every digit counts."""
    places = Decimal(written).as_tuple().exponent
    return f"{value.quantize(Decimal(1).scaleb(int(places)), ROUND_HALF_UP):f}"


def money(value: Decimal | None, written: str, *, whole: bool = False) -> str:
    """To the cent, or exactly where the example gives more digits.

    `nothing` is a figure that no line belongs to, `unknown` one that nobody knows.
    """
    if value is None:
        return "nothing" if whole else "unknown"
    if written in ("nothing", "unknown"):
        return f"{value:f}"
    if len(written.partition(".")[2]) > 2:
        return written if value == Decimal(written) else f"{value:f}"
    return as_written(value, written)


def figure(estimate: Estimate, name: str, written: str) -> str:
    total: Total = getattr(estimate, name)
    assert getattr(estimate, f"{name}_usd") == total.usd
    return money(total.usd, written, whole=total.whole)


def line(item: LineItem, written: dict[str, str]) -> dict[str, str]:
    printed: dict[str, Callable[[], str]] = {
        "label": lambda: item.label,
        "amount_usd": lambda: money(item.amount_usd, written["amount_usd"]),
        "monthly_usd": lambda: money(item.monthly_usd, written["monthly_usd"]),
        "quantity": lambda: as_written(item.quantity or Decimal(-1), written["quantity"]),
    }
    return {key: printed[key]() for key in written}


def lines(estimate: Estimate, written: list[dict[str, str]]) -> list[dict[str, str]]:
    assert [item.label for item in estimate.lines] == [row["label"] for row in written]
    return [line(item, row) for item, row in zip(estimate.lines, written, strict=True)]


def span(comparison: Comparison, estimate: Estimate, name: Any, written: list[str]) -> list[str]:
    entry = comparison.span(estimate, name)
    assert entry is not None, "nothing of the scenario is ranged"
    return [money(end, text) for end, text in zip(entry[:2], written, strict=True)]


def over_base(comparison: Comparison, estimate: Estimate, written: str) -> str:
    assert comparison.base is not None
    assert comparison.base.monthly_usd is not None
    assert estimate.monthly_usd is not None
    return money(estimate.monthly_usd - comparison.base.monthly_usd, written)


def containing(texts: list[str], fragments: list[str]) -> list[str]:
    """The fragments that stand in one of the texts."""
    return [fragment for fragment in fragments if any(fragment in text for text in texts)]


def payback(comparison: Comparison, entry: Estimate, written: dict[str, Any] | str) -> dict[str, Any] | str:
    """`nothing` where there is no answer; a key that is `nothing` is a part of the answer that there is not."""
    pays = break_even(comparison, entry)
    if pays is None or isinstance(written, str):
        return "nothing" if pays is None else "something"
    answer: dict[str, Any] = {}
    for key, text in written.items():
        if key == "reason_words":
            answer[key] = containing([pays.reason or ""], text)
            continue
        value = turning_change(comparison, entry) if key == "turn" else getattr(pays, key)
        if value is None:
            answer[key] = "nothing"
        elif isinstance(value, Decimal) and text != "nothing":
            answer[key] = money(value, text)
        else:
            answer[key] = str(value)
    return answer


def seen(comparison: Comparison, entry: Estimate, written: dict[str, Any]) -> dict[str, Any]:
    """What the estimate says to every key of the expectation."""
    ways: dict[str, Callable[[Any], Any]] = {
        "months": lambda text: as_written(entry.months, text),
        "epochs": lambda text: as_written(entry.epochs or Decimal(0), text),
        "status": lambda _: entry.status,
        "standing": lambda _: entry.standing.name,
        "at_least": lambda _: sorted(name for name in FIGURES if not getattr(entry, name).whole),
        "warnings": lambda _: sorted(warning.code for warning in estimate_warnings(comparison, entry)),
        "warning_words": lambda texts: containing(
            [warning.text for warning in estimate_warnings(comparison, entry)], texts
        ),
        "assumptions": lambda texts: containing(list(estimate_assumptions(comparison, entry)), texts),
        "lines": lambda rows: lines(entry, rows),
        "break_even": lambda written: payback(comparison, entry, written),
        "monthly_over_base_usd": lambda text: over_base(comparison, entry, text),
    }
    for name in FIGURES:
        ways[f"{name}_usd"] = lambda text, name=name: figure(entry, name, text)  # type: ignore[misc]
        ways[f"{name}_span"] = lambda texts, name=name: span(comparison, entry, name, texts)  # type: ignore[misc]
    return {key: ways[key](text) for key, text in written.items()}


def stated_verdict(comparison: Comparison, written: dict[str, str]) -> dict[str, str]:
    """What the verdict says to every key of the expectation."""
    result = verdict(comparison)
    calls = result.threshold.calls_per_day if result.threshold else None
    ways: dict[str, Callable[[str], str]] = {
        "answer": lambda _: result.answer,
        "option": lambda _: result.option.estimate.offer.id if result.option else "nothing",
        "threshold_calls_per_day": lambda _: "never" if calls is None else f"{calls}",
        "saving_usd": lambda text: money(result.saving_usd, text),
    }
    return {key: ways[key](text) for key, text in written.items()}


def stated_option(comparison: Comparison, entry: Estimate, written: dict[str, str]) -> dict[str, str]:
    """What an option says to every key of the expectation."""
    printed = option(comparison, entry)
    ways: dict[str, Callable[[str], str]] = {
        "group": lambda _: printed.group,
        "set_aside": lambda _: printed.set_aside.code if printed.set_aside else "usable",
        "monthly_vs_baseline_usd": lambda text: money(printed.monthly_vs_baseline_usd, text),
        "horizon_total_usd": lambda text: money(printed.horizon_total.usd, text),
        "average_month_usd": lambda text: money(printed.average_month.usd, text),
        "pays_back": lambda _: str(printed.pays_back or "never"),
    }
    return {key: ways[key](text) for key, text in written.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_worked_example_matches(catalog: Catalog, path: Path, tmp_path: Path) -> None:
    example = read_yaml(path.read_text(encoding="utf-8"))
    assert example["what"]
    assert example["how"]
    assert example.keys() <= {
        "what",
        "as_of",
        "scenario",
        "prices",
        "how",
        "expected",
        "base",
        "order",
        "best",
        "verdict",
        "options",
    }
    priced_with = catalog_of(example, catalog, tmp_path)
    comparison = estimate(read_scenario(example["scenario"]), priced_with, date.fromisoformat(example["as_of"]))

    answers = {entry.offer.id: entry for entry in comparison.estimates}
    if "expected" in example:
        assert answers.keys() == example["expected"].keys()
    for name, expected in example.get("expected", {}).items():
        answer = seen(comparison, answers[name], expected)
        assert {key: answer[key] for key in expected if answer[key] != expected[key]} == {}, f"{name}: {expected}"
    if "order" in example:
        assert [entry.offer.id for entry in comparison.estimates] == example["order"]
    if "best" in example:
        assert (comparison.best.offer.id if comparison.best else "nothing") == example["best"]
    if "verdict" in example:
        assert stated_verdict(comparison, example["verdict"]) == example["verdict"]
    for name, expected in example.get("options", {}).items():
        assert stated_option(comparison, answers[name], expected) == expected, name
    if "base" in example:
        assert comparison.base is not None
        assert {key: money(getattr(comparison.base, key), text) for key, text in example["base"].items()} == example[
            "base"
        ]


def test_examples_exist() -> None:
    assert len(FILES) >= 70
