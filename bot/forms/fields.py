"""The fields of the estimate form. Units and hints are the form's; everything else comes from the table of keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from calculator import KEYS, Key, in_section

FROM_FILE = frozenset(key.name for key in (*in_section("file"), *in_section("setup")))
"""Keys without a field, set by a counted file or in a typed question (a training setup). An edit keeps them."""
MAX_LENGTH = 2_000
"""The length of the longest field, in characters."""

CALLS_PER, OPTIONS = "calls_per", "options"
"""Blocks that aren't keys: the period of `calls`, and the choice that becomes `on` and `like`."""
SAME, ANY, ONLY = "same", "any", "only"
"""The values of `options`: `like=base`, `on=all`, and the list of `on`."""

FieldKind = Literal["text", "menu", "search", "multi_search", "radio"]


class Field(NamedTuple):
    """An input of a modal."""

    key: str
    label: str
    hint: str = ""
    placeholder: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs of a menu or of radio buttons."""
    max_length: int = 100
    kind: FieldKind = "text"
    is_required: bool = False
    """Slack asks for it before it submits the form, and marks all other fields as optional."""


PERIODS = (("day", "Day"), ("month", "Month"), ("hour", "Hour"), ("week", "Week"), ("year", "Year"))
SHARES = (("channel", "In this channel, with a thread"), ("me", "Only to me, as a direct message"))
CURRENCIES = (
    "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK",
    "HUF", "RON", "BGN", "TRY", "ILS", "ZAR", "BRL", "MXN", "HKD", "SGD", "KRW", "IDR", "MYR", "PHP", "THB",
)  # fmt: skip
"""The currencies of the European Central Bank's daily reference rates, and US dollars."""

MAX_LENGTHS: Mapping[str, int] = MappingProxyType({"on": MAX_LENGTH, "customer": 300, "name": 80})

MAIN = (
    Field(
        "base",
        "What do you use today?",
        "The model that you prompt. If it isn't listed, choose Nothing yet and enter its prices under More options.",
        "Type a model's name",
        kind="search",
        is_required=True,
    ),
    Field(
        "calls",
        "How much traffic?",
        "Needed to say when it pays back. Not sure? 1k calls a day is an internal tool, 100k a product.",
        "20,000",
    ),
    Field(CALLS_PER, "Calls per", choices=PERIODS, kind="menu", is_required=True),
    Field("examples", "Training examples", "Needed, unless you upload a file.", "10,000"),
    Field(
        "example",
        "Tokens of one example",
        "Needed, unless you upload a file. A support chat is 400–800. If you know both: input/output, such as 250/150.",
        "600",
    ),
    Field(
        "prompt",
        "Your prompt today, in tokens",
        "Needed with traffic: instructions, few-shot examples, the user's message. 1,500 tokens are about two pages. "
        "Write 1,500->100 if tuning makes it shorter.",
        "1,500",
    ),
    Field(
        "call",
        "One answer, in tokens",
        "Needed with traffic. A paragraph is about 150. Write message/answer, such as 300/150, if the prompt above is "
        "without the user's message: then the message isn't priced as a cached prompt.",
        "150",
    ),
    Field(
        OPTIONS,
        "Which options?",
        choices=((SAME, "Same model and class"), (ANY, "Anything"), (ONLY, "Only those that you choose here:")),
        kind="radio",
        is_required=True,
    ),
    Field(
        "on", "Only these", "Platforms, models or single offers.", "Type a name", max_length=MAX_LENGTH,
        kind="multi_search",
    ),
)  # fmt: skip
SHARE = Field("share", "Answer", choices=SHARES, kind="radio", is_required=True)

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Training": ("epochs", "runs", "method", "retrain", "validation", "packing", "grader", "prep"),
        "Traffic": ("cached", "batch", "thinking", "growth", "peak", "months", "days", "serving", "replicas", "hosted"),
        "Models": ("like", "class", "size", "licence", "needs", "task"),
        "Prices": ("base_rates", "rates", "customer", "currency", "data_gb", "hours"),
        "Rented GPUs": tuple(key.name for key in in_section("gpus")),
        "This estimate": ("name",),
    }
)
"""The keys under “More options” by heading. A key that no group names is in the last one."""


def field_of(key: Key) -> Field:
    """Return the form's field of a key."""
    choices = key.choices
    if key.name == "currency":
        choices = tuple((code, code) for code in CURRENCIES)
    return Field(
        key.name,
        key.label,
        key.help,
        placeholder="" if choices else key.example,
        choices=choices,
        max_length=MAX_LENGTHS.get(key.name, 100),
        kind="menu" if choices else "text",
    )


def _more() -> dict[str, tuple[Field, ...]]:
    main = {field.key for field in (*MAIN, SHARE)} | FROM_FILE
    grouped = {name for names in GROUPS.values() for name in names}
    other = tuple(name for name in KEYS if name not in main | grouped)
    (*titles, last_title) = GROUPS
    groups = {title: GROUPS[title] for title in titles} | {last_title: (*other, *GROUPS[last_title])}
    return {title: tuple(field_of(KEYS[name]) for name in names) for title, names in groups.items()}


MORE: Mapping[str, tuple[Field, ...]] = MappingProxyType(_more())
"""The fields under “More options” by heading."""
LABELS: Mapping[str, str] = MappingProxyType(
    {
        **{key.name: key.label for key in KEYS.values()},
        **{field.key: field.label for field in (*MAIN, SHARE)},
        "on": "Which options?",
    }
)
"""The form's name of every key."""
