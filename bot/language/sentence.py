"""A sentence under reading: its names and numbers are tagged, and each rule takes the words that it understands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from bot.language.mentions import Mention, MentionIndex
from bot.language.numbers import Number, tag_numbers
from bot.language.vocabulary import STOP_WORDS
from calculator import KEYS, Amount

N = r"⟦n(?P<n>\d+)⟧"
"""A number. A second one in a pattern is written with `number("other")`."""
ABOUT = r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|some|nearly|almost|~|≈|just|exactly)? ?"
TAKEN = "¦"


def number(name: str) -> str:
    """Return the pattern of a number with a group of its own."""
    return rf"⟦n(?P<{name}>\d+)⟧"


class Sentence:
    """A text with tagged names (⟦m0⟧, ⟦p0⟧, ⟦g0⟧) and numbers (⟦n0⟧), and what has been read of it."""

    def __init__(self, text: str, names: MentionIndex) -> None:
        self.mentions: list[Mention] = []
        self.numbers: list[Number] = []
        self.fields: dict[str, str] = {}
        self.assumed: list[str] = []
        self.questions: list[str] = []
        self._typed = text
        tagged = names.tag(_spaced(text.lower()), self._tag_mention)
        self.text = re.sub(r"⟧(?=[a-z])", "⟧ ", tag_numbers(tagged, self._tag_number))

    def take(self, pattern: str) -> Iterator[re.Match[str]]:
        """Yield the matches of a pattern, and remove each from the text."""
        position = 0
        compiled = _compiled(pattern)
        while match := compiled.search(self.text, position):
            self.text = self.text[: match.start()] + TAKEN + self.text[match.end() :]
            position = match.start() + len(TAKEN)
            yield match

    def has(self, pattern: str) -> bool:
        """Return whether a pattern matches what is left of the text."""
        return bool(_compiled(pattern).search(self.text))

    def number_of(self, match: re.Match[str], group: str = "n") -> Number:
        """Return the number that a group of a match tags."""
        return self.numbers[int(match[group])]

    def set(self, key: str, text: str) -> None:
        """Set a field. Two different values of one field become a question."""
        if key in self.fields and self.fields[key] != text:
            label = KEYS[key].label.lower() if key in KEYS else key
            self.ask(f"I read two values for “{label}”: {self.fields[key]} and {text}. Which one is right?")
        self.fields[key] = text

    def set_number(self, key: str, number_read: Number, suffix: str = "", *, whole: bool = False) -> None:
        """Set a field to a number, or ask the number's question."""
        if number_read.question:
            self.ask(number_read.question)
        elif number_read.amount.low < 0 and key != "growth":
            self.ask(f"“{number_read.text}” is negative. Which number should I use?")
        elif whole and number_read.amount.low % 1:
            self.ask(f"“{number_read.text}” isn't a whole number. Which number should I use?")
        else:
            self.set(key, write_amount(number_read.amount) + suffix)

    def ask(self, question: str) -> None:
        """Ask the person instead of guessing."""
        if question not in self.questions:
            self.questions.append(question)

    def assume(self, sentence: str) -> None:
        """State an assumption."""
        if sentence not in self.assumed:
            self.assumed.append(sentence)

    def mark(self, position: int, noun: str) -> None:
        """Leave a noun where a rule has taken words, so that later numbers find what they belong to."""
        self.text = f"{self.text[:position]}{TAKEN}{noun}{TAKEN}{self.text[position + 1 :]}"

    def typed(self, match: re.Match[str]) -> str:
        """Return the text of a match as typed."""
        return self.untag(match[0]).strip()

    def as_typed(self, words: str) -> str:
        """Return words in the case in which they were typed."""
        position = self._typed.lower().find(words)
        return self._typed[position : position + len(words)] if position >= 0 else words

    def untag(self, text: str) -> str:
        """Return text with names and numbers as typed."""
        text = re.sub(r"⟦n(\d+)⟧", lambda match: self.numbers[int(match[1])].text, text)
        return re.sub(r"⟦[mpg](\d+)⟧", lambda match: self.mentions[int(match[1])].text, text)

    def _tag_mention(self, mention: Mention) -> str:
        self.mentions.append(mention)
        return f"⟦{mention.kind[0]}{len(self.mentions) - 1}⟧"

    def _tag_number(self, number_read: Number) -> str:
        self.numbers.append(number_read)
        return f"⟦n{len(self.numbers) - 1}⟧"


def write_amount(amount: Amount) -> str:
    """Return an amount as the grammar writes it."""
    return str(amount)


def write_share(amount: Amount) -> str:
    """Return a share in percent as the grammar writes it."""
    return amount.text("%")


def scale_amount(amount: Amount, factor: Decimal | int) -> Amount:
    """Return an amount times a factor."""
    return amount._replace(low=amount.low * factor, likely=amount.likely * factor, high=amount.high * factor)


def _spaced(text: str) -> str:
    """Return text with plain spaces, quotes and dashes, and without Slack's formatting."""
    text = re.sub("[\u00a0\u2000-\u200a\u202f\u205f\u3000]", " ", text)
    text = re.sub("[\u200b-\u200d\ufeff]", "", text).replace("`", " ")
    text = re.sub(r"\b\d{1,2}[/.]\d{1,2}[/.](?:20)?\d\d\b|\b20\d\d-\d\d-\d\d\b|\b\d+/\d+ split\b|\b24/7\b", " ¦ ", text)
    text = re.sub(r"\b(\d+)x(?=[a-z])", r"\1 x ", text)
    text = re.sub(r"[a-z]{5,}", lambda match: spell_check(match[0]), text)
    text = text.replace("“", '"').replace("”", '"').replace("’", "'").replace("—", " - ")
    text = re.sub(r"[*`_~](?=\S)|(?<=\S)[*`_](?=\s|[.,!?]|$)", "", text) if re.search(r"[*`]", text) else text
    return re.sub(r"\s+", " ", text).strip()


_NOUNS = (
    "examples",
    "example",
    "tokens",
    "epochs",
    "calls",
    "requests",
    "months",
    "prompt",
    "samples",
    "conversations",
    "fine-tune",
    "finetune",
)


def spell_check(word: str) -> str:
    """Return the noun that a word misspells, such as `calls` for `clals`; else the word."""
    if word in _NOUNS or word in STOP_WORDS or word.rstrip("s") in _NOUNS:
        return word
    return next(iter(difflib.get_close_matches(word, _NOUNS, n=1, cutoff=0.83)), word)


_patterns: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str) -> re.Pattern[str]:
    compiled = _patterns.get(pattern)
    if compiled is None:
        compiled = _patterns[pattern] = re.compile(pattern)
    return compiled


Rule = Callable[[Sentence], Any]
