"""The parts of a decision memo as plain text and tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from bot.render.answer.breakdown import breakdown_table, breakdown_title, numbered_sources
from bot.render.answer.card import card
from bot.render.answer.comparison import set_aside_sentences, short_table
from bot.render.answer.uncertainty import percent
from bot.render.charts.tornado import drivers_table
from bot.render.parts.escaping import clip
from bot.render.parts.money import money
from bot.render.parts.short import full_day
from bot.render.parts.tables import Table, offer_name
from bot.render.sentences.assumptions import assumption_sentences
from bot.render.sentences.headline import question
from bot.render.sentences.sources import age_mark_meaning, oldest_price, price_ages, source_title
from bot.render.sentences.warnings import sorted_warnings, warning_text
from bot.results import SavedResult
from calculator import Comparison, Estimate

NAME_LENGTH = 80
QUESTION_LENGTH = 600
MAX_DRIVERS = 5


class SourceNote(NamedTuple):
    """A source of the breakdown with its number."""

    text: str
    url: str | None


class Part(NamedTuple):
    """A titled part of a memo: sentences above, a table, a list, sources."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    items: tuple[str, ...] = ()
    sources: tuple[SourceNote, ...] = ()


class Memo(NamedTuple):
    """A decision memo."""

    name: str
    verdict: str
    question: str
    figures: tuple[tuple[str, str], ...]
    """The costs that decide, by name."""
    next_step: str
    parts: tuple[Part, ...]
    footer: str
    as_of: date


def build_memo(comparison: Comparison, *, quoted: SavedResult | None = None, link: str = "") -> Memo:
    """Return the memo of an answer: question, verdict, comparison, breakdown, sensitivity, assumptions and sources.

    Args:
        comparison: The priced offers.
        quoted: The answer that was given, if this one is priced again.
        link: The address of its thread.
    """
    answer, featured = card(comparison), comparison.featured
    figures = [*answer.figures, *answer.alternatives]
    sentences = tuple(dict.fromkeys([*answer.sentences, *set_aside_sentences(comparison)]))
    table = short_table(comparison)
    parts = [Part("Comparison", sentences, table if table.rows else None)]
    if featured and featured.lines:
        parts += _details(comparison, featured, answer.assumes)
    oldest = oldest_price(comparison, [featured] if featured else [])
    priced = f"US dollars, calculated on {full_day(comparison.as_of)}"
    origin = ", ".join(filter(None, [priced, oldest, f"catalogue {comparison.catalog_version}"]))
    return Memo(
        name=clip(comparison.scenario.name or "", NAME_LENGTH),
        verdict=answer.verdict,
        question=clip(question(comparison), QUESTION_LENGTH),
        figures=tuple(figures),
        next_step=answer.next_step,
        parts=tuple(parts),
        footer=" · ".join(filter(None, [origin, _difference(comparison, quoted), link])),
        as_of=comparison.as_of,
    )


def _details(comparison: Comparison, estimate: Estimate, assumes: str) -> list[Part]:
    sources = numbered_sources(comparison, estimate)
    breakdown = Part(breakdown_title(comparison, estimate), table=breakdown_table(comparison, estimate, sources))
    spread = f"If each number were {percent(comparison.spread)} off" if not comparison.scenario.ranged else ""
    drivers = drivers_table(comparison, estimate)
    sensitivity = Part(
        f"Sensitivity: what moves the total of {offer_name(estimate)} most",
        tuple(filter(None, [f"{spread}, the total would change so:" if spread else ""])) if drivers.rows else (),
        replace(drivers, rows=drivers.rows[:MAX_DRIVERS]),
    )
    warnings = [warning_text(warning, comparison.as_of) for warning in sorted_warnings(comparison, estimate)]
    assumptions = [*warnings, f"{assumes}.", *assumption_sentences(comparison, estimate)]
    notes = tuple(
        SourceNote(f"[{sources[source]}] {items}: {source_title(source)} ({age})", source.url)
        for items, source, age in price_ages(comparison, estimate)
        if source in sources
    )
    mark = age_mark_meaning(comparison, estimate)
    return [
        breakdown,
        *([sensitivity] if drivers.rows else []),
        Part("Assumptions and risks", items=tuple(assumptions)),
        *([Part("Sources of the prices", tuple(filter(None, [mark])), sources=notes)] if notes else []),
    ]


def _difference(comparison: Comparison, quoted: SavedResult | None) -> str:
    """Return what the answer said, if prices of its day were corrected since."""
    featured = comparison.featured
    earlier = quoted.find(featured.offer.id) if quoted and featured else None
    if quoted is None or featured is None or (earlier and earlier.total_usd == featured.total_usd):
        return ""
    said = money(earlier.total_usd, whole=earlier.complete) if earlier else "another option"
    return f"priced again: the answer of {full_day(quoted.as_of)} said {said}, with catalogue {quoted.catalog_version}"
