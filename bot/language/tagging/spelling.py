"""The text of a sentence before its names and numbers are tagged: plain signs, and nouns without spelling mistakes."""

from __future__ import annotations

import difflib
import re

from bot.language.tagging import vocabulary as v

_DATE = r"\b\d{1,2}(?P<sign>[/.])\d{1,2}(?P=sign)(?:20)?\d\d\b|(?<![\w-])20\d\d-\d\d-\d\d\b|\b\d+/\d+ split\b|\bsplit(?: of| is| into)? \d+/\d+\b"
_NOUNS = (
    "examples", "example", "tokens", "token", "epochs", "epoch", "calls", "requests", "months", "month", "prompt", "samples",
    "conversations", "fine-tune", "finetune", "fine-tuning", "finetuning", "cached", "caching", "monthly", "training",
)  # fmt: skip
_SIMILAR_WORDS = """
call calling request sample samples conversation cache cells balls walls falls halls mouth simple ample matched attached
falling raining casts costs calm claims cards taken tasks
"""
_SIMILAR = frozenset(_SIMILAR_WORDS.split())
"""Words that only resemble a noun."""


_FRACTIONS = {"1/2": "half", "1/3": "a third", "1/4": "a quarter", "3/4": "three quarters"}
_CONTRACTIONS = {"d": " would", "ll": " will", "re": " are", "ve": " have"}


def plain_text(text: str) -> str:
    """Return text in lower case with plain spaces, quotes and dashes, and without Slack's formatting, dates and tags."""
    text = re.sub("[\u00a0\u2000-\u200a\u202f\u205f\u3000]", " ", text.lower())
    text = re.sub("[`⟦⟧]", " ", re.sub("[\u200b-\u200d\ufeff]", "", text))
    text = re.sub(r"\b24 ?[/x] ?7\b", "around the clock", text)
    text = re.sub(_DATE, " ¦ ", text)
    text = re.sub(r"\b([48])[- ]?bit\b", r"int\1", text)
    text = re.sub(r"\b([13])/([234]) (?=of )", lambda match: f"{_FRACTIONS.get(match[0].strip(), match[0])} ", text)
    text = re.sub(r"\b(\d+)x(?=[a-z])", r"\1 x ", text)
    text = re.sub(r"(?<=[\dkm])-?ish\b|(?<=[\dkm]) or so\b|,? give or take\b", "", text)
    text = re.sub(rf"({v.CALLS}) p\.? ?([dwma])\.?(?![a-z])", _period_in_words, text)
    text = re.sub(r"[a-z]{4,}", lambda match: spell_check(match[0]), text)
    text = re.sub(r"(?<=[a-z])['’](d|ll|re|ve)\b", lambda match: _CONTRACTIONS[match[1]], text)
    text = text.replace("“", '"').replace("”", '"').replace("’", "'").replace("—", " - ")
    text = re.sub(r"[*`_~](?=\S)|(?<=\S)[*`_](?=\s|[.,!?]|$)", "", text) if re.search(r"[*`]", text) else text
    return re.sub(r"\s+", " ", text).strip()


def _period_in_words(match: re.Match[str]) -> str:
    period = {"d": "day", "w": "week", "m": "month", "a": "year"}[match[2]]
    return f"{match[1]} per {period}"


def spell_check(word: str) -> str:
    """Return the noun that a word misspells, such as `calls` for `clals`; else the word."""
    if word in _SIMILAR or word in v.STOP_WORDS or any(noun in word for noun in _NOUNS):
        return word
    return next(iter(difflib.get_close_matches(word, _NOUNS, n=1, cutoff=0.83)), word)
