"""Rules for serving: how long a deployment is up, its replicas, its latency, and the thinking of a call."""

from __future__ import annotations

from bot.language.tagging import vocabulary as v
from bot.language.tagging.sentence import ABOUT, N, Sentence, needs_words, number, write_amount

_HOURS = r"(?:hours?|h|hrs?)"
_A_DAY = r"(?:a|per|each|every|/|in a|of the) ?(?:day|d)(?![a-z])"
_UP = r"(?:host(?:ed|ing|s)?|up|deployed|deployments?|deploy|endpoints?|running|runs?|online|live|serv(?:ed|es|er|ing|e)|available|need(?:s|ed)?|gpus?|servers?|it)"
_SECONDS = r"(?P<{}>ms|milliseconds?|s|secs?|seconds?)(?![a-z])"


@needs_words(r"⟧ ?(?:h|hours?|hrs?)\b|clock|always|all day|permanently|at all times")
def read_hosting(sentence: Sentence) -> None:
    """Read the hours a day a deployment is up."""
    hours = rf" ?{_HOURS} ?{_A_DAY}"
    for match in sentence.take(
        rf"{_UP}(?: (?:for|only|it|just|the|model|to|be|has|is|up|on|about|endpoint))* {ABOUT}{N}{hours}|{number('m')}{hours} (?:of )?(?:hosting|uptime|deployment|serving)"
    ):
        sentence.set_number("hosted", sentence.number_of(match, "n", "m"), "h")
    for match in sentence.take(N + hours):
        if sentence.has(rf"{v.CALLS}|traffic"):
            sentence.ask(f"“{sentence.typed(match)}”: is the deployment up only then, or do calls come only then?")
        else:
            sentence.set_number("hosted", sentence.number_of(match), "h")
            sentence.assume(f"A deployment is up {sentence.typed(match)}.")
    for _ in sentence.take(rf"{_UP}(?: [a-z]+){{0,2}} {v.ALWAYS}|{v.ALWAYS} (?:deployment|hosting|endpoint|uptime)"):
        sentence.set("hosted", "24h")


def read_days(sentence: Sentence) -> None:
    """Read the days a month with traffic."""
    for match in sentence.take(rf"{N} (?:working |business |week)?days (?:a|per|each|every|in a) month"):
        sentence.set_number("days", sentence.number_of(match))
    week = r"(?:on |during )?(?:weekdays|weekends|business days|work(?:ing|) ?days|(?:mon|tues|wednes|thurs|fri|satur|sun)days|monday (?:to|through|-) friday|mon-fri)(?: only)?"
    for match in sentence.take(rf"(?:but )?(?:only |just )?{week}"):
        if "days" not in sentence.fields:
            sentence.ask(f"“{sentence.typed(match)}”: how many days a month is that? Write it as days=22.")


