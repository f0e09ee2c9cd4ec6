"""Rules for the calls: how many, how they grow, and what is spent on them today."""

from __future__ import annotations

import re

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

_TRAFFIC = r"(?:traffic|volume|load|usage|throughput|demand)"
_SPEND = r"\b(?:spend(?:s|ing)?|spent|pay(?:s|ing)?|paid|burn(?:s|ing)?|bills?(?: us)?|invoices?|charges? us|costs? us|costing us|shell out|budget)(?![a-z])"


@needs_words(r"spen|pa[yi]|burn|bill|invoic|charg|cost|shell|budget|(?:on|for|to) ⟦")
def read_spend(sentence: Sentence) -> None:
    """Ask for the calls behind the money that is spent in a period, as in `we spend $8,000 a month on GPT-4.1`."""
    for match in sentence.take(
        rf"{_SPEND}(?P<between>[^.;¦]{{0,40}}?) {ABOUT}{N} ?(?:{v.PER}|last month|this month)(?: (?:on|for|to|with|at) (?P<name>⟦[mp]\d+⟧))?|{number('m')} ?(?:/ ?|per |a |each |every )(?:day|week|month|mo|year)(?![a-z])(?: (?:on|for|to) (?P<name2>⟦[mp]\d+⟧)| (?:bill|spend|invoice))",
        lambda match: sentence.number_of(match, "n", "m").kind == "money" or not sentence.has(rf"{v.CALLS}|{_TRAFFIC}"),
    ):
        spent = sentence.number_of(match, "n", "m")
        names = re.findall(r"⟦m\d+⟧", "".join(match[group] or "" for group in ("between", "name", "name2")))
        if names:
            sentence.restore(f"prompting {names[-1]}")
        if spent.kind == "money":
            sentence.ask(
                f"How many calls is {spent.text}, a day or a month, and how many tokens does one send and get? "
                "A bill alone doesn't say."
            )
        else:
            sentence.ask(f"What does “{sentence.typed(match)}” count?")


def read_calls(sentence: Sentence) -> None:
    """Read the calls in a period."""
    for match in sentence.take(rf"{N} ?(?:rps|qps|req/s|requests/s|calls/s|tps)(?![a-z])"):
        _set_calls(sentence, match, "s")
    for match in sentence.take(
        rf"{N} (?:users|customers|people|agents|employees)[^.;]{{0,25}}? {number('other')} {v.FILLER}{v.CALLS}(?: each)?(?: {v.PER})?"
    ):
        sentence.ask(f"How many calls is that in all, per day or month? I read “{sentence.typed(match)}”.")
    raised = rf"(?:{v.CALLS}|{_TRAFFIC})(?: {v.PER})?(?: [a-z]+)? from {N} to {number('other')}(?: {v.CALLS})?(?: ?{_per('later')})?"
    moved = r"(?:went|go(?:es|ing)?|mov(?:e|es|ed|ing)|gr[eo]w(?:s|ing)?|rises?|rose|drop(?:s|ped)?|fell|falls?|scal(?:e|es|ed|ing)|jump(?:s|ed)?)(?: up| down)?"
    for match in sentence.take(rf"{moved} from {N}(?: {v.CALLS})? to {number('other')} {v.FILLER}{v.CALLS} ?{v.PER}"):
        _set_calls(sentence, match, match["period"] or match["adverb"] or "", group="other")
    for match in sentence.take(raised):
        _set_calls(sentence, match, match["period"] or match["adverb"] or match["later"] or "", group="other")
    _read_calls_per_period(sentence)
    _read_unnamed_calls(sentence)
    for match in sentence.take(rf"{N} {v.FILLER}{v.CALLS}"):
        if "calls" not in sentence.fields:
            sentence.ask(f"“{sentence.typed(match)}”: is that per day or per month?")


