"""The replies in an estimate's thread: two with the card, the others on demand."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.answer.breakdown import breakdown_reply, linked
from bot.render.answer.comparison import listed_options, reasons_table, set_aside_sentences, short_table
from bot.render.answer.rules_of_thumb import rule_sentences
from bot.render.answer.uncertainty import percent, percentiles_table, uncertainty_sentences
from bot.render.charts.block import chart_block
from bot.render.charts.break_even import break_even_chart
from bot.render.charts.model import ThreadChart
from bot.render.charts.tornado import tornado_chart
from bot.render.parts.ages import OLD, OLD_MEANS, age_marked
from bot.render.parts.blocks import Block, SlackMessage, button, context, section, table_block, text_message
from bot.render.parts.currency import Exchange, Rate, rate_text
from bot.render.parts.escaping import escape
from bot.render.parts.tables import (
    break_even_table,
    comparison_table,
    group_options,
    plain,
)
from bot.render.sentences.payback import break_even_sentences, crossover_sentence
from bot.render.sentences.sources import oldest_price, price_readings, read_day
from bot.render.sentences.verdict import threshold_sentence
from calculator import Comparison, Estimate, break_even, sample

MAX_ROWS = 8
SHORT_MONTHS = 1
"""A break-even within this many months is a sentence; in a chart the lines would cross in a corner."""


def thread_replies(comparison: Comparison) -> list[SlackMessage]:
    """Return the replies that are posted with the card: the comparison and the breakdown."""
    featured = comparison.featured
    replies = []
    if len(comparison.estimates) > 1 or (comparison.base and comparison.estimates):
        replies.append(comparison_reply(comparison))
    if featured and featured.lines:
        replies.append(breakdown_reply(comparison, featured))
    return replies


def comparison_reply(comparison: Comparison) -> SlackMessage:
    """Return the baseline and the options in one short table, and the number of those that are set aside."""
    table = short_table(comparison)
    blocks = [section("*Comparison*"), *([table_block(table)] if table.rows else [])]
    sentences = set_aside_sentences(comparison)
    if sentence := crossover_sentence(comparison):
        sentences.append(sentence)
    if sentences:
        blocks.append(context("\n".join(map(escape, sentences))))
    return SlackMessage(escape("\n".join(["Comparison:", plain(table), *sentences])), blocks)


def offers_replies(comparison: Comparison, estimate_id: str, exchange: Exchange = None) -> list[SlackMessage]:
    """Return all offers: the usable ones with their costs, then those that are set aside with their reasons.

    Args:
        comparison: The priced offers.
        estimate_id: The id in the buttons.
        exchange: A currency to show the totals in too.
    """
    rate = exchange if isinstance(exchange, Rate) else None
    replies = []
    for caption, estimates in group_options(comparison):
        is_apart = estimates[0].offer.id in comparison.set_aside
        table = (
            reasons_table(comparison, estimates)
            if is_apart
            else comparison_table(comparison, estimates, *((rate.currency, rate.per_usd) if rate else ()))
        )
        block = table_block(table)
        omitted = len(table.rows) + 1 - len(block["rows"])
        notes = [f"{omitted} more in the export."] if omitted else []
        notes += [rate_text(rate)] if rate and not is_apart else []
        blocks = [section(f"*{escape(caption)}* (USD)"), block]
        blocks += [context("\n".join(map(escape, notes)))] if notes else []
        replies.append(SlackMessage(escape(f"{caption}:\n{plain(table)}"), blocks))
    if not replies:
        return [text_message("This estimate compares no offers.")]
    replies[0].blocks.append(_offers_buttons(estimate_id))
    return replies


def _offers_buttons(estimate_id: str) -> Block:
    buttons = (
        ("Choose offers", "compare", estimate_id),
        ("Export as CSV", "export_csv", f"csv {estimate_id}"),
        ("Export as a spreadsheet", "export_xlsx", f"xlsx {estimate_id}"),
    )
    return {
        "type": "actions",
        "elements": [button(text, action_id, value) for text, action_id, value in buttons],
    }


def sources_reply(comparison: Comparison) -> SlackMessage:
    """Return every price used by the options of the comparison and by the baseline: source, age and confidence."""
    estimates = [item.estimate for item in listed_options(comparison)]
    readings = price_readings(comparison, estimates)
    if not readings:
        return text_message("This estimate uses no prices.")
    lines = []
    for reading in readings:
        if reading.confidence == "yours":
            about = "your price"
        else:
            age = age_marked(reading.source, comparison.as_of)
            about = f"read {read_day(reading.source)}, {age}, {reading.confidence} confidence"
        lines.append(f"• {linked(reading.source)} ({escape(about)}): {escape('; '.join(reading.items))}")
    more = len(comparison.estimates) - len(estimates)
    ending = [f"{more} more offers in the export, each with its sources."] if more > 0 else []
    marked = any(OLD in line for line in lines)
    return text_message("\n".join(["*Sources*, the oldest first", *lines, *ending, *([OLD_MEANS] if marked else [])]))


def break_even_reply(comparison: Comparison) -> SlackMessage:
    """Return the break-even against the base model: the best offer in sentences, the nearest offers in a table."""
    best, base = comparison.best, comparison.base
    title = f"Break-even against prompting {base.model}" if base else "Break-even"
    sentences = best and break_even_sentences(comparison, best, net=False)
    sentences = sentences or [_unknown_payback(comparison)]
    if threshold := threshold_sentence(comparison):
        sentences.append(threshold)
    rows = [item.estimate for item in listed_options(comparison) if item.usable]
    table = break_even_table(comparison, rows[:MAX_ROWS])
    blocks = [section("\n".join([f"*{escape(title)}*", *map(escape, sentences)]))]
    if best and (verdict := rule_sentences(comparison, best)):
        blocks.append(section("\n".join(["*Tune or prompt?*", *(f"• {escape(text)}" for text in verdict)])))
    if len(rows) > 1:
        blocks.append(table_block(table))
    return SlackMessage(escape(f"{title}: {' '.join(sentences)}"), blocks)


def _unknown_payback(comparison: Comparison) -> str:
    if comparison.best is None:
        return "None of these offers is usable, so none saves anything."
    if not comparison.plan.calls_per_month:
        return "It depends on the calls. Give their number and length, such as calls=20k/day call=300/150."
    return "Unknown, because a price is unknown."


def break_even_replies(comparison: Comparison) -> list[SlackMessage]:
    """Return the break-even in words and, unless it is so soon that a sentence says it, as a chart."""
    best = comparison.best
    payback = break_even(comparison, best) if best else None
    is_soon = payback is not None and payback.months is not None and payback.months < SHORT_MONTHS
    lines = None if is_soon else break_even_chart(comparison)
    return [break_even_reply(comparison), *([chart_reply(lines)] if lines else [])]


def uncertainty_replies(comparison: Comparison, *, assumed: bool = False) -> list[SlackMessage]:
    """Return the percentiles of the offers, and a chart of the inputs that move the best offer's total most.

    Args:
        comparison: The priced offers.
        assumed: The ranges were assumed, because the question has none.
    """
    best = comparison.best
    if best is None:
        return [text_message("No range can be given: none of these offers is usable.")]
    sentences = uncertainty_sentences(comparison, best)
    if assumed:
        spread = f"up to {percent(comparison.spread)} off (whole numbers by at least 1)"
        sentences.insert(0, f"Each number is assumed to be {spread}, with the given value most likely.")
        if len(sentences) > 1 and (ranges := sample(comparison)) and ranges.percentiles(best.offer.id, "total"):
            sentences.append("Enter your own ranges, such as calls=40k..60k/day or epochs=2..4.")
    rows = [item.estimate for item in listed_options(comparison) if item.usable][:MAX_ROWS]
    table = percentiles_table(comparison, rows)
    blocks = [section("\n".join(["*How sure*", *map(escape, sentences)]))]
    if len(rows) > 1:
        blocks.append(table_block(table))
    chart = tornado_chart(comparison, best)
    reply = SlackMessage(escape(f"How sure: {' '.join(sentences)}"), blocks)
    return [reply, *([chart_reply(chart)] if chart else [])]


def chart_reply(chart: ThreadChart) -> SlackMessage:
    """Return a chart by itself. Its numbers are the message's text."""
    return SlackMessage(escape(chart.alt), [chart_block(chart)], chart)


def add_footer(
    messages: Sequence[SlackMessage],
    comparison: Comparison,
    estimate_id: str,
    estimates: Sequence[Estimate] | None = None,
) -> list[SlackMessage]:
    """Return replies about an earlier estimate, with the day of the oldest price and the id under the first reply.

    Args:
        messages: The replies.
        comparison: The priced offers.
        estimate_id: The id of the estimate.
        estimates: The offers that the replies show; None for those of the short table.
    """
    message, *others = messages
    if estimates is None:
        estimates = [item.estimate for item in listed_options(comparison)]
    parts = ["USD", oldest_price(comparison, estimates), f"estimate `{estimate_id}`"]
    line = context(escape(" · ".join(filter(None, parts))))
    return [message._replace(blocks=[*message.blocks, line]), *others]
