"""Token counts in a sentence, and whether each is of an example, a call or an answer."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal, NamedTuple

from bot.language.tagging import vocabulary as v
from bot.language.tagging.numbers import Number
from bot.language.tagging.sentence import ABOUT, N, Sentence, number, write_amount
from calculator import KEYS

TokenPart = Literal["input", "output", "sum"]
Subject = Literal["example", "call"]

LONGEST_TEXT = 10_000_000
"""Tokens that no example and no call has: more than the longest context of any model."""

_EXAMPLE_WORDS = rf"(?:{v.EXAMPLES}|¦examples¦|training|dataset)"
_CALL_WORDS = rf"(?:{v.CALLS}|¦calls¦|traffic|production|user message|user input)"


class _Count(NamedTuple):
    position: int
    part: TokenPart
    number: Number
    subject: Subject | None
    is_each: bool = False
    """Whether the sentence says `each`, as in `400 in and 100 out each`."""


def read_token_counts(sentence: Sentence) -> None:
    """Read the tokens of an example (`example=`) and of a call (`call=`)."""
    _read_total(sentence)
    counts = [*_pairs(sentence), *_singles(sentence)]
    if totals := [count for count in counts if count.number.amount.low > LONGEST_TEXT]:
        sentence.ask(f"How many examples do the {totals[0].number.text} tokens make?")
        counts = [count for count in counts if count not in totals]
    counts = _with_calls(sentence, counts)
    for subject in ("example", "call"):
        _set(sentence, subject, [count for count in counts if count.subject == subject])
    if any(count.subject is None for count in counts):
        loose = [count for count in counts if count.subject is None]
        if sentence.fields.get("examples") and "example" not in sentence.fields and not sentence.fields.get("calls"):
            _set(sentence, "example", loose)
        elif sentence.fields.get("calls") and "call" not in sentence.fields and not sentence.fields.get("examples"):
            _set(sentence, "call", loose)
        else:
            for count in loose:
                sentence.ask(f"“{count.number.text} tokens”: is that an example for training, or a call?")


def _with_calls(sentence: Sentence, counts: list[_Count]) -> list[_Count]:
    """Return counts, with an input and output beside an example's total as those of a call."""
    own = [count for count in counts if count.subject == "example"]
    by_part = {part: [count for count in own if count.part == part] for part in ("input", "output", "sum")}
    if not all(len(of_part) == 1 for of_part in by_part.values()):
        return counts
    (tokens_in,), (tokens_out,), (total,) = by_part.values()
    texts = [count.number.text for count in (tokens_in, tokens_out, total)]
    if tokens_in.number.amount.likely + tokens_out.number.amount.likely == total.number.amount.likely:
        return [count for count in counts if count is not total]
    if tokens_in.is_each or len(own) < len(counts):
        sentence.ask(f"An example has {texts[2]} tokens. Are {texts[0]} in and {texts[1]} out those of a call?")
        return [count for count in counts if count not in own]
    sentence.assume(f"{texts[0]} tokens in and {texts[1]} out are a call's, since an example has {texts[2]}.")
    return [count if count is total else count._replace(subject="call") for count in counts]


def _read_total(sentence: Sentence) -> None:
    """Read the tokens of the whole training set, and divide them by the examples."""
    whole = r"(?:training )?(?:data|data ?set|corpus|training set|text|file)(?![a-z])"
    for match in sentence.take(
        rf"{N} {v.TOKENS} (?:of|in)(?: the| our| my| all)* {whole}|{number('m')} {v.TOKENS} (?:in total|in all|overall|altogether|total)|(?:total of|in total|altogether) {number('k')} {v.TOKENS}|{whole} (?:of|has|with|is) {ABOUT}{number('j')} {v.TOKENS}"
    ):
        total = sentence.number_of(match, "n", "m", "k", "j")
        examples = KEYS["examples"].read(sentence.fields["examples"]) if "examples" in sentence.fields else None
        if total.question or examples is None or examples.is_range or total.amount.is_range:
            sentence.ask(total.question or f"How many examples do the {total.text} tokens make?")
            continue
        tokens = (total.amount.likely / examples.likely).quantize(Decimal(1))
        sentence.set("example", str(tokens))
        sentence.assume(f"“{total.text} tokens” in {sentence.fields['examples']} examples are {tokens} tokens each.")


def _pairs(sentence: Sentence) -> list[_Count]:
    """Return the counts written as input and output together: `300/120`, `300 in and 120 out`."""
    other = number("other")
    tok = rf"(?:[ -]?{v.TOKENS})?"
    counts: list[_Count] = []
    patterns = (
        rf"{ABOUT}{N} ?/ ?{other}{tok}(?: each)?",
        rf"{ABOUT}{N}{tok} ?(?:of )?{v.INPUT}{tok}(?: and|,| ?/|;| plus| \+| with|, and)? ?{ABOUT}{other}{tok} ?(?:of )?{v.OUTPUT}{tok}(?: each)?",
        rf"{v.INPUT}{tok}[:=]?(?: (?:of|is|are|:|=))* ?{ABOUT}{N}{tok}(?: and|,| ?/|;)? ?{v.OUTPUT}{tok}[:=]?(?: (?:of|is|are|:|=))* ?{ABOUT}{other}{tok}",
    )
    for pattern in patterns:
        for match in sentence.take(pattern):
            subject = _subject(sentence.text, match.start(), match.start() + 1)
            if subject is None and re.search(r"inputs|outputs|answer|response|reply", match[0]):
                subject = "call"
            is_each = match[0].endswith("each")
            counts.append(_Count(match.start(), "input", sentence.number_of(match), subject, is_each))
            counts.append(_Count(match.start(), "output", sentence.number_of(match, "other"), subject, is_each))
    return counts


