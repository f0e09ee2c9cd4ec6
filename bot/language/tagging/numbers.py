"""Numbers in a sentence: `10k`, `five thousand`, `2.5 million`, `$500`, `80%`, `between 5k and 20k`."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator import Amount

NumberKind = Literal["plain", "percent", "money"]

_SCALES = {
    "k": 10**3, "thousand": 10**3, "thousands": 10**3, "grand": 10**3,
    "m": 10**6, "mm": 10**6, "mn": 10**6, "mil": 10**6, "mio": 10**6, "million": 10**6, "millions": 10**6,
    "b": 10**9, "bn": 10**9, "billion": 10**9, "billions": 10**9,
    "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7,
}  # fmt: skip
_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALE_VALUES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_SMALL = "|".join(sorted([*_UNITS, *_TENS], key=len, reverse=True))
_VAGUE = r"(?:an? few|few|several|an? couple(?: of)?|some|many|lots of|dozens of|tens of)"

_DIGITS = (
    r"(?:\d{1,3}(?:[,'’_]\d{3})+(?!\d)|\d{1,3}(?: \d{3})+(?![\d.,])|\d{1,3}(?:\.\d{3})+(?![\d])|\d+,\d{1,2}(?!\d)|\d+)"
    r"(?:\.\d+)?(?:e\d{1,2})?"
)
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_FIGURE = rf"(?P<sign>[-−+])?(?:(?P<currency>[$€£]|usd |eur |gbp |chf ) ?)?(?P<digits>{_DIGITS})(?:[ -]?(?P<scale>{_SCALE})(?![a-z0-9]))?"
_SCALE_WORD = "(?:hundred|thousand|million|billion|dozen)(?![a-z])"
_SMALL_WORD = f"(?:{_SMALL})(?![a-z])"
_FRACTION_OF = r"(?:half an?|half of an?|(?:(?:a|one) )?quarter(?: of)?(?: an?)?|three quarters(?: of)? an?)"
_WITH_HALF = rf"(?:{_SMALL_WORD}|an?) and a half"
_ONE_NOUN = r" (?:epoch|run|year|month|week|gpu|example|day|hour|second|minute|card|adapter|replica|⟦g)| (?:to|or) "
_SPELT = (
    rf"(?:a single|single|{_FRACTION_OF}[ -]{_SCALE_WORD}|{_WITH_HALF}(?:[ -]{_SCALE_WORD})?|(?:an?|{_SMALL_WORD}) {_SCALE_WORD} and a half(?! ⟦)|"
    rf"{_SMALL_WORD} point(?: {_SMALL_WORD})+(?: {_SCALE_WORD})?|(?:an?[ -]{_SCALE_WORD}|{_SMALL_WORD})"
    rf"(?:[ -]{_SCALE_WORD}(?: and(?= {_SMALL_WORD}))?|[ -]{_SMALL_WORD})*)"
)
_PERCENT = r"(?: ?(?P<percent>%|percent\b|per cent\b|pct\b))?"
_MONEY = r"(?: ?(?P<money>usd|dollars?|bucks|us\$|€|£|eur|euros?|gbp|pounds?|chf|francs?)(?![a-z]))?"
_UNIT = (
    "x|h|hrs?|hours?|s|secs?|ms|gb|d|days?|min|mo|months?|in|out|toks?|tokens?|rps|qps|eps?|epochs?|calls?|examples?"
)
_END = rf"(?:(?=-[a-z])|(?![a-z])|(?=(?:{_UNIT})(?![a-z])))"
"""A number ends before a unit or anything that isn't a letter: `1O` and `10kk` aren't numbers."""
NUMBER = re.compile(
    rf"(?<![a-z0-9.,_⟧])(?<![a-z]{{2}}-)(?:(?P<vague>{_VAGUE} (?:hundred|thousand|million|dozen)s?(?: of)?|(?:dozens|hundreds|thousands|millions)(?: of))"
    rf"|{_FIGURE}|(?P<spelt>{_SPELT}))(?:-(?=[a-z]))?{_PERCENT}{_MONEY}(?![0-9]){_END}"
)
_FRACTIONS = {
    "half": Decimal("0.5"), "a half": Decimal("0.5"), "a quarter": Decimal("0.25"), "one quarter": Decimal("0.25"),
    "three quarters": Decimal("0.75"), "a fifth": Decimal("0.2"), "one fifth": Decimal("0.2"),
    "a tenth": Decimal("0.1"), "one tenth": Decimal("0.1"), "two fifths": Decimal("0.4"),
    "a third": None, "one third": None, "two thirds": None,
}  # fmt: skip
"""The share that a word stands for; None if it has no exact number of percent."""
FRACTION = re.compile(
    r"\b(?P<fraction>half|a half|(?:a|one) (?:quarter|third|fifth|tenth)|three quarters|two (?:thirds|fifths))\b(?= (?:of|the|my|our|can|is)\b(?! an? (?:hundred|thousand|million|billion)))"
)


class Number(NamedTuple):
    """A number that a sentence states."""

    amount: Amount
    kind: NumberKind
    text: str
    """As typed."""
    question: str | None = None
    """Asked instead of using the number, which has two readings or none."""
    billions: bool = False
    """Written with b or billion, as the size of a model is."""
    scale: Decimal = Decimal(1)
    """The factor of its last word, such as 1,000 for `ten thousand` and `10k`."""


def read_number(match: re.Match[str]) -> Number:
    """Return the number of a match of `NUMBER`."""
    text = match[0].strip(" -")
    kind: NumberKind = "percent" if match["percent"] else "money" if match["money"] or match["currency"] else "plain"
    if match["vague"]:
        return Number(Amount.exactly(Decimal(0)), kind, text, f"How many is “{text}”? A number such as 3000 is enough.")
    if match["spelt"]:
        value, question = _spelt_value(match["spelt"]), None
    else:
        value, question = _figure_value(match["digits"], match["scale"])
        if not _is_dollars(match):
            question = question or f"Amounts are in US dollars. How many dollars are {text}?"
        if match["sign"] in ("-", "−"):
            value = -value
    if match.string.startswith(" and a half", match.end()):
        question = question or f"“{text} and a half”: which number is that? Write it in digits."
    scaled = value / 100 if kind == "percent" else value
    scale = Decimal(_SCALES[match["scale"]]) if match["scale"] else _spelt_scale(match["spelt"] or "")
    return Number(Amount.exactly(scaled), kind, text, question, match["scale"] in ("b", "bn", "billion"), scale)


def _is_dollars(match: re.Match[str]) -> bool:
    return (match["currency"] or "$").strip() in ("$", "usd") and (match["money"] or "usd") in (
        "usd",
        "dollar",
        "dollars",
        "bucks",
        "us$",
    )


def _spelt_scale(text: str) -> Decimal:
    """Return the factor of the last word of a number in words."""
    word = re.split(r"[ -]+", text)[-1]
    return Decimal(_SCALE_VALUES.get(word, 1))


def join_range(low: Number, high: Number, text: str) -> Number:
    """Return the range between two numbers, with a question if it has two readings."""
    kind = high.kind if low.kind == "plain" else low.kind
    question = low.question or high.question
    low_value, high_value = low.amount.likely, high.amount.likely
    if low.kind == "plain" and high.kind == "percent":
        low_value /= 100
    is_shared = high.scale > 1 and low.scale == 1 and low_value < high_value / high.scale
    if is_shared and re.search(r"(?:thousand|million|billion)$", high.text):  # “20 to 30 thousand”
        low_value *= high.scale
    elif is_shared and not question:
        scaled = Amount.exactly(low_value * high.scale)
        question = f"“{text}”: do you mean {scaled} to {high.amount}, or {low.amount} to {high.amount}?"
    if not question and low_value > high_value:
        question = f"“{text}” starts with the higher number. Which range do you mean?"
    return Number(Amount(low_value, (low_value + high_value) / 2, high_value), kind, text, question, high.billions)


def tag_numbers(text: str, tag: Callable[[Number], str]) -> str:
    """Replace every number and range in a text.

    Args:
        text: In lower case.
        tag: Returns the replacement of a number.
    """
    text = FRACTION.sub(lambda match: tag(_read_fraction(match[0])), text)
    spans = [(match.start(), match.end(), read_number(match)) for match in NUMBER.finditer(text) if _counts(match)]
    pieces: list[str] = []
    position = index = 0
    while index < len(spans):
        start, end, number = spans[index]
        if index + 1 < len(spans):
            next_start, next_end, next_number = spans[index + 1]
            joint = text[end:next_start]
            opening = re.search(
                r"\b(?:between|(?:rang(?:es?|ing)|var(?:y|ies|ying)|any(?:where|thing)|somewhere|ha(?:s|ve)|are|is|of) from|from) $",
                text[position:start],
            )
            falls = joint == " to " and number.amount.likely > next_number.amount.likely
            if not falls and _is_range(joint, opening[0].strip() if opening else ""):
                number = join_range(number, next_number, text[start:next_end])
                start, end, index = (position + opening.start() if opening else start), next_end, index + 1
        pieces += [text[position:start], tag(number)]
        position, index = end, index + 1
    return "".join([*pieces, text[position:]])


def _read_fraction(text: str) -> Number:
    share = _FRACTIONS[text]
    question = None if share is not None else f"“{text}”: how many percent is that?"
    return Number(Amount.exactly(share or Decimal(0)), "percent", text, question)


def _is_range(joint: str, opening: str) -> bool:
    """Return whether two numbers are the ends of a range, by the text between and before them."""
    if opening == "between" or " from" in opening:
        return joint in (" and ", " to ", "-", "–")
    return not opening and joint in ("-", "–", "..", "...", " - ", " – ", " to ", " or ")


def _counts(match: re.Match[str]) -> bool:
    """Return whether a match is a number; “one” alone is mostly a pronoun."""
    text = match.string
    if match["spelt"] in ("one", "single", "a single"):
        return bool(re.match(_ONE_NOUN, text[match.end() :])) or text.endswith("between ", 0, match.start())
    return True


def _figure_value(digits: str, scale: str | None) -> tuple[Decimal, str | None]:
    """Return the value of a number in digits, and the question if it has two readings."""
    factor = _SCALES[scale] if scale else 1
    bare = digits.replace(" ", "")
    if scale is None and re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", digits):
        thousands = bare.replace(".", "")
        readings = f"{int(thousands):,}" + (f", or {Decimal(bare).normalize():f}" if bare.count(".") == 1 else "")
        return Decimal(thousands), f"“{digits}” is ambiguous: {readings}? Write {thousands} without the dot."
    if re.fullmatch(r"\d+,\d{1,2}", digits):
        value = Decimal(bare.replace(",", "."))
        return value, f"“{digits}”: do you mean {value}? Write it with a dot."
    question = None
    if " " in digits and not re.fullmatch(r"\d{1,3}(?: 000)+", digits):
        question = f"“{digits}”: do you mean the number {bare}, or several numbers?"
    return Decimal(re.sub(r"[,'’_ ]", "", digits)) * factor, question


def _spelt_value(text: str) -> Decimal:
    """Return the value of a number in words, such as `two hundred and fifty thousand`."""
    if text.endswith("single"):
        return Decimal(1)
    if " point " in text:
        return _value_with_point(text)
    total = group = Decimal(0)
    scale = 1
    for word in re.split(r"[ -]+", _with_decimals(text)):
        if re.fullmatch(r"[\d.]+", word):
            group += Decimal(word)
        elif word == "half":  # “a million and a half”
            total += Decimal(scale) / 2
        elif word in ("a", "an"):
            group += not total
        elif word in _UNITS or word in _TENS:
            group += _UNITS.get(word, 0) or _TENS.get(word, 0)
        elif word in ("dozen", "hundred"):
            group = (group or Decimal(1)) * (scale := _SCALE_VALUES[word])
        elif word in _SCALE_VALUES:
            total += (group or Decimal(1)) * (scale := _SCALE_VALUES[word])
            group = Decimal(0)
    return total + group


def _with_decimals(text: str) -> str:
    """Return a number in words with the fractions before its scale in digits: `2.5 million`, `0.75 million`."""
    text = re.sub(r"^three quarters(?: of)? an?", "0.75", text)
    text = re.sub(r"^(?:(?:a|one) )?quarter(?: of)?(?: an?)?", "0.25", text)
    text = re.sub(r"^half(?: of)? an?", "0.5", text)

    def add_half(match: re.Match[str]) -> str:
        return f"{_UNITS.get(match[1], _TENS.get(match[1], 1)) + Decimal('0.5')} "

    return re.sub(r"^([a-z]+) and a half(?:[ -]|$)", add_half, text)


def _value_with_point(text: str) -> Decimal:
    """Return the value of a number such as `two point five million`."""
    whole, _, decimals = text.partition(" point ")
    words = decimals.split()
    scale = _SCALE_VALUES.get(words[-1], 1)
    digits = "".join(str(_UNITS[word]) for word in words if word in _UNITS)
    return (_spelt_value(whole) + Decimal(f"0.{digits or 0}")) * scale
