"""An answer in a terminal: the card, the comparison and the breakdown, in the order of Slack's messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.render.answer.breakdown import IMPACT_TITLE, breakdown_table, breakdown_title, numbered_sources
from bot.render.answer.card import ALTERNATIVES, Card, card
from bot.render.answer.comparison import reasons_table, set_aside_sentences, short_table
from bot.render.answer.rules_of_thumb import rule_sentences
from bot.render.answer.uncertainty import percentiles_table, sensitivity_sentence, uncertainty_sentences
from bot.render.charts.tornado import drivers_table
from bot.render.parts.short import full_day
from bot.render.parts.tables import Table, comparison_table, group_options
from bot.render.sentences.assumptions import assumption_sentences, impact_sentences
from bot.render.sentences.evidence import evidence_sentences, evidence_title
from bot.render.sentences.headline import question
from bot.render.sentences.payback import break_even_sentences, crossover_sentence
from bot.render.sentences.sources import age_mark_meaning, price_ages, price_notes, source_title, spoken_notes
from bot.render.sentences.warnings import sorted_warnings, warning_text
from bot.render.terminal.lines import Line, table_lines, wrap_lines
from calculator import Comparison, Estimate, sensitivity

MAX_LINES = 25
"""Lines of an answer without `--all`."""
MIN_ROWS = 2
BLANK = Line("")
HINT = "--all shows every offer, the breakdown and the sources."


def short_answer(comparison: Comparison, *, break_even: bool = False, width: int | None = None) -> list[Line]:
    """Return the answer in at most 25 lines: the card, then the comparison and the breakdown where there is room.

    Args:
        comparison: The priced offers.
        break_even: The question is about the break-even, which is shown before the comparison.
        width: The characters of a line; None for lines that aren't wrapped.
    """
    best, featured = comparison.best, comparison.featured
    answer = card(comparison)
    lines = wrap_lines(_card(comparison, answer), width)
    end = wrap_lines([BLANK, _end(comparison, f"USD, calculated on {full_day(comparison.as_of)}.", HINT)], width)
    if break_even and best:
        sentences = break_even_sentences(comparison, best, net=False)
        lines += _fitting(_section("Break-even", sentences, width), MAX_LINES - len(lines) - len(end))
    if _is_compared(comparison):
        sentences = [*set_aside_sentences(comparison), *filter(None, [crossover_sentence(comparison)])]
        unsaid = (text for text in sentences if text not in answer.sentences)
        notes = wrap_lines(map(Line, unsaid), width)
        lines += _short_comparison(comparison, notes, MAX_LINES - len(lines) - len(end), width)
    if featured and featured.lines:
        lines += _fitting(_breakdown(comparison, featured, width), MAX_LINES - len(lines) - len(end))
    return [*lines[: MAX_LINES - len(end)], *end]


def full_answer(comparison: Comparison, *, width: int | None = None) -> list[Line]:
    """Return the whole answer: the card, the breakdown with its sources, every assumption, and all offers.

    Args:
        comparison: The priced offers.
        width: The characters of a line; None for lines that aren't wrapped.
    """
    featured = comparison.featured
    lines = wrap_lines([*_card(comparison, card(comparison)), Line(question(comparison), "muted")], width)
    if _is_compared(comparison):
        table = short_table(comparison)
        lines += [BLANK, *table_lines(table, width)] if table.rows else []
        sentences = [*set_aside_sentences(comparison), *filter(None, [crossover_sentence(comparison)])]
        lines += wrap_lines(map(Line, sentences), width)
    if featured:
        lines += _details(comparison, featured, width)
    if len(comparison.estimates) > 1:
        for caption, estimates in group_options(comparison):
            is_apart = estimates[0].offer.id in comparison.set_aside
            table = (reasons_table if is_apart else comparison_table)(comparison, estimates)
            lines += [BLANK, Line(caption, "title"), *table_lines(table, None)]
    prices = f"USD, calculated on {full_day(comparison.as_of)}, catalogue {comparison.catalog_version}."
    return [*lines, BLANK, *wrap_lines([_end(comparison, prices)], width)]


def _card(comparison: Comparison, answer: Card) -> list[Line]:
    name = comparison.scenario.name
    lines = [Line(f"{name}: {answer.verdict}" if name else answer.verdict, "title")]
    lines += _pairs(answer.figures)
    lines += map(Line, answer.sentences)
    if answer.alternatives:
        lines += [Line(ALTERNATIVES), *_pairs(answer.alternatives, indent="  ")]
    return [*lines, Line(f"Next: {answer.next_step}", label=len("Next:")), Line(answer.assumes, "muted")]


def _pairs(pairs: Sequence[tuple[str, str]], indent: str = "") -> list[Line]:
    width = max((len(name) for name, _ in pairs), default=0)
    return [Line(f"{indent}{name:<{width}}  {text}", label=len(indent) + width + 2) for name, text in pairs]


def _end(comparison: Comparison, *sentences: str) -> Line:
    currency = comparison.scenario.currency
    missing = f"Not shown in {currency}: a terminal has no exchange rates."
    return Line(" ".join([*sentences, *([missing] if currency != "USD" else [])]), "muted")


def _is_compared(comparison: Comparison) -> bool:
    return len(comparison.estimates) > 1 or bool(comparison.base and comparison.estimates)


def _short_comparison(comparison: Comparison, notes: list[Line], room: int, width: int | None) -> list[Line]:
    """Return the comparison with as many rows as there is room for."""
    table = short_table(comparison)
    rows = table_lines(table, width) if table.rows else []
    count = room - 1 - len(notes)
    if count < MIN_ROWS + 2:
        return _fitting([BLANK, *notes], room)
    rows = rows[:count]
    while rows and rows[-1].role == "muted":
        rows.pop()
    return [BLANK, *rows, *notes] if rows or notes else []


def _breakdown(comparison: Comparison, estimate: Estimate, width: int | None) -> list[Line]:
    table = breakdown_table(comparison, estimate, numbered_sources(comparison, estimate))
    return [BLANK, Line(breakdown_title(comparison, estimate), "title"), *table_lines(table, width)]


def _fitting(lines: list[Line], room: int) -> list[Line]:
    return lines if len(lines) <= room else []


def _section(title: str, sentences: Iterable[str], width: int | None) -> list[Line]:
    """Return a blank line, a title and the sentences as a list; nothing without sentences."""
    items = [Line(f"- {sentence}", label=len("- ")) for sentence in sentences]
    return [BLANK, Line(title, "title"), *wrap_lines(items, width)] if items else []


def _table(table: Table | None, width: int | None) -> list[Line]:
    return [BLANK, *table_lines(table, width)] if table and table.rows else []


def _details(comparison: Comparison, estimate: Estimate, width: int | None) -> list[Line]:
    """Return the breakdown of an option and everything that it rests on."""
    lines: list[Line] = []
    assumptions: list[str] = []
    sources = numbered_sources(comparison, estimate)
    if estimate.lines:
        lines += _breakdown(comparison, estimate, width)
        assumptions = [
            *assumption_sentences(comparison, estimate),
            *filter(None, [sensitivity_sentence(comparison, estimate)]),
        ]
    ages = [
        f"[{sources[source]}] {items}: {source_title(source)}{f' <{source.url}>' if source.url else ''} ({age})"
        for items, source, age in price_ages(comparison, estimate)
        if source in sources
    ]
    warnings = [warning_text(warning, comparison.as_of) for warning in sorted_warnings(comparison, estimate)]
    lines += _section("Sources", ages, width)
    lines += wrap_lines(map(Line, filter(None, [age_mark_meaning(comparison, estimate)])), width)
    is_usable = estimate.offer.id not in comparison.set_aside  # what can't be bought saves nothing
    parts: list[tuple[str, Sequence[str]]] = [
        ("Watch out", warnings),
        (IMPACT_TITLE, impact_sentences(comparison, estimate)),
        ("Break-even", break_even_sentences(comparison, estimate, net=False) if is_usable else ()),
        ("Tune or prompt?", rule_sentences(comparison, estimate) if is_usable else ()),
        ("How sure", uncertainty_sentences(comparison, estimate)),
    ]
    for title, sentences in parts:
        lines += _section(title, sentences, width)
    if comparison.scenario.ranged and estimate.lines:
        lines += _table(percentiles_table(comparison, comparison.usable or comparison.estimates), width)
        if sensitivity(comparison, estimate):
            lines += _table(drivers_table(comparison, estimate), width)
    for title, sentences in (
        ("Assumptions", assumptions),
        (evidence_title(comparison), list(evidence_sentences(comparison, estimate))),
        ("Base model", spoken_notes(comparison)),
        ("Notes", price_notes(comparison, estimate)),
    ):
        lines += _section(title, sentences, width)
    return lines
