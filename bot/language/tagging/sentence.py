"""A sentence with tagged names and numbers, from which each rule takes the words that it understands."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from bot.language.tagging.mentions import Mention, MentionIndex, NameUse
from bot.language.tagging.numbers import Number, tag_numbers
from bot.language.tagging.spelling import plain_text
from calculator import KEYS, Amount

N = r"⟦n(?P<n>\d+)⟧"
"""A number. A second one in a pattern is written with `number("other")`."""
ABOUT = r"(?:about|around|roughly|approximately|approx\.?|circa|ca\.?|some|nearly|almost|~|≈|just|exactly)? ?"
TAKEN = "¦"


def number(name: str) -> str:
    """Return the pattern of a number with a group of its own."""
    return rf"⟦n(?P<{name}>\d+)⟧"


class Sentence:
    """A text with tagged names (⟦m0⟧, ⟦p0⟧, ⟦s0⟧, ⟦g0⟧, ⟦f0⟧) and numbers (⟦n0⟧), and its reading so far."""

    def __init__(self, text: str, names: MentionIndex, present: Mapping[str, str] = MappingProxyType({})) -> None:
        self.mentions: list[Mention] = []
        self.numbers: list[Number] = []
        self.fields: dict[str, str] = {}
        self.present = present
        """The fields of the estimate that a sentence may change."""
        self.assumed: list[str] = []
        self.questions: list[str] = []
        self.budgets: list[str] = []
        """Budgets as typed, which change no estimate."""
        self._typed = text
        self._names = names
        tagged = names.tag(plain_text(text), self._tag_mention)
        self.text = re.sub(r"⟧(?=[a-z])", "⟧ ", tag_numbers(tagged, self._tag_number))

    def take(self, pattern: str, accept: Callable[[re.Match[str]], bool] | None = None) -> Iterator[re.Match[str]]:
        """Yield the matches of a pattern, and remove each from the text; of those that `accept` accepts, if given."""
        position = 0
        compiled = _compiled(pattern)
        while match := compiled.search(self.text, position):
            if accept is not None and not accept(match):
                position = match.start() + 1
                continue
            self.text = self.text[: match.start()] + TAKEN + self.text[match.end() :]
            position = match.start() + len(TAKEN)
            yield match

    def has(self, pattern: str) -> bool:
        """Return whether a pattern matches the text that no rule has taken."""
        return bool(_compiled(pattern).search(self.text))

    def number_of(self, match: re.Match[str], *groups: str) -> Number:
        """Return the number of a match: that of the first group that has one, of `n` if no group is named."""
        tags = match.groupdict()
        return self.numbers[int(next(tags[group] for group in groups or ("n",) if tags.get(group)))]

    def unused_number(self) -> Number | None:
        """Return the first number that no rule has taken."""
        match = _compiled(N).search(self.text)
        return self.number_of(match) if match else None

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
        """Ask the person instead of guessing. What the question quotes is written as it was typed."""
        question = self._quoted_as_typed(question)
        if question not in self.questions:
            self.questions.append(question)

    def assume(self, sentence: str) -> None:
        """State an assumption. What it quotes is written as it was typed."""
        sentence = self._quoted_as_typed(sentence)
        if sentence not in self.assumed:
            self.assumed.append(sentence)

    def name_of(self, mention: Mention, *uses: NameUse) -> str | None:
        """Return a model's name for the first of some uses, noting an assumption; None if the person has to be asked."""
        if mention.is_unknown:
            self.ask_for_name(mention.text)
            return None
        if mention.choices and not mention.names:
            self.ask(f"Which “{mention.text}” do you mean? For example {', '.join(mention.choices[:3])}.")
            return None
        if mention.assumed:
            self.assume(mention.assumed)
        return next((mention.names[use] for use in uses if use in mention.names), mention.name)

    def base_of(self, mention: Mention) -> str | None:
        """Return the name of a model that is prompted today, at the platform that the sentence names for it."""
        name = self.name_of(mention, "base", "offer")
        if name is None or not mention.seller:
            return name
        if " or " in mention.seller:
            self.ask(f"Where do you prompt {mention.text} today: {mention.seller}?")
            return name
        seller, _, kind = mention.seller.partition("@")
        at_seller = f"{seller}/{name.rpartition('/')[2]}"
        if self._names.find_base(at_seller) is None:
            listed = self._names.find_base(name) or name
            self.assume(f"The price list has no {name} at {seller}: today's calls are priced as {listed}.")
            return name
        if kind:
            self.assume(f"Today's calls are priced at the usual rates of {seller}, not at those of {kind} deployments.")
        return at_seller

    def ask_for_name(self, word: str) -> None:
        """Ask for the model that an unknown word stands for, with the names that resemble it."""
        near = ", ".join(self._names.near(word))
        similar = f" Similar names: {near}." if near else ""
        self.ask(f"I don't know a model called “{word}”.{similar} Which one do you mean?")

    def mark(self, position: int, noun: str) -> None:
        """Leave a noun in the place of the words that a rule has taken, so that later numbers can belong to it."""
        self.text = f"{self.text[:position]}{TAKEN}{noun}{TAKEN}{self.text[position + 1 :]}"

    def restore(self, words: str) -> None:
        """Append a name that a rule has taken with the words around it, so that its role is read, too."""
        self.text += f" . {words}"

    def typed(self, match: re.Match[str]) -> str:
        """Return the text of a match as typed."""
        return self.untag(match[0]).strip(" ,;:)")

    def as_typed(self, words: str) -> str:
        """Return words in the case in which they were typed."""
        pattern = r"\s*".join(map(re.escape, words.split()))
        match = re.search(pattern, self._typed, re.IGNORECASE) if pattern else None
        return match[0] if match else words

    def _quoted_as_typed(self, text: str) -> str:
        return re.sub("(?<=“)[^”]+(?=”)", lambda quote: self.as_typed(quote[0]), text)

    def untag(self, text: str) -> str:
        """Return text with names and numbers as typed."""
        text = re.sub(r"⟦n(\d+)⟧", lambda match: self.numbers[int(match[1])].text, text)
        return re.sub(r"⟦[fgmps](\d+)⟧", lambda match: self.mentions[int(match[1])].text, text)

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


_patterns: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str) -> re.Pattern[str]:
    compiled = _patterns.get(pattern)
    if compiled is None:
        compiled = _patterns[pattern] = re.compile(pattern)
    return compiled


Rule = Callable[[Sentence], None]


def needs_words(pattern: str) -> Callable[[Rule], Rule]:
    """Return a decorator of a rule that reads only sentences with some words.

    Every sentence that the rule can read has one of them. Most sentences have none, and the rule's patterns, which take
    longer to compile than a sentence to read, stay uncompiled.
    """

    def decorate(rule: Rule) -> Rule:
        @functools.wraps(rule)
        def read(sentence: Sentence) -> None:
            if sentence.has(pattern):
                rule(sentence)

        return read

    return decorate
