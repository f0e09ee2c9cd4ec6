"""The sentences about a training file, and the name of its converted copy."""

from __future__ import annotations

from bot.render.parts.money import counted
from calculator.datasets import DatasetCount, DatasetReport, Fate

MARKS: dict[Fate, str] = {"taken": "✓", "converted": "↻", "refused": "✗", "unknown": "?"}
"""The mark of each verdict on a file."""


def copy_name(name: str, platform: str) -> str:
    """Return the name of a file's converted copy: `chats.google.jsonl`."""
    for ending in (".gz", ".zst", ".jsonl", ".json", ".csv", ".tsv", ".parquet"):
        name = name.removesuffix(ending)
    return f"{name}.{platform}.jsonl"


def missing_lines(number: int) -> str:
    """Return the sentence on the lines that a converted copy lacks."""
    return f"{counted(number, 'line')} could not be converted and {'is' if number == 1 else 'are'} missing in the copy."


def refusal(report: DatasetReport) -> str | None:
    """Return the sentence on the platforms that refuse a file; None if no platform does."""
    count = report.count
    titles = [verdict.title for verdict in report.platforms.values() if verdict.fate == "refused"]
    if not titles:
        return None
    if not count.refusals:
        return f"{', '.join(titles)} {'refuses' if len(titles) == 1 else 'refuse'} the file."
    faults = "1 fault makes" if count.refusals == 1 else f"{count.refusals:,} faults make"
    return f"{faults} {', '.join(titles)} refuse the file: fix {'it' if count.refusals == 1 else 'them'} first."


def formats_of(count: DatasetCount) -> str:
    """Return the format of a file; the formats of its lines, with their number, if there are several."""
    if not count.other_formats or count.format is None:
        return count.format or "unknown"
    first = {count.format: count.examples - sum(count.other_formats.values())}
    return ", ".join(f"{name} ({number:,})" for name, number in (first | count.other_formats).items())
