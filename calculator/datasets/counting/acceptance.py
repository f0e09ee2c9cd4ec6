"""Acceptance of a file by each platform: as it is, after conversion, refused, or not known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from calculator.datasets.counting.tally import DatasetCount, LengthLimit
from calculator.datasets.records.problems import CONVERTED, REFUSED_EVERYWHERE
from pricing import AS_IT_IS, PURPOSES, TRAITS, DatasetRules, Encoding, Format, LongFate, PlatformFormats, Trait

_FATES: dict[LongFate, str] = {
    "cut": "{0} cut at {1:,} tokens: {2.tokens_if_cut:,} of {3:,} tokens are trained on.",
    "left out": "{0} over {1:,} tokens and left out: {2.tokens_if_left_out:,} of {3:,} tokens are trained on.",
    "unknown": "{0} over its limit of {1:,} tokens; their treatment isn't published.",
}
_ALL_LINES: frozenset[Trait] = frozenset(("byte_order_mark", "utf_16", "compressed", "json_array", "table"))

# Turns of one role in a row become one, of several blocks.
_NONE: frozenset[Trait] = frozenset()
# Keys that only OpenAI's format has.
_UNWRITTEN: frozenset[Trait] = frozenset(("openai_keys", "weight_elsewhere"))
_MERGED: frozenset[Trait] = frozenset(("two_users", "two_assistants"))

# Traits that a format can't hold: `ftcost convert` doesn't write such examples.
_OPENAI_LACKS: frozenset[Trait] = frozenset(("unknown_key", "video", "image_beside"))
_GEMINI_LACKS: frozenset[Trait] = frozenset(
    (*_OPENAI_LACKS, "bad_arguments", "late_system", "name", "weight_zero", "many_answers", "image_elsewhere")
)
_NOVA_LACKS: frozenset[Trait] = frozenset((*_GEMINI_LACKS, "image_link", "image_in_gs"))

Fate = Literal["taken", "converted", "refused", "unknown"]


class PlatformRequirements(NamedTuple):
    """Requirements of a platform on a file; None for a requirement that it doesn't state."""

    title: str
    min_examples: int | None
    max_examples: int | None
    limit: LengthLimit | None


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
        """True if no rule is known by which the platform would refuse the file as it is."""
        return self.fate == "taken"


class _Findings(NamedTuple):
    """Reasons against a file at one platform, as parts of sentences."""

    refused: list[str]
    converted: list[str]
    unknown: list[str]
    notes: list[str]


def platform_verdict(
    name: str, count: DatasetCount, rules: DatasetRules, need: PlatformRequirements, requirements: Collection[str] = ()
) -> Acceptance:
    """Return a platform's treatment of a file.

    Args:
        name: The platform.
        count: The counted file.
        rules: Formats, traits and tokenizers of each platform.
        need: The platform's requirements on the number of examples and their length.
        requirements: The sentences of requirements that the file doesn't meet.
    """
    platform = rules.platforms.get(name)
    if platform is None:
        return Acceptance(need.title, "unknown", "No file format of this platform is recorded.")
    if count.format is None or not count.examples:
        return Acceptance(need.title, "refused", "Not accepted: no example is in a known format.")
    target = platform.format_for_all((count.format, *count.other_formats))
    if platform.format_for(count.format) is None and count.format not in platform.takes:
        accepting = [form for form, action in platform.takes.items() if action == AS_IT_IS]
        why = f"Not accepted: {need.title} takes {', '.join(accepting)}, not {count.format}."
        return Acceptance(need.title, "refused", why)
    findings = _findings(name, count, rules, target)
    findings.refused.extend(requirements)
    if target is None:
        formats = ", ".join((count.format, *count.other_formats))
        findings.refused.insert(0, f"lines in several formats ({formats}), which no conversion can unite")
    elif target != count.format:
        by_hand = platform.takes.get(count.format, AS_IT_IS)
        written = f"the file is in {count.format}, and has to be in {target}"
        findings.converted.insert(0, written if by_hand == AS_IT_IS else by_hand)
    fate: Fate = "refused" if findings.refused else "converted" if findings.converted else "taken"
    verdict = Acceptance(need.title, fate, " ".join(_sentences(fate, findings, count, need)))
    return _with_factors(verdict, count.encoding, platform, rules)


