"""The reply to a change, in the thread of the earlier estimate."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.render.blocks import SlackMessage, context, section, table_block
from bot.render.escaping import escape
from bot.render.headline import headline
from bot.render.messages import NO_NOTES, WorkspaceNotes, buttons, note_blocks, warning_blocks
from bot.render.money import signed
from bot.render.payback import break_even_sentences
from bot.render.results import period_text, period_usd
from bot.render.scenario_changes import field_changes
from bot.render.tables import (
    Table,
    comparison_table,
    has_other_period,
    horizon,
    offer_name,
    period_figure,
    plain,
)
from bot.render.uncertainty import uncertainty_sentences
from bot.results import SavedResult
from calculator import Comparison, Estimate, average_month, horizon_total

MAX_OFFERS = 12


def change_reply(
    earlier: SavedResult,
    comparison: Comparison,
    estimate_id: str,
    user_id: str,
    causes: Sequence[tuple[str, Decimal]] = (),
    notes: WorkspaceNotes = NO_NOTES,
) -> SlackMessage:
    """Return the reply to a change: the new answer, the changed fields, and the cost of each change.

    Args:
        earlier: The result that was changed.
        comparison: The new comparison.
        estimate_id: The id of the new estimate.
        user_id: The Slack user who made the change.
        causes: The causes of the difference in the best offer's total, in US dollars.
        notes: The workspace's additions.
    """
    differences = field_changes(earlier.scenario, comparison.scenario.fields())
    summary = "; ".join(differences) if differences else "nothing in the question"
    if earlier.catalog_version != comparison.catalog_version or earlier.as_of != comparison.as_of:
        summary += f"; prices as of {earlier.as_of} → {comparison.as_of}"
    answer = headline(comparison)
    listed = list(comparison.usable[:MAX_OFFERS]) or list(comparison.estimates[:MAX_OFFERS])
    table = (
        comparison_table(comparison, listed)
        if differences == ["the offers compared"]
        else _change_table(earlier, comparison, listed)
    )
    more = len(comparison.estimates) - len(listed)
    sentences = (
        [*uncertainty_sentences(comparison, comparison.best), *break_even_sentences(comparison, comparison.best)]
        if comparison.best
        else []
    )
    blocks = [
        section(f"*{escape(answer)}*\nChanged: {escape(summary)}"),
        table_block(table),
        *([context(f"{more} more in the export.")] if more else []),
        *([section(escape(_cause_sentence(comparison, causes)))] if len(causes) > 1 else []),
        *([section(escape(" ".join(sentences)))] if sentences else []),
        *note_blocks(comparison, notes),
        *warning_blocks(comparison, comparison.best),
        buttons(estimate_id),
        context(f"Changed by <@{escape(user_id)}> · USD, prices as of {comparison.as_of} · estimate `{estimate_id}`"),
    ]
    return SlackMessage(escape(f"{answer} Changed: {summary}.\n{plain(table)}"), blocks)


def _cause_sentence(comparison: Comparison, causes: Sequence[tuple[str, Decimal]]) -> str:
    """Return a sentence such as `Of the difference for X: epochs +$24.00, calls +$1,080.00.`"""
    name = offer_name(comparison.best) if comparison.best else ""
    return f"Of the difference for {name}: {', '.join(f'{cause} {signed(usd)}' for cause, usd in causes)}."


def _change_table(earlier: SavedResult, comparison: Comparison, listed: Sequence[Estimate]) -> Table:
    """Return the table of earlier totals, new totals and their differences."""
    options = [earlier.option(estimate.offer.id) for estimate in listed]
    lacks_total = any(option and option.usable and option.horizon_total_usd is None for option in options)
    per_month = lacks_total or has_other_period(comparison, listed)
    rows = []
    for estimate in listed:
        quoted = earlier.find(estimate.offer.id)
        before = period_usd(earlier, estimate.offer.id, per_month=per_month)
        after = average_month(comparison, estimate) if per_month else horizon_total(comparison, estimate)
        if quoted is None:
            difference = "new"
        elif before is None or after.usd is None or not (quoted.complete and estimate.complete):
            difference = "unknown"
        else:
            difference = signed(after.usd - before)
        rows.append(
            (
                offer_name(estimate),
                period_text(earlier, estimate.offer.id, per_month=per_month),
                period_figure(comparison, estimate, per_month=per_month),
                difference,
            )
        )
    period = "average month" if per_month else horizon(comparison)
    return Table(
        ("Offer", "Before", f"Now, {period}", "Difference"),
        ("left", "right", "right", "right"),
        tuple(rows),
    )
