"""One line of text -> what is asked. The same grammar in Slack, after a mention, and in a terminal."""

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
    """`fields` for an estimate or a break-even (none: of what there is already); `argument`, as it was typed, for what
    looks something up.
    """

    verb: Verb
    fields: dict[str, str]
    argument: str


def read_command(text: str, also: Sequence[str] = ()) -> ParsedCommand:
    """`epochs=3 name="support bot"`, `models llama`, nothing at all; `also` are keys beside the grammar's. Raises
    UserError or FieldErrors.
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
            raise UserError(f"“{words[0][:40]}” is no command.{hint} `help` shows what can be asked.")
        if first not in ("estimate", "breakeven"):
            return ParsedCommand(first, {}, text.strip()[len(words[0]) :].strip())
        words = words[1:]
    fields = read_fields(words, also)
    if first == "breakeven":
        return ParsedCommand("breakeven", fields, "")
    return ParsedCommand("estimate" if fields else "form", fields, "")


def check_base(fields: Mapping[str, str]) -> None:
    """Raises FieldErrors where a break-even has nothing to be held against."""
    if not (fields.get("base") or fields.get("base_rates")):
        raise FieldErrors({"base": WITHOUT_BASE})


def read_fields(words: Sequence[str], also: Sequence[str] = ()) -> dict[str, str]:
    """`key=value` words -> text by key. Raises FieldErrors with every word that is none."""
    fields: dict[str, str] = {}
    errors: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        key = key.strip().lower()
        if not equals:
            errors[key[:40]] = f"“{key[:40]}” stands alone. Write key=value, and put a value with spaces in quotes."
        elif key not in KEYS and key not in also:
            errors[key[:40]] = unknown_key(key)
        elif key in fields:
            errors[key] = f"{key}= stands twice. Keep one."
        elif not value:
            errors[key] = f"{key}= has no value."
        else:
            fields[key] = value
    if errors:
        raise FieldErrors(errors | _faults_of(fields))
    return fields


def _faults_of(fields: dict[str, str]) -> dict[str, str]:
    """What else is wrong with what could be read, so that all is said at once. What is missing may yet come."""
    try:
        read_scenario(fields)
    except FieldErrors as error:
        return {key: text for key, text in error.errors.items() if key in fields}
    return {}


def readable_fields(text: str) -> dict[str, str]:
    """The key=value words of any text, as far as they can be read. A misspelt key counts as the one it is nearest to;
    what is none, and what comes twice, is passed over.
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
    """The way back: a line that `read_command` reads as the same fields."""
    return " ".join(
        f'{key}="{value}"' if re.search(r"[\s,;]", value) else f"{key}={value}" for key, value in fields.items()
    )


def from_slack(text: str) -> str:
    """Undo what Slack does to typed text: escapes, and links it saw in names such as gpt-4.1-mini@global."""
    text = _LINK.sub(lambda link: (link[1] or link[2]).removeprefix("mailto:"), whole(text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _words(text: str) -> list[str]:
    """Split at spaces; double quotes, straight or curly, hold a value together.

    Spaces around = do not split, nor those in a list of offers (`on=openai, google`); a comma at the end of a word is
    no part of it.
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
    """Whether a word begins a list of offers, which may go on after a comma and a space."""
    return word.lower().startswith("on=")


def _goes_on(word: str, after: str) -> bool:
    """Whether `after` belongs to the list of offers that `word` began."""
    return _is_list(word) and "=" not in after and (word.endswith(",") or after.startswith(","))
