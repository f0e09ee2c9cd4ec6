"""Rules for numbers that are relative to the present ones, as in `twice the traffic`, `20% fewer calls`, `2 more epochs`."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bot.language.tagging import vocabulary as v
from bot.language.tagging.sentence import ABOUT, N, Sentence, needs_words, number, write_amount
from calculator import KEYS, Amount

Change = Callable[[Decimal], Decimal]
"""From the present number to the new one."""

_NOUNS = (
    ("calls", rf"(?:{v.CALLS}|(?:traffic|volumes?|load|usage|demand|throughput)(?![a-z]))"),
    ("epochs", r"(?:epochs?|passes)(?![a-z])"),
    ("runs", r"(?:runs?|experiments?|trainings)(?![a-z])"),
    ("months", r"months?(?![a-z])"),
    ("gpus", r"(?:gpus?|cards?)(?![a-z])"),
    ("prompt", v.PROMPT),
    ("examples", rf"(?:{v.EXAMPLES}|(?:training )?(?:data ?set|data)(?![a-z]))"),
)
_ANY_NOUN = "|".join(noun for _, noun in _NOUNS)
_OF = r"(?: (?:as many|as much|the|our|number of|amount of|of|current|existing|training|api|today's))*"
_SUBJECT = rf"{_OF} (?P<noun>{_ANY_NOUN})"
_MORE = r"(?:more|extra|additional|further|higher)"
_FEWER = r"(?:fewer|less|lower)"
_UP = r"(?:increas(?:e|es|ed|ing)|rais(?:e|es|ed|ing)|grow(?:s|n|ing)?|ris(?:e|es|ing)|bump(?:s|ed)?|goes? up|go up|up)"
_DOWN = r"(?:reduc(?:e|es|ed|ing)|lower(?:s|ed|ing)?|cut(?:s|ting)?|drop(?:s|ped|ping)?|decreas(?:e|es|ed|ing)|shrinks?|falls?|goes? down|go down|down)"
_FACTORS = {
    "doubl": Decimal(2), "double": Decimal(2), "twice": Decimal(2), "twofold": Decimal(2), "tripl": Decimal(3), "triple": Decimal(3),
    "thrice": Decimal(3), "threefold": Decimal(3), "quadrupl": Decimal(4), "quadruple": Decimal(4), "tenfold": Decimal(10),
    "halv": Decimal("0.5"), "halve": Decimal("0.5"), "half": Decimal("0.5"),
}  # fmt: skip
_WORDS = r"(?P<word>double|triple|quadruple|halve|half|thrice|twice(?! (?:a|per) (?:year|month|week|day)))"
_TIMES = r"(?:(?<=⟧)-fold|(?<=⟧) ?(?:x|×|times|fold)(?! (?:a|per|each|every|in)\b))"
_LATER = rf"(?! ?(?:{v.PER_WORDS}|month[- ](?:over|on)[- ]month|mom))"
_BE = r"(?: (?:is|are|was|were|be|gets?|becomes?|will|would|could|should|to|by|has|have|goes?|going|up|grows?|suddenly|even))*"


def read_replaced(sentence: Sentence) -> None:
    """Drop the numbers that are replaced, as in `20k instead of 10k` and `not 3 epochs but 5`."""
    sentence.text = re.sub(
        r"\b((?:bump|rais|increas|go|goes|mov|scal|ramp)[a-z]*(?: [a-z]+){0,3}) up to (?=⟦n)", r"\1 to ", sentence.text
    )
    sentence.text = re.sub(r"not (⟦n\d+⟧) ([a-z]+),? but (?:rather )?(⟦n\d+⟧)(?! ?[a-z])", r"\3 \2", sentence.text)
    for _ in sentence.take(
        rf"(?:instead of|rather than|not|no longer|up from|down from|was) {ABOUT}(?:⟦n\d+⟧(?: {v.TOKENS})?|one|two|three|\d+)(?! ?⟦|-)(?= |[.,;!?]|$)(?:,? but)?"
    ):
        pass


@needs_words(
    r"more|fewer|less|extra|additional|further|higher|lower|twice|thrice|half|halv|doubl|tripl|quadrupl|fold|times|⟧ ?[x×]|\badd|plus|another|remove|subtract|minus|\btoo\b| by ⟦|⟧ (?:of )?(?:the|our|my|today's|that)\b"
)
def read_relative(sentence: Sentence) -> None:
    """Read multiples, percentages and differences of the present values; ask where these aren't known."""
    _read_multiples(sentence)
    _read_percentages(sentence)
    _read_differences(sentence)


