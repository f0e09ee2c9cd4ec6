"""The breakdown of an option beside the baseline: every line item with its source, and the assumptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.render.answer.uncertainty import sensitivity_sentence, uncertainty_sentences
from bot.render.parts.ages import age_marked
from bot.render.parts.blocks import Block, SlackMessage, context, section, table_block
from bot.render.parts.escaping import escape
from bot.render.parts.money import money, places_for, quantity
from bot.render.parts.short import short_day
from bot.render.parts.tables import Table, horizon, item_rows, offer_name, plain, priced_lines
from bot.render.sentences.assumptions import assumption_sentences, impact_sentences
from bot.render.sentences.evidence import SIDES, evidence_title
from bot.render.sentences.headline import question
from bot.render.sentences.sources import (
    age_mark_meaning,
    oldest_price,
    price_notes,
    read_day,
    source_title,
    spoken_notes,
)
from bot.render.sentences.warnings import sorted_warnings, warning_text
from calculator import (
    Comparison,
    Estimate,
    EvidenceSentence,
    LineItem,
    equal_periods,
    evidence,
    sum_amounts,
)
from pricing import Source

_LONG_NUMBER = re.compile(r"(?<![\d.,])[1-9][\d,]*\.\d{5,}")
TITLE = "Breakdown"
"""The first word of the reply."""
IMPACT_TITLE = "Assumptions that move the total most"


def breakdown_reply(comparison: Comparison, estimate: Estimate) -> SlackMessage:
    """Return the breakdown of one offer beside the baseline, its assumptions, and the ages of its prices.

    Args:
        comparison: The priced offers.
        estimate: The offer.
    """
    sources = numbered_sources(comparison, estimate)
    table = breakdown_table(comparison, estimate, sources)
    title = breakdown_title(comparison, estimate)
    blocks = [
        section(f"*{escape(title)}*\n{escape(question(comparison))}"),
        table_block(table),
        *_lists(
            ("Sources", [_source_text(comparison, number, source) for source, number in sources.items()], False),
            (
                "Watch out",
                [warning_text(warning, comparison.as_of) for warning in sorted_warnings(comparison, estimate)],
                True,
            ),
            (IMPACT_TITLE, impact_sentences(comparison, estimate), True),
            ("Assumptions", _assumptions(comparison, estimate), True),
            (evidence_title(comparison), map(_published, evidence(comparison, estimate).sentences), False),
            ("Formulas", [f"{line.label}: {_short_numbers(line.formula)}" for line in priced_lines(estimate)], True),
            ("Notes", [*spoken_notes(comparison), *price_notes(comparison, estimate)], True),
        ),
    ]
    oldest = oldest_price(comparison, [estimate])
    end = [f"O{oldest[1:]}" if oldest else "", f"catalogue {comparison.catalog_version}"]
    blocks.append(context(escape(" · ".join(filter(None, [*end, age_mark_meaning(comparison, estimate)])))))
    return SlackMessage(escape(f"{title}:\n{plain(table)}"), blocks)


def breakdown_title(comparison: Comparison, estimate: Estimate) -> str:
    """Return `Breakdown of GPT-4.1 mini (Azure) beside prompting gpt-4.1-mini, 12 months`."""
    base = comparison.base
    beside = f" beside prompting {base.model}" if base and base.lines else ""
    return f"{TITLE} of {offer_name(estimate)}{beside}, {horizon(comparison)}"


def breakdown_table(comparison: Comparison, estimate: Estimate, sources: dict[Source, int]) -> Table:
    """Return the line items of an offer and of the baseline. Each part adds up to the printed total below it.

    Args:
        comparison: The priced offers.
        estimate: The offer.
        sources: The number of each source.
    """
    rest, end = _rest_rows(comparison, estimate), estimate.offer.lifecycle
    until = f" until {short_day(end.inference_ends, comparison.as_of)}" if rest and end and end.inference_ends else ""
    rows = [*_part(priced_lines(estimate), f"Total{until}", sources), *rest]
    base = comparison.base
    if base and base.lines:
        rows.append((f"Prompting {base.model} today", "", "", "", ""))
        rows += _part(base.lines, "Total, prompting", sources)
    return Table(
        ("Item", "Quantity", "Unit price", "USD", "Source, read"),
        ("left", "right", "right", "right", "left"),
        tuple(rows),
    )


def _rest_rows(comparison: Comparison, estimate: Estimate) -> list[tuple[str, ...]]:
    """Return the prompting that follows a model's end, so that the total is over the whole horizon."""
    periods, end = equal_periods(comparison), estimate.offer.lifecycle
    rest = periods.rest(estimate) if periods.has_baseline else None
    own, total = estimate.total_usd, periods.total(estimate)
    if not rest or total.usd is None or own is None or end is None or end.inference_ends is None:
        return []
    day = end.inference_ends
    label = f"Prompting {_model_after(comparison, day)} from {short_day(day, comparison.as_of)} on"
    step = Decimal(1).scaleb(-places_for(total.usd))
    amount = total.usd.quantize(step, ROUND_HALF_UP) - own.quantize(step, ROUND_HALF_UP)
    whole = f"Total over {horizon(comparison)}{'' if total.whole else ', at least'}"
    return [(label, "", "", money(amount), ""), (whole, "", "", money(total.usd), "")]


