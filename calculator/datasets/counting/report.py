"""The dataset report: each platform's acceptance of a file, and how exact the count is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from calculator.datasets.counting.acceptance import Acceptance, Fate, PlatformRequirements, listed, platform_verdict
from calculator.datasets.counting.tally import DatasetCount, LengthLimit
from calculator.datasets.records.problems import CONVERTED, MAX_SHOWN, PARTLY_COUNTED, UNCOUNTED, Problem
from calculator.question.file_acceptance import FileAcceptance, Treatment
from pricing import DatasetRules, Offer, TrainingRules

T = TypeVar("T", int, LengthLimit)


@dataclass(frozen=True)
class DatasetReport:
    """A counted file, its problems and each platform's treatment of it."""

    count: DatasetCount
    exact: bool
    """True if `tokens` follows a published rule for every part of the file."""
    inexact_why: str | None
    platforms: dict[str, Acceptance]
    problems: int
    problems_by_kind: dict[str, int]
    first_problems: list[Problem]

    def fields(self) -> dict[str, str]:
        """Return the scenario's fields that the file supplies; none without examples."""
        fields = self.count.fields()
        fates = {name: verdict.fate for name, verdict in self.platforms.items() if verdict.fate != "unknown"}
        refused: Treatment = "refuse" if set(fates.values()) - {"refused"} else "mend"
        treatments: dict[Fate, Treatment] = {"converted": "convert", "refused": refused}
        pairs = tuple((name, treatments[fate]) for name, fate in fates.items() if fate in treatments)
        return fields | {"acceptance": str(FileAcceptance(pairs))} if fields and pairs else fields


def needs_of(offers: Iterable[Offer]) -> dict[str, PlatformRequirements]:
    """Return each platform's requirements: the loosest among its offers.

    Args:
        offers: The offers of the catalogue.

    Returns:
        Requirements by platform.
    """
    requirements: dict[str, PlatformRequirements] = {}
    for offer in offers:
        rules = offer.training
        platform = requirements.get(offer.platform, PlatformRequirements(offer.platform_title, None, None, None))
        if rules is not None:
            platform = PlatformRequirements(
                platform.title,
                _of(min, platform.min_examples, rules.min_examples),
                _of(max, platform.max_examples, rules.max_examples),
                _of(max, platform.limit, _limit(offer.platform_title, rules)),
            )
        requirements[offer.platform] = platform
    return requirements


def _limit(title: str, rules: TrainingRules) -> LengthLimit | None:
    if rules.max_tokens_per_example is None or rules.longer_examples is None:
        return None
    return LengthLimit(rules.max_tokens_per_example, title, rules.longer_examples.are)


def _of(choose: Callable[[list[T]], T], left: T | None, right: T | None) -> T | None:
    values = [value for value in (left, right) if value is not None]
    return choose(values) if values else None


def limits_of(needs: Mapping[str, PlatformRequirements]) -> list[LengthLimit]:
    """Return the platforms' limits on tokens per example, the shortest first.

    Args:
        needs: Requirements by platform, as `needs_of` returns them.
    """
    return sorted(need.limit for need in needs.values() if need.limit)


def make_report(count: DatasetCount, rules: DatasetRules, needs: Mapping[str, PlatformRequirements]) -> DatasetReport:
    """Return the report on a counted file, with platforms in the order of the catalogue.

    Args:
        count: The counted file.
        rules: Formats and tokenizers of each platform.
        needs: Requirements by platform, as `needs_of` returns them.
    """
    of_the_file = list(_of_the_file(count, needs))
    by_kind = dict(count.problems_by_kind)
    for problem in of_the_file:
        by_kind[problem.kind] = by_kind.get(problem.kind, 0) + 1
    why = _inexact(count)
    return DatasetReport(
        count=count,
        exact=why is None,
        inexact_why=why,
        platforms={
            name: platform_verdict(name, count, rules, need, _requirements(count, need)) for name, need in needs.items()
        },
        problems=count.problems + len(of_the_file),
        problems_by_kind=by_kind,
        # Problems of the whole file come first, so that they are always shown.
        first_problems=[*of_the_file, *count.first_problems][:MAX_SHOWN],
    )


