"""The JSON Schema of a result, generated from its types: `python -m bot.results.schema docs/result.schema.json`."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bot.results.model import SavedResult


def result_schema() -> dict[str, Any]:
    """Return the JSON Schema of the output of `ftcost --format json`."""
    schema = msgspec.json.schema(SavedResult)
    for definition in schema["$defs"].values():
        definition["description"] = inspect.cleandoc(definition["description"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ftcost result", **schema}


def schema_text() -> str:
    """Return the schema as it is published."""
    return json.dumps(result_schema(), indent=1, ensure_ascii=False) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the schema to a file, or check the file.

    Returns:
        The exit code; 1 if the file is not current.
    """
    parser = argparse.ArgumentParser(prog="python -m bot.results.schema", description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--check", action="store_true", help="check whether the file is current, and write nothing")
    options = parser.parse_args(argv)
    path: Path = options.path
    if not options.check:
        path.write_text(schema_text(), encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == schema_text():
        return 0
    print(f"{path} is not current: run `make schema`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
