"""Rules for the prompt before and after tuning, and for the shares of it and of the calls that are cheaper."""

from __future__ import annotations

import re

from bot.language.tagging import vocabulary as v
from bot.language.tagging.numbers import Number
from bot.language.tagging.sentence import ABOUT, N, Sentence, needs_words, number, write_amount, write_share
from calculator import KEYS

_AFTER = number("after")
_TOKENS = rf"(?:[ -]{v.TOKENS})?"
_NOT_COUNTED = rf"(?! {v.FILLER}(?:{v.CALLS}|{v.EXAMPLES}|users|customers|people|tenants|teams))"
"""Behind a number that isn't one of calls, examples or people."""
_TUNED = r"(?:after(?:wards)?|once|when|with)(?: (?:we|it's|it is|the|it|that|model|is|has been|have|been))* (?:fine[- ]?)?(?:tuning|tuned|tune|training|trained)"
_TUNED_OR_LATER = rf"(?:{_TUNED}|after(?:wards)?|later|then)(?![a-z])"
_GONE = r"(?:goes|go|going|is|be|gets?|will|would|could|can|entirely|completely|all|then|no|not|longer|needed|anymore|any more)"
_WILL = r"(?:would|could|can|will|should|then|only|just|goes|go|shrinks?|drops?|falls?|is|was|were|be|becomes?|become|gets?|cut|reduced|shortened|down|shrunk|went)"


@needs_words(r"cach|batch|wait|overnight")
def read_shares(sentence: Sentence) -> None:
    """Read the shares that are cached and sent as batch."""
    of = r"(?:(?: of)? (?:the |our |my |all |these |it|them)*(?: ?(?:traffic|calls?|requests?|prompts?|input|tokens|volume|load|work))*(?: tokens)?)?"
    can = r"(?: (?:is|are) not (?:urgent|time[- ]critical|real[- ]?time)(?: and)?)?(?: (?:is|are|can|could|will|may|comes?|go|goes|run|runs|be|sent|read|through|via|in|with|the|as|from|hit|hits|use|uses|get|gets|a|an|wait|for|deferred|to|done|processed|handled|by|overnight|offline|batched))*"
    everything = r"(?:all|everything|all calls|every call)"
    for key, noun in (
        ("cached", r"(?:prompt )?cach(?:ed?|ing|es)(?: hits?| rate| hit rate)?"),
        ("batch", r"(?<!micro[- ])batch(?:es|ed|ing|able)?(?: ?api| mode| jobs?| processing)?"),
    ):
        for pattern in (
            rf"{N}{of}{can} {noun}",
            rf"{noun}(?: (?:share|rate|hit rate|for|is|of|to|at|about|covers?|hits?|applies|works|on))*:? {ABOUT}{N}{of}",
        ):
            for match in sentence.take(pattern):
                _set_share(sentence, match, key)
        if key == "cached":
            for _ in sentence.take(
                r"(?:(?:with|use|using|turn on|enable|assume) (?:automatic |the )?(?:prompt )?caching|(?:prompt )?caching (?:is )?(?:on|enabled|automatic))(?! (?:of|at|rate))"
            ):
                sentence.set("cached", "auto")
        for _ in sentence.take(rf"(?:{everything}{of}{can} {noun}|{noun} (?:for )?{everything})"):
            sentence.set(key, "100%")
        for _ in sentence.take(
            rf"(?:no|without|don't use|not using|disable|turn off|never|ignore|ignoring|forget|skip|leave out) (?:the |any |all )?{noun}|(?:nothing|none)(?: (?:is|goes|in|through|via|can|be|to|the))* {noun}|{noun} (?:off|disabled)"
        ):
            sentence.set(key, "0%")
    for match in sentence.take(
        rf"{N} of (?:the |our |my )*(?:calls|requests|traffic|volume)(?: (?:can|could|may))? (?:wait|be (?:run|done|sent|processed) overnight)(?: (?:until|till|for) (?:the |next |to)*(?:night|morning|evening|day|tomorrow|weekend)| overnight)?(?! ⟦)",
        lambda match: sentence.number_of(match).kind == "percent",
    ):
        _set_share(sentence, match, "batch")
    for _ in sentence.take(r"(?:(?:with|use|using|through|via|in|on) (?:the )?batch(?:ing)?(?: ?api| mode)?)"):
        sentence.ask("What share of the calls can be sent as batch?")


def _set_share(sentence: Sentence, match: re.Match[str], key: str) -> None:
    share = sentence.number_of(match)
    if share.question:
        sentence.ask(share.question)
    elif share.kind != "percent":
        sentence.ask(f"“{sentence.typed(match)}”: what share is that, in percent?")
    elif share.amount.high > 1:
        sentence.ask(f"“{share.text}” is more than 100%. What share is it?")
    else:
        sentence.set(key, write_share(share.amount))


