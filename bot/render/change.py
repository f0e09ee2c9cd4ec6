"""What a change answers in the thread of an earlier estimate."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.render.blocks import SlackMessage, context, section, table_block
from bot.render.data import figure_text
from bot.render.escaping import escape
from bot.render.messages import NOTHING, WorkspaceNotes, beside, buttons, watch_out
from bot.render.money import signed
from bot.render.sentences import break_even_sentences, changes, headline
from bot.render.tables import (
    Table,
    comparison_table,
    figure,
    horizon,
    offer_name,
    plain,
)
from bot.render.uncertainty import sureness
from bot.results import SavedResult
from calculator import Comparison, Estimate

CHANGES_SHOWN = 12


def change_reply(
    before: SavedResult,
    after: Comparison,
    estimate_id: str,
    user_id: str,
    why: Sequence[tuple[str, Decimal]] = (),
    aside: WorkspaceNotes = NOTHING,
) -> SlackMessage:
    """Return the reply in the thread of an earlier estimate: the new answer, what changed, what that costs."""
    changed = changes(before.scenario, after.scenario.fields())
    what = "; ".join(changed) if changed else "nothing in the question"
    if before.catalog_version != after.catalog_version or before.as_of != after.as_of:
        what += f"; prices as of {before.as_of} → {after.as_of}"
    answer = headline(after)
    shown = list(after.estimates[:CHANGES_SHOWN])
    table = (
        comparison_table(after, shown) if changed == ["the offers compared"] else _change_table(before, after, shown)
    )
    more = len(after.estimates) - len(shown)
    told = [*sureness(after, after.best), *break_even_sentences(after, after.best)] if after.best else []
    blocks = [
        section(f"*{escape(answer)}*\nChanged: {escape(what)}"),
        table_block(table),
        *([context(f"{more} more in the export.")] if more else []),
        *([section(escape(_by_cause(after, why)))] if len(why) > 1 else []),
        *([section(escape(" ".join(told)))] if told else []),
        *beside(after, aside),
        *watch_out(after, after.best),
        buttons(estimate_id),
        context(f"Changed by <@{escape(user_id)}> · USD, prices as of {after.as_of} · estimate `{estimate_id}`"),
    ]
    return SlackMessage(escape(f"{answer} Changed: {what}.\n{plain(table)}"), blocks)


def _by_cause(after: Comparison, why: Sequence[tuple[str, Decimal]]) -> str:
    """`Of the difference for X: epochs +$24.00, calls +$1,080.00.`"""
    name = offer_name(after.best) if after.best else ""
    return f"Of the difference for {name}: {', '.join(f'{cause} {signed(usd)}' for cause, usd in why)}."


def _change_table(before: SavedResult, after: Comparison, shown: Sequence[Estimate]) -> Table:
    """Return a table of totals before, totals after, and the differences."""
    rows = []
    for estimate in shown:
        quoted = before.find(estimate.offer.id)
        if quoted is None:
            difference = "new"
        elif quoted.total_usd is None or estimate.total_usd is None or not (quoted.complete and estimate.complete):
            difference = "not known"
        else:
            difference = signed(estimate.total_usd - quoted.total_usd)
        rows.append(
            (
                offer_name(estimate),
                figure_text(quoted, "total_usd") if quoted else "–",
                figure(after, estimate, "total"),
                difference,
            )
        )
    return Table(
        ("Offer", "Before", f"Now, {horizon(after)}", "Difference"),
        ("left", "right", "right", "right"),
        tuple(rows),
    )
