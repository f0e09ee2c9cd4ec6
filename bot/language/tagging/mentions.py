"""Names of models, platforms and GPUs inside a sentence, as people write them."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from bot.language.tagging.model_names import (
    DECORATION,
    FAMILY_PARENTS,
    NOT_NAMES,
    NameParts,
    flatten,
    is_part_of,
    newness_of,
    parts_of,
    rank_of,
    spellings_of,
    without_date,
)
from bot.language.tagging.vocabulary import STOP_WORDS

MentionKind = Literal["model", "platform", "seller", "gpu", "framework"]
NameUse = Literal["offer", "base", "shape"]
"""The meaning of a model's name: an offer to tune, a base model to prompt, a shape to train on rented GPUs."""

_LONGEST_NAME = 6
"""Words of the longest name, such as `gemini 3.1 flash lite`."""
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9._:/@+-]*[a-z0-9])?")
_PLATFORM_WORDS = {
    "aws": "aws-bedrock", "amazon": "aws-bedrock", "bedrock": "aws-bedrock", "amazon bedrock": "aws-bedrock", "aws bedrock": "aws-bedrock",
    "azure openai": "azure", "microsoft": "azure", "foundry": "azure", "azure ai": "azure", "azure ai foundry": "azure",
    "vertex": "google", "vertex ai": "google", "google cloud": "google", "gcp": "google", "google vertex": "google",
    "together ai": "together", "together.ai": "together", "togetherai": "together", "fireworks ai": "fireworks", "fireworks.ai": "fireworks",
    "open ai": "openai", "thinking machines": "tinker", "primeintellect": "prime-intellect",
}  # fmt: skip
_LIKE_A_MODEL = re.compile(
    r"[a-z]{2,}[a-z.]*(?:[-_ ][a-z]{2,}(?=[-_.\d]))?(?:[-_]?\d+(?:\.\d+)?(?![\d.])|[-_ ]\d+\.\d+|[-_ ]\d+(?:\.\d+)?b)(?:[-_ ](?:\d+(?:\.\d+)?b|instruct|chat|mini|nano|pro|flash|turbo|sonnet|opus|haiku))*"
)
"""A word with a version or a size, such as `gpt-7`, `llama 9 70b` and `foobar-9b`."""
_NOT_FAMILY_WORDS = """
lora qlora full dense sft dpo rft under over below above sub non pre between another small large big tiny plain open
least llm llms param params parameter parameters version
step opt seed beam extract router caller coder composer weaver solar voyage morph particle ripple ling hy
"""
_NOT_FAMILIES = STOP_WORDS | frozenset(_NOT_FAMILY_WORDS.split())
"""Words that a version or a size may follow without making a name of a model."""
_FAMILY_SIZE = 3
"""Models of a family from which on other versions of it are taken for models, too."""


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
    """The assumption about an incomplete name, such as that `llama 8b` is Llama 3.1 8B."""
    choices: tuple[str, ...] = ()
    """The models that an incomplete name may be, if none is the obvious one."""
    is_unknown: bool = False
    """The catalogue has no model, platform or framework of this name."""
    seller: str = ""
    """The platform on which the sentence says that the model is prompted; empty if it names none."""


