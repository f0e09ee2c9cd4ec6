"""The parent message of an estimate: headline, totals, warnings and buttons."""

from __future__ import annotations

from typing import NamedTuple

from bot.render.blocks import Block, SlackMessage, context, fields, header, section
from bot.render.currency import Exchange, exchange_sentence
from bot.render.escaping import escape
from bot.render.headline import headline, question
from bot.render.money import rough
from bot.render.payback import break_even_text
from bot.render.tables import figure, has_other_period, horizon, period_figure, period_header
from bot.render.uncertainty import percent
from bot.render.verdict import because_sentence, next_step_sentence, set_aside_sentence
from bot.render.warnings import sorted_warnings, warning_text
from calculator import Comparison, Estimate, sample

MAX_WARNINGS = 4


class WorkspaceNotes(NamedTuple):
    """A workspace's additions to an estimate: an exchange rate, its defaults, an exceeded budget."""

    exchange: Exchange = None
    defaults: tuple[str, ...] = ()
    """Workspace defaults of fields that the question omits, such as `days=22`."""
    budget: str | None = None


NO_NOTES = WorkspaceNotes()


def parent_message(
    comparison: Comparison,
    estimate_id: str,
    user_id: str,
    *,
    latest_headline: str | None = None,
    notes: WorkspaceNotes = NO_NOTES,
) -> SlackMessage:
    """Return the message in the channel.

    Args:
        comparison: The priced offers.
        estimate_id: Written on the message and into its buttons.
        user_id: The Slack user who asked.
        latest_headline: The headline of the latest change in the thread; it shows that the total is outdated.
        notes: The workspace's additions.
    """
    featured = comparison.featured
    answer = headline(comparison)
    name = comparison.scenario.name
    blocks: list[Block] = [
        header(name or "Fine-tuning estimate"),
        section(f"*{escape(answer)}*\n{escape(question(comparison))}"),
    ]
    if featured and featured.lines:
        blocks.append(fields(_figures(comparison, featured)))
    blocks.append(section(escape(f"{because_sentence(comparison)}\n*Next:* {next_step_sentence(comparison)}")))
    blocks += note_blocks(comparison, notes)
    blocks += warning_blocks(comparison, featured)
    if latest_headline:
        blocks.append(section(f"*Changed in the thread.* {escape(latest_headline)}"))
    blocks.append(buttons(estimate_id))
    blocks.append(
        context(f"Asked by <@{escape(user_id)}> · USD, prices as of {comparison.as_of} · estimate `{estimate_id}`")
    )
    return SlackMessage(escape(f"{name}: {answer}" if name else answer), blocks)


def note_blocks(comparison: Comparison, notes: WorkspaceNotes) -> list[Block]:
    """Return the blocks about the workspace's currency, budget and defaults."""
    featured = comparison.featured
    blocks = []
    if sentence := exchange_sentence(comparison, featured, notes.exchange):
        blocks.append(context(escape(sentence)))
    if notes.budget:
        blocks.append(section(f"*Budget.* {escape(notes.budget)}"))
    if notes.defaults:
        blocks.append(context(f"From this workspace's defaults: {escape(', '.join(notes.defaults))}"))
    return blocks


def _figures(comparison: Comparison, estimate: Estimate) -> list[tuple[str, str]]:
    per_month = has_other_period(comparison, [estimate])
    return [
        ("One-off", figure(comparison, estimate, "one_off")),
        ("First month, with one-off", figure(comparison, estimate, "first_month")),
        ("A month", figure(comparison, estimate, "monthly") if _recurs(estimate) else "none"),
        (period_header(comparison, [estimate]), period_figure(comparison, estimate, per_month=per_month)),
        *([("Pays back", break_even_text(comparison, estimate))] if comparison.base else []),
        *_likely_figures(comparison, estimate),
    ]


def _recurs(estimate: Estimate) -> bool:
    return any(line.recurrence == "monthly" for line in estimate.lines)


def _likely_figures(comparison: Comparison, estimate: Estimate) -> list[tuple[str, str]]:
    """Return percentiles of the total and the share of cases that pay back, if the scenario has ranges."""
    ranges = sample(comparison)
    per_month = has_other_period(comparison, [estimate])
    percentiles = ranges.period_percentiles(estimate.offer.id, per_month=per_month) if ranges else None
    share = ranges.pays_back_share(estimate.offer.id) if ranges else None
    figures = [("P10 · P50 · P90", " · ".join(map(rough, percentiles)))] if percentiles else []
    if share is not None:
        figures.append((f"Paid back in {horizon(comparison)}", f"{percent(share)} of cases"))
    return figures


def warning_blocks(comparison: Comparison, featured: Estimate | None) -> list[Block]:
    """Return the warnings about the offer in the headline, and how many offers are listed separately."""
    lines = (
        [warning_text(warning) for warning in sorted_warnings(comparison, featured)[:MAX_WARNINGS]]
        if featured and featured.lines
        else []
    )
    if sentence := set_aside_sentence(comparison):
        lines.append(sentence)
    return [section("*Watch out*\n" + "\n".join(f"• {escape(line)}" for line in lines))] if lines else []


def buttons(estimate_id: str) -> Block:
    """Return the buttons and the export menu of an estimate."""

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
    "xlsx": "Export as a spreadsheet with formulas",
    "yaml": "Export scenario as YAML",
}


def _export_menu(estimate_id: str) -> Block:
    options = [
        {"text": {"type": "plain_text", "text": text}, "value": f"{kind} {estimate_id}"}
        for kind, text in EXPORTS.items()
    ]
    return {"type": "overflow", "action_id": "export", "options": options}
