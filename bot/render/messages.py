"""The first message of an answer, in the channel: the answer, its figures, what would cost money, the buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.render.blocks import Block, SlackMessage, context, fields, header, section
from bot.render.currency import Exchange, exchange_sentence
from bot.render.escaping import escape
from bot.render.headline import headline, question
from bot.render.money import rough
from bot.render.payback import base_sentence, break_even_text
from bot.render.tables import (
    figure,
    horizon,
    too_small,
)
from bot.render.uncertainty import percent
from bot.render.warnings import sorted_warnings, warning_text
from calculator import Comparison, Estimate, RankGroup, Total, customer_of, sample

WARNINGS_SHOWN = 4
NO_LINES = Total(None, whole=True)


class WorkspaceNotes(NamedTuple):
    """What a workspace adds to an answer: another currency, what it has settled, a budget that is passed."""

    exchange: Exchange = None
    settled: tuple[str, ...] = ()
    """`days=22`: what the question did not say, and the workspace's settings do."""
    budget: str | None = None


NOTHING = WorkspaceNotes()


def parent(
    comparison: Comparison, estimate_id: str, user_id: str, *, now: str | None = None, aside: WorkspaceNotes = NOTHING
) -> SlackMessage:
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
    blocks += beside(comparison, aside)
    blocks += watch_out(comparison, shown)
    if now:
        blocks.append(section(f"*Changed in the thread.* {escape(now)}"))
    blocks.append(buttons(estimate_id))
    blocks.append(
        context(f"Asked by <@{escape(user_id)}> · USD, prices as of {comparison.as_of} · estimate `{estimate_id}`")
    )
    return SlackMessage(escape(f"{name}: {answer}" if name else answer), blocks)


def beside(comparison: Comparison, aside: WorkspaceNotes) -> list[Block]:
    """The same figures in another currency; the budget they pass; what was taken from the workspace's settings."""
    shown = comparison.best or next(iter(comparison.estimates), None)
    blocks = []
    if sentence := exchange_sentence(comparison, shown, aside.exchange):
        blocks.append(context(escape(sentence)))
    if aside.budget:
        blocks.append(section(f"*Budget.* {escape(aside.budget)}"))
    if aside.settled:
        blocks.append(context(f"From this workspace's settings: {escape(', '.join(aside.settled))}"))
    return blocks


def _figures(comparison: Comparison, estimate: Estimate) -> list[tuple[str, str]]:
    months = estimate.months
    to_end = months < comparison.plan.months
    return [
        ("One-off", figure(comparison, estimate, "one_off")),
        ("First month, with one-off", figure(comparison, estimate, "first_month")),
        ("A month", figure(comparison, estimate, "monthly") if estimate.monthly != NO_LINES else "none"),
        (f"To its end ({months:.1f} months)" if to_end else horizon(comparison), figure(comparison, estimate, "total")),
        *([("Pays back", break_even_text(comparison, estimate))] if comparison.base else []),
        *_likely_figures(comparison, estimate),
    ]


def _likely_figures(comparison: Comparison, estimate: Estimate) -> list[tuple[str, str]]:
    """What lies between the ends of a range, and in how many cases it pays back."""
    ranges = sample(comparison)
    found = ranges.percentiles(estimate.offer.id, "total") if ranges else None
    share = ranges.pays_back_share(estimate.offer.id) if ranges else None
    figures = [("P10 · P50 · P90", " · ".join(map(rough, found)))] if found else []
    if share is not None:
        figures.append((f"Paid back in {horizon(comparison)}", f"{percent(share)} of cases"))
    return figures


def watch_out(comparison: Comparison, shown: Estimate | None) -> list[Block]:
    """The warnings of the offer in the headline, and how many offers were set apart."""
    lines = (
        [warning_text(warning) for warning in sorted_warnings(comparison, shown)[:WARNINGS_SHOWN]]
        if shown and shown.lines
        else []
    )
    small = [e for e in comparison.estimates if e is not shown and too_small(comparison, e)]
    apart = [e for e in comparison.estimates if e.standing == RankGroup.APART and e is not shown and e not in small]
    unknown = [e for e in comparison.estimates if e.standing == RankGroup.INCOMPLETE and e is not shown]
    if unknown:
        lines.append(f"{_count(unknown)} not ranked, because a price is not known.")
    if small:
        lines.append(f"{_count(small)} of GPUs shown apart, because the job does not fit them.")
    if apart:
        lines.append(
            f"{_count(apart)} shown apart, because not open to {customer_of(comparison.scenario.customer)} customers."
        )
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

    names = (
        ("Edit", "edit"),
        ("Compare", "compare"),
        ("Break-even", "break_even"),
        ("How sure?", "sure"),
    )
    return {
        "type": "actions",
        "elements": [*(button(text, action_id) for text, action_id in names), _export_menu(estimate_id)],
    }


EXPORTS = {
    "csv": "Export lines as CSV",
    "xlsx": "Export as spreadsheet that calculates",
    "yaml": "Export scenario as YAML",
}


def _export_menu(estimate_id: str) -> Block:
    options = [
        {"text": {"type": "plain_text", "text": text}, "value": f"{kind} {estimate_id}"}
        for kind, text in EXPORTS.items()
    ]
    return {"type": "overflow", "action_id": "export", "options": options}