def _read_calls_per_period(sentence: Sentence) -> None:
    for match in sentence.take(rf"{N} {v.FILLER}(?:examples?|samples?|rows?|pairs?) ?{v.PER}"):
        sentence.ask(
            f"“{sentence.typed(match)}”: are these calls in production, or training examples, and how many in all?"
        )
    for match in sentence.take(
        rf"^[^⟦]*{N} times ?{v.PER}", lambda match: not re.search(r"call|prompt|quer|request|use|hit|ask", match[0])
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many calls is that, a day or a month?")
    nouns = rf"(?:{v.CALLS}|{v.EXAMPLES}|times)"
    for pattern in (
        rf"{N} ?(?:{v.FILLER}(?:⟦m(?P<model>\d+)⟧ )?{nouns}) ?(?:are made |made |come in |coming in |go out |in total )?{v.PER}",
        rf"{N} {v.ADVERB} {v.FILLER}(?:⟦m(?P<model>\d+)⟧ )?(?:{v.CALLS}|{v.EXAMPLES}|active users)",
        rf"(?:{v.PER}|{v.ADVERB}),? (?:[a-z']+ ){{0,4}}?{ABOUT}{N} {v.FILLER}(?:{v.CALLS}|times)(?! ?{v.PER_WORDS})",
        rf"{v.ADVERB} (?:{v.CALLS}|{_TRAFFIC})(?: (?:is|are|of|to|at|around|about))*:? {ABOUT}{N}",
        rf"(?:{v.CALLS}|{_TRAFFIC}) (?:{v.PER}) ?(?:(?:is|are|of|to|at|will be|would be) ?)*[:=]? ?{ABOUT}{N}",
        rf"(?:{_TRAFFIC}|{v.CALLS})(?: (?:is|are|of|to|at|goes|go|rises|grows|will|would|be|reaches|hits|up|becomes?|climbs|was|were|currently|now))*[:=]? {ABOUT}{N}(?: {v.CALLS})? ?{v.PER}",
        rf"{N} ?{v.PER}(?: (?:of )?{v.CALLS})",
    ):
        for match in sentence.take(pattern):
            groups = match.groupdict()
            _set_calls(sentence, match, groups.get("period") or groups.get("adverb") or groups.get("adjective") or "")
            if groups.get("model"):
                sentence.restore(f"prompting ⟦m{groups['model']}⟧")


def _read_unnamed_calls(sentence: Sentence) -> None:
    """Read a number in a period as calls if no other number is calls."""
    if "calls" in sentence.fields:
        return
    for match in sentence.take(
        rf"{N} ?(?:/ ?|per |a |each |every ){v.PERIOD}|{N.replace('<n>', '<n2>')} (?:daily|monthly|weekly|hourly)"
    ):
        if (
            match["n"] is None
            or sentence.number_of(match).kind != "plain"
            or match["period"].removesuffix("s") in ("hour", "h", "hr")
        ):
            sentence.ask(f"What does “{sentence.typed(match)}” count?")
        else:
            _set_calls(sentence, match, match["period"])
            sentence.assume(f"“{sentence.typed(match)}” is read as calls.")


def _per(name: str) -> str:
    return rf"(?:(?:/ ?|per |a |an |each |every )(?P<{name}>seconds?|minutes?|hours?|days?|weeks?|months?|years?)(?![a-z])|(?P<{name}_adverb>daily|weekly|monthly|yearly))"


def _set_calls(sentence: Sentence, match: re.Match[str], period: str, group: str = "n") -> None:
    sentence.mark(match.start(), "calls")
    count = sentence.number_of(match, group)
    bare = period.removesuffix("s") if len(period) > 1 else period
    if count.question:
        sentence.ask(count.question)
    elif count.kind != "plain":
        sentence.ask(f"What does “{sentence.typed(match)}” count?")
    elif bare in v.PER_HOUR:
        sentence.set("calls", f"{write_amount(scale_amount(count.amount, v.PER_HOUR[bare]))}/hour")
    elif bare == "quarter":
        sentence.ask(f"“{sentence.typed(match)}”: how many is that a month?")
    elif period in v.PERIODS or bare in v.PERIODS:
        sentence.set("calls", f"{write_amount(count.amount)}/{v.PERIODS.get(period) or v.PERIODS[bare]}")
    else:
        sentence.ask(f"“{sentence.typed(match)}”: is that per day or per month?")


_MONTHLY = r"(?:month[- ](?:over|on|to)[- ]month|mom|m/m)"
_GROWTH_QUESTION = "By how many percent do calls grow each month?"


@needs_words(
    r"gr[eo]w|increas|ris|expand|gain|\bup\b|shrink|declin|drop|fall|decreas|\blos|down|doubl|tripl|quadrupl|flat|constant|stable|steady|same|ramp"
)
def read_growth(sentence: Sentence) -> None:
    """Read the monthly growth of calls."""
    grow = r"(?:grow(?:s|ing|th)?|increas(?:e|es|ing)|ris(?:e|es|ing)|expand(?:s|ing)?|gain(?:s|ing)?|up)"
    shrink = r"(?:shrink(?:s|ing|age)?|declin(?:e|es|ing)|drop(?:s|ping)?|fall(?:s|ing)?|decreas(?:e|es|ing)|los(?:e|es|ing)|down)"
    for sign, verb in ((1, grow), (-1, shrink)):
        for pattern in (
            rf"{verb}(?: (?:of|by|at|is|rate|to be|about))* {ABOUT}{N} ?(?:growth )?(?:of (?:the|our|its) (?:traffic|calls|volume) )?(?:{v.PER}|{_MONTHLY})",
            rf"{N} (?:{v.ADVERB} {verb}|{verb} (?:{v.PER}|{_MONTHLY})|{_MONTHLY} {verb})",
            rf"{v.ADVERB} {verb}(?: (?:of|is|rate|to|by))*[:=]? {ABOUT}{N}",
            rf"{verb} {v.ADVERB} (?:by|at) {ABOUT}{N}",
        ):
            for match in sentence.take(pattern):
                _set_growth(sentence, match, sign)
    for _ in sentence.take(
        rf"(?:grow[a-z]*|rise[a-z]*|ramp[a-z]*|increas[a-z]*)(?: up)? from {N} to {number('m')}[^.;]*? (?:over|within|in|during) ⟦n\d+⟧ [a-z]+|(?:doubl|tripl|quadrupl)(?:e|es|ing) (?:every|each|in|within|per|over) (?:a |the )?(?:⟦n\d+⟧ )?(?:next )?[a-z]+"
    ):
        sentence.ask(_GROWTH_QUESTION)
    for match in sentence.take(rf"{N} growth|growth(?: (?:of|is|rate|to|by))*[:=]? {number('m')}"):
        rate = sentence.number_of(match, "n", "m")
        if rate.amount.high == 0 == rate.amount.low:
            sentence.set("growth", "0%")
            continue
        sentence.ask(f"“{sentence.typed(match)}”: is that a month?")
    for _ in sentence.take(
        r"(?:(?:no|zero|without) growth|(?:flat|constant|stable|steady) traffic|(?:traffic|volume|calls) (?:is|are|stays?|remains?) (?:flat|constant|stable|the same|steady)|doesn't grow|not growing)"
    ):
        sentence.set("growth", "0%")


def _set_growth(sentence: Sentence, match: re.Match[str], sign: int) -> None:
    groups = match.groupdict()
    period = groups.get("period") or groups.get("adverb") or groups.get("adjective")
    rate = sentence.number_of(match)
    if rate.kind != "percent":
        sentence.ask(f"“{rate.text}”: by how many percent do calls grow each month?")
    elif period and v.PERIODS.get(period.removesuffix("s"), v.PERIODS.get(period)) != "month":
        sentence.ask(f"“{sentence.typed(match)}”: by how many percent do calls grow each month?")
    elif rate.question:
        sentence.ask(rate.question)
    else:
        amount = rate.amount if sign > 0 or rate.amount.low < 0 else _negated(rate.amount)
        sentence.set("growth", write_share(amount))


def _negated(amount: Amount) -> Amount:
    return amount._replace(low=-amount.high, likely=-amount.likely, high=-amount.low)
