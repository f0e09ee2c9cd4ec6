"""A training file in Slack: how far its count is, what is in it, what is wrong with it, who takes it."""

from __future__ import annotations

from bot.counting.protocol import Progress
from bot.render.blocks import Block, SlackMessage, context, fields, section, text_message
from bot.render.escaping import escape
from calculator.datasets import DatasetReport, Fate, Problem

CANCEL = "cancel_count"
KEPT = "The bot keeps these counts and nothing of the file; its copy is deleted."
_PROBLEM_TEXT = 300
_MARKS: dict[Fate, str] = {"taken": "✓", "converted": "↻", "refused": "✗", "unknown": "?"}


def size(count: int) -> str:
    """Bytes for people: 512 bytes, 1.5 kB, 12.3 MB."""
    if count < 1_000:
        return f"{count:,} byte{'' if count == 1 else 's'}"
    return f"{count / 1_000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"


def reading(name: str, key: str, how_far: str) -> SlackMessage:
    """The line that moves, with the button that stops it; `key` is the job's."""
    text = f"Reading *{escape(name)}*: {how_far}"
    button = {
        "type": "button",
        "action_id": CANCEL,
        "text": {"type": "plain_text", "text": "Cancel"},
        "accessibility_label": "Stop reading the file",
        "value": key,
    }
    return SlackMessage(text, [section(text), {"type": "actions", "elements": [button]}])


def fetched(done: int, whole: int) -> str:
    """How far a download is, in bytes."""
    return f"{size(done)} of {size(whole)} fetched" if whole else f"{size(done)} fetched"


def counted_so_far(progress: Progress) -> str:
    share = min(1.0, progress.bytes_done / (progress.bytes_total or 1))
    problems = f", {progress.problems:,} problem{'' if progress.problems == 1 else 's'}" if progress.problems else ""
    return f"{share:.0%} counted, {progress.examples:,} examples{problems}"


def not_read(name: str, why: str) -> SlackMessage:
    """In place of the line that moved, where it came to nothing."""
    return text_message(f"*{escape(name)}* was not counted. {escape(why)}")


def stopped(name: str, user: str) -> SlackMessage:
    """After a press of Cancel."""
    return text_message(f"*{escape(name)}* was not counted: <@{escape(user)}> stopped it. Nothing of the file is kept.")


def verdict(name: str, report: DatasetReport, answer: str | None) -> SlackMessage:
    """In place of the line that moved: what is in the file in a sentence, and what training on it costs."""
    count = report.count
    about = "" if report.exact else "about "
    said = [
        f"*{escape(name)}*: {count.examples:,} example{'' if count.examples == 1 else 's'}, "
        f"{about}{count.tokens:,} tokens, {_problems(report)}.",
        _taken(report),
    ]
    if count.images:
        said.append(f"What its images and files, {count.images:,} of them, cost is unknown and not in the estimate.")
    if answer:
        said.append(f"*{escape(answer)}*")
    return text_message("\n".join(said))


def details(report: DatasetReport) -> list[SlackMessage]:
    """What follows in the thread: the statistics, and the faults where there are any."""
    messages = [_statistics(report)]
    if report.problems:
        messages.append(_faults(report))
    return messages


def _statistics(report: DatasetReport) -> SlackMessage:
    count, lengths = report.count, report.count.lengths
    figures = [
        ("Examples", f"{count.examples:,}"),
        ("Format", count.format or "not known"),
        ("Tokens", f"{count.tokens:,}" if report.exact else f"about {count.tokens:,}"),
        ("Input / output", f"{count.input_tokens:,} / {count.output_tokens:,}"),
        ("An example, p5 · median · p95", f"{lengths.p5:,} · {lengths.p50:,} · {lengths.p95:,}"),
        ("The longest", f"{lengths.max:,}"),
    ]
    blocks: list[Block] = [section("*What is in the file*"), fields(figures)]
    notes = [f"Tokens of {count.encoding}; output is what is trained on."]
    if report.inexact_why:
        notes.append(f"Approximate: {report.inexact_why}.")
    if not count.duplicates_complete:
        notes.append("Duplicates were looked for among the first examples only.")
    blocks += [section("*Who takes it*\n" + "\n".join(_platforms(report)))]
    blocks.append(context(escape("\n".join([*notes, *_other_tokenizers(report), KEPT]))))
    return SlackMessage(f"In the file: {count.examples:,} examples, {count.tokens:,} tokens.", blocks)


def _faults(report: DatasetReport) -> SlackMessage:
    kinds = " · ".join(f"{kind.replace('_', ' ')} × {number:,}" for kind, number in report.problems_by_kind.items())
    lines = [f"*{_problems(report).capitalize()}*: {escape(kinds)}"]
    lines += [f"• {_where(problem)}: {escape(problem.text[:_PROBLEM_TEXT])}" for problem in report.first_problems]
    if report.problems > len(report.first_problems):
        lines.append("The file below lists more.")
    return text_message("\n".join(lines))


def _where(problem: Problem) -> str:
    return f"line {problem.line:,}" if problem.line else "the file"


def _problems(report: DatasetReport) -> str:
    if not report.problems:
        return "no problems found"
    return f"{report.problems:,} problem{'' if report.problems == 1 else 's'}"


def _taken(report: DatasetReport) -> str:
    """How many platforms take the file, in a sentence."""
    taken = [one.title for one in report.platforms.values() if one.fate == "taken"]
    converted = [one.title for one in report.platforms.values() if one.fate == "converted"]
    said = f"The format is taken as it is by {_few(taken)}" if taken else "No platform takes the format as it is"
    return escape(f"{said}{f', after a conversion by {_few(converted)}' if converted else ''}.")


def _few(titles: list[str]) -> str:
    rest = len(titles) - 3
    return ", ".join(titles[:3]) + (f" and {rest} more" if rest > 0 else "")


def _platforms(report: DatasetReport) -> list[str]:
    """What is special is said platform by platform; those of which the same is to be said share a line."""
    alike: dict[tuple[Fate, str], list[str]] = {}
    for one in report.platforms.values():
        what = one.format.replace(one.title, "it") if one.fate == "refused" else one.format
        alike.setdefault((one.fate, what), []).append(one.title)
    return [
        f"{_MARKS[fate]} *{escape(', '.join(titles))}*: {escape(what)}"
        for (fate, what), titles in sorted(alike.items(), key=lambda item: list(_MARKS).index(item[0][0]))
    ]


def _other_tokenizers(report: DatasetReport) -> list[str]:
    """How many tokens the models of some platforms make of it."""
    alike: dict[str, list[str]] = {}
    for one in report.platforms.values():
        known = [one.factors] if one.factors else []
        unknown = [f"{one.unknown_factors} unknown"] if one.unknown_factors else []
        if known or unknown:
            alike.setdefault(", ".join(known + unknown), []).append(one.title)
    if not alike:
        return []
    said = "; ".join(f"{', '.join(titles)}: {factors}" for factors, titles in alike.items())
    sources = dict.fromkeys(source for one in report.platforms.values() for source in one.known_from)
    by = f" (by {'; '.join(sources)})" if sources else ""
    return [f"Other models make approximately so many times these tokens of it{by}: {said}."]
