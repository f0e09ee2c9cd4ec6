"""The JSON Schema of price files, generated from the models, so that editors complete and check them."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from pricing.files.reading import DATA_DIR
from pricing.files.record import Record, file_model
from pricing.load import Defaults, PlatformFile
from pricing.offers.offer import Offer
from pricing.price import Price

SCHEMA_PATH = DATA_DIR / "platform.schema.json"
SET_BY_LOADER = {"Offer": ("id", "platform", "platform_title"), "Price": ("yours",)}


def platform_schema() -> dict[str, Any]:
    """Return the schema of one platform's file."""
    schema = file_model(PlatformFile).model_json_schema(mode="validation")
    definitions = schema.setdefault("$defs", {})
    for model in (Offer, Defaults):
        own = file_model(model).model_json_schema(mode="validation")
        definitions |= own.pop("$defs", {})
        definitions[model.__name__] = own
    for name, keys in SET_BY_LOADER.items():
        for key in keys:
            definitions[name]["properties"].pop(key)
        definitions[name]["required"] = [key for key in definitions[name].get("required", []) if key not in keys]
    kinds = definitions["Offer"]["properties"]["prices"]
    single_price = {"$ref": f"#/$defs/{Price.__name__}"}
    rows = {"anyOf": [single_price, {"type": "array", "items": single_price, "minItems": 1}]}
    kinds["additionalProperties"] = rows
    _describe(definitions | {PlatformFile.__name__: schema})
    # An overlay may name only what it changes, so nothing of an offer is required here; the loader asks for the rest.
    definitions["Offer"].pop("required", None)
    schema["properties"]["defaults"] = {"$ref": "#/$defs/Defaults"}
    schema["properties"]["offers"]["additionalProperties"] = {"$ref": "#/$defs/Offer"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ftcost price file", **schema}


def _describe(definitions: Mapping[str, dict[str, Any]]) -> None:
    """Add the docstrings of the models' fields.

    Pydantic's `use_attribute_docstrings` would read them from the source at every start: a quarter of the import.
    """
    for model in _subclasses(Record):
        properties = definitions.get(model.__name__, {}).get("properties", {})
        for field, docstring in _attribute_docstrings(model):
            if field in properties:
                properties[field]["description"] = docstring


def _subclasses(model: type[Record]) -> Iterator[type[Record]]:
    for subclass in model.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _attribute_docstrings(model: type[Record]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a model and their docstrings, those of its bases first."""
    for base in reversed(model.__mro__):
        if not issubclass(base, Record):
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        for statement, following in pairwise(cast("ast.ClassDef", tree.body[0]).body):
            match statement, following:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(docstring))):
                    yield name, inspect.cleandoc(docstring)


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(platform_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def is_current() -> bool:
    """Return whether the published schema matches the models."""
    return SCHEMA_PATH.exists() and SCHEMA_PATH.read_text(encoding="utf-8") == schema_text()


def main(argv: Sequence[str] | None = None) -> int:
    """Write the schema, or check that the published one is current.

    Returns:
        The exit code; 1 if the published schema is outdated.
    """
    parser = argparse.ArgumentParser(prog="python -m pricing.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check that the published schema is current")
    if not parser.parse_args(argv).check:
        SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
    elif not is_current():
        print(f"{SCHEMA_PATH.name} is outdated: run `make schema`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
