"""What follows under an answer, in its thread: offers side by side, the best line by line, break-even, how sure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.assumptions import assumption_sentences, impact_sentences
from bot.render.blocks import Block, SlackMessage, context, section, table_block, text_message
from bot.render.charts.block import chart_block
from bot.render.charts.break_even import break_even_chart
from bot.render.charts.build import comparison_chart
from bot.render.charts.model import Chart
from bot.render.charts.tornado import tornado_chart
from bot.render.currency import Exchange, Rate, rate_text
from bot.render.escaping import escape
from bot.render.payback import break_even_sentences, crossover_sentence
from bot.render.sources import age_mark_meaning, price_ages, price_notes
from bot.render.tables import (
    break_even_table,
    breakdown_table,
    by_standing,
    comparison_table,
    figure,
    offer_name,
    plain,
    priced_lines,
    remark,
)
from bot.render.uncertainty import moved_most, percent, percentiles_table, sureness
from bot.render.verdict import judgement
from calculator import Comparison, Estimate, RankGroup, sample
from pricing import Source

ROWS_SHOWN = 12
MOVES_MOST = "What was assumed and would move it most"
ASIDES_SHOWN = 5


def comparison_reply(comparison: Comparison, exchange: Exchange = None) -> SlackMessage:
    """In the thread: the offers side by side, those that can be compared in a table, the others in a few lines."""
    (caption, first), *others = by_standing(comparison)
    rate = exchange if isinstance(exchange, Rate) else None
    table = comparison_table(comparison, first[:ROWS_SHOWN], *((rate.currency, rate.per_usd) if rate else ()))
    blocks = [section(f"*{escape(caption)}* (USD)"), table_block(table)]
    if rate:
        blocks.append(context(escape(rate_text(rate))))
    if len(first) > ROWS_SHOWN:
        blocks.append(context(f"{len(first) - ROWS_SHOWN} more in the export."))
    blocks += [_aside(comparison, caption, estimates) for caption, estimates in others]
    if sentence := crossover_sentence(comparison):
        blocks.append(context(escape(sentence)))
    if len({estimate.offer.title for estimate in first}) > 1:
        blocks.append(context("Different models: whether a cheaper one does the task, only an evaluation says."))
    return SlackMessage(escape(f"{caption}:\n{plain(table)}"), blocks)


def _aside(comparison: Comparison, caption: str, estimates: Sequence[Estimate]) -> Block:
    """Offers that are not to be compared with the ranked ones: the cheapest of them, and how many more."""
    lines = []
    for one in estimates[:ASIDES_SHOWN]:
        note = remark(comparison, one).removesuffix("a price is unknown").rstrip(", ")  # the caption says it
        lines.append(f"• {offer_name(one)}: {figure(comparison, one, 'total')}{f', {note}' if note else ''}")
    if len(estimates) > ASIDES_SHOWN:
        lines.append(f"• {len(estimates) - ASIDES_SHOWN} more in the export")
    return section("\n".join([f"*{escape(caption)}*", *map(escape, lines)]))


def breakdown_reply(comparison: Comparison, estimate: Estimate) -> SlackMessage:
    """In the thread: one offer line by line, with how each quantity comes about."""
    table = breakdown_table(estimate)
    title = f"{offer_name(estimate)}, line by line"
    formulas = "\n".join(f"• {escape(line.label)}: {escape(line.formula)}" for line in priced_lines(estimate))
    blocks = [section(f"*{escape(title)}*"), table_block(table), context(formulas)]
    if moved := impact_sentences(comparison, estimate):
        blocks.append(context("\n".join([f"*{MOVES_MOST}*", *(f"• {escape(text)}" for text in moved)])))
    return SlackMessage(escape(f"{title}:\n{plain(table)}"), blocks)


def assumptions_reply(comparison: Comparison, estimate: Estimate) -> SlackMessage:
    """In the thread: what the figures rest on, and how old each price is."""
    rests = "\n".join(f"• {escape(text)}" for text in assumption_sentences(comparison, estimate))
    prices = "\n".join(
        f"• {escape(what)}: {_linked(source)} ({escape(when)})"
        for what, source, when in price_ages(comparison, estimate)
    )
    blocks = [section(f"*Assumptions*\n{rests}")]
    if moved := moved_most(comparison, estimate):
        blocks.append(section(escape(moved)))
    if prices:
        blocks.append(section(f"*Prices of {escape(offer_name(estimate))}*\n{prices}"))
    if beside := price_notes(estimate):
        blocks.append(context("\n".join(f"• {escape(note)}" for note in beside)))
    end = [f"Prices as of {comparison.as_of}", f"catalogue `{comparison.catalog_version}`"]
    blocks.append(context(" · ".join(filter(None, [*end, age_mark_meaning(comparison, estimate)]))))
    return SlackMessage(f"Assumptions and price ages for {escape(offer_name(estimate))}", blocks)


def break_even_reply(comparison: Comparison) -> SlackMessage:
    """In the thread: when tuning pays back against the base model, the best offer in words, the others in rows."""
    shown = comparison.best or comparison.estimates[0]
    base = comparison.base
    title = f"Break-even against prompting {base.model}" if base else "Break-even"
    sentences = break_even_sentences(comparison, shown, net=False) or ["It cannot be said: a price is not known."]
    told = [one for one in comparison.estimates if one.lines][:ROWS_SHOWN]
    table = break_even_table(comparison, told)
    blocks = [section("\n".join([f"*{escape(title)}*", *map(escape, sentences)]))]
    if judged := judgement(comparison, shown):
        blocks.append(section("\n".join(["*Tune or prompt?*", *(f"• {escape(text)}" for text in judged)])))
    if len(told) > 1:
        blocks.append(table_block(table))
    return SlackMessage(escape(f"{title}: {' '.join(sentences)}"), blocks)


def uncertainty_replies(comparison: Comparison, *, assumed: bool = False) -> list[SlackMessage]:
    """In the thread: percentiles of the offers, and what moves the best one most. `assumed`: the ranges are not the
    asker's own.
    """
    shown = comparison.best or next((one for one in comparison.estimates if one.lines), None)
    if shown is None:
        return [text_message("There is nothing to be sure of: no offer here is sold.")]
    sentences = sureness(comparison, shown)
    if assumed:
        spread = f"{percent(comparison.spread)} off (whole ones to the next)"
        sentences.insert(0, f"Each number taken to be up to {spread}, likeliest as given.")
        if len(sentences) > 1 and (ranges := sample(comparison)) and ranges.percentiles(shown.offer.id, "total"):
            sentences.append("Give your own ranges, such as calls=40k..60k/day or epochs=2..4.")
    told = [one for one in comparison.estimates if one.standing <= RankGroup.ENDS][:ROWS_SHOWN]
    table = percentiles_table(comparison, told)
    blocks = [section("\n".join(["*How sure*", *map(escape, sentences)]))]
    if len(told) > 1:
        blocks.append(table_block(table))
    chart = tornado_chart(comparison, shown)
    first = SlackMessage(escape(f"How sure: {' '.join(sentences)}"), blocks)
    return [first, *([chart_reply(chart)] if chart else [])]


def _linked(source: Source) -> str:
    return f"<{source.url}|{escape(source.title)}>" if source.url else escape(source.title)


def chart_reply(chart: Chart) -> SlackMessage:
    """In the thread: a chart by itself; its numbers are the message's text."""
    return SlackMessage(escape(chart.alt), [chart_block(chart)], chart)


