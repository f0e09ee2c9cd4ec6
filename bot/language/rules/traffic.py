"""Rules for the calls: how many, how they grow, what they cost to prompt, and the shares that are cheaper."""

from __future__ import annotations

import re

from bot.language import vocabulary as v
from bot.language.sentence import ABOUT, N, Sentence, number, scale_amount, write_amount, write_share
from calculator import Amount


def read_calls(sentence: Sentence) -> None:
    """Read the calls in a period."""
    traffic = r"(?:traffic|volume|load|usage|throughput|demand)"
    for match in sentence.take(rf"{N} ?(?:rps|qps|req/s|requests/s|calls/s|tps)(?![a-z])"):
        _set_calls(sentence, match, "s")
    for match in sentence.take(
        rf"{N} (?:users|customers|people|agents|employees)[^.;]{{0,25}}? {number('other')} {v.FILLER}{v.CALLS}(?: each)?(?: {v.PER})?"
    ):
        sentence.ask(f"How many calls is that in all, per day or month? I read “{sentence.typed(match)}”.")
    raised = rf"(?:{v.CALLS}|{traffic})(?: {v.PER})?(?: [a-z]+)? from {N} to {number('other')}(?: {v.CALLS})?(?: ?{_per('later')})?"
    for match in sentence.take(raised):
        _set_calls(sentence, match, match["period"] or match["adverb"] or match["later"] or "", group="other")
    nouns = rf"(?:{v.CALLS}|{v.EXAMPLES}|times)"
    for pattern in (
        rf"{N} ?(?:{v.FILLER}{nouns}) ?(?:are made |made |come in |coming in |go out |in total )?{v.PER}",
        rf"{N} {v.ADVERB} {v.FILLER}(?:{v.CALLS}|{v.EXAMPLES}|active users)",
        rf"{v.ADVERB} (?:{v.CALLS}|{traffic})(?: (?:is|are|of|to|at|around|about))*:? {ABOUT}{N}",
        rf"(?:{v.CALLS}|{traffic}) (?:{v.PER}) ?(?:(?:is|are|of|to|at|will be|would be) ?)*:? ?{ABOUT}{N}",
        rf"(?:{traffic}|{v.CALLS})(?: (?:is|are|of|to|at|goes|go|rises|grows|will|would|be|reaches|hits|up|becomes?|climbs|was|were))*:? {ABOUT}{N}(?: {v.CALLS})? ?{v.PER}",
        rf"{N} ?{v.PER}(?: (?:of )?{v.CALLS})",
    ):
        for match in sentence.take(pattern):
            groups = match.groupdict()
            _set_calls(sentence, match, groups.get("period") or groups.get("adverb") or groups.get("adjective") or "")
    if "calls" not in sentence.fields:
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
    for match in sentence.take(rf"{N} {v.FILLER}{v.CALLS}"):
        if "calls" not in sentence.fields:
            sentence.ask(f"“{sentence.typed(match)}”: is that per day or per month?")


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


def read_growth(sentence: Sentence) -> None:
    """Read the monthly growth of calls."""
    grow = r"(?:grow(?:s|ing|th)?|increas(?:e|es|ing)|ris(?:e|es|ing)|expand(?:s|ing)?)"
    shrink = r"(?:shrink(?:s|ing)?|declin(?:e|es|ing)|drop(?:s|ping)?|fall(?:s|ing)?|decreas(?:e|es|ing)|down)"
    for sign, verb in ((1, grow), (-1, shrink)):
        for pattern in (
            rf"{verb}(?: of| by| at| is| rate)*(?: of| by)? {ABOUT}{N} ?(?:growth )?(?:{v.PER}|month[- ](?:over|on)[- ]month|mom)",
            rf"{N} (?:{v.ADVERB} )?{verb}(?: {v.PER}| month[- ](?:over|on)[- ]month| mom)?",
            rf"{v.ADVERB} {verb}(?: of| is| rate)* {ABOUT}{N}",
        ):
            for match in sentence.take(pattern):
                _set_growth(sentence, match, sign)
    for _ in sentence.take(
        rf"(?:doubl|tripl|quadrupl)(?:e|es|ing) (?:every|each|in|within|per|over) (?:a |the )?(?:{N} )?(?:next )?[a-z]+"
    ):
        sentence.ask("By how many percent do calls grow each month?")
    for _ in sentence.take(r"(?:no growth|flat traffic|traffic (?:is|stays) flat|without growth)"):
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


def read_shares(sentence: Sentence) -> None:
    """Read the shares that are cached and sent as batch."""
    of = r"(?: of (?:the |our |my |all |these |it|them)*(?: ?(?:traffic|calls?|requests?|prompts?|input|tokens|volume|load|work))*(?: tokens)?)?"
    can = r"(?: (?:is|are|can|could|will|may|comes?|go|goes|run|runs|be|sent|read|through|via|in|with|the|as|from|hit|hits|use|uses|get|gets|a|an))*"
    everything = r"(?:all|everything|all calls|every call)"
    for key, noun in (
        ("cached", r"(?:prompt )?cach(?:ed?|ing|es)(?: hits?| rate| hit rate)?"),
        ("batch", r"batch(?:es|ed|ing)?(?: ?api| mode| jobs?| processing)?"),
    ):
        for pattern in (
            rf"{N}{of}{can} {noun}",
            rf"{noun}(?: (?:share|rate|hit rate|for|is|of|to|at|about|covers?|saves?|hits?|applies|works|on))*:? {ABOUT}{N}{of}",
        ):
            for match in sentence.take(pattern):
                share = sentence.number_of(match)
                if share.kind != "percent":
                    sentence.ask(f"“{sentence.typed(match)}”: what share is that, in percent?")
                elif share.amount.high > 1:
                    sentence.ask(f"“{share.text}” is more than all. What share is it?")
                else:
                    sentence.set(key, write_share(share.amount))
        if key == "cached":
            for _ in sentence.take(
                r"(?:(?:with|use|using|turn on|enable|assume) (?:automatic |the )?(?:prompt )?caching|(?:prompt )?caching (?:is )?(?:on|enabled|automatic))(?! (?:of|at|rate))"
            ):
                sentence.set("cached", "auto")
        for _ in sentence.take(rf"(?:{everything}{of}{can} {noun}|{noun} (?:for )?{everything})"):
            sentence.set(key, "100%")
        for _ in sentence.take(rf"(?:no|without|don't use|not using|disable|turn off|never) (?:the |any )?{noun}"):
            sentence.set(key, "0%")
    for _ in sentence.take(r"(?:(?:with|use|using|through|via|in|on) (?:the )?batch(?:ing)?(?: ?api| mode)?)"):
        sentence.ask("What share of the calls can be sent as batch?")