def _findings(name: str, count: DatasetCount, rules: DatasetRules, target: Format | None) -> _Findings:
    platform = rules.platforms[name]
    findings = _Findings([], [], [], [])
    for kind, number in count.problems_by_kind.items():
        if kind in REFUSED_EVERYWHERE:
            reasons = findings.converted if kind in CONVERTED else findings.refused
            if kind == "other_format" and target is None:
                continue
            reasons.append(f"{kind.replace('_', ' ')} ({number:,} {_lines(number)})")
    if count.problems_by_kind.get("duplicate_key"):
        findings.unknown.append("a key that appears twice in one object")
    if not count.output_tokens and PURPOSES[count.format or "text"] != "graded":
        findings.refused.append("nothing would be trained")
    mended = _mended(count.format, target, rules)
    lost = _lacks(target) if target != count.format else frozenset()
    for trait in (trait for trait in _traits(count) if trait not in mended and trait not in lost):
        if trait == "too_many_images":
            _check_images(count, platform, findings)
        elif not (trait == "table" and count.format == "tokens" and "tokens" in platform.takes):
            _handle(trait, name, count, rules, findings)
    _check_conversion(target, count, rules, findings)
    if platform.max_image_examples and count.traits.get("image", 0) > platform.max_image_examples:
        findings.refused.append(f"at most {platform.max_image_examples:,} examples with images are taken")
    if platform.max_file_bytes and count.bytes > platform.max_file_bytes:
        findings.refused.append(f"the file is larger than the limit of {platform.max_file_bytes // 1_000_000:,} MB")
    return findings


def _mended(file_format: Format | None, target: Format | None, rules: DatasetRules) -> frozenset[Trait]:
    """Return the traits that a conversion to another format always mends."""
    if target is None or target == file_format:
        return frozenset()
    mended = frozenset(trait for trait in TRAITS if rules.traits[trait].converted)
    if target.startswith("openai"):
        return mended - {"developer_role", "function_role"}
    return mended | _UNWRITTEN | (_MERGED if target.startswith("bedrock-nova") else _NONE)


def _check_conversion(target: Format | None, count: DatasetCount, rules: DatasetRules, findings: _Findings) -> None:
    """Add the reasons for which `ftcost convert` can't write the copy that the platform needs."""
    if count.format == "tokens":
        findings.refused.extend(findings.converted)
        findings.converted.clear()
        if "table" not in count.traits:
            findings.refused.append("tokenised examples are taken only as Parquet")
    if target != count.format or findings.converted:
        for trait, number in _traits(count).items():
            if trait in _lacks(target):
                title = rules.traits[trait].title
                findings.refused.append(f"{title} ({number:,} {_lines(number)}), which the conversion can't keep")


def _lacks(target: Format | None) -> frozenset[Trait]:
    """Return the traits that a format can't hold."""
    if target and target.startswith("gemini"):
        return _GEMINI_LACKS
    return _NOVA_LACKS if target and target.startswith("bedrock-nova") else _OPENAI_LACKS


def _traits(count: DatasetCount) -> dict[Trait, int]:
    """Return the traits of a file, from its examples and from its problems, with their number."""
    by_kind = {trait: number for trait in TRAITS if (number := count.problems_by_kind.get(trait, 0))}
    return by_kind | count.traits


