"""A comparison as Slack messages: the parent in the channel, what follows in its thread, what a change answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.render.blocks import Block, SlackMessage, context, escape, fields, header, section, table_block
from bot.render.chart import Chart, break_even_chart, comparison_chart
from bot.render.chart_block import chart_block
from bot.render.money import money, signed
from bot.render.tables import (
    Table,
    break_even_table,
    breakdown_table,
    by_standing,
    comparison_table,
    figure,
    horizon,
    offer_name,
    plain,
    priced_lines,
    remark,
)
from bot.render.words import (
    assumptions,
    base_sentence,
    break_even_sentences,
    changes,
    headline,
    mark_meaning,
    notes,
    pays_back,
    price_ages,
    question,
    warning_text,
    warnings_by_gravity,
)
from calculator import Comparison, Estimate, Standing
from pricing import Source

ROWS_SHOWN = 12
ASIDES_SHOWN = 5
WARNINGS_SHOWN = 4
CHANGES_SHOWN = 12


def parent(comparison: Comparison, estimate_id: str, user_id: str, *, now: str | None = None) -> SlackMessage:
    """The message in the channel: the answer in a sentence, its figures, what would cost money, what to do next.

    `now` is the headline of the latest change in its thread, so that an old figure does not stand alone.
    """
    shown = comparison.best or next(iter(comparison.estimates), None)
    answer = headline(comparison)
    name = comparison.scenario.name
    blocks: list[Block] = [
        header(name or "Fine-tuning estimate"),
        section(f"*{escape(answer)}*\n{escape(question(comparison))}"),
    ]
    if shown and shown.lines:
        blocks.append(fields(_figures(comparison, shown)))
    if sentence := base_sentence(comparison):
        blocks.append(context(escape(sentence)))
    blocks += _watch_out(comparison, shown)
    if now:
        blocks.append(section(f"*Changed in the thread.* {escape(now)}"))
    blocks.append(buttons(estimate_id))
    blocks.append(
        context(f"Asked by <@{escape(user_id)}> · USD, prices as of {comparison.as_of} · estimate `{estimate_id}`")
    )
    return SlackMessage(escape(f"{name}: {answer}" if name else answer), blocks)


def _figures(comparison: Comparison, estimate: Estimate) -> list[tuple[str, str]]:
    months = estimate.months
    to_end = months < comparison.plan.months
    return [
        ("One-off", figure(comparison, estimate, "one_off")),
        ("First month, with one-off", figure(comparison, estimate, "first_month")),
        ("A month", figure(comparison, estimate, "monthly") if estimate.monthly_usd is not None else "none"),
        (f"To its end ({months:.1f} months)" if to_end else horizon(comparison), figure(comparison, estimate, "total")),
        *([("Pays back", pays_back(estimate))] if comparison.base else []),
    ]


def _watch_out(comparison: Comparison, shown: Estimate | None) -> list[Block]:
    """The warnings of the offer in the headline, and how many offers were set apart."""
    lines = (
        [warning_text(warning) for warning in warnings_by_gravity(shown)[:WARNINGS_SHOWN]]
        if shown and shown.lines
        else []
    )
    apart = [e for e in comparison.estimates if e.standing == Standing.APART and e is not shown]
    unknown = [e for e in comparison.estimates if e.standing == Standing.INCOMPLETE and e is not shown]
    if unknown:
        lines.append(f"{_count(unknown)} not ranked, because a price is not known.")
    if apart:
        lines.append(f"{_count(apart)} shown apart, because not open to {comparison.scenario.customer} customers.")
    return [section("*Watch out*\n" + "\n".join(f"• {escape(line)}" for line in lines))] if lines else []


def _count(estimates: Sequence[Estimate]) -> str:
    return f"{len(estimates)} offer{'s' if len(estimates) > 1 else ''}"


def buttons(estimate_id: str) -> Block:
    def button(text: str, action_id: str) -> Block:
        return {
            "type": "button",
            "action_id": action_id,
            "text": {"type": "plain_text", "text": text},
            "value": estimate_id,
        }

    names = (("Edit", "edit"), ("Compare", "compare"), ("Break-even", "break_even"), ("Export CSV", "export"))
    return {"type": "actions", "elements": [button(text, action_id) for text, action_id in names]}


def comparison_reply(comparison: Comparison) -> SlackMessage:
    """In the thread: the offers side by side, those that can be compared in a table, the others in a few lines."""
    (caption, first), *others = by_standing(comparison)
    table = comparison_table(comparison, first[:ROWS_SHOWN])
    blocks = [section(f"*{escape(caption)}* (USD)"), table_block(table)]
    if len(first) > ROWS_SHOWN:
        blocks.append(context(f"{len(first) - ROWS_SHOWN} more in the export."))
    blocks += [_aside(comparison, caption, estimates) for caption, estimates in others]
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


def breakdown_reply(estimate: Estimate) -> SlackMessage:
    """In the thread: one offer line by line, with how each quantity comes about."""
    table = breakdown_table(estimate)
    title = f"{offer_name(estimate)}, line by line"
    formulas = "\n".join(f"• {escape(line.label)}: {escape(line.formula)}" for line in priced_lines(estimate))
    return SlackMessage(
        escape(f"{title}:\n{plain(table)}"), [section(f"*{escape(title)}*"), table_block(table), context(formulas)]
    )


def assumptions_reply(comparison: Comparison, estimate: Estimate) -> SlackMessage:
    """In the thread: what the figures rest on, and how old each price is."""
    rests = "\n".join(f"• {escape(text)}" for text in assumptions(comparison, estimate))
    prices = "\n".join(
        f"• {escape(what)}: {_linked(source)} ({escape(when)})"
        for what, source, when in price_ages(comparison, estimate)
    )
    blocks = [section(f"*Assumptions*\n{rests}")]
    if prices:
        blocks.append(section(f"*Prices of {escape(offer_name(estimate))}*\n{prices}"))
    if beside := notes(estimate):
        blocks.append(context("\n".join(f"• {escape(note)}" for note in beside)))
    end = [f"Prices as of {comparison.as_of}", f"catalogue `{comparison.catalog_version}`"]
    blocks.append(context(" · ".join(filter(None, [*end, mark_meaning(comparison, estimate)]))))
    return SlackMessage(f"Assumptions and price ages for {escape(offer_name(estimate))}", blocks)


def break_even_reply(comparison: Comparison) -> SlackMessage:
    """In the thread: when tuning pays back against the base model, the best offer in words, the others in rows."""
    shown = comparison.best or comparison.estimates[0]
    base = comparison.base
    title = f"Break-even against prompting {base.model}" if base else "Break-even"
    sentences = break_even_sentences(comparison, shown) or ["It cannot be said: a price is not known."]
    told = [one for one in comparison.estimates if one.lines][:ROWS_SHOWN]
    table = break_even_table(comparison, told)
    blocks = [section("\n".join([f"*{escape(title)}*", *map(escape, sentences)]))]
    if len(told) > 1:
        blocks.append(table_block(table))
    return SlackMessage(escape(f"{title}: {' '.join(sentences)}"), blocks)


def _linked(source: Source) -> str:
    return f"<{source.url}|{escape(source.title)}>" if source.url else escape(source.title)


def chart_reply(chart: Chart) -> SlackMessage:
    """In the thread: a chart by itself; its numbers are the message's text."""
    return SlackMessage(escape(chart.alt), [chart_block(chart)], chart)