def thread_replies(comparison: Comparison, exchange: Exchange = None) -> list[SlackMessage]:
    """What follows under the parent."""
    shown = comparison.best or next(iter(comparison.estimates), None)
    replies = []
    if len(comparison.estimates) > 1:
        replies.append(comparison_reply(comparison, exchange))
        bars = comparison_chart(comparison)
        if bars and len(bars.bars) > 1:
            replies.append(chart_reply(bars))
    if shown and shown.lines:
        replies.append(breakdown_reply(comparison, shown))
        if comparison.scenario.ranged:
            replies += uncertainty_replies(comparison)
        if comparison.base:
            replies += break_even_replies(comparison)
        replies.append(assumptions_reply(comparison, shown))
    return replies


def dated(messages: Sequence[SlackMessage], comparison: Comparison, estimate_id: str) -> list[SlackMessage]:
    """Answers about an estimate of another day, with the day of their prices under the first."""
    first, *others = messages
    line = context(f"USD, prices as of {comparison.as_of} · estimate `{escape(estimate_id)}`")
    return [first._replace(blocks=[*first.blocks, line]), *others]


def break_even_replies(comparison: Comparison) -> list[SlackMessage]:
    """The break-even in words and, where it can be drawn, as a chart."""
    lines = break_even_chart(comparison)
    return [break_even_reply(comparison), *([chart_reply(lines)] if lines else [])]
