"""The tools: what each is called and described as, and the function that answers it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bot.answers.catalog_pages import models, price
from bot.answers.compare import NamedResult, side_by_side
from bot.answers.fits import fit_page
from bot.counting.terminal import PlatformRules, count_files
from bot.language.command import check_base
from bot.language.reader import NOT_UNDERSTOOD, read_text
from bot.language.tagging.names import mention_index
from bot.language.understanding import command_of, typed_command
from bot.mcp.arguments import (
    CompareArguments,
    CountArguments,
    EstimateArguments,
    Fields,
    FitArguments,
    PricesArguments,
    field_texts,
    input_schema,
    read_arguments,
)
from bot.render.answer.results import build_result
from bot.render.exports.csv_yaml import to_json
from bot.render.exports.dataset_json import dataset_json
from bot.render.terminal.dataset_text import dataset_text
from bot.render.terminal.lines import paint
from bot.render.terminal.text import full_answer, short_answer
from bot.results.schema import result_schema
from calculator import Comparison, UserError, estimate, read_scenario
from calculator.datasets import needs_of
from pricing import Catalog, load_dataset_rules

_ESTIMATES = ("estimate", "breakeven")
_OTHER_TOOLS = {"fit": "fit", "price": "prices", "models": "prices", "compare": "compare"}
"""The tools for commands that are no estimates."""


@dataclass(frozen=True)
class Calculator:
    """What the tools answer from."""

    catalog: Catalog
    today: Callable[[], date]
    reads_files: bool
    """Whether a client may name files of this machine: only its own user's client may."""


class ToolAnswer(NamedTuple):
    """An answer as text, and as JSON where programs need it."""

    text: str
    data: dict[str, Any] | None = None


class Tool(NamedTuple):
    """A tool as clients see it, and the function that answers it."""

    title: str
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    answer: Callable[[Calculator, Mapping[str, Any]], ToolAnswer]


def estimate_tool(calculator: Calculator, arguments: Mapping[str, Any]) -> ToolAnswer:
    """Answer whether to fine-tune, with which offer, at what cost, and when it pays back.

    Raises:
        UserError: The question has a fault, or needs an answer from the person first.
    """
    request = read_arguments(arguments, EstimateArguments)
    question = _read_question(calculator.catalog, request.question, request.fields)
    if question.is_break_even:
        check_base(question.fields)
    comparison = _estimate(calculator, question.fields, request.as_of)
    lines = (
        full_answer(comparison, width=None)
        if request.detailed
        else short_answer(comparison, break_even=question.is_break_even, width=None)
    )
    text = "\n".join([*question.notes, paint(lines, colours=False)])
    return ToolAnswer(text, json.loads(to_json(build_result(comparison))))


def compare_tool(calculator: Calculator, arguments: Mapping[str, Any]) -> ToolAnswer:
    """Answer with two to six scenarios side by side.

    Raises:
        UserError: A scenario has a fault.
    """
    request = read_arguments(arguments, CompareArguments)
    scenarios = []
    for scenario in request.scenarios:
        try:
            question = _read_question(calculator.catalog, scenario.question, scenario.fields)
            comparison = _estimate(calculator, question.fields, request.as_of)
        except UserError as error:
            raise UserError(f"{scenario.name}: {error}") from None
        scenarios.append(NamedResult(scenario.name, build_result(comparison)))
    return ToolAnswer(side_by_side(scenarios).text())


def fit_tool(calculator: Calculator, arguments: Mapping[str, Any]) -> ToolAnswer:
    """Answer whether a training job fits on GPUs.

    Raises:
        UserError: The job has a fault.
    """
    request = read_arguments(arguments, FitArguments)
    return ToolAnswer(fit_page(calculator.catalog, request.job, request.as_of or calculator.today()).text())


