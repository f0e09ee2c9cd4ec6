"""The parser of one line of text. The grammar is the same in Slack, after a mention and in a terminal."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from bot.slack.payload import whole
from calculator import KEYS, FieldErrors, UserError, nearest_key, read_scenario, unknown_key

Verb = Literal[
    "form", "estimate", "breakeven", "help", "models", "price", "fit", "list", "show", "diff", "compare", "audit",
    "actual", "keys", "watch", "unwatch", "budget",
]  # fmt: skip
VERBS: tuple[Verb, ...] = get_args(Verb)[1:]
MAX_LENGTH = 4_000
WITHOUT_BASE = "Say which model is prompted today: base=gpt-4o-mini, or its prices, base_rates=0.15/0.60."

_WORD = re.compile(
    r"""(?P<key>[^\s=„“”"']+=)?(?:["„“”](?P<quoted>[^"„“”]*)["„“”]|(?P<plain>[^\s"„“”]+))|(?P<stray>["„“”])"""
)
_LOOSE = re.compile(r"""(?P<quoted>["„“”][^"„“”]*["„“”])|\s*=(?:\s+(?![^\s=]*=))?""")
_LINK = re.compile(r"<(?:https?://|mailto:)[^<>|]*\|([^<>]*)>|<((?:https?://|mailto:)[^<>|]*)>")


class ParsedCommand(NamedTuple):
    """A verb with its input: `fields` for an estimate or a break-even (none for that of an existing estimate), and
    `argument`, as it was typed, for the others.
    """

    verb: Verb
    fields: dict[str, str]
    argument: str


def read_command(text: str, also: Sequence[str] = ()) -> ParsedCommand:
    """Return the command of a line, such as `epochs=3 name="support bot"`, `models llama` or an empty one.

    Args:
        text: The line without `/ftcost`.
        also: Keys that are valid beside the scenario's.

    Raises:
        UserError: The line is not a command; as FieldErrors for faults in its fields.
    """
    if len(text) > MAX_LENGTH:
        raise UserError(f"That line is longer than {MAX_LENGTH:,} characters.")
    words = _words(text)
    if not words:
        return ParsedCommand("form", {}, "")
    first = words[0].lower()
    if "=" not in first:
        if first not in VERBS:
            near = difflib.get_close_matches(first[:40], [*VERBS, *KEYS], n=1, cutoff=0.6)
            hint = f" Did you mean `{near[0]}{'=' if near[0] in KEYS else ''}`?" if near else ""
            raise UserError(f"“{words[0][:40]}” isn't a command.{hint} `help` lists the commands.")
        if first not in ("estimate", "breakeven"):
            return ParsedCommand(first, {}, text.strip()[len(words[0]) :].strip())
        words = words[1:]
    fields = read_fields(words, also)
    if first == "breakeven":
        return ParsedCommand("breakeven", fields, "")
    return ParsedCommand("estimate" if fields else "form", fields, "")


def check_base(fields: Mapping[str, str]) -> None:
    """Raise FieldErrors if a break-even has no base model to compare with."""
    if not (fields.get("base") or fields.get("base_rates")):
        raise FieldErrors({"base": WITHOUT_BASE})


def read_fields(words: Sequence[str], also: Sequence[str] = ()) -> dict[str, str]:
    """Return text by key from `key=value` words. Raises FieldErrors with every fault."""
    fields: dict[str, str] = {}
    errors: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        key = key.strip().lower()
        if not equals:
            errors[key[:40]] = f"“{key[:40]}” has no key. Write key=value, and put a value with spaces in quotes."
        elif key not in KEYS and key not in also:
            errors[key[:40]] = unknown_key(key)
        elif key in fields:
            errors[key] = f"{key}= is given twice. Keep one."
        elif not value:
            errors[key] = f"{key}= has no value."
        else:
            fields[key] = value
    if errors:
        raise FieldErrors(errors | _faults_of(fields))
    return fields


def _faults_of(fields: dict[str, str]) -> dict[str, str]:
    """Return the faults in values, so that all faults are reported at once. A missing field is no fault."""
    try:
        read_scenario(fields)
    except FieldErrors as error:
        return {key: text for key, text in error.errors.items() if key in fields}
    return {}


def readable_fields(text: str) -> dict[str, str]:
    """Return the fields of any text. A misspelt key counts as its nearest key; other words and repeated keys are
    skipped.
    """
    try:
        words = _words(text[:MAX_LENGTH])
    except UserError:
        words = text[:MAX_LENGTH].split()
    fields: dict[str, str] = {}
    for word in words:
        key, _, value = word.partition("=")
        meant = key.lower() if key.lower() in KEYS else nearest_key(key)
        if meant and value.strip(" ?!.)"):
            fields.setdefault(meant, value.strip().rstrip("?!.)"))
    return fields


def write_command(fields: dict[str, str]) -> str:
    """Return a line that `read_command` reads as these fields."""
    return " ".join(
        f'{key}="{value}"' if re.search(r"[\s,;]", value) else f"{key}={value}" for key, value in fields.items()
    )


def from_slack(text: str) -> str:
    """Return text as it was typed: without Slack's escapes, and its links in names such as gpt-4.1-mini@global."""
    text = _LINK.sub(lambda link: (link[1] or link[2]).removeprefix("mailto:"), whole(text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _words(text: str) -> list[str]:
    """Split at spaces; double quotes, straight or curly, hold a value together.

    Spaces around = do not split, nor do those in a list of offers (`on=openai, google`). A comma at the end of a word
    is dropped.
    """
    words: list[str] = []
    for match in _WORD.finditer(_LOOSE.sub(lambda match: match["quoted"] or "=", text)):
        if match["stray"]:
            raise UserError("A quotation mark is not closed.")
        if match["quoted"] is not None:
            words.append((match["key"] or "") + match["quoted"])
        elif words and _goes_on(words[-1], match[0]):
            words[-1] += match[0].rstrip(";")
        else:
            words.append(match[0].rstrip(";" if _is_list(match[0]) else ",;"))
    return [word.rstrip(",") if _is_list(word) else word for word in words]


def _is_list(word: str) -> bool:
    """Return whether a word starts a list of offers, which may continue after a comma and a space."""
    return word.lower().startswith("on=")


def _goes_on(word: str, next_word: str) -> bool:
    """Return whether the next word continues the list of offers that `word` starts."""
    return _is_list(word) and "=" not in next_word and (word.endswith(",") or next_word.startswith(","))
