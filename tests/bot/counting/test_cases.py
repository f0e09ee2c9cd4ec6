"""Files as people have them: each follows a public report or a vendor's documentation (`cases.yml`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.counting.conversion import convert_file
from bot.counting.counter import count_task
from bot.counting.tasks import task_of
from calculator import UserError
from calculator.datasets import DatasetReport, make_report, needs_of
from pricing import Catalog, load_dataset_rules, read_yaml, read_yaml_text

FOLDER = Path(__file__).parent / "cases"
CASES: dict[str, dict[str, Any]] = read_yaml(read_yaml_text(FOLDER.parent / "cases.yml"))
RULES = load_dataset_rules()


def report_on(path: Path, catalog: Catalog) -> DatasetReport:
    needs = needs_of(catalog.offers.values())
    return make_report(count_task(task_of(path, RULES, needs), lambda _: None), RULES, needs)


def test_every_file_has_its_expectation() -> None:
    assert set(CASES) == {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("name", CASES)
def test_case_is_counted_and_judged(name: str, catalog: Catalog) -> None:
    expected = CASES[name]
    if "error" in expected:
        with pytest.raises(UserError) as refused:
            report_on(FOLDER / name, catalog)
        assert str(refused.value).startswith(expected["error"])
        return
    report = report_on(FOLDER / name, catalog)
    count = report.count
    assert expected["count"] == {
        "format": count.format or "unknown",
        "examples": str(count.examples),
        "tokens": str(count.tokens),
        "trained": str(count.output_tokens),
        "exact": str(report.exact).lower(),
    }
    assert expected["problems"] == {kind: str(number) for kind, number in report.problems_by_kind.items()}
    for fate in ("taken", "converted", "refused"):
        names = [name for name, verdict in report.platforms.items() if verdict.fate == fate and name in RULES.platforms]
        assert names == expected[fate], fate


def test_accepted_files_have_no_refusing_rule(catalog: Catalog) -> None:
    """Acceptance and the rules agree: no trait that a platform refuses is in a file that it is said to accept."""
    for name, expected in CASES.items():
        for platform in expected.get("taken", ()):
            report = report_on(FOLDER / name, catalog)
            for trait in {*report.count.traits, *report.problems_by_kind} & set(RULES.traits):
                handling = RULES.traits[trait].platforms.get(platform)  # type: ignore[index]
                assert handling is None or handling.does != "refused" or trait == "nothing_trained", (name, platform)


@pytest.mark.parametrize("name", [name for name, expected in CASES.items() if expected.get("converted")])
def test_offered_copy_is_accepted_and_whole(name: str, catalog: Catalog, tmp_path: Path) -> None:
    examples = report_on(FOLDER / name, catalog).count.examples
    for platform in CASES[name]["converted"]:
        copy = tmp_path / f"{platform}.jsonl"
        with copy.open("wb") as out:
            converted = convert_file(FOLDER / name, platform, RULES, out, None)
        report = report_on(copy, catalog)
        assert (converted.failed, report.count.examples) == (0, examples), platform
        assert report.platforms[platform].fate == "taken", report.platforms[platform].why


def test_reasons_name_the_platform_rule(catalog: Catalog) -> None:
    two_users = report_on(FOLDER / "a07_two_users.jsonl", catalog)
    assert two_users.platforms["together"].why.startswith("Refused: two messages by the user in a row (12 lines).")
    assert two_users.first_problems[0].text.endswith("Refused by Bedrock and Together.")
    calls = report_on(FOLDER / "c18_parallel_calls.jsonl", catalog)
    assert calls.platforms["mistral"].why.startswith(
        "Needs conversion: ids of calls that aren't nine letters and digits"
    )
    assert "ids of calls" not in calls.platforms["openai"].why
    vision = report_on(FOLDER / "a21_vision.jsonl", catalog)
    assert "only by gpt-4o-2024-08-06" in vision.platforms["openai"].why
    tools = report_on(FOLDER / "b02_tools.jsonl", catalog)
    # By the cookbook's formula a tool has 7 + 6 + 3 + 3 + 4 + 12 = 35 tokens, as JSON 41: 12 × 6 fewer of 840.
    assert tools.inexact_why
    assert tools.inexact_why.endswith("so the file may have 72 tokens fewer (8.6 %)")
    table = report_on(FOLDER / "a10_pairs.csv", catalog)
    assert "“prompt” is read as the question, “response” as the answer" in table.count.reading
