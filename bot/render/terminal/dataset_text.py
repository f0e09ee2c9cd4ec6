"""A dataset report as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from bot.render.parts.money import counted
from bot.render.sentences.datasets import MARKS, formats_of
from calculator.datasets import DatasetReport, Problem


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
            yield f"  {MARKS[verdict.fate]} {name}: {verdict.why}"
    for why, names in unknown.items():
        yield f"  {MARKS['unknown']} {', '.join(names)}: {why}"


def _problem_line(problem: Problem) -> str:
    return f"  {f'line {problem.line:,}' if problem.line else 'file'}: {problem.text}"