def _read_multiples(sentence: Sentence) -> None:
    for match in sentence.take(
        rf"{_WORDS}{_SUBJECT}|(?P<noun2>{_ANY_NOUN}){_BE} (?P<word2>doubl|tripl|quadrupl|halv)(?:es?|ed|ing)(?![a-z])(?! (?:every|each|in|within|per|over)\b)|(?P<noun3>{_ANY_NOUN}){_BE} (?P<word3>twice|double|half|twofold|threefold|tenfold)(?: (?:as|the) [a-z]+)?(?! (?:a|per)\b)"
    ):
        groups = match.groupdict()
        suffix = next(suffix for suffix in ("", "2", "3") if groups[f"noun{suffix}"])
        _multiply(sentence, match, groups[f"noun{suffix}"], _FACTORS[groups[f"word{suffix}"]])
    for match in sentence.take(  # “half the traffic” alone: “half the traffic is batch” is a share
        rf"(?:^|(?<=[.;:] )|(?<=if )|(?<=with )|(?<=only )){N} (?:of )?(?:the|our|my|today's|that) (?P<noun>{_ANY_NOUN})(?= ?(?:[.?!,;]|instead|$))",
        lambda match: sentence.number_of(match).kind == "percent" and not sentence.number_of(match).question,
    ):
        _multiply(sentence, match, match["noun"], sentence.number_of(match).amount.likely)
    more = r"(?: (?:as (?:many|much|high|big|large|long)|more|bigger|larger|longer|higher))"
    for match in sentence.take(
        rf"{N}{_TIMES}{more}?{_SUBJECT}|(?P<noun2>{_ANY_NOUN}){_BE} {number('m')}{_TIMES}{more}?"
    ):
        factor = sentence.number_of(match, "n", "m")
        noun = match["noun"] or match["noun2"]
        if factor.question or factor.amount.is_range or factor.kind != "plain" or "more" in match[0]:
            _ask(sentence, match, _key_of(noun))
        else:
            _multiply(sentence, match, noun, factor.amount.likely)
    for match in sentence.take(
        rf"{N}{_TIMES}(?: (?:as|more|longer|larger|bigger|the|fewer|less|higher|shorter|that|this)\b)(?: [a-z]+)?|(?:twice|half) as (?:many|much|long)(?: [a-z]+)?"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many is that?")


def _read_percentages(sentence: Sentence) -> None:
    signs = ((1, _MORE, _UP), (-1, _FEWER, _DOWN))
    for sign, adjective, verb in signs:
        for match in sentence.take(
            rf"{N} {adjective}{_SUBJECT}{_LATER}|{verb}(?: (?:the|our|number of))* (?P<noun2>{_ANY_NOUN}) by {number('m')}{_LATER}(?: (?P<unit>{_ANY_NOUN}))?{_LATER}|(?P<noun3>{_ANY_NOUN}){_BE} {verb}(?: by)? {number('k')}{_LATER}(?! ?(?:{_ANY_NOUN}|⟦))"
        ):
            amount = sentence.number_of(match, "n", "m", "k")
            noun = match["noun"] or match["noun2"] or match["noun3"]
            if amount.question or amount.amount.is_range or amount.kind == "money":
                _ask(sentence, match, _key_of(noun))
            elif amount.kind == "percent":
                _multiply(sentence, match, noun, 1 + sign * amount.amount.likely)
            else:
                _add(sentence, match, noun, sign * amount.amount.likely)


def _read_differences(sentence: Sentence) -> None:
    for sign, verb in ((1, r"(?:add|plus|another|extra|additional)"), (-1, r"(?:remove|subtract|minus)")):
        for match in sentence.take(
            rf"{verb} {ABOUT}(?:{N}|one)(?: (?:more|extra|additional|other))?{_SUBJECT}(?: ?{v.PER})?",
            lambda match: not (match["n"] and sentence.number_of(match).kind == "money"),
        ):
            amount = sentence.number_of(match) if match["n"] else None
            if amount and (amount.kind != "plain" or amount.question or amount.amount.is_range):
                _ask(sentence, match, _key_of(match["noun"]))
            else:
                _add(sentence, match, match["noun"], sign * (amount.amount.likely if amount else Decimal(1)))
    for match in sentence.take(
        rf"(?:another|one {_MORE}|(?P<fewer>one {_FEWER})) (?P<noun>epoch|run|experiment|month|gpu)(?![a-z])"
    ):
        _add(sentence, match, match["noun"], Decimal(-1 if match["fewer"] else 1))
    for match in sentence.take(
        rf"(?:(?:add|plus|minus|another|extra|remove|subtract) (?:one|{N})|(?:one|{number('m')}) (?:{_MORE}|{_FEWER}))(?: [a-z]+)?|{number('k')}(?: [a-z]+){{0,2}} too (?:many|much|few|long|short)[^.;?!]*|(?:{_UP}|{_DOWN})\b(?: [a-z]+){{0,3}} by {number('j')}[^,.;¦?!]{{0,16}}",
        lambda match: not _is_other(sentence, match),
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many is that in all?")


def _is_other(sentence: Sentence, match: re.Match[str]) -> bool:
    """Return whether a match states an amount of money, or a growth in percent."""
    kinds = {group: sentence.number_of(match, group).kind for group in ("n", "m", "k", "j") if match[group]}
    return "money" in kinds.values() or kinds.get("j") == "percent"


def _key_of(noun: str) -> str:
    return next(key for key, pattern in _NOUNS if re.fullmatch(pattern, noun))


def _multiply(sentence: Sentence, match: re.Match[str], noun: str, factor: Decimal) -> None:
    _change(sentence, match, _key_of(noun), lambda value: value * factor)


def _add(sentence: Sentence, match: re.Match[str], noun: str, difference: Decimal) -> None:
    key = _key_of(noun)
    if key == "calls":  # its period may differ from the present one's
        _ask(sentence, match, key)
    else:
        _change(sentence, match, key, lambda value: value + difference)


def _change(sentence: Sentence, match: re.Match[str], key: str, change: Change) -> None:
    """Set a key to its changed present value, or ask if that isn't known or the result isn't valid."""
    text = _changed(key, sentence.present.get(key), change)
    if text is None:
        _ask(sentence, match, key)
    else:
        sentence.set(key, text)


def _changed(key: str, present: str | None, change: Change) -> str | None:
    """Return the changed value of a key as the grammar writes it; None if there is no valid one."""
    if present is None:
        return None
    try:
        value = KEYS[key].read(present)
        match value:
            case (Amount() as calls, str(period)):
                text = f"{write_amount(_map(calls, change))}/{period}"
            case Amount():
                text = write_amount(_map(value, change))
            case int():
                text = write_amount(_map(Amount.exactly(Decimal(value)), change))
            case _:
                return None  # a prompt has two numbers, before and after tuning
        KEYS[key].read(text)
    except ValueError:
        return None
    return text


def _map(amount: Amount, change: Change) -> Amount:
    return amount._replace(low=change(amount.low), likely=change(amount.likely), high=change(amount.high))


def _ask(sentence: Sentence, match: re.Match[str], key: str) -> None:
    unit = ", a day or a month" if key == "calls" else ""
    noun = "tokens of the prompt" if key == "prompt" else key
    sentence.ask(f"“{sentence.typed(match)}”: how many {noun} is that in all{unit}?")
