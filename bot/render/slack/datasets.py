"""Messages about a training file: the progress of its count, its contents, its problems, the platforms it suits."""

from __future__ import annotations

from collections.abc import Sequence

from bot.counting.protocol import Progress
from bot.render.parts.blocks import Block, SlackMessage, context, fields, plain_text_object, section, text_message
from bot.render.parts.escaping import escape
from bot.render.sentences.datasets import MARKS, formats_of, refusal
from calculator.datasets import MAX_SHOWN, DatasetReport, Fate, Problem

CANCEL = "cancel_count"
PRIVACY_NOTE = "The bot keeps these counts only; its copy of the file is deleted."
_MAX_PROBLEM_LENGTH = 300


def size(count: int) -> str:
    """Return a number of bytes as text: 512 bytes, 1.5 kB, 12.3 MB."""
    if count < 1_000:
        return f"{count:,} byte{'' if count == 1 else 's'}"
    return f"{count / 1_000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"


def progress_message(name: str, job_key: str, progress: str) -> SlackMessage:
    """Return the line that shows the progress of a count, with the button that cancels it."""
    text = f"Reading *{escape(name)}*: {progress}"
    button = {
        "type": "button",
        "action_id": CANCEL,
        "text": plain_text_object("Cancel"),
        "accessibility_label": "Stop reading the file",
        "value": job_key,
    }
    return SlackMessage(text, [section(text), {"type": "actions", "elements": [button]}])


def download_progress(bytes_done: int, bytes_total: int) -> str:
    """Return `1.5 MB of 12.3 MB fetched`, or `1.5 MB fetched` if the total is 0."""
    return f"{size(bytes_done)} of {size(bytes_total)} fetched" if bytes_total else f"{size(bytes_done)} fetched"


def count_progress(progress: Progress) -> str:
    """Return `42% counted, 1,024 examples, 3 problems`."""
    share = min(1.0, progress.bytes_done / (progress.bytes_total or 1))
    problems = f", {progress.problems:,} problem{'' if progress.problems == 1 else 's'}" if progress.problems else ""
    return f"{share:.0%} counted, {progress.examples:,} examples{problems}"


def failure_message(name: str, reason: str) -> SlackMessage:
    """Return the message that replaces the progress line if the count failed."""
    return text_message(f"*{escape(name)}* wasn't counted. {escape(reason)}")


def cancellation_message(name: str, user: str) -> SlackMessage:
    """Return the message that replaces the progress line if a user cancelled the count."""
    return text_message(f"*{escape(name)}* wasn't counted: <@{escape(user)}> cancelled it. The file is deleted.")


def summary_message(
    name: str, report: DatasetReport, headline: str | None, actions: Sequence[Block] = ()
) -> SlackMessage:
    """Return the message that replaces the progress line: the faults of the file, its contents, and its price.

    Args:
        name: The name of the file.
        report: The report.
        headline: The price, or why there is none.
        actions: The buttons.
    """
    count = report.count
    about = "" if report.exact else "about "
    sentences = [
        f"*{escape(name)}*: {count.examples:,} example{'' if count.examples == 1 else 's'}, "
        f"{about}{count.tokens:,} tokens, {_problems(report)}.",
        *([f"⚠ {escape(faults)}"] if (faults := refusal(report)) else []),
        _accepting_platforms(report),
    ]
    if unknown_images := count.images - count.images_by_rule:
        sentences.append(
            f"It has {unknown_images:,} images and files; their cost is unknown and isn't in the estimate."
        )
    if count.reading:
        sentences.append(escape(count.reading))
    if headline:
        sentences.append(f"*{escape(headline)}*")
    message = text_message("\n".join(filter(None, sentences)))
    return message._replace(blocks=[*message.blocks, *actions])