def _model_after(comparison: Comparison, day: date) -> str:
    """Return the model that is prompted from a day on: the base model, or what replaces it by then."""
    base = comparison.context.base_price(comparison.plan)
    model = base.model_on(day) if base else None
    return model.model if model else ""


def _part(lines: Sequence[LineItem], label: str, sources: dict[Source, int]) -> list[tuple[str, ...]]:
    total, complete = sum_amounts(line.amount_usd for line in lines)
    rows = [
        (*cells, f"[{sources[line.price.source]}] {read_day(line.price.source)}" if line.price else "")
        for line, cells in zip(lines, item_rows(lines), strict=True)
    ]
    return [*rows, (label if complete else f"{label}, at least", "", "", money(total), "")]


def _short_numbers(formula: str) -> str:
    """Return a formula with at most four digits after the points of its quantities."""
    return _LONG_NUMBER.sub(lambda match: quantity(Decimal(match.group().replace(",", ""))), formula)


def numbered_sources(comparison: Comparison, estimate: Estimate) -> dict[Source, int]:
    """Return the sources of an option's and the baseline's prices with their numbers, from 1."""
    lines = [*priced_lines(estimate), *(comparison.base.lines if comparison.base else ())]
    sources = dict.fromkeys(line.price.source for line in lines if line.price)
    return {source: number for number, source in enumerate(sources, 1)}


def _source_text(comparison: Comparison, number: int, source: Source) -> str:
    return f"[{number}] {linked(source)}, read {read_day(source)}, {age_marked(source, comparison.as_of)}"


def _published(sentence: EvidenceSentence) -> str:
    day = read_day(sentence.source)
    return f"{SIDES[sentence.side]}: {escape(sentence.finding)} {linked(sentence.source)}, {day}, {sentence.publisher}."


def linked(source: Source) -> str:
    """Return the title of a source in mrkdwn, as a link if it has an address."""
    return f"<{source.url}|{escape(source_title(source))}>" if source.url else escape(source_title(source))


def _assumptions(comparison: Comparison, estimate: Estimate) -> list[str]:
    sensitivity = sensitivity_sentence(comparison, estimate)
    return [
        *assumption_sentences(comparison, estimate),
        *uncertainty_sentences(comparison, estimate),
        *([sensitivity] if sensitivity else []),
    ]


def _lists(*parts: tuple[str, Iterable[str], bool]) -> list[Block]:
    """Return a grey list for each part that has items: its title, the items, and whether they are plain text."""
    blocks = []
    for title, texts, is_plain in parts:
        if items := [f"• {escape(text) if is_plain else text}" for text in texts]:
            blocks.append(context("\n".join([f"*{title}*", *items])))
    return blocks