def thread_replies(comparison: Comparison) -> list[SlackMessage]:
    """What follows under the parent."""
    shown = comparison.best or next(iter(comparison.estimates), None)
    replies = []
    if len(comparison.estimates) > 1:
        replies.append(comparison_reply(comparison))
        bars = comparison_chart(comparison)
        if bars and len(bars.bars) > 1:
            replies.append(chart_reply(bars))
    if shown and shown.lines:
        replies.append(breakdown_reply(shown))
        if comparison.base:
            replies += break_even_replies(comparison)
        replies.append(assumptions_reply(comparison, shown))
    return replies


def break_even_replies(comparison: Comparison) -> list[SlackMessage]:
    """The break-even in words and, where it can be drawn, as a chart."""
    lines = break_even_chart(comparison)
    return [break_even_reply(comparison), *([chart_reply(lines)] if lines else [])]


def change_reply(
    before: Mapping[str, Any],
    after: Comparison,
    estimate_id: str,
    user_id: str,
    why: Sequence[tuple[str, Decimal]] = (),
) -> SlackMessage:
    """In the thread of an earlier estimate (as `to_json` saved it): the new answer, what changed, what that costs."""
    changed = changes(before["scenario"], after.scenario.fields())
    what = "; ".join(changed) if changed else "nothing in the question"
    if before["catalog_version"] != after.catalog_version or before["as_of"] != after.as_of.isoformat():
        what += f"; prices as of {before['as_of']} → {after.as_of}"
    answer = headline(after)
    shown = list(after.estimates[:CHANGES_SHOWN])
    table = (
        comparison_table(after, shown) if changed == ["the offers compared"] else _change_table(before, after, shown)
    )
    more = len(after.estimates) - len(shown)
    told = break_even_sentences(after, after.best) if after.best else []
    blocks = [
        section(f"*{escape(answer)}*\nChanged: {escape(what)}"),
        table_block(table),
        *([context(f"{more} more in the export.")] if more else []),
        *([section(escape(_by_cause(after, why)))] if len(why) > 1 else []),
        *([section(escape(" ".join(told)))] if told else []),
        *_watch_out(after, after.best),
        buttons(estimate_id),
        context(f"Changed by <@{escape(user_id)}> · USD, prices as of {after.as_of} · estimate `{estimate_id}`"),
    ]
    return SlackMessage(escape(f"{answer} Changed: {what}.\n{plain(table)}"), blocks)


def _by_cause(after: Comparison, why: Sequence[tuple[str, Decimal]]) -> str:
    """`Of the difference for X: epochs +$24.00, calls +$1,080.00.`"""
    name = offer_name(after.best) if after.best else ""
    return f"Of the difference for {name}: {', '.join(f'{cause} {signed(usd)}' for cause, usd in why)}."


def _change_table(before: Mapping[str, Any], after: Comparison, shown: Sequence[Estimate]) -> Table:
    """Totals before, after and the difference."""
    old = {estimate["offer"]: estimate for estimate in before["estimates"]}
    rows = []
    for estimate in shown:
        was = old.get(estimate.offer.id)
        total = Decimal(was["total_usd"]) if was and was["total_usd"] is not None else None
        if was is None:
            difference = "new"
        elif total is None or estimate.total_usd is None or not (was["complete"] and estimate.complete):
            difference = "not known"
        else:
            difference = signed(estimate.total_usd - total)
        rows.append(
            (
                offer_name(estimate),
                money(total, whole=was["complete"]) if was else "–",
                figure(after, estimate, "total"),
                difference,
            )
        )
    return Table(
        ("Offer", "Before", f"Now, {horizon(after)}", "Difference"),
        ("left", "right", "right", "right"),
        tuple(rows),
    )
