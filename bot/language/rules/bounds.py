"""Rules for bounds, differences and exclusions: numbers and names that aren't the value itself are asked back."""

from __future__ import annotations

from bot.language.tagging import vocabulary as v
from bot.language.tagging.sentence import ABOUT, N, Sentence, needs_words, number

_BOUND = r"(?:no more than|not more than|less than|fewer than|more than|smaller than|bigger than|larger than|shorter than|longer than|under|above|below|at least|at most|up to|(?:somewhere )?north of|in excess of|upwards? of|beyond|exceeding|max(?:imum)?(?: of)?|min(?:imum)?(?: of)?|<=?|(?<![-=])>=?|≤|≥)"
_SECONDS = r"(?: ?(?:ms|milliseconds?|s|secs?|seconds?)(?![a-z]))"
_OWNER = r"(?:users?|tenants?|stores?|agents?|customers?|teams?|employees?|seats?|shops?|sites?|people|persons?|clients?|workspaces?|accounts?)"
_OWNERS = r"(?:users|tenants|stores|agents|customers|teams|employees|seats|shops|sites|people|clients|workspaces|accounts)(?! (?:support|service))"
_EXCLUSION = r"(?:don't|do not|not|avoid(?:ing)?|(?:any|every|all)(?:thing|one|body)?(?: \w+)? (?:but|except|besides|other than)|but not|can't use|cannot use|can not use|never|left|leaving|except(?: for)?|without|exclud(?:e|ing)|skip|leave out|ignor(?:e|ing)|drop|no)"

_CLAUSE_START = r"(?:^|(?<=[.;¦]))"
"""Before a clause that is taken as a whole: without it, a search would try each character of a long text as the start."""


def read_bounds(sentence: Sentence) -> None:
    """Ask about bounds, negated numbers and doubts, such as `at least 5k examples` and `is 3 epochs enough?`."""
    for match in sentence.take(rf"{_BOUND} {ABOUT}{N}(?!{_SECONDS})[^,.;¦?!]{{0,24}}"):
        sentence.ask(f"“{sentence.typed(match)}”: which number should I use?")
    have = r"(?:have|has|had|got|get|gets|with|are|is|make|made|do|see|handle|serve|receive|process|expect|collected)"
    for match in sentence.take(
        rf"(?:well |just |slightly )?over {ABOUT}{N} {v.FILLER}{v.CALLS}|{have} (?:well |just |slightly )?over {ABOUT}{number('k')} {v.FILLER}(?:{v.EXAMPLES}|{v.TOKENS})|{number('m')}\+"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: which number should I use?")
    for match in sentence.take(
        rf"(?:don't|do not|doesn't|haven't|aren't|isn't|can't|cannot)(?: have| got| need| use| want| get)* {ABOUT}{N}(?: [a-z]+)?"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: which number is right?")
    if not sentence.has(r"\bgb\b|⟦g"):
        for _ in sentence.take(
            rf"^why\b[^.]*|^(?:is|isn't|are|aren't|was|would)\b[^.?]*{N}[^.?]*\b(?:enough|too (?:much|many|few|little))\b[^.]*"
        ):
            sentence.ask("I can't judge a number by itself. What would you like to change or compare?")


@needs_words(r"used to|previously|formerly|back then|past|last|yesterday")
def read_past(sentence: Sentence) -> None:
    """Ask about numbers of the past, which aren't those to price."""
    past = r"(?:used to (?:have|be|get|make|do|see|send|serve|handle|run)|previously|formerly|back then|in the past|last (?:year|month|week|quarter)|yesterday)"
    for match in sentence.take(
        rf"{past}(?! spent| paid)[^.;,⟦]*{N}[^.;,]*",
        lambda match: sentence.number_of(match).kind != "money",
    ):
        sentence.ask(f"“{sentence.typed(match)}”: which number holds today?")


def read_units(sentence: Sentence) -> None:
    """Ask for the tokens of a text that is measured in words, pages or bytes."""
    for match in sentence.take(
        rf"{N} ?(?:words?|characters?|chars?|pages?|paragraphs?|sentences|kb|mb|kilobytes?|megabytes?)(?![a-z])"
    ):
        # https://openai.com/api/pricing/: 1,000 tokens are about 750 words.
        sentence.ask(f"“{sentence.typed(match)}”: how many tokens is that? 1,000 English words are about 1,300.")


def read_extremes(sentence: Sentence) -> None:
    """Drop the longest or shortest of something, and ask for the calls behind tokens in a period."""
    for _ in sentence.take(
        rf"(?:the )?(?:longest|shortest|largest|biggest|smallest)(?: [a-z]+)?(?: (?:is|are|has|have|being|at|of|with|about))* {ABOUT}{N}(?: {v.TOKENS})?"
    ):
        pass
    for match in sentence.take(rf"{N}(?: [a-z]+)? {v.TOKENS} ?(?:{v.PER}|/ ?s(?![a-z]))"):
        sentence.ask(f"“{sentence.typed(match)}”: how many calls is that, a day or a month?")


def read_leftover_bounds(sentence: Sentence) -> None:
    """Ask about a word that changes the number before it, which is read already: `100 examples more`."""
    for _ in sentence.take(
        r"¦,? (?:or |maybe |probably |perhaps |and |even )*(?:more|less|fewer|extra|additional|on top|too many|too much)(?![a-z])(?! (?:than|about|likely|or less))"
    ):
        sentence.ask("Is the number the whole, or does it come on top? Please write the number in all.")


def read_products(sentence: Sentence) -> None:
    """Ask for the total of numbers that belong to each user or machine."""
    for match in sentence.take(
        rf"{_CLAUSE_START}[^.;¦]*(?:(?:per|every|each) {_OWNER}|each of (?:our|the|my|these) ⟦n\d+⟧|{N} {_OWNERS}\b[^.;,]*⟦n\d+⟧|⟦n\d+⟧ {v.CALLS} each\b[^.;,]*{v.PER_WORDS}|⟦n\d+⟧ {v.CALLS} ?{v.PER_WORDS} each\b)[^.;¦]*"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many is that in all?")
    for match in sentence.take(
        rf"{N} (?:nodes?|servers?|machines?|boxes|hosts?)(?: (?:of|with|each with|having))* {number('m')} ?(?:x )?⟦g\d+⟧(?: each)?"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many GPUs is that in all?")


def read_exclusions(sentence: Sentence) -> None:
    """Ask which platforms remain, where one is excluded."""
    for match in sentence.take(
        rf"{_EXCLUSION}(?: (?:use|on|at|with|from|to|for|using|want|like|the))* ⟦p\d+⟧|⟦p\d+⟧ (?:is|are|was)(?: (?:far|way|much|not|out|too))* (?:expensive|allowed|out|possible|an option|slow)"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: which platforms should I compare?")
