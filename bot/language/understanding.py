"""Commands and sentences: which of the two a line is, and the command that a sentence stands for."""

from __future__ import annotations

import difflib
import re

from bot.language.command import VERBS, ParsedCommand, read_command, write_command
from bot.language.reader import Reading
from calculator import KEYS, UserError

_SENTENCE_WORDS = re.compile(
    r"(?<!\S)(?:a|an|the|of|for|to|with|against|versus|vs|me|us|my|our|we|i|it|is|are|does|do|would|should|can|could|on|in|at|if|how|what|which|"
    r"please|models|these|those|everything|if|when)(?=['’]\w|[,.;?!]*(?:\s|$))",
    re.IGNORECASE,
)
_COMPARISON_WORDS = re.compile(
    r"\b(?:with|against|versus|vs|these|those|on|to)\b|\d\S* (?:examples|tokens|calls|chats)\b", re.IGNORECASE
)
"""Estimates may have any name, so that few words tell `compare NAME, NAME` from a sentence."""
_WORD_VERBS = frozenset({"models", "price", "fit", "list", "show", "diff", "compare", "help", "breakeven", "estimate"})
"""Commands whose name may also start a sentence, such as `price of tuning gpt-4.1`."""


GREETED = "in short"
"""The argument of `help` that a greeting, thanks or “what can you do?” stands for."""
HELP_SIGNS = frozenset({"?", "-h", "--help", "/?", "-?"})
"""Lines that ask for help in other programs."""


def typed_command(text: str) -> ParsedCommand | None:
    """Return the command in a line, or None if the line is a sentence in plain English.

    Args:
        text: The line, without `/ftcost` or the mention.

    Raises:
        UserError: The line is a command with a fault.
    """
    if text.strip().lower() in HELP_SIGNS:
        return ParsedCommand("help", {}, "")
    words = text.split()
    verb = words[0].lower() if words else ""
    argument = " ".join(words[1:])
    sentence_words = _COMPARISON_WORDS if verb == "compare" else _SENTENCE_WORDS
    if verb in _WORD_VERBS and "=" not in argument and sentence_words.search(argument):
        return None
    try:
        return read_command(text)
    except UserError:
        only_keys = all("=" in word for word in words[verb in _WORD_VERBS :])
        if only_keys or _has_open_quote(text) or (len(words) < 3 and _is_misspelt(verb)):
            raise
        return None


def _has_open_quote(text: str) -> bool:
    return "=" in text and sum(text.count(quote) for quote in '"“”„') % 2 == 1


def _is_misspelt(word: str) -> bool:
    """Return whether a word resembles a command or a key, and isn't one of a sentence."""
    return not _SENTENCE_WORDS.fullmatch(word) and bool(
        difflib.get_close_matches(word, [*VERBS, *KEYS], n=1, cutoff=0.75)
    )


def command_of(reading: Reading) -> ParsedCommand | None:
    """Return the command that a reading without a question stands for; None if there is none.

    A `change` becomes the fields of an estimate; the caller knows whether they change an existing estimate.
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
            return ParsedCommand("help", {}, GREETED)
        case _:
            return None
