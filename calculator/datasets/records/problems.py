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
    "text_as_json",
    "bare_list",
    "duplicate_key",
    "two_users",
    "two_assistants",
    "two_systems",
    "late_system",
    "first_answer",
    "pair_first_answer",
    "prompt_ends_answer",
    "unanswered_call",
    "unmatched_result",
    "text_and_call",
    "flat_tool",
    "function_name",
    "reserved_word",
    "byte_order_mark",
    "spare_key",
    "two_formats",
    "developer_role",
    "no_call_id",
    "many_answers",
    "tool_parts",
    "odd_part",
    "text_content",
    "image_in_answer",
    "image_elsewhere",
    "image_in_pair",
    "image_beside",
    "image_and_video",
    "image_to_grade",
    "same_answers",
    "too_many_images",
    "bad_arguments",
    "object_arguments",
    "nothing_trained",
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
MAX_REFUSALS = 10
"""The number of refusing problems that are kept, besides the first MAX_SHOWN of all."""

REFUSED_EVERYWHERE: Final[frozenset[Kind]] = frozenset(
    (
        "bad_json",
        "not_utf8",
        "nested_too_deep",
        "not_an_object",
        "unknown_format",
        "other_format",
        "no_messages",
        "bad_message",
        "unknown_role",
        "empty_content",
        "bad_weight",
        "text_as_json",
        "bare_list",
        "missing_assistant",
        "last_not_assistant",
        "last_not_user",
    )
)
"""Problems for which every platform refuses the file. Others are refused by the platforms that the rules name."""
CONVERTED: Final[frozenset[Kind]] = frozenset(("text_as_json", "bare_list", "other_format"))
"""Those of REFUSED_EVERYWHERE that `ftcost convert` mends."""
PARTLY_COUNTED: Final[frozenset[Kind]] = frozenset(("bad_message", "no_messages", "unknown_key"))
"""Problems of lines with parts that aren't known, so that their tokens aren't counted."""
UNCOUNTED: Final[frozenset[Kind]] = frozenset(
    (
        "bad_json",
        "not_utf8",
        "nested_too_deep",
        "line_too_long",
        "too_many_parts",
        "not_an_object",
        "unknown_format",
    )
)
"""Problems of lines whose tokens aren't counted."""


class Problem(NamedTuple):
    """A problem of a training file. `line` counts from 1; None for a problem of the whole file."""

    line: int | None
    kind: Kind
    text: str


def quoted(value: object) -> str:
    """Return a user's value for a sentence: short, on one line, without lone surrogates."""
    text = " ".join(str(value).split())[:40].encode("utf-8", "replace").decode()
    return f"“{text}”"
