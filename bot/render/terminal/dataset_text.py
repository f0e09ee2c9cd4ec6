"""A dataset report as text for a terminal and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.render.parts.money import counted
from calculator.datasets import DatasetCount, DatasetReport, Fate, Problem

STATUSES: dict[Fate, str] = {
    "taken": "accepted",
    "converted": "accepted after conversion",
    "refused": "refused",
    "unknown": "unknown",
}
_MARKS: dict[Fate, str] = {"taken": "✓", "converted": "↻", "refused": "✗", "unknown": "?"}


def dataset_json(report: DatasetReport) -> dict[str, Any]:
    """Return the report with the keys that docs/datasets.md documents."""
    count = report.count
    return {
        "examples": count.examples,
        "tokens": count.tokens,
        "input_tokens": count.input_tokens,
        "output_tokens": count.output_tokens,
        "encoding": count.encoding,
        "exact": report.exact,
        "inexact_why": report.inexact_why,
        "per_example": count.lengths._asdict(),
        "format": count.format,
        "reading": count.reading or None,
        "images": count.images,
        "traits": count.traits,
        "problems": {
            "total": report.problems,
            "by_kind": report.problems_by_kind,
            "first": [problem._asdict() for problem in report.first_problems],
            "refusing": count.refusals,
            "first_refusing": [problem._asdict() for problem in count.first_refusals],
        },
        "platforms": {
            name: {"accepted": verdict.accepted, "status": STATUSES[verdict.fate], "why": verdict.why}
            for name, verdict in report.platforms.items()
        },
    }


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


def dataset_text(report: DatasetReport) -> str:
    """Return the report as lines for a terminal."""
    count, lengths = report.count, report.count.lengths
    precision = "exact" if report.exact else f"approximate: {report.inexact_why}"
    lines = [
        f"{counted(count.examples, 'example')} in the format {formats_of(count)}",
        f"{count.tokens:,} tokens of {count.encoding} ({precision})",
        f"  {count.input_tokens:,} input, {count.output_tokens:,} output (used for training)",
        f"  an example: p5 {lengths.p5:,} · median {lengths.p50:,} · p95 {lengths.p95:,} · longest {lengths.max:,}",
    ]
    if count.reading:
        lines.append(f"  {count.reading}")
    if not count.duplicates_complete:
        lines.append("  only the first examples of the file were checked for duplicates")
    lines += ["", counted(report.problems, "problem") if report.problems else "No problems found"]
    lines += [f"  {kind.replace('_', ' ')} × {number:,}" for kind, number in report.problems_by_kind.items()]
    if count.first_refusals:
        refusing = f"{count.refusals:,} of them {'makes' if count.refusals == 1 else 'make'} a platform refuse the file"
        lines += ["", f"{refusing}; the first:" if count.refusals > len(count.first_refusals) else f"{refusing}:"]
        lines += [_problem_line(problem) for problem in count.first_refusals]
    refusing_kinds = {problem.kind for problem in count.first_refusals}
    others = [problem for problem in report.first_problems if problem.kind not in refusing_kinds]
    if others:
        lines += (
            ["", "Other problems", *map(_problem_line, others)] if count.first_refusals else map(_problem_line, others)
        )
    if report.problems > len({*report.first_problems, *count.first_refusals}):
        lines.append("  … all of them with --report FILE")
    lines += ["", "Platforms", *_platform_lines(report)]
    if converted := [name for name, verdict in report.platforms.items() if verdict.fate == "converted"]:
        lines += ["", f"ftcost convert FILE --to {converted[0]} writes a converted copy."]
    return "\n".join(lines)


def _platform_lines(report: DatasetReport) -> Iterator[str]:
    """Yield a line for each platform, and one for all platforms whose acceptance is unknown for one reason."""
    unknown: dict[str, list[str]] = {}
    for name, verdict in report.platforms.items():
        if verdict.fate == "unknown":
            unknown.setdefault(verdict.why, []).append(name)
        else:
            yield f"  {_MARKS[verdict.fate]} {name}: {verdict.why}"
    for why, names in unknown.items():
        yield f"  {_MARKS['unknown']} {', '.join(names)}: {why}"


def _problem_line(problem: Problem) -> str:
    return f"  {f'line {problem.line:,}' if problem.line else 'file'}: {problem.text}"
