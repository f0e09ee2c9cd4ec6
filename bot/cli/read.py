"""`ftcost read`: what a sentence in plain English says, without pricing it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from msgspec import to_builtins

from bot.cli.arguments import prices_dir
from bot.language.reader import Reading, read_text
from bot.language.tagging.names import mention_index
from pricing import load_catalog


def run(command: str, arguments: Sequence[str]) -> int:
    """Run `ftcost read` and return the exit code."""
    parser = argparse.ArgumentParser(
        prog=f"ftcost {command}", description="Show how ftcost reads a question in plain English."
    )
    parser.add_argument("text", nargs="+", help="the question, such as: 10k examples of 400 tokens, 3 epochs")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    options = parser.parse_intermixed_args(arguments)
    reading = read_text(" ".join(options.text), mention_index(load_catalog(prices_dir())))
    if options.format == "json":
        print(json.dumps(to_builtins(reading), indent=2, ensure_ascii=False))
    else:
        print(reading_text(reading))
    return 0


def reading_text(reading: Reading) -> str:
    """Return a reading in lines for a terminal."""
    rows = [("intent", reading.intent), *reading.fields.items()]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    lines += [f"Assumed: {sentence}" for sentence in reading.assumed]
    if reading.unread:
        lines.append(f"Not understood: {', '.join(reading.unread)}")
    if reading.ask:
        lines.append(f"Question: {reading.ask}")
    return "\n".join(lines)
