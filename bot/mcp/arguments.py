"""The arguments of the tools: their types, and the JSON Schemas that clients get, from the table of keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from calculator import KEYS, UserError

MAX_SCENARIOS = 6
SLACK_KEYS = frozenset({"share"})
"""Keys that say where Slack shows the answer."""

ArgumentsT = TypeVar("ArgumentsT", bound=Struct)
FieldValue = str | int | float
Fields = dict[str, FieldValue]

Question = Annotated[
    str, Meta(description="The question in plain English, or as key=value words. `fields` override what it says.")
]
AsOf = Annotated[date | None, Meta(description="Use the prices of this date; today's by default.")]


class EstimateArguments(Struct, forbid_unknown_fields=True):
    """A question about the cost of fine-tuning."""

    question: Question = ""
    fields: Annotated[Fields, Meta(description="The question by key.")] = msgspec.field(default_factory=dict)
    detailed: Annotated[
        bool, Meta(description="Whether the text has every option, the breakdown, the assumptions and the sources.")
    ] = False
    as_of: AsOf = None


class NamedQuestion(Struct, forbid_unknown_fields=True):
    """One of the scenarios that are compared."""

    name: str
    question: Question = ""
    fields: Annotated[Fields, Meta(description="The question by key.")] = msgspec.field(default_factory=dict)


class CompareArguments(Struct, forbid_unknown_fields=True):
    """Two to six scenarios, side by side."""

    scenarios: Annotated[list[NamedQuestion], Meta(min_length=2, max_length=MAX_SCENARIOS)]
    as_of: AsOf = None


class FitArguments(Struct, forbid_unknown_fields=True):
    """A training job on GPUs."""

    job: Annotated[
        str, Meta(description="A model, a method and a GPU, and keys, such as: llama-3.1-8b lora h100 seq=2048")
    ]
    as_of: AsOf = None


class CountArguments(Struct, forbid_unknown_fields=True):
    """A training file: its path, where the server runs on the user's machine, or its text."""

    path: Annotated[str, Meta(description="A file or folder on the server's machine.")] = ""
    text: Annotated[str, Meta(description="The file's lines, if there is no path.")] = ""


class PricesArguments(Struct, forbid_unknown_fields=True):
    """An offer, or words in the names of offers."""

    offer: Annotated[str, Meta(description="An offer, such as openai/gpt-4.1-mini: all its prices, with sources.")] = ""
    words: Annotated[
        str, Meta(description="Words in the names of offers, to list them; `gpu` for GPUs by the hour. Empty: all.")
    ] = ""
    as_of: AsOf = None


def input_schema(arguments: type[Struct]) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments, with a property for each key of the question."""
    (reference,), components = msgspec.json.schema_components([arguments], ref_template="#/$defs/{name}")
    definitions = dict(components)
    schema = definitions.pop(reference["$ref"].rpartition("/")[2])
    for part in (schema, *definitions.values()):
        if "fields" in part["properties"]:
            part["properties"]["fields"] |= _fields_schema()
    return {**schema, "$defs": definitions} if definitions else schema


def _fields_schema() -> dict[str, Any]:
    """Return the JSON Schema of the question by key."""
    properties = {
        key.name: {
            "type": ["string", "number"],
            "description": f"{key.label}. {key.help}".strip(),
            "examples": [key.example],
        }
        for key in KEYS.values()
        if key.section != "file" and key.name not in SLACK_KEYS
    }
    return {"properties": properties, "additionalProperties": False}


def read_arguments(arguments: Mapping[str, Any], arguments_type: type[ArgumentsT]) -> ArgumentsT:
    """Return a tool's arguments.

    Raises:
        UserError: They don't fit the schema. The text says where.
    """
    try:
        return msgspec.convert(arguments, arguments_type)
    except msgspec.ValidationError as error:
        raise UserError(f"The arguments don't fit the tool's schema: {error}.") from None


def field_texts(fields: Fields) -> dict[str, str]:
    """Return the fields as text, as a person would type them: 10000.0 as 10000."""
    return {key: _text(value) for key, value in fields.items()}


def _text(value: FieldValue) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
