"""The dataset report: for each platform, whether it accepts the file; and how exact the count is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from calculator.datasets.problems import MAX_SHOWN, Problem
from calculator.datasets.tally import DatasetCount, LengthLimit
from pricing import AS_IT_IS, DatasetRules, Encoding, LongFate, Offer, PlatformFormats, TrainingRules

T = TypeVar("T", int, LengthLimit)


class PlatformRequirements(NamedTuple):
    """Requirements of a platform on a file; None for a requirement that it doesn't state."""

    title: str
    min_examples: int | None
    max_examples: int | None
    limit: LengthLimit | None


_FATES: dict[LongFate, str] = {
    "cut": "{0} cut at {1:,} tokens: {2.tokens_if_cut:,} of {3:,} tokens are trained on.",
    "left out": "{0} over {1:,} tokens and left out: {2.tokens_if_left_out:,} of {3:,} tokens are trained on.",
    "unknown": "{0} over its limit of {1:,} tokens; their treatment isn't published.",
}

Fate = Literal["taken", "converted", "refused", "unknown"]


class Acceptance(NamedTuple):
    """A platform's treatment of a file."""

    title: str
    fate: Fate
    format: str
    """Sentences: the treatment of the format, the conversion, and unmet requirements."""
    factors: str = ""
    """Tokens of its models as multiples of the counted ones, by tokenizer; empty if the tokenizers are the same."""
    known_from: tuple[str, ...] = ()
    """Titles of the sources of the factors."""
    unknown_factors: str = ""
    """Model families without a known factor."""

    @property
    def why(self) -> str:
        """The format, the factors and their sources, in sentences."""
        sentences = [self.format]
        if self.factors:
            sentences.append(f"Its models count more or fewer tokens, times about: {self.factors}")
            sentences[-1] += f" (by {'; '.join(self.known_from)})."
        if self.unknown_factors:
            sentences.append(f"For {self.unknown_factors} the factor is unknown.")
        return " ".join(sentences)

    @property
    def accepted(self) -> bool:
        """True if the platform accepts the format without conversion."""
        return self.fate == "taken"


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
        platforms={name: _verdict(count, rules, rules.platforms.get(name), need) for name, need in needs.items()},
        problems=count.problems + len(of_the_file),
        problems_by_kind=by_kind,
        # Problems of the whole file come first, so that they are always shown.
        first_problems=[*of_the_file, *count.first_problems][:MAX_SHOWN],
    )


def _of_the_file(count: DatasetCount, needs: Mapping[str, PlatformRequirements]) -> Iterable[Problem]:
    for title, least in sorted(
        ((need.title, need.min_examples) for need in needs.values() if need.min_examples), key=lambda pair: -pair[1]
    ):
        if count.examples < least:
            text = f"{title} needs at least {least:,} examples; the file has {count.examples:,}. Add more."
            yield Problem(None, "too_few", text)
    for need in needs.values():
        if need.max_examples and count.examples > need.max_examples:
            text = f"{need.title} takes at most {need.max_examples:,} examples; the file has {count.examples:,}."
            yield Problem(None, "too_many", f"{text} Send a part of it.")


def _inexact(count: DatasetCount) -> str | None:
    if count.format is None:
        return "no line is in a known format"
    if count.format in ("gemini", "bedrock-nova"):
        return "the tokenizer of the models with this format isn't published; the text is counted with OpenAI's"
    beside = []
    if count.images:
        beside.append(f"images or files ({count.images:,}) are not counted: no rule for them is published")
    if count.beyond_rules:
        beside.append(f"tools and calls, in {count.beyond_rules:,} of the examples, are counted as plain text")
    return "; ".join(beside) or None


def _verdict(
    count: DatasetCount, rules: DatasetRules, platform: PlatformFormats | None, need: PlatformRequirements
) -> Acceptance:
    if platform is None:
        return Acceptance(need.title, "unknown", "Unknown: no file format of this platform is recorded.")
    if count.format is None or not count.examples:
        return Acceptance(need.title, "refused", "Not accepted: no example is in a known format.")
    todo = platform.takes.get(count.format)
    if todo is None:
        accepting = [name for name, action in platform.takes.items() if action == AS_IT_IS]
        why = f"Not accepted: {need.title} takes {', '.join(accepting)}, not {count.format}."
        return Acceptance(need.title, "refused", why)
    sentences = ["The format is accepted as it is." if todo == AS_IT_IS else f"Needs conversion: {todo}."]
    if need.min_examples and count.examples < need.min_examples:
        sentences.append(f"At least {need.min_examples:,} examples are needed; there are {count.examples:,}.")
    if platform.max_file_bytes and count.bytes > platform.max_file_bytes:
        sentences.append(f"The file is larger than the limit of {platform.max_file_bytes // 1_000_000:,} MB.")
    if need.limit and (cut := count.cuts.get(need.limit.tokens)):
        many = f"{cut.longer:,} example{' is' if cut.longer == 1 else 's are'}"
        sentences.append(_FATES[need.limit.fate].format(many, need.limit.tokens, cut, count.tokens))
    fate: Fate = "taken" if todo == AS_IT_IS else "converted"
    verdict = Acceptance(need.title, fate, " ".join(sentences))
    if count.encoding in platform.tokenizers:
        return verdict
    if platform.tokenizers:
        verdict = verdict._replace(
            factors=", ".join(_factor(count.encoding, name, rules) for name in platform.tokenizers),
            known_from=tuple(dict.fromkeys(rules.tokenizers[name].source.title for name in platform.tokenizers)),
        )
    return verdict._replace(unknown_factors=" and ".join(platform.unknown_tokenizers))


def _factor(encoding: Encoding, name: str, rules: DatasetRules) -> str:
    low, high = rules.factor(encoding, name)
    return f"{rules.tokenizers[name].title} {low:.2f}" + (f" to {high:.2f}" if high != low else "")