def _requirements(count: DatasetCount, need: PlatformRequirements) -> list[str]:
    """Return the requirements on the number of examples that the file doesn't meet."""
    if need.min_examples and count.examples < need.min_examples:
        return [f"at least {need.min_examples:,} examples are needed, there are {count.examples:,}"]
    if need.max_examples and count.examples > need.max_examples:
        return [f"at most {need.max_examples:,} examples are taken, there are {count.examples:,}"]
    return []


def _of_the_file(count: DatasetCount, needs: Mapping[str, PlatformRequirements]) -> Iterable[Problem]:
    if not count.examples:
        return  # more examples wouldn't help
    minimums = {need.min_examples for need in needs.values() if need.min_examples}
    for least in sorted((least for least in minimums if count.examples < least), reverse=True):
        titles = [need.title for need in needs.values() if need.min_examples == least]
        verb = "needs" if len(titles) == 1 else "need"
        text = f"{listed(titles)} {verb} at least {least:,} examples; the file has {count.examples:,}. Add more."
        yield Problem(None, "too_few", text)
    for need in needs.values():
        if need.max_examples and count.examples > need.max_examples:
            text = f"{need.title} takes at most {need.max_examples:,} examples; the file has {count.examples:,}."
            yield Problem(None, "too_many", f"{text} Send a part of it.")


def _inexact(count: DatasetCount) -> str | None:
    """Return why the count isn't exact, with the size and direction of the difference; None if it is."""
    if count.format is None:
        return "no line is in a known format"
    reasons = list(filter(None, (_uncounted(count), _by_format(count))))
    if unknown_images := count.images - count.images_by_rule:
        reasons.append(
            f"images or files ({unknown_images:,}) aren't counted, so the file has more tokens: theirs depend on the "
            "size, or no rule is published"
        )
    if count.beyond_rules:
        reasons.append(_tools(count))
    if number := count.traits.get("reasoning"):
        reasons.append(
            f"reasoning, in {number:,} of the examples, is counted as text before the answer; tokens around it that "
            "a model's template adds, a few per answer, aren't"
        )
    return "; ".join(reasons) or None


def _uncounted(count: DatasetCount) -> str | None:
    uncounted = sum(count.problems_by_kind.get(kind, 0) for kind in UNCOUNTED)
    if uncounted:
        verb = "line wasn't" if uncounted == 1 else "lines weren't"
        return f"{uncounted:,} {verb} counted, so the corrected file will have more tokens"
    partly = sum(count.problems_by_kind.get(kind, 0) for kind in PARTLY_COUNTED)
    if not partly:
        return None
    return f"parts that aren't known, in {partly:,} {'line' if partly == 1 else 'lines'}, aren't counted"


def _by_format(count: DatasetCount) -> str | None:
    if count.format in ("gemini", "gemini-preference", "bedrock-nova", "bedrock-nova-preference"):
        return "the tokenizer of the models with this format isn't published; the text is counted with OpenAI's"
    if count.format == "prompt-completion" and count.other_formats:
        # The overheads of openai-chat: 3 for the example, and 3 with a token of the role for each of two messages.
        return (
            "the pairs are counted without the tokens that a copy as chats adds, 11 each; the other lines as the copy"
        )
    if count.format in ("prompt-completion", "text"):
        return (
            "the texts are counted; no platform with this format publishes the tokens that it adds, about 5 to 15 per "
            "example"
        )
    if CONVERTED & count.problems_by_kind.keys() or count.format not in (
        "openai-chat",
        "openai-preference",
        "openai-rft",
        "tokens",
    ):
        return "the file has to be converted; the tokens are those of the copy for OpenAI"
    return None


def _tools(count: DatasetCount) -> str:
    text = f"tools and calls, in {count.beyond_rules:,} of the examples, are counted as plain text"
    if not count.tool_tokens:
        return f"{text}; the tokens around a call, a few each, aren't counted"
    difference = count.tool_tokens - count.formula_tokens
    if not difference:
        return f"{text}: {count.tool_tokens:,} tokens of definitions, as many as by OpenAI's cookbook"
    share = abs(difference) * 100 / (count.tokens or 1)
    return (
        f"{text}: {count.tool_tokens:,} tokens of definitions, by OpenAI's cookbook {count.formula_tokens:,}, so the "
        f"file may have {abs(difference):,} tokens {'fewer' if difference >= 0 else 'more'} ({share:.1f} %)"
    )
