"""Problems of a training file: a kind to count, and a sentence with the fix for users."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

Kind = Literal[
    "bad_json",
    "not_utf8",
    "nested_too_deep",
    "line_too_long",
    "too_many_parts",
    "not_an_object",
    "unknown_format",
    "other_format",
    "no_messages",
    "bad_message",
    "unknown_role",
    "unknown_key",
    "empty_content",
    "bad_weight",
    "missing_assistant",
    "last_not_assistant",
    "last_not_user",
    "over_limit",
    "duplicate",
    "api_key",
    "email",
    "too_few",
    "too_many",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

MAX_SHOWN = 20


class Problem(NamedTuple):
    """A problem of a training file. `line` counts from 1; None for a problem of the whole file."""

    line: int | None
    kind: Kind
    text: str


def quoted(value: object) -> str:
    """Return a user's value for a sentence: short, on one line, without lone surrogates."""
    text = " ".join(str(value).split())[:40].encode("utf-8", "replace").decode()
    return f"“{text}”"
