"""The reply to a sentence: what was read of it, what was assumed, and the question to answer first."""

from __future__ import annotations

from bot.language.command import write_command
from bot.language.reader import EXAMPLES, Reading
from bot.render.parts.blocks import Block, SlackMessage, button, context, section
from bot.render.parts.escaping import escape
from calculator import KEYS

RUN = "run_reading"
"""The action id of the button that prices what was read."""
OPEN = "fix"
"""The action id of the button that opens the form, filled with what was read."""
MAX_BUTTON_VALUE = 2_000
"""Slack's limit for a button's value, in characters."""


def reading_message(reading: Reading) -> SlackMessage:
    """Return the reply to a sentence that isn't answered at once.

    Args:
        reading: What the sentence says. With a question, the question comes first; without one, a button prices it.
    """
    lines = [escape(reading.ask)] if reading.ask else ["*Is this your question?*"]
    facts = [f"{_label(key)}: *{escape(value)}*" for key, value in reading.fields.items()]
    if facts:
        lines.append(("I read " if reading.ask else "") + " · ".join(facts))
    notes = [*map(escape, reading.assumed)]
    if reading.unread:
        notes.append("I didn't understand: " + ", ".join(f"“{escape(word)}”" for word in reading.unread[:12]))
    if not reading.fields:
        notes.append("For example: " + " · ".join(f"_{example}_" for example in EXAMPLES))
    blocks: list[Block] = [section("\n".join(lines))]
    if notes:
        blocks.append(context("\n".join(notes)))
    if buttons := _buttons(reading):
        blocks.append({"type": "actions", "elements": buttons})
    return SlackMessage("\n".join([*lines, *notes]), blocks)


def _buttons(reading: Reading) -> list[Block]:
    line = write_command(reading.fields)
    if len(line) > MAX_BUTTON_VALUE:
        return []
    run = [button("Estimate", RUN, line or " ", "primary")] if not reading.ask and line else []
    return [*run, button("Change" if run else "Open the form", OPEN, line or " ")]


def _label(key: str) -> str:
    return KEYS[key].label if key in KEYS else key