def _handle(trait: Trait, name: str, count: DatasetCount, rules: DatasetRules, findings: _Findings) -> None:
    about, number = rules.traits[trait], _traits(count)[trait]
    handling = about.platforms.get(name)
    title = about.title if trait in _ALL_LINES else f"{about.title} ({number:,} {_lines(number)})"
    if handling is None or (trait == "nothing_trained" and count.output_tokens):
        if not about.peculiar:
            findings.unknown.append(title)
        return
    if handling.every and number < count.examples:
        findings.refused.append(f"{title}, which all examples or none must have")
    elif handling.does == "refused":
        why = f"{title}: {handling.note}" if handling.note else title
        (findings.converted if about.converted else findings.refused).append(why)
    elif handling.does == "ignored":
        findings.notes.append(f"It ignores {about.title}.")
    elif handling.does == "trained" or handling.note:
        verb = "trains on" if handling.does == "trained" else "takes"
        findings.notes.append(f"It {verb} {about.title}{f', {handling.note}' if handling.note else ''}.")


def _check_images(count: DatasetCount, platform: PlatformFormats, findings: _Findings) -> None:
    if platform.max_images is None:
        findings.unknown.append(f"{count.most_images:,} images in an example")
    elif count.most_images > platform.max_images:
        findings.refused.append(
            f"an example has {count.most_images:,} images, at most {platform.max_images:,} are taken"
        )


def _sentences(fate: Fate, findings: _Findings, count: DatasetCount, need: PlatformRequirements) -> Iterable[str]:
    if fate == "refused":
        yield f"Refused: {'; '.join(findings.refused)}."
    if findings.converted:
        yield f"Needs conversion: {'; '.join(findings.converted)}."
    if fate == "taken":
        yield "The format is accepted as it is."
    if findings.unknown:
        yield f"Unknown: its treatment of {', '.join(findings.unknown)} isn't published."
    yield from findings.notes
    if need.limit and (cut := count.cuts.get(need.limit.tokens)):
        many = f"{cut.longer:,} example{' is' if cut.longer == 1 else 's are'}"
        yield _FATES[need.limit.fate].format(many, need.limit.tokens, cut, count.tokens)


def _lines(number: int) -> str:
    return "line" if number == 1 else "lines"


def _with_factors(
    verdict: Acceptance, encoding: Encoding, platform: PlatformFormats, rules: DatasetRules
) -> Acceptance:
    if encoding in platform.tokenizers:
        return verdict
    if platform.tokenizers:
        verdict = verdict._replace(
            factors=", ".join(_factor(encoding, name, rules) for name in platform.tokenizers),
            known_from=tuple(dict.fromkeys(rules.tokenizers[name].source.title for name in platform.tokenizers)),
        )
    return verdict._replace(unknown_factors=" and ".join(platform.unknown_tokenizers))


def _factor(encoding: Encoding, name: str, rules: DatasetRules) -> str:
    low, high = rules.factor(encoding, name)
    return f"{rules.tokenizers[name].title} {low:.2f}" + (f" to {high:.2f}" if high != low else "")


def refusing_platforms(rules: DatasetRules, needs: Mapping[str, PlatformRequirements]) -> dict[str, str]:
    """Return the titles of the platforms that refuse a trait, by trait.

    Args:
        rules: The handling of traits.
        needs: Requirements by platform, which have the titles.
    """
    titles = {trait: [need.title for name, need in needs.items() if _refuses(trait, name, rules)] for trait in TRAITS}
    refusing: dict[str, str] = {trait: listed(names) for trait, names in titles.items() if names}
    return refusing | {"too_many_images": ""}


def _refuses(trait: Trait, name: str, rules: DatasetRules) -> bool:
    handling = rules.traits[trait].platforms.get(name)
    return handling is not None and handling.does == "refused"


def listed(names: list[str]) -> str:
    """Return names as a list in words."""
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def image_limits(rules: DatasetRules, needs: Mapping[str, PlatformRequirements]) -> list[tuple[int, str]]:
    """Return the most images that each platform takes in an example, with its title; the lowest first.

    Args:
        rules: The limits.
        needs: Requirements by platform, which have the titles.
    """
    return sorted(
        (platform.max_images, needs[name].title)
        for name, platform in rules.platforms.items()
        if platform.max_images and name in needs
    )
