"""The fields of the estimate form, derived from the table of keys."""

from __future__ import annotations

from typing import NamedTuple

from calculator import KEYS, Key, default_text, in_section

FROM_FILE = frozenset(key.name for key in in_section("file"))
"""The keys that only a counted file can set. They have no field, and an edit keeps them."""
MAX_LENGTH = 2_000
"""The length of the longest field, in characters."""


class Field(NamedTuple):
    """An input of a modal."""

    key: str
    label: str
    hint: str = ""
    placeholder: str = ""
    initial: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs: a menu instead of a text field."""
    max_length: int = 100
    needed: bool = False
    """Whether Slack requires the field when it has a value; without one it is marked as optional."""


NEEDED = frozenset({"on", "examples", "example", "epochs"})
MAX_LENGTHS = {"on": MAX_LENGTH, "customer": 300, "name": 80}
OPTIONS_FIRST = (
    "name", "customer", "prompt", "base", "base_rates", "rates", "runs", "retrain", "months", "growth", "cached",
    "batch", "prep", "data_gb", "serving", "hosted", "days", "method", "currency", "hours",
)  # fmt: skip
"""The order of the options in the form; other keys follow."""


def field_of(key: Key) -> Field:
    """Return the form's field of a key."""
    needed = key.name in NEEDED
    return Field(
        key.name,
        key.label,
        key.help,
        placeholder="" if key.choices else key.example,
        initial=key.example if needed and default_text(key.name) else "",
        choices=key.choices,
        max_length=MAX_LENGTHS.get(key.name, 100),
        needed=needed,
    )


MAIN = tuple(map(field_of, in_section("main")))
OPTIONS = tuple(
    field_of(KEYS[name])
    for name in (*OPTIONS_FIRST, *(key.name for key in in_section("options") if key.name not in OPTIONS_FIRST))
)
OWN_GPUS = tuple(map(field_of, in_section("gpus")))
