"""The card of an estimate: the verdict, its figures, the next step and the buttons."""

from __future__ import annotations

from typing import NamedTuple

from bot.render.answer.card import ALTERNATIVES, Card, card
from bot.render.parts.blocks import Block, SlackMessage, button, context, plain_text_object, section
from bot.render.parts.currency import Exchange, exchange_sentence
from bot.render.parts.escaping import escape
from calculator import Comparison

MAX_LINES = 10
"""Lines of a card, the grey one included."""


class WorkspaceNotes(NamedTuple):
    """A workspace's additions to an estimate: an exchange rate, its defaults, an exceeded budget."""

    exchange: Exchange = None
    defaults: tuple[str, ...] = ()
    """Workspace defaults of fields that the question omits, such as `days=22`."""
    budget: str | None = None
    doubts: tuple[str, ...] = ()
    """Questions about numbers that are probably not meant, where the answer didn't wait for the asker."""


class CardChange(NamedTuple):
    """The latest change of an estimate."""

    summary: str
    """Such as `calls 20k/day → 250k/day`."""
    user_id: str


NO_NOTES = WorkspaceNotes()


def parent_message(
    comparison: Comparison,
    estimate_id: str,
    user_id: str,
    *,
    change: CardChange | None = None,
    notes: WorkspaceNotes = NO_NOTES,
) -> SlackMessage:
    """Return the card: at most ten lines and five buttons.

    Args:
        comparison: The priced offers.
        estimate_id: Written on the message and into its buttons.
        user_id: The Slack user who asked.
        change: The latest change, if the card shows an estimate that was changed.
        notes: The workspace's additions.
    """
    answer, name = card(comparison), comparison.scenario.name
    extra = [f"*Check:* {escape(doubt)}" for doubt in notes.doubts]
    extra += [f"*Budget:* {escape(notes.budget)}"] if notes.budget else []
    if change:
        extra.insert(0, f"changed: {escape(change.summary)}")
    lines = card_lines(answer, extra)
    grey = [
        *([f"“{name}”"] if name else []),
        answer.assumes,
        *([f"workspace defaults: {', '.join(notes.defaults)}"] if notes.defaults else []),
    ]
    asked = f"asked by <@{escape(user_id)}>"
    if change and change.user_id != user_id:
        asked += f", changed by <@{escape(change.user_id)}>"
    footer = " · ".join([*map(escape, grey), asked, f"`{estimate_id}`"])
    if sentence := exchange_sentence(comparison, comparison.featured, notes.exchange):
        footer += f"\n{escape(sentence)}"
    text = f"{name}: {answer.verdict}." if name else f"{answer.verdict}."
    figures = " ".join(f"{label}: {figure}." for label, figure in answer.figures)
    blocks = [section("\n".join(lines)), buttons(estimate_id), context(footer)]
    return SlackMessage(escape(f"{text} {figures}".rstrip()), blocks)


def card_lines(answer: Card, extra: list[str]) -> list[str]:
    """Return the lines of a card's text in mrkdwn, at most nine."""
    lines = [f"*{escape(answer.verdict)}*", *extra]
    lines += [f"*{escape(label)}:* {escape(figure)}" for label, figure in answer.figures]
    lines += map(escape, answer.sentences)
    room = MAX_LINES - 2 - len(lines)  # the next step and the grey line follow
    listed = answer.alternatives[: max(0, room - 1)]
    if listed:
        lines.append(escape(ALTERNATIVES))
        lines += [f"• *{escape(name)}:* {escape(figure)}" for name, figure in listed]
    lines = lines[: MAX_LINES - 2]
    return [*lines, f"*Next:* {escape(answer.next_step)}"]


OFFERS, EXPORT, WATCH, BUDGET, DELETE = "offers", "export", "watch", "budget", "delete"
MENU = {OFFERS: "All offers", EXPORT: "Export", WATCH: "Watch", BUDGET: "Budget", DELETE: "Delete"}
"""The menu of a card. Each choice names the estimate: `offers k7m2xyz345`."""


def buttons(estimate_id: str) -> Block:
    """Return the buttons and the menu of an estimate."""
    names = (("Change", "edit"), ("Break-even", "break_even"), ("How sure?", "sure"), ("Sources", "sources"))
    menu = [{"text": plain_text_object(text), "value": f"{choice} {estimate_id}"} for choice, text in MENU.items()]
    overflow: Block = {"type": "overflow", "action_id": "more", "options": menu}
    return {
        "type": "actions",
        "elements": [*(button(text, action_id, estimate_id) for text, action_id in names), overflow],
    }