@needs_words(
    r"replica|fail-?over|standby|adapter|lora|tuned models|peak|busiest|spike|rush|dedicated|provisioned|demand|serverless|thinking|reasoning|chain"
)
def read_deployments(sentence: Sentence) -> None:
    """Read replicas, adapters, the busiest hour, the kind of serving, and thinking tokens."""
    for match in sentence.take(
        rf"(?:at least |min(?:imum)?(?: of)? |no fewer than |keep )*{N} replicas?(?! [a-z]* per)|replicas?(?: (?:of|is|are|to))*[:=]? {number('m')}"
    ):
        sentence.set_number("replicas", sentence.number_of(match, "n", "m"), whole=True)
    if "replicas" not in sentence.fields:
        for _ in sentence.take(
            r"(?<!n't )(?<!not )\b(?:need|want|require)s? (?:an? |to have )?(?:hot )?(?:fail-?over|standby)(?![a-z])"
        ):
            sentence.set("replicas", "2")
            sentence.assume("Failover is a second replica of a deployment: 2 replicas.")
    for match in sentence.take(
        rf"{N} (?:lora |fine[- ]?tuned |tuned |different )*(?:adapters?|loras|(?<=tuned )models)(?: (?:share|sharing|on|per) (?:the |one |a |an )*(?:same |single )?(?:deployment|gpus?|endpoint))?"
    ):
        sentence.set_number("adapters", sentence.number_of(match), whole=True)
    busiest = r"(?:peaks?(?: (?:factor|hour|load|traffic))?|busiest hour|spikes?|rush hour)"
    for match in sentence.take(
        rf"{busiest}(?: (?:is|are|at|of|to|can|be|reach(?:es)?|up|=|about|has|sees?|we|you|it|it's|get|have|hits?|load|traffic))*[:=]? {ABOUT}{N} ?(?:x|×|times)(?: (?:the |our |of the |as much as |more than )*(?:average|mean|normal|usual|traffic|baseline|base)(?: (?:traffic|load))?)?|(?:peak factor|peak)(?: (?:of|is|=))*[:=]? {number('m')}(?! ?(?:{v.CALLS}|{v.PER}|rps|qps|⟦))"
    ):
        sentence.set_number("peak", sentence.number_of(match, "n", "m"))
    for match in sentence.take(
        r"(?P<dedicated>dedicated|provisioned)(?: (?:endpoints?|deployments?|capacity|serving|throughput))?|(?:on[- ]demand|serverless)(?: (?:serving|inference))?"
    ):
        sentence.set("serving", "dedicated" if match["dedicated"] else "on-demand")
    thinking = r"(?:thinking|reasoning|chain[- ]of[- ]thought)"
    for match in sentence.take(
        rf"{N} {thinking} {v.TOKENS}(?: (?:per|a|each|in each|of a) {v.CALLS})?|{thinking}(?: (?:takes?|uses?|of|is|about|costs?))* {ABOUT}{number('m')} {v.TOKENS}"
    ):
        sentence.set_number("thinking", sentence.number_of(match, "n", "m"))


@needs_words(r"latency|response|⟧ ?(?:ms|milli|s\b|sec)")
def read_latency(sentence: Sentence) -> None:
    """Read the longest time of a call."""
    limit = r"(?:under|within|below|in less than|less than|at most|faster than|max(?:imum)?(?: of)?|up to|of|is|be|must|should|has to|stay|stays|to|p\d\d)"
    for match in sentence.take(
        rf"(?:latency|response time)(?: {limit})*[:=]? {ABOUT}{N} ?{_SECONDS.format('unit')}(?! (?:today|now|currently|at the moment))|(?:under|within|below|in less than|less than|at most|faster than|max(?:imum)?(?: of)?|(?:answers?|responds?|repl(?:y|ies)|calls?)(?: [a-z]+)? in) {ABOUT}{number('k')} ?{_SECONDS.format('unit3')}(?: latency| per (?:call|request)| response time| a call)?|{number('m')} ?{_SECONDS.format('unit2')} (?:latency|response time|max|per (?:call|request)|a call)"
    ):
        group, unit = next((group, match[unit]) for group, unit in (("n", "unit"), ("k", "unit3"), ("m", "unit2")) if match[group])  # fmt: skip
        value = sentence.number_of(match, group)
        seconds = value.amount.likely / 1000 if unit.startswith("m") else value.amount.likely
        if value.question:
            sentence.ask(value.question)
        elif value.amount.is_range:
            sentence.ask(f"“{sentence.typed(match)}”: what is the longest time of a call?")
        else:
            sentence.set("latency", f"{seconds.normalize():f}s")


@needs_words(r"context|ctx")
def read_context_need(sentence: Sentence) -> None:
    """Read the context that a model has to take, as in `needs at least 128k context`."""
    need = r"(?:needs?|requires?|must (?:have|support|handle|take)|has to (?:have|support|handle|take)|supports?|supporting)"
    subject = r"(?:models?|offers?)[^.;¦⟦]{0,20}? (?:with|having|and)"
    context = (
        rf"(?:at least |min(?:imum)? )?(?:a |an )?{N}(?:[ -]{v.TOKENS})?(?: of)?[ -](?:context|ctx)(?: window| length)?"
    )
    for match in sentence.take(rf"(?:{need}|{subject}) {context}"):
        tokens = sentence.number_of(match)
        if tokens.question:
            sentence.ask(tokens.question)
        else:
            needs = sentence.fields.pop("needs", None)
            sentence.set("needs", ",".join(filter(None, (needs, f"context>={write_amount(tokens.amount)}"))))
