"""Questions to the asker before something that can't be undone: implausible numbers are posted, or data is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bot.answers.readings import MAX_BUTTON_VALUE, OPEN
from bot.language.command import write_command
from bot.render.parts.blocks import Block, SlackMessage, button, section, text_message
from bot.render.parts.escaping import escape
from calculator import Comparison, Scenario

CONFIRM = "confirm_estimate"
"""The action id of the button that posts the estimate as it was asked."""
FORGET_ME = "forget_me"
"""The action id of the button that deletes the data of its presser."""
FEWEST_EXAMPLES = 10
LONGEST_EXAMPLE = 50_000
"""Tokens of one example above which the number is probably a total, or two numbers in one."""
HIGHEST_USD = Decimal(1_000_000)


def find_doubts(comparison: Comparison, changed_from: Mapping[str, str] | None = None) -> list[str]:
    """Return a question for each number of an estimate that is probably not meant.

    Args:
        comparison: The priced question. The examples of a counted file are facts, so they aren't questioned.
        changed_from: The fields of the estimate that this one changes, whose numbers were confirmed with it.
    """
    scenario, fields = comparison.scenario, comparison.scenario.fields()
    same = {key for key, text in fields.items() if changed_from is not None and changed_from.get(key) == text}
    doubts = [text for key, text in (*_input_doubts(scenario), *_prompt_doubts(scenario)) if key not in same]
    best = comparison.best
    total = best.total_usd if best else None
    if changed_from is None and total is not None and total > HIGHEST_USD:
        doubts.append(f"Did you mean all of these numbers? They come to ${total:,.0f}.")
    return doubts


def confirmation_message(doubts: list[str], fields: Mapping[str, str], edit_of: str | None) -> SlackMessage | None:
    """Return the question to the asker; None if its buttons can't hold the estimate.

    Args:
        doubts: The questions of `find_doubts`.
        fields: The question, as text by key.
        edit_of: The estimate that it changes.
    """
    line = write_command(dict(fields))
    value = f"{edit_of or '-'} {line}"
    if len(value) > MAX_BUTTON_VALUE:
        return None
    text = "\n".join(["*I haven't posted this yet.*", *map(escape, doubts)])
    buttons: list[Block] = [button("Yes, post it", CONFIRM, value), button("Change", OPEN, line)]
    return SlackMessage(text, [section(text), {"type": "actions", "elements": buttons}])


def forget_message() -> SlackMessage:
    """Return the question to a user who wants to be forgotten."""
    text = (
        "*Delete your data?* Your estimates, watches and the records of your files are deleted, with what was paid for "
        "these estimates and their approvals. Your id is removed from budgets, approvals, paid amounts and the audit "
        "log. It can't be undone.\nMessages in Slack stay, so delete answers first, with ⋯ → Delete, if they should go."
    )
    return SlackMessage(
        text, [section(text), {"type": "actions", "elements": [button("Delete my data", FORGET_ME, style="danger")]}]
    )


def forgotten_message(count: int) -> SlackMessage:
    """Return the reply to a user who was forgotten.

    Args:
        count: The number of deleted estimates.
    """
    deleted = {0: "You had no estimates", 1: "Your estimate was deleted"}
    return text_message(
        f"{deleted.get(count, f'Your {count:,} estimates were deleted')}. Your watches and the records of your files "
        "are deleted too, and your id is removed from budgets, approvals, paid amounts and the audit log. Messages in "
        "Slack stay until you or an admin deletes them."
    )


def read_confirmed(value: str) -> tuple[str | None, str]:
    """Return the id of the changed estimate, if there is one, and the line in the value of the button."""
    edit_of, _, line = value.partition(" ")
    return (None if edit_of == "-" else edit_of), line


def _input_doubts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    if scenario.lengths is not None:
        return
    examples, tokens = scenario.examples.likely, scenario.example.total("likely")
    if examples < FEWEST_EXAMPLES:
        yield "examples", f"Did you mean {examples:,.0f} training example{'' if examples == 1 else 's'}?"
    if tokens > LONGEST_EXAMPLE:
        yield "example", f"Did you mean {tokens:,.0f} tokens in one example? A support chat has 400–800."


def _prompt_doubts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield a question about a prompt that tuning lengthens: tuning is meant to make long prompts unnecessary."""
    change = scenario.prompt
    if change is None or change.after.likely <= change.before.likely:
        return
    before, after = change.before.likely, change.after.likely
    yield (
        "prompt",
        f"Did you mean that the prompt grows from {before:,.0f} to {after:,.0f} tokens after tuning? "
        f"prompt={after:f}->{before:f} makes it shorter.",
    )
