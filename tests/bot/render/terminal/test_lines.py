"""The answer in a terminal: at most 25 lines, in the order of the card, in colours only where there are some."""

from __future__ import annotations

import io
from datetime import date

import pytest

from bot.cli.main import main
from bot.cli.terminal import has_colours, line_width
from bot.render.answer.breakdown import breakdown_table, numbered_sources
from bot.render.answer.card import card
from bot.render.parts.short import spoken_days
from bot.render.parts.tables import Table
from bot.render.terminal.lines import Line, paint, table_lines, wrap_lines
from bot.render.terminal.text import MAX_LINES, full_answer, short_answer
from calculator import Comparison, estimate, read_scenario
from pricing import Catalog
from tests.bot import support_bot

TODAY = date(2026, 11, 21)
TRAFFIC = "examples=10k example=400/200 epochs=3 calls=20k/day call=1500/150"
QUESTIONS = (
    support_bot.LINE,
    "on=all examples=10k example=400",
    f"on=all {TRAFFIC}",
    f"on=all {TRAFFIC} base=gpt-4.1-mini",
    f"on=gpt-4.1-mini,gpt-oss-20b {TRAFFIC} base=gpt-4.1-mini name=Support",
    f"on=openai/gpt-4.1-mini {TRAFFIC} base=gpt-4.1-mini",
    "on=google examples=5k..10k example=400 epochs=2..4 calls=10k..30k/day call=1500/150 base=gpt-4.1-mini",
    "on=gpu currency=EUR model=qwen3-14b gpu=h100 method=lora examples=10k example=800 calls=20k/day call=300/150",
)


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


def compare(line: str, catalog: Catalog) -> Comparison:
    return estimate(read_scenario(dict(word.split("=", 1) for word in line.split())), catalog, TODAY)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("width", [None, 80])
def test_answer_has_25_lines_in_the_order_of_the_card(question: str, width: int | None, catalog: Catalog) -> None:
    comparison = compare(question, catalog)
    for is_break_even in (False, True):
        lines = short_answer(comparison, width=width, break_even=is_break_even)
        assert len(lines) <= MAX_LINES
        assert all(len(line.text) <= (width or 10_000) for line in lines)
        text = " ".join(" ".join(line.text for line in lines).split())
        answer = card(comparison)
        parts = [answer.verdict]
        parts += [part for figure in answer.figures for part in figure]
        parts += [*answer.sentences, *(part for option in answer.alternatives for part in option)]
        positions = [text.find(" ".join(part.split())) for part in [*parts, f"Next: {answer.next_step}"]]
        assert -1 not in positions
        assert positions == sorted(positions)


def test_whole_answer_has_every_offer_with_its_reason_and_source(catalog: Catalog) -> None:
    """Tinker sells no production inference; Azure's price list was read on 2026-08-11."""
    comparison = compare(QUESTIONS[4], catalog)
    lines = [line.text for line in full_answer(comparison)]
    assert len(lines) > MAX_LINES
    assert lines[:2] == [line.text for line in short_answer(comparison)[:2]]
    for priced in comparison.estimates:
        reason = comparison.set_aside.get(priced.offer.id)
        assert reason is None or any(spoken_days(reason.sentence, comparison.as_of) in line for line in lines)
    assert any(line.startswith("- [1] ") and "11 Aug 2026" in line for line in lines)


def test_breakdown_prompts_after_the_end_of_the_model(catalog: Catalog) -> None:
    """Tuned GPT-4.1 mini ends on 2027-10-14: its total and the prompting of GPT-6 Luna after it make 12 months."""
    comparison = compare(f"on=azure/gpt-4.1-mini@global {TRAFFIC} base=gpt-4.1-mini", catalog)
    (priced,) = comparison.estimates
    table = breakdown_table(comparison, priced, numbered_sources(comparison, priced))
    usd = {row[0]: float(row[3].strip("$").replace(",", "")) for row in table.rows if row[3]}
    rest = usd["Prompting gpt-6-luna from 14 Oct 2027 on"]
    assert rest > 0
    assert round(usd["Total until 14 Oct 2027"] + rest, 2) == usd["Total over 12 months"]


@pytest.mark.parametrize(
    ("base", "is_said"),
    [
        ("gpt-5.4-mini", True),
        ("openrouter/openai/gpt-5.4-mini", True),
        ("gpt-4.1-mini", False),
        ("groq/llama-3.3-70b-versatile", False),
    ],
)
def test_base_without_training_offer_is_noted(base: str, is_said: bool, catalog: Catalog) -> None:
    """Its seller doesn't matter: Groq tunes nothing, and Llama 3.3 70B is tuned elsewhere."""
    answer = card(compare(f"on=all {TRAFFIC} base={base}", catalog))
    assert ("gpt-5.4-mini itself." in " ".join(answer.sentences)) is is_said
    assert ("No platform in the catalogue fine-tunes" in " ".join(answer.sentences)) is is_said


def test_colours_are_for_terminals_that_have_them() -> None:
    assert has_colours(Terminal(), {})
    assert has_colours(Terminal(), {"NO_COLOR": "", "TERM": "xterm"})
    assert not has_colours(Terminal(), {"NO_COLOR": "1"})
    assert not has_colours(Terminal(), {"TERM": "dumb"})
    assert not has_colours(io.StringIO(), {})
    assert line_width(io.StringIO()) is None
    assert line_width(Terminal())


def test_pipe_gets_neither_colours_nor_wrapped_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--as-of", "2026-11-21", f"on=gpt-4.1-mini {TRAFFIC} base=gpt-4.1-mini"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert len(out.splitlines()) <= MAX_LINES
    assert max(map(len, out.splitlines())) > 120


def test_paint_marks_titles_labels_and_muted_lines() -> None:
    lines = [Line("Title", "title"), Line(""), Line("Next: wait", label=5), Line("grey", "muted"), Line("text")]
    assert paint(lines, colours=False) == "Title\n\nNext: wait\ngrey\ntext"
    painted = "\x1b[1mTitle\x1b[0m\n\n\x1b[1mNext:\x1b[0m wait\n\x1b[2mgrey\x1b[0m\ntext"
    assert paint(lines, colours=True) == painted


def test_long_names_and_sentences_fit_the_width() -> None:
    wide = table_lines(Table(("Option", "USD"), ("left", "right"), (("n" * 90, "$1"), ("Group", ""))), 40)
    assert [len(line.text) for line in wide] == [40, 40, 40, 5]
    assert wide[3].role == "muted"
    wrapped = wrap_lines([Line("Next: " + "word " * 20, label=5)], 40)
    assert [line.text[:5] for line in wrapped] == ["Next:", "     ", "     "]