@needs_words(r"prompt|instruction|few|in[- ]context|shot")
def read_prompt(sentence: Sentence) -> None:
    """Read the prompt before and after tuning."""
    few_shot = r"(?:few[- ]shot|in[- ]context|one[- ]shot)(?: (?:examples?|samples?|shots?|demonstrations?))?"
    for _ in sentence.take(rf"(?:with |has |have |holds |contains |of |includes )?{ABOUT}{N} {few_shot}"):
        pass  # the tokens of the prompt count, not its examples
    _read_change(sentence)
    after = _tuned_prompt(sentence)
    for pattern in (
        rf"{v.PROMPT}(?: length| size| template)?(?: (?:to|for|on|with) ⟦m\d+⟧)?(?: currently| today)? {v.BE}(?: currently| now| about)? {ABOUT}{N}{_TOKENS}(?: long)?{_NOT_COUNTED}",
        rf"{ABOUT}{N}[ -]{v.TOKENS} (?:long )?{v.PROMPT}",
        rf"{ABOUT}{N}[ -](?:long )?{v.PROMPT}(?!(?: {v.TOKENS})?(?: and| ?/| \+| plus|,) ?{ABOUT}⟦n\d+⟧[ -](?:{v.TOKENS} )?{v.OUTPUT})",
        rf"{v.PROMPT} (?:stays?|remains?|keeps?)(?: at| with)? {ABOUT}{N}{_TOKENS}",
        rf"{N} {v.TOKENS} (?:of|in|for) (?:the |our |my |a )?{v.PROMPT}",
        rf"{v.PROMPT}(?: (?:today|now|currently|before|length|size))*[:=]? {ABOUT}{N}{_TOKENS}",
    ):
        for match in sentence.take(pattern):
            sentence.set_number("prompt", sentence.number_of(match))
            _keep_prompted(sentence, match)
    before = sentence.fields.get("prompt")
    if after:
        _set_change(sentence, before, after)
    elif before and "->" not in before:
        _read_tuned_tokens(sentence, before)


def _read_change(sentence: Sentence) -> None:
    """Read the tokens before and after tuning from one phrase, or those after tuning alone."""
    for pattern in (
        rf"{v.PROMPT}(?: length| size)?(?: (?:goes|shrinks|drops|falls|gets|cut|down|would go|can go|could go|will go))* from {ABOUT}{N}{_TOKENS} (?:down )?to {ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED}",
        rf"{ABOUT}{N}{_TOKENS} {v.PROMPT}(?: on [^¦]*?| today| now| currently)? (?:with|by|to|into|->|→|down to|becomes?|shrinks? to|cut to|reduced to) (?:a |an |one of |just |only )?{ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED}(?: (?:one|prompt))?",
        rf"(?:swap|exchang|trad)[a-z]*(?: the| our| my| a)* {ABOUT}{N}{_TOKENS} {v.PROMPT}(?: on ⟦m\d+⟧)? for (?:a |an |one of |just |only )?{ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED}(?: (?:one|prompt))?",
        rf"{v.PROMPT}[:=]?(?: (?:of|is|has|tokens?))* \(?{ABOUT}{N}{_TOKENS}\)?(?: today| now| currently)?,? ?(?:and |but |which |it |that )*(?:->|→|to|down to|becomes?|shrinks? to|cut to|reduced to|would be|will be|(?:(?:would|could|can|will) )?(?:shrinks?|drops?|falls?|goes?|come down|be cut|be reduced) (?:down )?to) ?(?:a |an |just |only )?{ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED}(?: (?:after|once tuned|tuned|one))*",
        rf"{v.PROMPT}(?: (?:goes|shrinks|drops|falls|is cut|gets cut))* (?:down )?to {ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED} from {ABOUT}{N}{_TOKENS}",
        rf"{v.PROMPT}[^.;¦⟦]{{0,12}} {ABOUT}{N}{_TOKENS} (?:before|today|now|currently)[^.;¦⟦]{{0,16}}?{_AFTER}{_TOKENS}{_NOT_COUNTED} {_TUNED_OR_LATER}",
        rf"(?:instead of|rather than) (?:a |our |the )?{ABOUT}{N}{_TOKENS} {v.PROMPT}[^.;¦⟦]{{0,24}}? {ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED}",
        rf"{ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED} (?:instead of|rather than) (?:a |our |the )?{ABOUT}{N}{_TOKENS} {v.PROMPT}",
        rf"{v.PROMPT}:? before[:=]? {N}{_TOKENS}[^.;¦⟦]{{0,6}} after[:=]? {_AFTER}{_TOKENS}{_NOT_COUNTED}",
        rf"(?:shorten|cut|shrink|reduce|trim|compress|drop)(?: the| our| my)? {v.PROMPT} (?:from {ABOUT}{N}{_TOKENS} )?(?:down )?to {ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED}",
        rf"{v.PROMPT}(?: {_WILL})*(?: down)? to (?:only |just |about )?{ABOUT}{_AFTER}{_TOKENS}{_NOT_COUNTED}(?! ?->|→)",
    ):
        for match in sentence.take(pattern):
            before = sentence.number_of(match) if match.groupdict().get("n") else None
            if before and before.question:
                sentence.ask(before.question)
            else:
                _set_change(
                    sentence, write_amount(before.amount) if before else None, sentence.number_of(match, "after")
                )
            _keep_prompted(sentence, match)
    rid = r"(?:get(?:ting)? rid of|drop|remove|eliminate|do without|save|skip|lose|not need|no longer need|delete|throw (?:away|out))(?: (?:the|our|this|that|my|whole|entire))*"
    gone = rf"(?: {_GONE})*? (?:goes away|go away|away|disappears?|vanish(?:es)?|removed|dropped|gone|needed(?: any ?more)?)(?: (?:entirely|completely))?"
    for match in sentence.take(
        rf"{rid} {ABOUT}{number('k')}{_TOKENS} {v.PROMPT}(?: (?:entirely|completely|altogether))?(?! (?:to|by)\b)|{ABOUT}{N}{_TOKENS} {v.PROMPT}{gone}|{v.PROMPT} (?:of |is )*{ABOUT}{number('m')}{_TOKENS},? (?:which |and |it |that )*{gone.lstrip()}"
    ):
        before = sentence.number_of(match, "n", "m", "k")
        if before.question:
            sentence.ask(before.question)
        else:
            sentence.set("prompt", f"{write_amount(before.amount)}->0")