def read_prompt(sentence: Sentence) -> None:
    """Read the prompt before and after tuning."""
    other = number("other")
    tok = rf"(?:[ -]{v.TOKENS})?"
    few_shot = r"(?:few[- ]shot|in[- ]context|one[- ]shot)(?: (?:examples?|samples?|shots?|demonstrations?))?"
    for _ in sentence.take(rf"(?:with |has |have |holds |contains |of |includes )?{ABOUT}{N} {few_shot}"):
        pass  # the tokens of the prompt count, not its examples
    for pattern in (
        rf"{v.PROMPT}(?: length| size)?(?: goes| shrinks| drops| falls| gets| cut| down)* from {ABOUT}{N}{tok} (?:down )?to {ABOUT}{other}{tok}",
        rf"{ABOUT}{N}{tok} {v.PROMPT}(?: on [^¦]*?| today| now| currently)? (?:with|by|to|into|->|→|down to|becomes?|shrinks? to|cut to|reduced to) (?:a |an |one of |just |only )?{ABOUT}{other}{tok}(?: (?:one|prompt))?",
        rf"{v.PROMPT}(?: (?:of|is|has|tokens?))* {ABOUT}{N}{tok}(?: today| now| currently)?,? (?:and |but |which )*(?:->|→|to|down to|becomes?|shrinks? to|cut to|reduced to|would be|will be) (?:a |an |just |only )?{ABOUT}{other}{tok}(?: (?:after|once tuned|tuned|one))*",
        rf"{v.PROMPT}(?: (?:goes|shrinks|drops|falls|is cut|gets cut))* (?:down )?to {ABOUT}{other}{tok} from {ABOUT}{N}{tok}",
        rf"(?:shorten|cut|shrink|reduce|trim) (?:the |our |my )?{v.PROMPT} (?:from {ABOUT}{N}{tok} )?(?:down )?to {ABOUT}{other}{tok}",
    ):
        for match in sentence.take(pattern):
            after = sentence.number_of(match, "other")
            if match["n"] is None:
                sentence.ask(f"How long is the prompt today, before it becomes {after.text} tokens?")
                continue
            before = sentence.number_of(match)
            if before.question or after.question:
                sentence.ask(before.question or after.question or "")
            else:
                sentence.set("prompt", f"{write_amount(before.amount)}->{write_amount(after.amount)}")
            if mention := re.search(r"⟦m\d+⟧", match[0]):
                sentence.text += f" . prompting {mention[0]}"
    for pattern in (
        rf"{v.PROMPT}(?: length| size| template)?(?: (?:to|for|on|with) ⟦m\d+⟧)?(?: currently| today)? {v.BE}(?: currently| now)? {ABOUT}{N}{tok}(?: long)?",
        rf"{ABOUT}{N}[ -](?:{v.TOKENS} )?(?:long )?{v.PROMPT}",
        rf"{N} {v.TOKENS} (?:of|in|for) (?:the |our |my |a )?{v.PROMPT}",
        rf"{v.PROMPT}:? {ABOUT}{N}{tok}",
    ):
        for match in sentence.take(pattern):
            length = sentence.number_of(match)
            sentence.set_number("prompt", length)
            if mention := re.search(r"⟦m\d+⟧", match[0]):
                sentence.text += f" . prompting {mention[0]}"
    _read_prompt_after(sentence)


def _read_prompt_after(sentence: Sentence) -> None:
    """Read the prompt after tuning where it is said apart: `After tuning it would be 200 tokens`."""
    before = sentence.fields.get("prompt")
    if before is None or "->" in before:
        return
    tuned = r"(?:after|once|when|with) (?:we |it's |it is |the )*(?:fine[- ]?)?(?:tuning|tuned|tune|training|trained)"
    becomes = r"(?: (?:the|our|that|this|it|we|prompt|system|would|will|could|can|should|only|just|then|be|is|to|become|becomes|need|needs|have|has|use|drop|drops|shrink|shrinks|about|around|a|of))*"
    tok = rf"(?:[ -]{v.TOKENS})?"
    for pattern in (
        rf"{tuned},?{becomes} {ABOUT}{N}{tok}(?! {v.CALLS})",
        rf"(?:and |but |to |would be |will be |becomes? |then |only |just )*{ABOUT}{N}{tok} {tuned}",
        rf"(?:it|the prompt|that|{v.PROMPT}) (?:will|would|could|can|should)(?: then| only| just)* (?:be|become|shrink to|drop to) {ABOUT}{N}{tok}",
    ):
        for match in sentence.take(pattern):
            after = sentence.number_of(match)
            if after.question:
                sentence.ask(after.question)
            else:
                sentence.fields["prompt"] = f"{before}->{write_amount(after.amount)}"
            return
    sentence.assume(f"The prompt stays {before} tokens after tuning.")
