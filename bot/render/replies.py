"""The replies in an estimate's thread: comparison, breakdown, break-even, uncertainty and assumptions."""

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
from bot.render.rules_of_thumb import rule_sentences
from bot.render.sources import age_mark_meaning, price_ages, price_notes
from bot.render.tables import (
    break_even_table,
    breakdown_table,
    comparison_table,
    group_options,
    has_other_period,
    offer_name,
    period_figure,
    period_header,
    plain,
    priced_lines,
    remark,
)
from bot.render.uncertainty import percent, percentiles_table, sensitivity_sentence, uncertainty_sentences
from calculator import Comparison, Estimate, base_notes, sample
from pricing import Source

MAX_ROWS = 12
MAX_UNRANKED = 5
IMPACT_TITLE = "Assumptions that move the total most"


def comparison_reply(comparison: Comparison, exchange: Exchange = None) -> SlackMessage:
    """Return the offers side by side: the ranked ones in a table, the others in a few lines."""
    (caption, ranked), *others = group_options(comparison)
    rate = exchange if isinstance(exchange, Rate) else None
    table = comparison_table(comparison, ranked[:MAX_ROWS], *((rate.currency, rate.per_usd) if rate else ()))
    blocks = [section(f"*{escape(caption)}* (USD)"), table_block(table)]
    if rate:
        blocks.append(context(escape(rate_text(rate))))
    if len(ranked) > MAX_ROWS:
        blocks.append(context(f"{len(ranked) - MAX_ROWS} more in the export."))
    blocks += [_other_group(comparison, caption, estimates) for caption, estimates in others]
    if sentence := crossover_sentence(comparison):
        blocks.append(context(escape(sentence)))
    if len({estimate.offer.title for estimate in ranked}) > 1:
        blocks.append(
            context("These are different models: only an evaluation shows whether a cheaper one does the task.")
        )
    return SlackMessage(escape(f"{caption}:\n{plain(table)}"), blocks)


def _other_group(comparison: Comparison, caption: str, estimates: Sequence[Estimate]) -> Block:
    """Return the cheapest options of a further group, and the number of the others."""
    lines = []
    per_month, period = has_other_period(comparison, estimates), period_header(comparison, estimates)
    for estimate in estimates[:MAX_UNRANKED]:
        note = remark(comparison, estimate)
        total = period_figure(comparison, estimate, per_month=per_month)
        cost = f"{total} ({period.lower()})" if estimate.lines else "no price"
        lines.append(f"• {offer_name(estimate)}: {cost}{f', {note}' if note else ''}")
    if len(estimates) > MAX_UNRANKED:
        lines.append(f"• {len(estimates) - MAX_UNRANKED} more in the export")
    return section("\n".join([f"*{escape(caption)}*", *map(escape, lines)]))


def breakdown_reply(comparison: Comparison, estimate: Estimate) -> SlackMessage:
    """Return the breakdown of one offer, with the formula of each quantity."""
    table = breakdown_table(estimate)
    title = f"{offer_name(estimate)}, line by line"
    formulas = "\n".join(f"• {escape(line.label)}: {escape(line.formula)}" for line in priced_lines(estimate))
    blocks = [section(f"*{escape(title)}*"), table_block(table), context(formulas)]
    if impacts := impact_sentences(comparison, estimate):
        blocks.append(context("\n".join([f"*{IMPACT_TITLE}*", *(f"• {escape(text)}" for text in impacts)])))
    return SlackMessage(escape(f"{title}:\n{plain(table)}"), blocks)


def assumptions_reply(comparison: Comparison, estimate: Estimate) -> SlackMessage:
    """Return the assumptions behind an estimate and the age of each price."""
    assumptions = "\n".join(f"• {escape(text)}" for text in assumption_sentences(comparison, estimate))
    prices = "\n".join(
        f"• {escape(items)}: {_linked(source)} ({escape(age)})"
        for items, source, age in price_ages(comparison, estimate)
    )
    blocks = [section(f"*Assumptions*\n{assumptions}")]
    if sentence := sensitivity_sentence(comparison, estimate):
        blocks.append(section(escape(sentence)))
    if prices:
        blocks.append(section(f"*Prices of {escape(offer_name(estimate))}*\n{prices}"))
    if notes := [*base_notes(comparison), *price_notes(estimate)]:
        blocks.append(context("\n".join(f"• {escape(note)}" for note in notes)))
    end = [f"Prices as of {comparison.as_of}", f"catalogue `{comparison.catalog_version}`"]
    blocks.append(context(" · ".join(filter(None, [*end, age_mark_meaning(comparison, estimate)]))))
    return SlackMessage(f"Assumptions and price ages for {escape(offer_name(estimate))}", blocks)