def _tuned_prompt(sentence: Sentence) -> Number | None:
    """Take the tokens after tuning from a phrase without those of today, such as `once tuned, a prompt of 200 tokens`."""
    of = rf"(?: (?:{_WILL}|to|of|has|have|needs?))*"
    for match in sentence.take(
        rf"{_TUNED},? (?:the |our |a |my )*{v.PROMPT}{of} {ABOUT}{_AFTER}{_TOKENS}|{v.PROMPT}{of} {ABOUT}{number('m')}{_TOKENS} {_TUNED}|{ABOUT}{number('k')}{_TOKENS} {v.PROMPT} {_TUNED}"
    ):
        return sentence.number_of(match, "after", "m", "k")
    return None


def _read_tuned_tokens(sentence: Sentence, before: str) -> None:
    """Read the tokens after tuning from a phrase without the prompt: `After tuning it would be 200 tokens`."""
    becomes = r"(?: (?:the|our|that|this|it|we|prompt|system|would|will|could|can|should|only|just|then|be|is|to|become|becomes|need|needs|have|has|use|drop|drops|shrink|shrinks|about|around|a|of))*"
    for pattern in (
        rf"{_TUNED},?{becomes} {ABOUT}{N}{_TOKENS}(?! {v.CALLS})",
        rf"(?:and |but |to |would be |will be |becomes? |then |only |just )*{ABOUT}{N}{_TOKENS} {_TUNED}",
        rf"(?:it|which|that|and|but|,)? ?(?:could|can|would|will|should|might|may) (?:then |just |only )*(?:go|come|be|shrink|drop|get|fall)(?: cut| reduced| shortened)?(?: down)? to (?:only |just )?{ABOUT}{N}{_TOKENS}{_NOT_COUNTED}",
        rf"tuned (?:model|version|llm|one) (?:(?:would|will|could|only|just|then) )*(?:needs?|uses?|takes?|gets? by with|works? with)(?: only| just)? {ABOUT}{N}{_TOKENS}(?! {v.CALLS})",
        rf"(?:it|the prompt|that|{v.PROMPT}) (?:will|would|could|can|should)(?: then| only| just)* (?:be|become|shrink to|drop to) {ABOUT}{N}{_TOKENS}",
    ):
        for match in sentence.take(pattern):
            after = sentence.number_of(match)
            if after.question:
                sentence.ask(after.question)
            else:
                sentence.fields["prompt"] = f"{before}->{write_amount(after.amount)}"
            return
    sentence.assume(f"The prompt stays {before} tokens after tuning.")


def _set_change(sentence: Sentence, before: str | None, after: Number) -> None:
    """Set the prompt before and after tuning. Without tokens before, those of the present estimate are used."""
    tokens = before or _present_tokens(sentence)
    if after.question:
        sentence.ask(after.question)
    elif tokens is None:
        sentence.ask(f"How long is the prompt today, before it becomes {after.text} tokens?")
    else:
        sentence.fields["prompt"] = f"{tokens.partition('->')[0]}->{write_amount(after.amount)}"


def _present_tokens(sentence: Sentence) -> str | None:
    present = sentence.present.get("prompt")
    return str(KEYS["prompt"].read(present).before) if present else None


def _keep_prompted(sentence: Sentence, match: re.Match[str]) -> None:
    """Keep the model that a prompt is for, which a rule has taken, as the one that is prompted today."""
    if mention := re.search(r"⟦m\d+⟧", match[0]):
        sentence.restore(f"prompting {mention[0]}")
