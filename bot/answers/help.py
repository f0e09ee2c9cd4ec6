"""The answer to `help`: questions to try, the commands, and the keys of the grammar by section."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.catalog_pages import COMMANDS, key_row
from bot.forms.fields import FROM_FILE, GROUPS, MAIN
from bot.render.parts.blocks import Block, SlackMessage, button, context, section
from bot.render.parts.escaping import escape
from calculator import KEYS

RUN_LINE = "run_line"
"""The action id of a button that answers the line in its value, as `/ftcost LINE` would."""
TITLE = "Ask me in a sentence, or type `/ftcost` for the form."
GREETING = (
    "Tell me about your project in a sentence, or type `/ftcost` for the form. `/ftcost help` lists everything else."
)
EXAMPLES = (
    (
        "Should we fine-tune?",
        "Should we fine-tune GPT-4.1 mini on 10k support chats of 600 tokens? "
        "20k calls a day, prompt 1500 tokens, answers 150 tokens",
    ),
    (
        "When does it pay back?",
        "When does it pay back to tune Qwen3 8B instead of prompting Claude Sonnet 5.5? "
        "10k examples of 600 tokens, 20k calls a day, prompt 1500 tokens, answers 150 tokens",
    ),
    ("Does it fit on our GPU?", "fit Llama 3.1 8B lora H100"),
    ("What does it cost?", "price gpt-4.1-mini"),
    ("Which models can be tuned?", "models llama"),
)
"""Labels and lines of the questions to try."""
SUGGESTED_PROMPTS = tuple({"title": label, "message": line} for label, line in EXAMPLES[:3])
"""The questions that Slack's assistant container suggests."""
NUMBERS = "Any number can be a range, such as 3-5, and can use k, M, B, commas and %."


def greeting_message() -> SlackMessage:
    """Return the reply to a greeting or to thanks: three questions to try, and where the rest is."""
    text = "\n".join([GREETING, *(f"{label} {escape(line)}" for label, line in EXAMPLES[:3])])
    return SlackMessage(text, [section(GREETING), *_example_blocks(EXAMPLES[:3])])


def _example_blocks(examples: Sequence[tuple[str, str]]) -> list[Block]:
    """Return questions with their buttons. A button answers its user alone, or asks before it posts."""
    return [
        {**section(f"*{label}*\n{escape(line)}"), "accessory": button("Try it", RUN_LINE, line)}
        for label, line in examples
    ]


def help_message() -> SlackMessage:
    """Return the help page for Slack: questions to try, the commands and the keys."""
    blocks: list[Block] = [section(f"*{TITLE}*"), *_example_blocks(EXAMPLES)]
    commands = "\n".join(f"`{escape(command)}` {escape(meaning)}" for command, meaning in COMMANDS)
    sections = [("Commands", commands), *((title, _key_lines(names)) for title, names in key_sections().items())]
    blocks += [section(f"*{title}*\n{text}") for title, text in sections]
    blocks.append(context(escape(NUMBERS)))
    lines = [TITLE, *(f"{label} {escape(line)}" for label, line in EXAMPLES)]
    return SlackMessage("\n".join([*lines, *(f"{title}\n{text}" for title, text in sections), NUMBERS]), blocks)


def key_sections() -> dict[str, tuple[str, ...]]:
    """Return every key of the grammar by the section of the help that lists it."""
    main = tuple(field.key for field in MAIN if field.key in KEYS)
    grouped = {name for names in GROUPS.values() for name in names}
    other = tuple(name for name in KEYS if name not in grouped.union(main, FROM_FILE))
    sections = {"The question, as key=value": main, **GROUPS}
    (*_, last_title) = GROUPS
    return sections | {last_title: (*other, *GROUPS[last_title], *sorted(FROM_FILE))}


def _key_lines(names: tuple[str, ...]) -> str:
    return "\n".join("`{}` {}".format(*map(escape, key_row(KEYS[name]))) for name in names)