def break_even_reply(comparison: Comparison) -> SlackMessage:
    """Return the break-even against the base model: the best offer in sentences, all offers in a table."""
    featured = comparison.best or comparison.estimates[0]
    base = comparison.base
    title = f"Break-even against prompting {base.model}" if base else "Break-even"
    sentences = break_even_sentences(comparison, featured, net=False) or [_unknown_payback(comparison)]
    rows = list(comparison.usable[:MAX_ROWS])
    table = break_even_table(comparison, rows)
    blocks = [section("\n".join([f"*{escape(title)}*", *map(escape, sentences)]))]
    if verdict := rule_sentences(comparison, featured):
        blocks.append(section("\n".join(["*Tune or prompt?*", *(f"• {escape(text)}" for text in verdict)])))
    if len(rows) > 1:
        blocks.append(table_block(table))
    return SlackMessage(escape(f"{title}: {' '.join(sentences)}"), blocks)


def _unknown_payback(comparison: Comparison) -> str:
    if not comparison.plan.calls_per_month:
        return "It depends on the calls. Give their number and length, such as calls=20k/day call=300/150."
    return "Unknown, because a price is unknown."


def uncertainty_replies(comparison: Comparison, *, assumed: bool = False) -> list[SlackMessage]:
    """Return the percentiles of the offers, and a chart of the inputs that move the best offer's total most.

    Args:
        comparison: The priced offers.
        assumed: The ranges were assumed, because the question has none.
    """
    featured = comparison.best or next((estimate for estimate in comparison.estimates if estimate.lines), None)
    if featured is None:
        return [text_message("No range can be given: none of these offers is for sale.")]
    sentences = uncertainty_sentences(comparison, featured)
    if assumed:
        spread = f"up to {percent(comparison.spread)} off (whole numbers by at least 1)"
        sentences.insert(0, f"Each number is assumed to be {spread}, with the given value most likely.")
        if len(sentences) > 1 and (ranges := sample(comparison)) and ranges.percentiles(featured.offer.id, "total"):
            sentences.append("Enter your own ranges, such as calls=40k..60k/day or epochs=2..4.")
    rows = comparison.usable[:MAX_ROWS]
    table = percentiles_table(comparison, rows)
    blocks = [section("\n".join(["*How sure*", *map(escape, sentences)]))]
    if len(rows) > 1:
        blocks.append(table_block(table))
    chart = tornado_chart(comparison, featured)
    reply = SlackMessage(escape(f"How sure: {' '.join(sentences)}"), blocks)
    return [reply, *([chart_reply(chart)] if chart else [])]


def _linked(source: Source) -> str:
    return f"<{source.url}|{escape(source.title)}>" if source.url else escape(source.title)


def chart_reply(chart: Chart) -> SlackMessage:
    """Return a chart by itself. Its numbers are the message's text."""
    return SlackMessage(escape(chart.alt), [chart_block(chart)], chart)


def thread_replies(comparison: Comparison, exchange: Exchange = None) -> list[SlackMessage]:
    """Return all replies under the parent message."""
    featured = comparison.featured
    replies = []
    if len(comparison.estimates) > 1:
        replies.append(comparison_reply(comparison, exchange))
        bars = comparison_chart(comparison)
        if bars and len(bars.bars) > 1:
            replies.append(chart_reply(bars))
    if featured and featured.lines:
        replies.append(breakdown_reply(comparison, featured))
        if comparison.scenario.ranged:
            replies += uncertainty_replies(comparison)
        if comparison.base:
            replies += break_even_replies(comparison)
        replies.append(assumptions_reply(comparison, featured))
    return replies


def add_price_date(messages: Sequence[SlackMessage], comparison: Comparison, estimate_id: str) -> list[SlackMessage]:
    """Return replies about an earlier estimate, with the date of its prices under the first reply."""
    message, *others = messages
    line = context(f"USD, prices as of {comparison.as_of} · estimate `{escape(estimate_id)}`")
    return [message._replace(blocks=[*message.blocks, line]), *others]


def break_even_replies(comparison: Comparison) -> list[SlackMessage]:
    """Return the break-even in words and, if it can be drawn, as a chart."""
    lines = break_even_chart(comparison)
    return [break_even_reply(comparison), *([chart_reply(lines)] if lines else [])]
