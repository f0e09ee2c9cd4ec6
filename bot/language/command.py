"""The parser of a command line, with the same grammar for slash commands, mentions and the terminal."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from calculator import KEYS, FieldErrors, UserError, nearest_key, read_scenario, unknown_key

Verb = Literal[
    "form", "estimate", "breakeven", "help", "models", "price", "fit", "list", "show", "diff", "compare", "audit",
    "actual", "keys", "watch", "unwatch", "budget", "forget",
]  # fmt: skip
VERBS: tuple[Verb, ...] = get_args(Verb)[1:]
MAX_LENGTH = 4_000
BASE_MISSING = "Add the model that is prompted today (base=gpt-4o-mini) or its prices (base_rates=0.15/0.60)."

_WORD = re.compile(
    r"""(?P<key>[^\s=„“”"']+=)?(?:["„“”](?P<quoted>[^"„“”]*)["„“”]|(?P<plain>[^\s"„“”]+))|(?P<stray>["„“”])"""
)
_LOOSE = re.compile(r"""(?P<quoted>["„“”][^"„“”]*["„“”])|\s*=(?:\s+(?![^\s=]*=))?""")


class ParsedCommand(NamedTuple):
    """A command, with its verb and its input."""

    verb: Verb
    fields: dict[str, str]
    """The fields of an estimate or a break-even; empty for the break-even of an existing estimate."""
    argument: str
    """The text after another verb, as typed."""


def read_command(text: str, extra_keys: Sequence[str] = (), suggested_verbs: Sequence[str] = VERBS) -> ParsedCommand:
    """Return the command in a line such as `epochs=3 name="support bot"` or `models llama`; of an empty line, `form`.

    Args:
        text: The line without `/ftcost`.
        extra_keys: Keys that are valid in addition to the scenario's.
        suggested_verbs: The commands that an error may suggest.

    Raises:
        UserError: The line isn't a command.
        FieldErrors: Its fields have errors.
    """
    if len(text) > MAX_LENGTH:
        raise UserError(f"That line is longer than {MAX_LENGTH:,} characters.")
    words = split_words(text)
    if not words:
        return ParsedCommand("form", {}, "")
    verb = words[0].lower()
    if "=" not in verb:
        if verb not in VERBS:
            near = difflib.get_close_matches(verb[:40], [*suggested_verbs, *KEYS], n=1, cutoff=0.6)
            hints = [f"Did you mean `{name}{'=' if name in KEYS else ''}`?" for name in near]
            if near != ["help"]:
                hints.append("`help` lists the commands.")
            raise UserError(f"“{words[0][:40]}” isn't a command. {' '.join(hints)}")
        if verb not in ("estimate", "breakeven"):
            return ParsedCommand(verb, {}, text.strip()[len(words[0]) :].strip())
        words = words[1:]
    fields = read_fields(words, extra_keys)
    if verb == "breakeven":
        return ParsedCommand("breakeven", fields, "")
    return ParsedCommand("estimate" if fields else "form", fields, "")


def check_base(fields: Mapping[str, str]) -> None:
    """Raise FieldErrors if a break-even has no base model to compare with."""
    if not (fields.get("base") or fields.get("base_rates")):
        raise FieldErrors({"base": BASE_MISSING})


def read_fields(words: Sequence[str], extra_keys: Sequence[str] = ()) -> dict[str, str]:
    """Return the fields in `key=value` words, as text by key.

    Args:
        words: The words.
        extra_keys: Keys that are valid in addition to the scenario's.

    Raises:
        FieldErrors: With the errors of all words and values.
    """
    fields: dict[str, str] = {}
    errors: dict[str, str] = {}
    for word in words:
        key, equals, value = split_word(word)
        key = key.strip().lower()
        if not equals:
            errors[key[:40]] = f"“{key[:40]}” has no key. Write key=value, and put a value with spaces in quotes."
        elif key not in KEYS and key not in extra_keys:
            errors[key[:40]] = unknown_key(key)
        elif key in fields:
            errors[key] = f"{key}= appears twice. Keep one of them."
        elif not value:
            errors[key] = f"{key}= has no value."
        else:
            fields[key] = value
    if errors:
        raise FieldErrors(errors | value_errors(fields))
    return fields


def split_word(word: str) -> tuple[str, str, str]:
    """Split `key=value`. In `class>=C` and `size<=15B` the sign belongs to the value."""
    key, equals, value = word.partition("=")
    if equals and key[-1:] in ("<", ">"):
        return key[:-1], equals, f"{key[-1]}={value}"
    return key, equals, value


def value_errors(fields: dict[str, str]) -> dict[str, str]:
    """Return the errors in values, so that all errors are reported at once. Missing fields don't count."""
    try:
        read_scenario(fields)
    except FieldErrors as error:
        return {key: text for key, text in error.errors.items() if key in fields}
    return {}


def readable_fields(text: str) -> dict[str, str]:
    """Return the fields in any text.

    A misspelt key counts as the nearest one; other words and repeated keys are skipped.
    """
    try:
        words = split_words(text[:MAX_LENGTH])
    except UserError:
        words = text[:MAX_LENGTH].split()
    fields: dict[str, str] = {}
    for word in words:
        key, _, value = split_word(word)
        field_key = key.lower() if key.lower() in KEYS else nearest_key(key)
        if field_key and value.strip(" ?!.)"):
            fields.setdefault(field_key, value.strip().rstrip("?!.)"))
    return fields


def write_command(fields: dict[str, str]) -> str:
    """Return the line that `read_command` reads as these fields."""
    return " ".join(
        f'{key}="{value}"' if re.search(r"[\s,;]", value) else f"{key}={value}" for key, value in fields.items()
    )


def split_words(text: str) -> list[str]:
    """Split a line at spaces, except inside double quotes (straight or curly), around = and in a list of offers.

    A list of offers is `on=openai, google`. A comma at the end of a word is dropped.
    """
    words: list[str] = []
    for match in _WORD.finditer(_LOOSE.sub(lambda match: match["quoted"] or "=", text)):
        if match["stray"]:
            raise UserError("A quotation mark isn't closed.")
        if match["quoted"] is not None:
            words.append((match["key"] or "") + match["quoted"])
        elif words and _continues_list(words[-1], match[0]):
            words[-1] += match[0].rstrip(";")
        else:
            words.append(match[0].rstrip(";" if _is_list(match[0]) else ",;"))
    return [word.rstrip(",") if _is_list(word) else word for word in words]


def _is_list(word: str) -> bool:
    """Return whether a word starts a list of offers, which may continue after a comma and a space."""
    return word.lower().startswith("on=")


def _continues_list(word: str, next_word: str) -> bool:
    """Return whether the next word continues the list of offers that `word` starts."""
    return _is_list(word) and "=" not in next_word and (word.endswith(",") or next_word.startswith(","))
