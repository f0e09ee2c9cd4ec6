"""Rules for the training: examples, epochs, runs, sequence length and retraining."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.language import vocabulary as v
from bot.language.sentence import ABOUT, N, Sentence, number, scale_amount, write_amount
from calculator import Amount

_CONTEXT_SIZES = {Decimal(k * 1000): k * 1024 for k in (1, 2, 4, 8, 16, 32, 64, 128, 256)}
"""Context lengths that people round: 8k stands for 8,192 tokens."""


def read_examples(sentence: Sentence) -> None:
    """Read the number of examples."""
    for pattern in (
        rf"{N} {v.FILLER}(?:{v.EXAMPLES})",
        rf"(?:{v.EXAMPLES}|training set|data ?set|training data)(?: size)?(?: (?:is|are|of|to|has|have|with|count|should be|number))*:? {ABOUT}{N}(?= {v.EXAMPLES}| ?[.,;:!?¦]|$| and | in total)(?: {v.EXAMPLES})?",
    ):
        for match in sentence.take(pattern):
            sentence.set_number("examples", sentence.number_of(match), whole=True)
            sentence.mark(match.start(), "examples")


def _after(noun: str) -> str:
    return rf"{noun}(?: (?:is|are|of|to|at|count|number|should be))*[:=]? {ABOUT}{N}"


def read_lengths(sentence: Sentence) -> None:
    """Read the tokens of a sequence and the longest time of a call."""
    if sentence.has(r"\b(?:models?|offers?)\b"):
        for match in sentence.take(
            rf"(?:with|needs?|having|and)(?: at least)? {N}(?:[ -]{v.TOKENS})?[ -](?:context|ctx)(?: window| length)?"
        ):
            sentence.set("needs", f"context>={write_amount(sentence.number_of(match).amount)}")
    length = r"(?:context(?: length| window| size)?|ctx|seq(?:uence)?s?(?: len(?:gth)?)?|max(?:imum)? (?:seq(?:uence)?|length)(?: len(?:gth)?)?|token sequences?|tokens? (?:context|sequences?|seqs?|long sequences?))"
    for pattern in (rf"{N}(?:[ -]{v.TOKENS})?[ -]{length}", _after(length) + rf"(?: {v.TOKENS})?"):
        for match in sentence.take(pattern):
            tokens = sentence.number_of(match)
            size = _CONTEXT_SIZES.get(tokens.amount.likely) if tokens.text.endswith("k") else None
            sentence.set("seq", str(size)) if size else sentence.set_number("seq", tokens, whole=True)
    for match in sentence.take(
        rf"(?:latency(?: of| under| below| is)*|(?:under|within|below|in less than|less than|at most|max(?:imum)?(?: of)?)) {ABOUT}{N} ?(?P<unit>ms|milliseconds?|s|secs?|seconds?)(?![a-z])(?: latency| per (?:call|request)| response time| a call)?|{number('m')} ?(?P<unit2>ms|milliseconds?|s|secs?|seconds?) (?:latency|response time|max)"
    ):
        value = sentence.number_of(match, "n" if match["n"] else "m")
        unit = match["unit"] or match["unit2"]
        seconds = value.amount.likely / 1000 if unit.startswith("m") else value.amount.likely
        sentence.ask(value.question) if value.question else sentence.set("latency", f"{seconds.normalize():f}s")


def read_days(sentence: Sentence) -> None:
    """Read the days a month with traffic."""
    for match in sentence.take(rf"{N} (?:working |business |week)?days (?:a|per|each|every|in a) month"):
        sentence.set_number("days", sentence.number_of(match))
    week = r"(?:on |during )?(?:weekdays|business days|work(?:ing|) ?days|monday (?:to|through|-) friday|mon-fri)(?: only)?"
    for match in sentence.take(rf"(?:but )?(?:only |just )?{week}"):
        if "days" not in sentence.fields:
            sentence.ask(f"“{sentence.typed(match)}”: how many days a month is that? Write it as days=22.")


def read_counts(sentence: Sentence) -> None:
    """Read epochs, runs, and the numbers of the set-up: micro-batch, rank, hours, adapters and stored data."""
    for match in sentence.take(rf"micro[- ]?batch(?: size)?(?: (?:of|is|to|=))* {N}"):
        sentence.set_number("micro_batch", sentence.number_of(match), whole=True)
    for key, noun in (
        ("epochs", r"(?:epochs?|eps?|passes(?: over the data)?)(?![a-z])"),
        ("runs", r"(?:(?:training )?(?:runs?|experiments?|attempts?|trainings|tries|iterations))(?![a-z])"),
    ):
        stated = (
            _after(noun) if key == "epochs" else rf"(?:training )?(?:runs|experiments)(?: (?:to|=|is|are)|[:=]) {N}"
        )
        for pattern in (rf"{N} {v.FILLER}{noun}", stated):
            for match in sentence.take(pattern):
                sentence.set_number(key, sentence.number_of(match), whole=True)
    for match in sentence.take(rf"(?:{_after('rank')}|r ?= ?{number('r')}|{number('k')} rank)"):
        sentence.set_number("rank", sentence.number_of(match, next(g for g in ("n", "r", "k") if match[g])), whole=True)
    for match in sentence.take(
        rf"(?:host(?:ed|ing)?|up|deployed|running|online|live|serv(?:ed|ing)|on)(?: for| only| it)* {N} ?(?:hours?|h|hrs?) (?:a|per|each|every) day"
    ):
        sentence.set_number("hosted", sentence.number_of(match), "h")
    for _ in sentence.take(r"(?:auto(?:matic)?(?: number of)? epochs|epochs?(?: (?:to|is|are|=|:))*:? auto(?:matic)?)"):
        sentence.set("epochs", "auto")
    for match in sentence.take(
        rf"{N} (?:lora |fine[- ]?tuned |tuned )*(?:adapters?|loras|(?<=tuned )models)(?: (?:share|on|per) (?:the |one |a )*(?:same )?(?:deployment|gpus?|endpoint))?"
    ):
        sentence.set_number("adapters", sentence.number_of(match), whole=True)
    for match in sentence.take(rf"(?<=[a-z⟧] )for {ABOUT}{N} (?:hours?|h)(?![a-z])(?! (?:a|per|each))"):
        sentence.set_number("hours", sentence.number_of(match), "h")
    for match in sentence.take(
        rf"(?:stor(?:e|ing|age)(?: of)? )?{N} ?gb (?:of )?(?:stored |training )?(?:data|storage|files?)"
    ):
        sentence.set_number("data_gb", sentence.number_of(match))


def read_retraining(sentence: Sentence) -> None:
    """Read the months between retrainings."""
    verb = r"(?:re-?train(?:ing|ed|s)?|re-?tun(?:e|ing|ed)|refresh(?:ing)?(?: the model)?|update the model|train again)(?: it| the model| them)?"
    months = {
        "quarter": 3,
        "quarterly": 3,
        "month": 1,
        "monthly": 1,
        "year": 12,
        "yearly": 12,
        "annual": 12,
        "annually": 12,
        "half year": 6,
    }
    for match in sentence.take(
        rf"{verb} (?:once |about )?(?:every|each|per|a|once a|once per) (?P<unit>quarter|month|year|half year)"
    ):
        sentence.set("retrain", str(months[match["unit"]]))
    for match in sentence.take(
        rf"(?:{verb} (?P<unit>quarterly|monthly|yearly|annually)|(?P<adjective>quarterly|monthly|yearly|annual) {verb})"
    ):
        sentence.set("retrain", str(months[match["unit"] or match["adjective"]]))
    for match in sentence.take(
        rf"{verb} (?:once )?(?:every|each) {ABOUT}(?:{N}|(?P<other>other)) (?P<unit>months?|quarters?|years?|weeks?|days?)"
    ):
        count = Amount(Decimal(2), Decimal(2), Decimal(2)) if match["other"] else sentence.number_of(match).amount
        _set_retraining(sentence, match, count)
    for match in sentence.take(rf"{verb} (?:(?P<twice>twice|two times)|{N} times) (?:a|per|each|every) (?P<unit>year)"):
        times = Decimal(2) if match["twice"] else sentence.number_of(match).amount.likely
        if times and 12 % times == 0:
            sentence.set("retrain", str(12 // int(times)))
        else:
            sentence.ask("How many months lie between two retrainings?")
    for _ in sentence.take(rf"(?:no|never|without|don't|do not) {verb}"):
        sentence.assume("No retraining.")
    for _ in sentence.take(rf"{verb}(?= (?:daily|weekly|every|often|regularly|each))(?: [a-z]+)?"):
        sentence.ask("How many months lie between two retrainings?")


def _set_retraining(sentence: Sentence, match: re.Match[str], count: Amount) -> None:
    factor = {"month": 1, "quarter": 3, "year": 12}.get(match["unit"].removesuffix("s"))
    if factor is None:
        sentence.ask("Retraining is priced by whole months. How many months lie between two retrainings?")
    else:
        sentence.set("retrain", write_amount(scale_amount(count, factor)))
