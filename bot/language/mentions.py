"""Names of models, platforms and GPUs inside a sentence, as people write them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

MentionKind = Literal["model", "platform", "gpu"]
NameUse = Literal["offer", "base", "shape"]
"""What a model's name can stand for: an offer to tune, a base model to prompt, a shape to train on rented GPUs."""

_LONGEST_NAME = 6
"""Words of the longest name, such as `gemini 3.1 flash lite`."""
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9._:/@+-]*[a-z0-9])?")
_FAMILY_PARENTS = {"haiku": "claude", "sonnet": "claude", "opus": "claude"}
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
_DECORATION = frozenset({"instruct", "chat", "it", "base", "preview", "latest", "hf"})
_PLATFORM_WORDS = {
    "aws": "aws-bedrock", "amazon": "aws-bedrock", "bedrock": "aws-bedrock", "amazon bedrock": "aws-bedrock", "aws bedrock": "aws-bedrock",
    "azure openai": "azure", "microsoft": "azure", "foundry": "azure", "azure ai": "azure", "azure ai foundry": "azure",
    "vertex": "google", "vertex ai": "google", "google cloud": "google", "gcp": "google", "google vertex": "google",
    "together ai": "together", "together.ai": "together", "togetherai": "together", "fireworks ai": "fireworks", "fireworks.ai": "fireworks",
    "open ai": "openai", "thinking machines": "tinker", "primeintellect": "prime-intellect",
}  # fmt: skip
_NOT_NAMES = frozenset(
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


class Mention(NamedTuple):
    """A name in a sentence."""

    kind: MentionKind
    text: str
    """As typed, in lower case."""
    names: Mapping[NameUse, str]
    """The model's name by use, as the grammar takes it; empty for platforms and GPUs."""
    name: str
    """The platform's id, the GPU's name, or the first of `names`."""
    assumed: str | None = None
    """What was assumed about an incomplete name, such as that `llama 8b` is Llama 3.1 8B."""
    choices: tuple[str, ...] = ()
    """The models that an incomplete name may be, if none is the obvious one."""


class _Parts(NamedTuple):
    family: str
    versions: tuple[str, ...]
    size: str
    tiers: tuple[str, ...]


@dataclass(frozen=True)
class MentionIndex:
    """Every name that a sentence may contain.

    Args:
        offers: Names of models that platforms tune, such as `gpt-4.1-mini`.
        bases: Names of models that can be prompted.
        shapes: Names of models that can be trained on rented GPUs.
        gpus: Names and spellings of GPUs, with the name that the grammar takes.
        platforms: Ids and titles of platforms, with the id.
    """

    offers: Iterable[str]
    bases: Iterable[str]
    shapes: Iterable[str]
    gpus: Mapping[str, str]
    platforms: Mapping[str, str]
    _models: dict[str, dict[NameUse, str]] = field(init=False, repr=False, default_factory=dict)
    _gpus: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _platforms: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _families: dict[str, dict[str, _Parts]] = field(init=False, repr=False, default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        uses: tuple[tuple[NameUse, Iterable[str]], ...] = (
            ("offer", self.offers),
            ("base", self.bases),
            ("shape", self.shapes),
        )
        for use, names in uses:
            for name in names:
                if (
                    re.search(r"[~@:]|latest", name)
                    or name.lower() in _NOT_NAMES
                    or (name.isalpha() and name.lower() not in _FAMILY_PARENTS)
                ):
                    continue
                for key in _spellings(name):
                    self._models.setdefault(key, {}).setdefault(use, name)
                parts = _parts(name)
                if parts is not None:
                    self._families[parts.family][name.lower()] = parts
        self._gpus.update({_flat(spelling): name for spelling, name in self.gpus.items()})
        self._platforms.update({_flat(spelling): name for spelling, name in self.platforms.items()})
        known = set(self.platforms.values())
        self._platforms.update({_flat(words): name for words, name in _PLATFORM_WORDS.items() if name in known})

    def tag(self, text: str, tag: Callable[[Mention], str]) -> str:
        """Replace every name in a text.

        Args:
            text: In lower case.
            tag: Returns the replacement of a mention.
        """
        pieces: list[str] = []
        position = 0
        for start, end, mention in self._mentions(text):
            pieces += [text[position:start], tag(mention)]
            position = end
        return "".join([*pieces, text[position:]])

    def _mentions(self, text: str) -> Iterator[tuple[int, int, Mention]]:
        words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        index = 0
        while index < len(words):
            mention, count = self._mention_at(text, words, index)
            if mention is not None:
                yield words[index][0], words[index + count - 1][1], mention
            index += count

    def _mention_at(self, text: str, words: list[tuple[int, int]], index: int) -> tuple[Mention | None, int]:
        """Return the mention that starts with a word and its number of words, or None and 1."""
        longest = 1
        while (
            longest < _LONGEST_NAME
            and index + longest < len(words)
            and text[words[index + longest - 1][1] : words[index + longest][0]] in (" ", "  ")
        ):
            longest += 1
        start = words[index][0]
        for count in range(longest, 0, -1):
            phrase = text[start : words[index + count - 1][1]]
            mention = self._exact(phrase)
            if mention is not None:
                return mention, count
        for count in range(longest, 0, -1):
            phrase = text[start : words[index + count - 1][1]]
            mention = self._incomplete(phrase)
            if mention is not None:
                return mention, count
        return None, 1

    def _exact(self, phrase: str) -> Mention | None:
        flat = _flat(phrase)
        if re.match(r"[a-z] \d", phrase):  # “a 100 token prompt” names no A100
            return None
        for key in dict.fromkeys(
            (flat, _flat(phrase.rpartition("/")[2]), _flat(re.sub(r"^nvidia |gb$| ?gb$", "", phrase)))
        ):
            if key in self._gpus:
                return Mention("gpu", phrase, {}, re.sub(r"[ _]+", "-", re.sub(r" ?gb$", "", phrase)))
            if key.removesuffix("s") in self._gpus and key[-2:-1].isdigit():
                return Mention("gpu", phrase, {}, re.sub(r"[ _]+", "-", phrase.removesuffix("s")))
        if flat in self._platforms:
            return Mention("platform", phrase, {}, self._platforms[flat])
        for key in dict.fromkeys((flat, _flat(phrase.rpartition("/")[2]))):
            names = self._models.get(key)
            if names and not phrase.replace(".", "").isdigit():
                return Mention("model", phrase, names, next(iter(names.values())))
        return None

    def _incomplete(self, phrase: str) -> Mention | None:
        """Return the model that a family with a size or a tier stands for, such as `llama 8b` or `haiku`."""
        parts = _parts(phrase)
        if parts is None or parts.family not in self._families:
            return None
        if " " in phrase and not (parts.size or parts.versions or parts.tiers):
            return None
        matches = {name: known for name, known in self._families[parts.family].items() if _matches(parts, known)}
        if not matches:
            return None
        if not (parts.size or parts.tiers):
            return Mention("model", phrase, {}, phrase, choices=tuple(sorted(matches)[:6]))
        plain = {
            name: known for name, known in matches.items() if not set(known.tiers) - set(parts.tiers) - _DECORATION
        }
        ranked = sorted(plain or matches, key=lambda name: _rank(matches[name]), reverse=True)
        names = self._models[_flat(ranked[0])]
        name = next(iter(names.values()))
        return Mention("model", phrase, names, name, assumed=f"“{phrase}” is read as {name}.")


def _spellings(name: str) -> set[str]:
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
    return {_flat(text) for text in spellings if text and not text.replace(".", "").replace("-", "").isdigit()}


def _flat(text: str) -> str:
    return re.sub(r"[^a-z0-9.]|\.(?!\d)|(?<!\d)\.", "", text.lower()).replace(".", "")


def _parts(name: str) -> _Parts | None:
    """Return the parts of a model's name; None if it starts with no family."""
    bare = name.lower().rpartition("/")[2]
    bare = re.sub(r"(?<=\d)-(?=\d\b(?!b))", ".", bare) if "claude" in bare else bare
    words = [word for word in re.split(r"[-_ :]+", bare) if word]
    if not words:
        return None
    match = re.fullmatch(r"([a-z]+)(\d.*)?", words[0])
    if match is None or match[1] in _NOT_NAMES:
        return None
    family = _FAMILY_PARENTS.get(match[1], match[1])
    tail = ([match[1]] if match[1] in _FAMILY_PARENTS else []) + ([match[2]] if match[2] else []) + words[1:]
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
    return _Parts(family, tuple(versions), size, tuple(tiers))


def _matches(parts: _Parts, known: _Parts) -> bool:
    if parts.size and parts.size != known.size:
        return False
    return all(version in known.versions for version in parts.versions) and set(parts.tiers) - _DECORATION <= set(
        known.tiers
    )


def _rank(known: _Parts) -> tuple[int, list[tuple[int, ...]]]:
    """Rank the plainer name first, then the newer version."""
    extra = [tier for tier in known.tiers if tier not in _DECORATION]
    dated = any(len(version) >= 4 and version.isdigit() for version in known.versions)
    return (
        -len(extra) - 10 * dated,
        [tuple(int(part) for part in version.rstrip("o").split(".")) for version in known.versions],
    )