@dataclass(frozen=True)
class MentionIndex:
    """Every name that a sentence may contain.

    Args:
        offers: Names of models that platforms tune, such as `gpt-4.1-mini`.
        bases: Names of models that can be prompted.
        shapes: Names of models that can be trained on rented GPUs.
        gpus: Names and spellings of GPUs, with the name that the grammar takes.
        platforms: Ids and titles of platforms, with the id.
        frameworks: Names of training frameworks.
        sellers: Names of companies that rent out GPUs and tune no models, with the id.
        find_base: Returns the id of the base model of a name, such as `azure/gpt-4o`; None if there is none.
    """

    offers: Iterable[str]
    bases: Iterable[str]
    shapes: Iterable[str]
    gpus: Mapping[str, str]
    platforms: Mapping[str, str]
    frameworks: Iterable[str] = ()
    sellers: Mapping[str, str] = field(default_factory=dict)
    find_base: Callable[[str], str | None] = field(default=lambda _: None)
    _models: dict[str, dict[NameUse, str]] = field(init=False, repr=False, default_factory=dict)
    _gpus: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _frameworks: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _sellers: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _platforms: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _families: dict[str, dict[str, NameParts]] = field(
        init=False, repr=False, default_factory=lambda: defaultdict(dict)
    )

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
                    or name.lower() in NOT_NAMES
                    or (name.isalpha() and name.lower() not in FAMILY_PARENTS)
                ):
                    continue
                bare = name.rpartition("/")[2]  # the catalogue knows a model without its owner, too
                for key in spellings_of(name):
                    self._models.setdefault(key, {}).setdefault(use, name if key == flatten(name) else bare)
                parts = parts_of(name)
                if parts is not None:
                    self._families[parts.family][name.lower()] = parts
        self._gpus.update({flatten(spelling): name for spelling, name in self.gpus.items()})
        self._platforms.update({flatten(spelling): name for spelling, name in self.platforms.items()})
        self._frameworks.update({flatten(name): name for name in self.frameworks})
        self._sellers.update({flatten(name): seller for name, seller in self.sellers.items()})
        platforms = set(self.platforms.values())
        self._platforms.update({flatten(words): name for words, name in _PLATFORM_WORDS.items() if name in platforms})

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
        for find in (self._exact, self._incomplete, self._unknown):
            for count in range(longest, 0, -1):
                mention = find(text[start : words[index + count - 1][1]])
                if mention is not None:
                    return mention, count
        return None, 1

    def _exact(self, phrase: str) -> Mention | None:
        flat = flatten(phrase)
        if re.match(r"[a-z] \d", phrase):  # “a 100 token prompt” names no A100
            return None
        for key in dict.fromkeys(
            (flat, flatten(phrase.rpartition("/")[2]), flatten(re.sub(r"^nvidia |gb$| ?gb$", "", phrase)))
        ):
            if key in self._gpus:
                return Mention("gpu", phrase, {}, re.sub(r"[ _]+", "-", re.sub(r" ?gb$", "", phrase)))
            if key.removesuffix("s") in self._gpus and key[-2:-1].isdigit():
                return Mention("gpu", phrase, {}, re.sub(r"[ _]+", "-", phrase.removesuffix("s")))
        if flat in self._platforms:
            return Mention("platform", phrase, {}, self._platforms[flat])
        if flat in self._frameworks:
            return Mention("framework", phrase, {}, self._frameworks[flat])
        if phrase.replace(".", "").isdigit():
            return None
        if flat in self._sellers:
            return Mention("seller", phrase, {}, self._sellers[flat])
        for key in dict.fromkeys((flat, flatten(phrase.rpartition("/")[2]), flatten(without_date(phrase)))):
            if names := self._models.get(key):
                names = self._plainer(phrase, names)
                return Mention("model", phrase, names, next(iter(names.values())))
        return None

    def _plainer(self, phrase: str, names: dict[NameUse, str]) -> dict[NameUse, str]:
        """Return the names of an open model without its decoration, such as `instruct`, by which platforms tune it."""
        if "offer" in names:
            return names
        bare = re.sub(rf"[ -](?:{'|'.join(DECORATION)})$", "", phrase)
        models = (self._models.get(key, {}) for key in sorted(spellings_of(bare)))
        return names | next((plain for plain in models if {"offer", "shape"} <= plain.keys()), {})

    def _incomplete(self, phrase: str) -> Mention | None:
        """Return the model that a family with a size or a tier stands for, such as `llama 8b` or `haiku`."""
        parts = parts_of(phrase)
        if parts is None or parts.family not in self._families or len(phrase) == 1:
            return None
        if " " in phrase and not (parts.size or parts.versions or parts.tiers):
            return None
        matches = {name: whole for name, whole in self._families[parts.family].items() if is_part_of(parts, whole)}
        if not matches:
            return None
        if not (parts.size or parts.tiers):
            newest = sorted(matches, key=lambda name: newness_of(matches[name]), reverse=True)
            different = {flatten(without_date(name.rpartition("/")[2])): name for name in reversed(newest)}
            return Mention("model", phrase, {}, phrase, choices=tuple(reversed(different.values())))
        plain = {name: whole for name, whole in matches.items() if not set(whole.tiers) - set(parts.tiers) - DECORATION}
        ranked = sorted(plain or matches, key=lambda name: rank_of(matches[name]), reverse=True)
        names = self._models[flatten(ranked[0])]
        name = next(iter(names.values()))
        return Mention("model", phrase, names, name, assumed=f"“{phrase}” is read as {name}.")

    def near(self, phrase: str) -> tuple[str, ...]:
        """Return the names of models that resemble a phrase, best match first."""
        by_key = {flatten(name): name for names in self._models.values() for name in names.values()}
        return tuple(by_key[key] for key in difflib.get_close_matches(flatten(phrase), by_key, n=3, cutoff=0.6))

    def _unknown(self, phrase: str) -> Mention | None:
        """Return a phrase that looks like the name of a model, but is none."""
        family = re.match(r"[a-z]+", phrase)
        if family is None or family[0] in _NOT_FAMILIES:
            return None
        later_words = phrase.partition(" ")[2]
        if later_words and (self._exact(later_words) or self._incomplete(later_words)):
            return None
        is_known = family[0] in self._families and len(self._families[family[0]]) >= _FAMILY_SIZE
        if is_known and re.fullmatch(r"[a-z]+-?\d[\w.-]*", phrase):
            pass  # a family and a version that it doesn't have, such as `gpt4.1-mni`
        elif not _LIKE_A_MODEL.fullmatch(phrase) or (not is_known and not re.search(r"\d+(?:\.\d+)?b\b", phrase)):
            return None
        return Mention("model", phrase, {}, phrase, is_unknown=True)
