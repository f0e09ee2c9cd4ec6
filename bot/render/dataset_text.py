"""A dataset report as text for a terminal and as JSON for programs."""

from __future__ import annotations

from typing import Any

from bot.render.money import counted
from calculator.datasets import DatasetReport


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
        "per_example": count.lengths._asdict(),
        "format": count.format,
        "problems": {
            "total": report.problems,
            "by_kind": report.problems_by_kind,
            "first": [problem._asdict() for problem in report.first_problems],
        },
        "platforms": {
            name: {"accepted": verdict.accepted, "why": verdict.why} for name, verdict in report.platforms.items()
        },
    }


def dataset_text(report: DatasetReport) -> str:
    """Return the report as lines for a terminal."""
    count, lengths = report.count, report.count.lengths
    precision = "exact" if report.exact else f"approximate: {report.inexact_why}"
    lines = [
        f"{counted(count.examples, 'example')} in the format {count.format or 'unknown'}",
        f"{count.tokens:,} tokens of {count.encoding} ({precision})",
        f"  {count.input_tokens:,} input, {count.output_tokens:,} output (used for training)",
        f"  an example: p5 {lengths.p5:,} · median {lengths.p50:,} · p95 {lengths.p95:,} · longest {lengths.max:,}",
    ]
    if not count.duplicates_complete:
        lines.append("  only the first examples of the file were checked for duplicates")
    lines += ["", counted(report.problems, "problem") if report.problems else "No problems found"]
    lines += [f"  {kind} × {number:,}" for kind, number in report.problems_by_kind.items()]
    lines += [
        f"  {f'line {problem.line:,}' if problem.line else 'file'}: {problem.text}" for problem in report.first_problems
    ]
    if report.problems > len(report.first_problems):
        lines.append("  … all of them with --report FILE")
    lines += ["", "Platforms"]
    lines += [
        f"  {'✓' if verdict.accepted else '–'} {name}: {verdict.why}" for name, verdict in report.platforms.items()
    ]
    return "\n".join(lines)
