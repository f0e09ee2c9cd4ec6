"""Answers with the recorded prices beside those with the prices that a refresh observed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from bot.answers.scenario_diff import Limits, ScenarioChange, diff_report, report_text
from bot.cli.arguments import name_scenario_file, read_scenario_file
from bot.render.answer.results import build_result
from bot.settings import SettingsError, read_settings
from bot.store import DatabaseUnavailable, EstimateStore, open_database
from calculator import UserError, estimate, read_scenario
from pricing import Catalog

MOST_SAVED = 200
"""The newest saved estimates that are answered again."""


class Question(NamedTuple):
    """A question to answer with both."""

    name: str
    fields: Mapping[str, str]
    """The scenario as text by key."""


def questions_of_files(paths: Iterable[Path]) -> list[Question]:
    """Return the questions of scenario files.

    Raises:
        UserError: A file can't be read or isn't a scenario.
    """
    questions = []
    for path in paths:
        with name_scenario_file(path):
            fields = read_scenario_file(path)
            read_scenario(fields)
        questions.append(Question(str(path), fields))
    return questions


def saved_questions() -> list[Question]:
    """Return the newest questions in the database, each once.

    Raises:
        UserError: The database can't be used.
    """
    try:
        return asyncio.run(_saved_questions())
    except (DatabaseUnavailable, SettingsError) as error:
        raise UserError(f"FTCOST_DATABASE_URL: {error}") from None


async def _saved_questions() -> list[Question]:
    database = await open_database(read_settings().database)
    try:
        saved = await EstimateStore(database, lambda: datetime.now(UTC).replace(tzinfo=None)).newest(MOST_SAVED)
    finally:
        await database.close()
    named = [Question(item.name or item.id, item.fields) for item in reversed(saved)]
    return list({tuple(sorted(question.fields.items())): question for question in named}.values())


def compare_answers(questions: Iterable[Question], today: date, recorded: Catalog, observed: Catalog) -> str:
    """Return which answers change with the observed prices, and by how much.

    Args:
        questions: The questions. One that can no longer be asked is left out.
        today: The day of both answers.
        recorded: The catalogue.
        observed: The catalogue with the observed prices laid over it.
    """
    changes = []
    for question in questions:
        try:
            scenario = read_scenario(question.fields)
            before, after = (build_result(estimate(scenario, catalog, today)) for catalog in (recorded, observed))
        except UserError:
            continue
        changes.append(ScenarioChange(question.name, before, after))
    return report_text(diff_report("the recorded prices", changes, Limits()))
