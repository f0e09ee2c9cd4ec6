"""Rules for the training: examples, epochs, runs, hours and retraining."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.language.tagging import vocabulary as v
from bot.language.tagging.sentence import (
    ABOUT,
    N,
    Sentence,
    needs_words,
    number,
    scale_amount,
    write_amount,
    write_share,
)
from calculator import Amount

_EXAMPLE = r"(?:example|sample|chat|conversation|dialogue|row|record|ticket|document|item|email|pair)(?![a-z])"


def after(noun: str) -> str:
    """Return the pattern of a number behind its noun: `epochs: 3`, `epochs should be 3`."""
    return rf"{noun}(?: (?:is|are|of|to|at|count|number|should be))*[:=]? {ABOUT}{N}"


def read_examples(sentence: Sentence) -> None:
    """Read the number of examples."""
    for pattern in (
        rf"{N} {v.FILLER}(?:{v.EXAMPLES})",
        rf"(?:{v.EXAMPLES}|training set|data ?set|training data)(?: size)?(?: (?:is|are|of|to|has|have|with|count|should be|number))*[:=]? {ABOUT}{N}(?= {v.EXAMPLES}| ?[.,;:!?¦]|$| and | in total)(?: {v.EXAMPLES})?",
    ):
        for match in sentence.take(pattern):
            sentence.set_number("examples", sentence.number_of(match), whole=True)
            sentence.mark(match.start(), "examples")


def read_single_example(sentence: Sentence) -> None:
    """Drop the number of `one example has 700 tokens`, which counts no examples."""
    for match in sentence.take(
        rf"(?:{N}|one|a single) (?:typical |average |training )?{_EXAMPLE}(?= (?:has|is|contains?|takes?|averages?|needs?|=|about|~|consists?))"
    ):
        if match["n"] is None or sentence.number_of(match).amount.high == 1:
            sentence.mark(match.start(), "examples")
        else:
            sentence.ask(f"“{sentence.typed(match)}”: what does the number count?")


@needs_words(r"epoch|\beps?\b|pass|run|experiment|attempt|training|tries|iteration|valid|h[eo]ld|eval")
def read_counts(sentence: Sentence) -> None:
    """Read epochs, runs, validation, and the hours of a run."""
    for key, noun in (
        ("epochs", r"(?:epochs?|eps?|passes(?: over the data)?)(?![a-z])"),
        ("runs", r"(?:(?:training )?(?:runs?|experiments?|attempts?|trainings|tries|iterations))(?![a-z])"),
    ):
        stated = after(noun) if key == "epochs" else rf"(?:training )?(?:runs|experiments)(?: (?:to|=|is|are)|[:=]) {N}"
        for pattern in (rf"{N} {v.FILLER}{noun}", stated):
            for match in sentence.take(pattern):
                sentence.set_number(key, sentence.number_of(match), whole=True)
    for _ in sentence.take(
        r"(?:auto(?:matic)?(?: number of)? epochs|epochs?(?: (?:to|is|are|=|:))*:? auto(?:matic)?|(?:let|leave)[^.;⟦]{0,30} (?:choose|decide|pick|set)s?[^.;⟦]{0,20} epochs?|(?:the )?default (?:number of )?epochs)"
    ):
        sentence.set("epochs", "auto")
    _read_validation(sentence)


def _read_validation(sentence: Sentence) -> None:
    held_out = r"(?:validation|held[- ]out|hold[- ]?out|eval(?:uation)?)(?! costs?)(?: (?:set|split|data|share|tokens|examples))*"
    for match in sentence.take(
        rf"{N}(?: {v.TOKENS}| {v.EXAMPLES})? (?:(?:for|as|of|in|the|a|our) )*{held_out}|{held_out}(?: (?:of|is|with|at|=))*[:=]? {ABOUT}{number('m')}(?: {v.TOKENS}| {v.EXAMPLES})?"
    ):
        size = sentence.number_of(match, "n", "m")
        if size.kind == "percent" and not size.question:
            sentence.set("validation", write_share(size.amount))
        elif re.search(v.TOKENS, match[0]):
            sentence.set_number("validation", size)
        else:
            sentence.ask(f"“{sentence.typed(match)}”: how many tokens, or how many percent, is that?")


@needs_words(r"h(?:ou)?rs?\b|⟧ ?h\b")
def read_hours(sentence: Sentence) -> None:
    """Read the hours of a training run, idle GPUs and waiting in a queue."""
    hours = r"(?:hours?|hrs?|h)(?![a-z])"
    for key, pattern in (
        ("idle", rf"{N} ?{hours} (?:of )?idle(?: time)?(?: per run)?|idle(?: time)?(?: (?:of|for|is))* {number('m')} ?{hours}(?: per run)?"),
        ("queue", rf"{N} ?{hours} (?:in |of |waiting in )(?:the |a )?(?:queue|queuing)(?: time)?|(?:queue|queuing)(?: time)?(?: (?:of|for|is|takes))* {number('m')} ?{hours}"),
        ("hours", rf"(?:training|train(?:s)?|a run|each run)(?: (?:takes?|lasts?|runs?|will|take|last|run|is|time|of|for|about|around))+ {ABOUT}{N} ?{hours}(?! (?:a|per|each))|(?<=[a-z⟧] )for {ABOUT}{number('m')} {hours}(?! (?:a|per|each))|{number('k')} {hours} of training"),
    ):  # fmt: skip
        for match in sentence.take(pattern):
            sentence.set_number(key, sentence.number_of(match, "n", "m", "k"), "h")


_RETRAIN = r"(?:re-?train(?:ing|ed|s)?|re-?tun(?:e|es|ing|ed)|re-?fine[- ]?tun(?:e|es|ing|ed)|refresh(?:ing|es)?(?: the model)?|update the model|(?:train|tune) (?:it )?again)(?: it| the model| them)?"
_MONTHS = {
    "quarter": 3, "quarterly": 3, "month": 1, "monthly": 1, "year": 12, "yearly": 12, "annual": 12, "annually": 12,
    "half year": 6,
}  # fmt: skip


@needs_words(r"re-?(?:train|tun|fine)|refresh|update the|again")
def read_retraining(sentence: Sentence) -> None:
    """Read the months between retrainings."""
    for match in sentence.take(
        rf"{_RETRAIN} (?:once |about )?(?:every|each|per|a|once a|once per) (?P<unit>quarter|month|year|half[ -]year)(?![a-z])"
    ):
        sentence.set("retrain", str(_MONTHS[match["unit"].replace("-", " ")]))
    for match in sentence.take(
        rf"(?:every|each) (?P<unit>quarter|month|year|half[ -]year) (?:(?:we|i|they|will|would) )*{_RETRAIN}"
    ):
        sentence.set("retrain", str(_MONTHS[match["unit"].replace("-", " ")]))
    for match in sentence.take(
        rf"(?:{_RETRAIN} (?P<unit>quarterly|monthly|yearly|annually|semi-?annually|half-?yearly)|(?P<adjective>quarterly|monthly|yearly|annual|semi-?annual|half-?yearly) {_RETRAIN})"
    ):
        period = match["unit"] or match["adjective"]
        sentence.set("retrain", "6" if period.startswith(("semi", "half")) else str(_MONTHS[period]))
    for match in sentence.take(
        rf"{_RETRAIN} (?:once )?(?:every|each) {ABOUT}(?:{N}|(?P<other>other|second)) (?P<unit>months?|quarters?|years?|weeks?|days?)|(?:every|each) {number('m')} (?P<unit2>months?|quarters?|years?|weeks?|days?) (?:we |i |they |will |'ll )*{_RETRAIN}"
    ):
        count = Amount.exactly(Decimal(2)) if match["other"] else sentence.number_of(match, "n", "m").amount
        _set_retraining(sentence, match["unit"] or match["unit2"], count)
    for match in sentence.take(
        rf"{_RETRAIN} (?:(?P<twice>twice|two times)|{N} ?(?:times|x)) ?(?:a|per|each|every|/) ?(?P<unit>year)"
    ):
        times = Decimal(2) if match["twice"] else sentence.number_of(match).amount.likely
        if times and 12 % times == 0:
            sentence.set("retrain", str(12 // int(times)))
        else:
            sentence.ask("How many months lie between two retrainings?")
    for _ in sentence.take(rf"(?:no|never|without|don't|do not) {_RETRAIN}"):
        sentence.assume("No retraining.")
    for _ in sentence.take(rf"{_RETRAIN}(?= (?:daily|weekly|every|often|regularly|each))(?: [a-z]+)?"):
        sentence.ask("How many months lie between two retrainings?")


def _set_retraining(sentence: Sentence, unit: str, count: Amount) -> None:
    factor = {"month": 1, "quarter": 3, "year": 12}.get(unit.removesuffix("s"))
    if factor is None:
        sentence.ask("Retraining is priced by whole months. How many months lie between two retrainings?")
    else:
        sentence.set("retrain", write_amount(scale_amount(count, factor)))
