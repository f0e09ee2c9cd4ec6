"""The one way from what a person types to a command, for slash commands, mentions, messages and the terminal."""

from __future__ import annotations

import re

from bot.language.command import ParsedCommand, read_command, write_command
from bot.language.mentions import MentionIndex
from bot.language.reader import Reading, read_text
from calculator import UserError

_SENTENCE_WORDS = re.compile(
    r"\b(?:a|an|the|of|for|to|with|against|versus|vs|me|us|my|our|we|i|it|is|are|does|do|would|should|can|could|on|in|at|if|how|what|which|"
    r"please|models|these|those|everything|if|when)\b",
    re.IGNORECASE,
)
_WORD_VERBS = frozenset({"models", "price", "fit", "list", "show", "diff", "compare", "help", "breakeven", "estimate"})
"""Commands whose name may also start a sentence, such as `price of tuning gpt-4.1`."""


def understand(text: str, names: MentionIndex) -> ParsedCommand | Reading:
    """Return the command in a line, or what the line says in plain English.

    Args:
        text: The line, without `/ftcost` or the mention.
        names: The names of models, platforms and GPUs.

    Raises:
        UserError: A command is misspelt in a way that plain English cannot explain.
    """
    words = text.split()
    verb = words[0].lower() if words else ""
    rest = " ".join(words[1:])
    is_sentence = verb in _WORD_VERBS and "=" not in rest and bool(_SENTENCE_WORDS.search(rest))
    if not is_sentence:
        try:
            return read_command(text)
        except UserError:
            if words and all("=" in word for word in words[verb in _WORD_VERBS :]):
                raise
    return read_text(text, names)


def command_of(reading: Reading) -> ParsedCommand | None:
    """Return the command that a reading without a question stands for; None if there is none.

    A `change` becomes the fields of an estimate: whether they change an existing one is the caller's to know.
    """
    if reading.ask:
        return None
    on = reading.fields.get("on", "")
    match reading.intent:
        case "estimate" | "change":
            return ParsedCommand("estimate", reading.fields, "")
        case "breakeven":
            return ParsedCommand("breakeven", reading.fields, "")
        case "fit":
            return ParsedCommand("fit", {}, write_command(reading.fields))
        case "price" | "models":
            return ParsedCommand(reading.intent, {}, on.rpartition("/")[2] if reading.intent == "models" else on)
        case "compare":
            return ParsedCommand("compare", {}, "")
        case "help":
            return ParsedCommand("help", {}, "")
        case _:
            return None