def detail_message(report: DatasetReport) -> SlackMessage:
    """Return the message that follows in the thread: the problems first, then the contents and the platforms."""
    count, lengths = report.count, report.count.lengths
    figures = [
        ("Examples", f"{count.examples:,}"),
        ("Format", formats_of(count)),
        ("Tokens", f"{count.tokens:,}" if report.exact else f"about {count.tokens:,}"),
        ("Input / output", f"{count.input_tokens:,} / {count.output_tokens:,}"),
        ("Tokens per example, p5 · median · p95", f"{lengths.p5:,} · {lengths.p50:,} · {lengths.p95:,}"),
        ("Longest example", f"{lengths.max:,}"),
    ]
    notes = [f"Tokens of {count.encoding}; training is on the output."]
    if report.inexact_why:
        notes.append(f"Approximate: {report.inexact_why}.")
    if not count.duplicates_complete:
        notes.append("Only the first examples were checked for duplicates.")
    if any(platform.fate == "converted" for platform in report.platforms.values()):
        notes.append("“Convert for…” at the file posts a converted copy.")
    blocks: list[Block] = [
        *(_problem_list(report) if report.problems else ()),
        section("*Contents of the file*"),
        fields(figures),
        *text_message("*Platforms*\n" + "\n".join(_platforms(report))).blocks,
        context(escape("\n".join([*notes, *_other_tokenizers(report), PRIVACY_NOTE]))),
    ]
    return SlackMessage(f"In the file: {count.examples:,} examples, {count.tokens:,} tokens.", blocks)


def _problem_list(report: DatasetReport) -> list[Block]:
    """Return the problems, those first for which a platform refuses the file."""
    kinds = " · ".join(f"{kind.replace('_', ' ')} × {number:,}" for kind, number in report.problems_by_kind.items())
    lines = [f"*{_problems(report).capitalize()}*: {escape(kinds)}"]
    refusing = report.count.first_refusals
    shown = [*refusing, *(problem for problem in report.first_problems if problem not in refusing)][:MAX_SHOWN]
    lines += [f"• {_where(problem)}: {escape(problem.text[:_MAX_PROBLEM_LENGTH])}" for problem in shown]
    if report.problems > len(shown):
        lines.append("The file below lists more.")
    return text_message("\n".join(lines)).blocks


def _where(problem: Problem) -> str:
    return f"line {problem.line:,}" if problem.line else "the file"


def _problems(report: DatasetReport) -> str:
    if not report.problems:
        return "no problems found"
    return f"{report.problems:,} problem{'' if report.problems == 1 else 's'}"


def _accepting_platforms(report: DatasetReport) -> str:
    """Return a sentence on the platforms that accept the file; empty if the only ones known refuse it."""
    as_is, converted, refused = (
        [platform.title for platform in report.platforms.values() if platform.fate == fate]
        for fate in ("taken", "converted", "refused")
    )
    if not as_is and not converted:
        return "" if refused else "No platform is known to accept this format."
    text = f"{_list(as_is)} {'accepts' if len(as_is) == 1 else 'accept'} it as it is" if as_is else ""
    after = f"{_list(converted)} {'takes' if len(converted) == 1 else 'take'} a converted copy" if converted else ""
    return escape(f"{'; '.join(filter(None, [text, after]))}.")


def _list(titles: list[str]) -> str:
    """Return the first three titles and the number of the others."""
    omitted = len(titles) - 3
    return ", ".join(titles[:3]) + (f" and {omitted} more" if omitted > 0 else "")


def _platforms(report: DatasetReport) -> list[str]:
    """Return a line for each verdict on the file, with the platforms that share it."""
    titles_by_verdict: dict[tuple[Fate, str], list[str]] = {}
    for platform in report.platforms.values():
        text = platform.format.replace(platform.title, "it") if platform.fate == "refused" else platform.format
        titles_by_verdict.setdefault((platform.fate, text), []).append(platform.title)
    return [
        f"{MARKS[fate]} *{escape(_list(titles) if fate == 'unknown' else ', '.join(titles))}*: {escape(text)}"
        for (fate, text), titles in sorted(titles_by_verdict.items(), key=lambda item: list(MARKS).index(item[0][0]))
    ]


def _other_tokenizers(report: DatasetReport) -> list[str]:
    """Return how the token counts of other models relate to the count, with the sources."""
    titles_by_factors: dict[str, list[str]] = {}
    for platform in report.platforms.values():
        factors = [platform.factors] if platform.factors else []
        unknown = [f"{platform.unknown_factors} unknown"] if platform.unknown_factors else []
        if factors or unknown:
            titles_by_factors.setdefault(", ".join(factors + unknown), []).append(platform.title)
    if not titles_by_factors:
        return []
    factors_text = "; ".join(f"{', '.join(titles)}: {multiple}" for multiple, titles in titles_by_factors.items())
    sources = dict.fromkeys(source for platform in report.platforms.values() for source in platform.known_from)
    cited = f" (by {'; '.join(sources)})" if sources else ""
    return [f"Tokens of other models as a multiple of these, approximately{cited}: {factors_text}."]