def _singles(sentence: Sentence) -> list[_Count]:
    counts: list[_Count] = []
    tok = rf"(?:[ -]?{v.TOKENS})?"
    patterns: tuple[tuple[TokenPart, str], ...] = (
        ("output", rf"(?:{v.ANSWERS})(?: (?:length|size|tokens))*(?: {v.BE})*:? {ABOUT}{N}{tok}(?: long| each)?"),
        (
            "output",
            rf"{N}[ -]{v.TOKENS} (?:of )?{v.OUTPUT}|{N.replace('<n>', '<m>')}[ -]?(?:{v.TOKENS} )?(?:{v.ANSWERS})",
        ),
        (
            "input",
            rf"{N}[ -](?:{v.TOKENS} )?(?:of )?(?:in|input|inputs|incoming|user messages?|user input|user tokens)(?![a-z])(?! ?⟦)",
        ),
        ("output", rf"{N} out(?![a-z])"),
        (
            "output",
            rf"(?:get|gets|getting|receive|returns?) {ABOUT}{N}(?: {v.TOKENS}(?: back)?| back|(?= ?(?:[.,;?!]|and\b|$)))|{N.replace('<n>', '<m>')} {v.TOKENS} back",
        ),
        (
            "input",
            rf"(?:inputs?|input tokens|user messages?|user msgs?|user inputs?|we send|sending|sends?)(?: {v.BE})*:? {ABOUT}{N}{tok}(?: long)?(?! {v.CALLS})",
        ),
        ("sum", rf"{N}[ -]?{v.TOKENS}(?: long)?(?: {v.EACH})?"),
        ("sum", rf"(?<=¦examples¦) of {ABOUT}{N}(?= ?(?:[.,;:!?¦]|$))"),
        ("sum", rf"{N} {v.EACH}"),
        ("sum", rf"(?:long|length|size|averag(?:e|ing))(?: (?:is|are|of|at|about))*:? {ABOUT}{N}"),
    )
    for part, pattern in patterns:
        for match in sentence.take(pattern):
            subject = _subject(sentence.text, match.start(), match.start() + 1)
            if part in ("input", "output") and subject is None:
                subject = "call"
            if re.search(r"per (?:example|sample|chat|conversation|row|record|ticket)|an example", match[0]):
                subject = "example"
            counts.append(_Count(match.start(), part, sentence.number_of(match, "n", "m"), subject))
    return counts


def _subject(text: str, start: int, end: int) -> Subject | None:
    """Return the subject of a count: the noun right behind it, or else the nearest noun before it."""
    following = re.match(
        rf"(?: (?:per|in|of|for|each|a|an|every|my|our|the))* ?(?:(?P<example>{_EXAMPLE_WORDS})|(?P<call>{_CALL_WORDS}))",
        text[end:],
    )
    if following and re.match(r" ?(?:per|in each|for each|for every|in every|an?|each) ", text[end:] + " "):
        return "example" if following["example"] else "call"
    before = text[:start]
    example = max((match.end() for match in re.finditer(_EXAMPLE_WORDS, before)), default=-1)
    call = max((match.end() for match in re.finditer(_CALL_WORDS, before)), default=-1)
    if example < 0 and call < 0:
        if following:
            return "example" if following["example"] else "call"
        return None
    return "example" if example > call else "call"


def _set(sentence: Sentence, subject: Subject, counts: list[_Count]) -> None:
    if not counts:
        return
    for count in counts:
        question = count.number.question
        if question is None and count.number.amount.low % 1 and not count.number.amount.is_range:
            question = f"“{count.number.text}” tokens: tokens are whole. How many are there?"
        if question:
            sentence.ask(question)
            return
    parts: dict[TokenPart, list[str]] = {"input": [], "output": [], "sum": []}
    for count in counts:
        text = write_amount(count.number.amount)
        if text not in parts[count.part]:
            parts[count.part].append(text)
    if any(len(texts) > 1 for texts in parts.values()):
        noun = "an example" if subject == "example" else "a call"
        listed = " and ".join(text for texts in parts.values() for text in texts)
        sentence.ask(f"I read several token counts for {noun}: {listed}. How many tokens does it have?")
        return
    if subject == "call" and parts["sum"] and parts["output"] and parts["input"]:
        sentence.ask(f"“{parts['sum'][0]} tokens”: is that an example for training, or a call?")
        return
    tokens_in, tokens_out, total = (parts[part][0] if parts[part] else None for part in ("input", "output", "sum"))
    if subject == "example":
        _set_example(sentence, tokens_in, tokens_out, total)
    else:
        _set_call(sentence, tokens_in or total, tokens_out)


def _set_example(sentence: Sentence, tokens_in: str | None, tokens_out: str | None, total: str | None) -> None:
    if tokens_in and tokens_out:
        sentence.set("example", f"{tokens_in}/{tokens_out}")
    elif total and not tokens_in and not tokens_out:
        sentence.set("example", total)
    else:
        sentence.ask("How many tokens does an example have, input and output?")


def _set_call(sentence: Sentence, tokens_in: str | None, tokens_out: str | None) -> None:
    if tokens_in and tokens_out:
        sentence.set("call", f"{tokens_in}/{tokens_out}")
    elif tokens_out and sentence.fields.get("prompt"):
        sentence.set("call", f"0/{tokens_out}")
        sentence.assume("A call sends nothing besides the prompt.")
    elif tokens_out:
        sentence.ask(f"An answer has {tokens_out} tokens. How many tokens does a call send?")
    else:
        sentence.ask(f"A call sends {tokens_in} tokens. How many tokens does an answer have?")
