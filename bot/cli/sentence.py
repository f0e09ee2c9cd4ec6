"""A question in plain English on the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from bot.cli.arguments import prices_dir
from bot.language.command import write_command
from calculator import UserError

if TYPE_CHECKING:
    from bot.language.reader import Reading

SENTENCE_COMMANDS = frozenset({"estimate", "breakeven", "fit", "models", "price"})
"""Commands whose name may start a sentence, such as `price of tuning gpt-4.1`. The others take files or ids."""
FILE_COMMANDS = frozenset({"actual", "compare", "convert", "count"})
MAX_FILES_IN_TEXT = 2
"""Names that follow such a command in one quoted text; more words are a sentence, unless one of them is a file."""


def expand_sentence(arguments: Sequence[str], commands: Collection[str], flags: Collection[str]) -> list[str]:
    """Return the arguments with a sentence replaced by the command that it stands for.

    What was read and assumed is printed to standard error, so that the answer alone is on standard output.

    Args:
        arguments: The arguments after the program's name.
        commands: The names of all commands.
        flags: The options without a value.

    Raises:
        UserError: The sentence needs an answer from the person first.
    """
    options, words = _split_options(arguments, flags)
    verb = next(iter(" ".join(words).lower().split()), "")
    is_prose = _is_prose(words)
    if verb in commands and verb not in SENTENCE_COMMANDS and not is_prose:
        return list(arguments)
    if not any(" " in word.strip() and "=" not in word.split()[0] for word in words):
        return list(arguments)  # commands and key=value words need no reader, whose names take time to load
    from bot.language.reader import EXAMPLES, NOT_UNDERSTOOD, read_text
    from bot.language.tagging.names import mention_index
    from bot.language.understanding import command_of, typed_command
    from pricing import load_catalog

    line = " ".join(words)
    if not is_prose and typed_command(line) is not None:
        return list(arguments)
    reading = read_text(line, mention_index(load_catalog(prices_dir())))
    command = command_of(reading)
    if command is None:
        examples = [f"  {example}" for example in EXAMPLES]
        raise UserError(
            "\n".join([reading.ask or NOT_UNDERSTOOD, *([] if reading.fields else ["Examples:", *examples])])
        )
    print(echo(reading), file=sys.stderr)
    text = command.argument or write_command(command.fields)
    return [command.verb, *([text] if text else []), *options]


def _is_prose(words: Sequence[str]) -> bool:
    """Return whether one quoted text merely begins like a command on files, such as `compare tuning on Azure and …`."""
    parts = words[0].split() if len(words) == 1 else []
    is_long = len(parts) > 1 + MAX_FILES_IN_TEXT
    return is_long and parts[0].lower() in FILE_COMMANDS and not any(map(os.path.exists, parts))


def echo(reading: Reading) -> str:
    """Return the lines that say what was read, what was assumed and what was not understood."""
    return "\n".join([f"Read as: {reading.intent} {write_command(reading.fields)}".rstrip(), *reading.notes])


def _split_options(arguments: Sequence[str], flags: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the options with their values, and the other words."""
    options: list[str] = []
    words: list[str] = []
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        length = 1
        if argument.startswith("-") and len(argument) > 1:
            length = 1 if "=" in argument or argument in flags else 2
            options += arguments[position : position + length]
        else:
            words.append(argument)
        position += length
    return options, words