def count_tool(calculator: Calculator, arguments: Mapping[str, Any]) -> ToolAnswer:
    """Answer with the tokens of a training file, its faults, and the platforms that accept it.

    Raises:
        UserError: The file can't be read, or the client may not name one.
    """
    request = read_arguments(arguments, CountArguments)
    if bool(request.path) == bool(request.text):
        raise UserError("Give either the path or the text of a training file.")
    if request.path and not calculator.reads_files:
        raise UserError("Over HTTP, files of the server's machine aren't read. Send the file's lines as `text`.")
    rules = PlatformRules(load_dataset_rules(), needs_of(calculator.catalog.offers.values()))
    with _file_of(request) as path:
        report = count_files(
            [path], rules, encoding="o200k_base", progress=lambda _: None, report_path=None, columns=None
        )
    return ToolAnswer(dataset_text(report), dataset_json(report))


def prices_tool(calculator: Calculator, arguments: Mapping[str, Any]) -> ToolAnswer:
    """Answer with the prices of an offer, or with the offers that match some words.

    Raises:
        UserError: Nothing matches.
    """
    request = read_arguments(arguments, PricesArguments)
    page, name = (price, request.offer) if request.offer else (models, request.words)
    return ToolAnswer(page(calculator.catalog, name, request.as_of or calculator.today()).text())


TOOLS: Mapping[str, Tool] = {
    "estimate": Tool(
        "Estimate fine-tuning",
        "Say whether fine-tuning a language model pays, with which offer, what it costs and when it pays back. "
        "Give the question in plain English, by key, or both.",
        input_schema(EstimateArguments),
        result_schema(),
        estimate_tool,
    ),
    "compare": Tool(
        "Compare scenarios",
        "Show two to six fine-tuning scenarios side by side.",
        input_schema(CompareArguments),
        None,
        compare_tool,
    ),
    "fit": Tool(
        "Check GPU memory",
        "Say whether training a model fits on a GPU, how fast it runs, and which GPUs hold it.",
        input_schema(FitArguments),
        None,
        fit_tool,
    ),
    "count": Tool(
        "Count a training file",
        "Count the tokens of a training file, list its faults, and say which platforms accept it.",
        input_schema(CountArguments),
        None,
        count_tool,
    ),
    "prices": Tool(
        "Look up prices",
        "Show every price of an offer with its source and date, or list the offers that match some words.",
        input_schema(PricesArguments),
        None,
        prices_tool,
    ),
}


class _ReadQuestion(NamedTuple):
    """A question by key."""

    fields: dict[str, str]
    is_break_even: bool
    notes: tuple[str, ...]
    """What was assumed of a sentence, and what was not understood."""


def _read_question(catalog: Catalog, text: str, fields: Fields) -> _ReadQuestion:
    """Return a question that is written in words, by key, or both.

    Raises:
        UserError: The words have a fault, need an answer from the person first, or ask for something else.
    """
    typed = field_texts(fields)
    if not text.strip():
        return _ReadQuestion(typed, is_break_even=False, notes=())
    command, reading = typed_command(text), None
    if command is None:
        reading = read_text(text, mention_index(catalog))
        command = command_of(reading)
    if command is None:
        raise UserError(reading.ask if reading and reading.ask else NOT_UNDERSTOOD)
    if command.verb in _OTHER_TOOLS:
        raise UserError(f"This isn't a question about an estimate. Use the tool `{_OTHER_TOOLS[command.verb]}`.")
    if command.verb not in _ESTIMATES:
        raise UserError(NOT_UNDERSTOOD)
    return _ReadQuestion(command.fields | typed, command.verb == "breakeven", reading.notes if reading else ())


def _estimate(calculator: Calculator, fields: Mapping[str, str], as_of: date | None) -> Comparison:
    return estimate(read_scenario(fields), calculator.catalog, as_of or calculator.today())


@contextmanager
def _file_of(request: CountArguments) -> Iterator[Path]:
    if request.path:
        yield Path(request.path)
        return
    with tempfile.TemporaryDirectory(prefix="ftcost-") as folder:
        path = Path(folder) / "text.jsonl"
        path.write_text(request.text, encoding="utf-8")
        yield path
