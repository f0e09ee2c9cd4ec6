"""The parts of a model's name: family, version, size and tier, and the spellings of one."""

from __future__ import annotations

import re
from typing import NamedTuple

FAMILY_PARENTS = {"haiku": "claude", "sonnet": "claude", "opus": "claude"}
_TIERS = frozenset(
    [
        "mini",
        "nano",
        "micro",
        "lite",
        "flash",
        "pro",
        "premier",
        "large",
        "medium",
        "small",
        "turbo",
        "haiku",
        "sonnet",
        "opus",
        "scout",
        "maverick",
        "coder",
        "vl",
        "instruct",
        "chat",
        "it",
        "base",
        "next",
        "thinking",
        "preview",
        "latest",
        "ultra",
        "super",
        "sol",
        "luna",
        "terra",
        "astra",
    ]
)
DECORATION = frozenset({"instruct", "chat", "it", "base", "preview", "latest", "hf"})
NOT_NAMES = frozenset(
    {
        "lora",
        "qlora",
        "auto",
        "moderation",
        "computer-use",
        "base",
        "command",
        "embed",
        "rerank",
        "free",
        "small",
        "large",
    }
)


class NameParts(NamedTuple):
    family: str
    versions: tuple[str, ...]
    size: str
    tiers: tuple[str, ...]


def without_date(name: str) -> str:
    """Return a name without the date of its snapshot, and without the parts of a tuned model's id."""
    if name.startswith("ft:"):
        name = name.removeprefix("ft:").partition(":")[0]
    return re.sub(r"-20\d\d-?\d\d-?\d\d$|-\d{4}$", "", name)


def spellings_of(name: str) -> set[str]:
    """Return the flat spellings of a name: with and without its owner, its maker's prefix and its decoration."""
    lower = name.lower()
    bare = lower.rpartition("/")[2]
    spellings = {lower, bare}
    for text in (bare, re.sub(r"-(instruct|chat|it|hf|latest|versatile|instant)\b", "", bare)):
        spellings |= {
            text,
            text.removeprefix("meta-"),
            text.removeprefix("claude-"),
            re.sub(r"^gpt-(?=4o|4\.1-)", "", text),
        }
        spellings.add(re.sub(r"-20\d\d-?\d\d-?\d\d$", "", text))
    return {flatten(text) for text in spellings if text and not text.replace(".", "").replace("-", "").isdigit()}


def flatten(text: str) -> str:
    return re.sub(r"[^a-z0-9.]|\.(?!\d)|(?<!\d)\.", "", text.lower()).replace(".", "")


def parts_of(name: str) -> NameParts | None:
    """Return the parts of a model's name; None if it starts with no family."""
    bare = name.lower().rpartition("/")[2]
    bare = re.sub(r"(?<=\d)-(?=\d\b(?!b))", ".", bare) if "claude" in bare else bare
    words = [word for word in re.split(r"[-_ :]+", bare) if word]
    if not words:
        return None
    match = re.fullmatch(r"([a-z]+)(\d.*)?", words[0])
    if match is None or match[1] in NOT_NAMES:
        return None
    family = FAMILY_PARENTS.get(match[1], match[1])
    tail = ([match[1]] if match[1] in FAMILY_PARENTS else []) + ([match[2]] if match[2] else []) + words[1:]
    versions: list[str] = []
    tiers: list[str] = []
    size = ""
    for word in tail:
        if re.fullmatch(r"\d+(?:\.\d+)?b(?:-?a\d.*)?|\d+x\d+b", word) and not size:
            size = word
        elif re.fullmatch(r"v?\d+(?:\.\d+)*o?", word):
            versions.append(word.removeprefix("v"))
        elif word in _TIERS or re.fullmatch(r"a\d+b|r\d|e\d+b", word):
            tiers.append(word)
        else:
            return None
    return NameParts(family, tuple(versions), size, tuple(tiers))


def is_part_of(parts: NameParts, whole: NameParts) -> bool:
    """Return whether the size, versions and tiers of an incomplete name are all in a whole name."""
    if parts.size and parts.size != whole.size:
        return False
    has_versions = all(version in whole.versions for version in parts.versions)
    return has_versions and set(parts.tiers) - DECORATION <= set(whole.tiers)


def rank_of(parts: NameParts) -> tuple[int, list[tuple[int, ...]]]:
    """Rank the plainer name first, then the newer version."""
    return -len(_tiers(parts)) - 10 * _is_dated(parts), _versions(parts)


def newness_of(parts: NameParts) -> tuple[bool, list[tuple[int, ...]], int]:
    """Rank the newer version first, then the plainer name; names with a date come last."""
    return not _is_dated(parts), _versions(parts), -len(_tiers(parts))


def _tiers(parts: NameParts) -> list[str]:
    return [tier for tier in parts.tiers if tier not in DECORATION]


def _is_dated(parts: NameParts) -> bool:
    return any(len(version) >= 4 and version.isdigit() for version in parts.versions)


def _versions(parts: NameParts) -> list[tuple[int, ...]]:
    return [tuple(int(digits) for digits in version.rstrip("o").split(".")) for version in parts.versions]
