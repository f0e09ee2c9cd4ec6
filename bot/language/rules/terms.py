"""Rules for relative numbers, the horizon, money, GPUs, methods and other terms."""

from __future__ import annotations

import re

from bot.language import vocabulary as v
from bot.language.numbers import Number
from bot.language.sentence import ABOUT, N, Sentence, number, scale_amount, write_amount


def read_comparisons(sentence: Sentence) -> None:
    """Ask about bounds, differences, doubts and exclusions, whose number or name isn't the value itself."""
    bound = r"(?:no more than|not more than|less than|fewer than|more than|smaller than|bigger than|larger than|shorter than|longer than|under|above|below|at least|at most|up to|max(?:imum)?(?: of)?|min(?:imum)?(?: of)?|<=?|(?<![-=])>=?|≤|≥)"
    seconds = r"(?: ?(?:ms|milliseconds?|s|secs?|seconds?)(?![a-z]))"
    for match in sentence.take(rf"{bound} {ABOUT}{N}(?!{seconds})[^,.;¦?!]{{0,24}}"):
        sentence.ask(f"“{sentence.typed(match)}”: which number should I use?")
    for match in sentence.take(
        rf"(?:minus|plus) {N}(?: [a-z]+)?|{number('k')}(?: [a-z]+){{0,2}} too (?:many|much|few|long|short)[^.;?!]*"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many is that in all?")
    step = rf"(?:reduc|increas|rais|lower|cut|drop|decreas)[a-z]*\b(?: [a-z]+){{0,3}} by {N}[^,.;¦?!]{{0,16}}"
    if (change := re.search(step, sentence.text)) and sentence.number_of(change).kind != "percent":
        for match in sentence.take(step):
            sentence.ask(f"“{sentence.typed(match)}”: how many is that in all?")
    for match in sentence.take(
        rf"(?:don't|do not|doesn't|haven't|aren't|isn't|can't|cannot)(?: have| got| need| use| want| get)* {ABOUT}{N}(?: [a-z]+)?"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: which number is right?")
    if not sentence.has(r"\bgb\b|⟦g"):
        for _ in sentence.take(
            rf"^why\b[^.]*|^(?:is|isn't|are|aren't|was|would)\b[^.?]*{N}[^.?]*\b(?:enough|too (?:much|many|few|little))\b[^.]*"
        ):
            sentence.ask("I can't judge a number by itself. What would you like to change or compare?")
    owners = r"(?:users|tenants|stores|agents|customers|teams|employees|seats|shops|sites|people|clients|workspaces|accounts)(?! (?:support|service))"
    owner = r"(?:users?|tenants?|stores?|agents?|customers?|teams?|employees?|seats?|shops?|sites?|people|persons?|clients?|workspaces?|accounts?)"
    for match in sentence.take(
        rf"[^.;¦]*(?:(?:per|every|each) {owner}|{N} {owners}\b[^.;,]*⟦n\d+⟧|⟦n\d+⟧ {v.CALLS} each\b[^.;,]*{v.PER_WORDS}|⟦n\d+⟧ {v.CALLS} ?{v.PER_WORDS} each\b)[^.;¦]*"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many is that in all?")
    for match in sentence.take(
        rf"{N} (?:nodes?|servers?|machines?|boxes|hosts?)(?: (?:of|with|each with|having))* {number('m')} ?(?:x )?⟦g\d+⟧(?: each)?"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many GPUs is that in all?")
    exclusion = r"(?:don't|do not|not|avoid(?:ing)?|anything but|everything but|all but|can't use|cannot use|can not use|never|left|leaving|except(?: for)?|without|exclud(?:e|ing)|skip|leave out|ignor(?:e|ing)|drop|no)"
    for match in sentence.take(
        rf"{exclusion}(?: (?:use|on|at|with|from|to|for|using|want|like|the))* ⟦p\d+⟧|⟦p\d+⟧ (?:is|are|was)(?: (?:far|way|much|not|out|too))* (?:expensive|allowed|out|possible|an option|slow)"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: which platforms should I compare?")
    for _ in sentence.take(
        rf"(?:grow[a-z]*|rise[a-z]*|ramp[a-z]*|increas[a-z]*)(?: up)? from {N} to {number('m')}[^.;]*? (?:over|within|in|during) ⟦n\d+⟧ [a-z]+"
    ):
        sentence.ask("By how many percent do calls grow each month?")


def read_relative(sentence: Sentence) -> None:
    """Drop numbers that are replaced, as in `20k instead of 10k`, and ask about relative ones, as in `2 more`."""
    sentence.text = re.sub(r"not (⟦n\d+⟧) ([a-z]+),? but (?:rather )?(⟦n\d+⟧)(?! ?[a-z])", r"\3 \2", sentence.text)
    relative = r"(?:more|fewer|less|extra|additional|another|further)"
    for match in sentence.take(
        rf"(?:(?:add|plus|another|extra|remove|subtract) {N}|{number('m')} {relative})(?: [a-z]+)?"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many is that in all?")
    for match in sentence.take(
        rf"{N} ?(?:x|×|times) (?:as|more|longer|larger|bigger|the|fewer|less|higher|shorter)(?: [a-z]+)?"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many is that?")
    for match in sentence.take(
        r"(?:double|triple|halve|twice(?! (?:a|per) (?:year|month|week|day))|half as many|two times|three times)(?: as many| as much)?(?: the| our| as)?(?: number of)? [a-z]+"
    ):
        if not re.match("twice a|two times a|three times a", match[0]):
            sentence.ask(f"“{sentence.typed(match)}”: how many is that?")
    changes = r"(?:doubl|tripl|quadrupl|halv)(?:es?|ed|ing)(?![a-z])"
    for match in sentence.take(
        rf"half (?:the|our|as many) {v.CALLS}|(?:traffic|volume|load|usage|demand|{v.CALLS}) {changes}"
    ):
        sentence.ask(f"“{sentence.typed(match)}”: how many calls is that, a day or a month?")
    for _ in sentence.take(
        rf"(?:instead of|rather than|not|no longer|up from|down from|was) {ABOUT}(?:⟦n\d+⟧(?: {v.TOKENS})?|one|two|three|\d+)(?! ?⟦|-)(?= |[.,;!?]|$)(?:,? but)?"
    ):
        pass


def read_horizon(sentence: Sentence) -> None:
    """Read the months that are priced."""
    lead = r"(?:over|for|during|across|next|horizon(?: of| is| to|:)?|price|look at)(?: the| a| an| period of| next| first| coming| whole| full)*"
    for match in sentence.take(
        rf"{lead} {ABOUT}{N} (?P<unit>months?|years?|quarters?)|{number('m')}[- ](?P<unit2>months?|years?|quarters?) (?:horizon|period|view|plan|window|outlook|contract|basis)"
    ):
        count = sentence.number_of(match, "n" if match["n"] else "m")
        unit = (match["unit"] or match["unit2"]).removesuffix("s")
        if count.question:
            sentence.ask(count.question)
            continue
        months = scale_amount(count.amount, {"month": 1, "quarter": 3, "year": 12}[unit])
        if months.low % 1 or months.high % 1:
            sentence.ask(f"How many whole months is “{sentence.typed(match)}”?")
        else:
            sentence.set("months", write_amount(months))
    for match in sentence.take(rf"(?:^|[,;¦] ?|(?:make it|say|assume|use|try|with|horizon) ){N} months(?![a-z])"):
        sentence.set_number("months", sentence.number_of(match), whole=True)
    for match in sentence.take(
        r"(?:over|for|during|across) (?:a|one|the next|the coming|the first|a full|a whole) (?P<half>half )?(?P<unit>year|quarter)(?: and a (?P<more>half))?"
    ):
        half_years = 2 - bool(match["half"]) + bool(match["more"])
        sentence.set("months", str(6 * half_years) if match["unit"] == "year" else "3")
    for _ in sentence.take(r"(?:over|for) half a year"):
        sentence.set("months", "6")


def read_money(sentence: Sentence) -> None:
    """Read costs of preparation, prices of GPU-hours; ask about budgets."""
    prep = r"(?:prep(?:aration|aring)?|label(?:l?ing|ed|led)?|annotat(?:ion|ing)|clean(?:ing)?|curat(?:ion|ing)|collect(?:ion|ing))(?: (?:of|the|our|data|examples|costs?|them|this|it|is|about|for|would|will|us|be))*"
    for pattern in (rf"{prep} {ABOUT}{N}", rf"{N} (?:for|on|to|of) (?:the |our |data )*{prep}"):
        for match in sentence.take(pattern):
            cost = sentence.number_of(match)
            unit = re.match(
                r"[^,.;]{0,12}(?:per|an?|each) (?:example|row|sample|hour|day)", sentence.text[match.start() + 1 :]
            )
            if cost.kind == "money" and not unit:
                sentence.set_number("prep", cost)
            else:
                sentence.ask(f"“{sentence.typed(match)}”: what does the preparation cost in all, in US dollars?")
    for match in sentence.take(
        rf"(?:at |for |costs? (?:us )?|pay(?:ing)? |price of )?{N} ?(?:/ ?|per |an |a )(?:gpu[- ]?)?hour(?: (?:per|a|for (?:a|each)) gpu| each)?"
    ):
        price = sentence.number_of(match)
        if "gpu" in match[0] or (price.kind == "money" and sentence.has(r"⟦g\d+⟧|gpu|hardware|cluster")):
            sentence.set_number("gpu_rate", price)
        else:
            sentence.ask(f"What does “{sentence.typed(match)}” count?")
    for match in sentence.take(
        rf"(?:budget|cap|limit|(?:can|could|may|to) spend|spend(?:ing)? (?:at most|up to))[^.;¦]{{0,30}}? {N}|{number('m')} (?:budget|cap|limit)"
    ):
        amount = sentence.number_of(match, "n" if match["n"] else "m")
        sentence.ask(f"Should I set a budget of {amount.text} for this estimate? `/ftcost budget` sets one.")


def read_gpus(sentence: Sentence) -> None:
    """Read the GPU and the number of GPUs."""
    for match in sentence.take(
        rf"(?:{N}|(?P<single>a single|single|one|just one|a|an)) ?(?:x |× |\* )?(?:nvidia |amd )?⟦g(?P<g>\d+)⟧(?: (?:gpus?|cards?))?|⟦g(?P<g2>\d+)⟧(?: gpus?)? ?(?:x|×|\*) ?{number('m')}|⟦g(?P<g3>\d+)⟧"
    ):
        index = match["g"] or match["g2"] or match["g3"]
        sentence.set("gpu", sentence.mentions[int(index)].name)
        if match["n"] or match["m"]:
            sentence.set_number("gpus", sentence.number_of(match, "n" if match["n"] else "m"), whole=True)
        elif match["single"] in ("a single", "single", "one", "just one"):
            sentence.set("gpus", "1")
    for match in sentence.take(rf"(?:a |an |in )?{N} ?gb(?: (?:of )?(?:gpu|card|vram|memory))?(?![a-z])"):
        if sentence.has(r"data|stored|storage"):
            sentence.set_number("data_gb", sentence.number_of(match))
        else:
            sentence.set_number("gpu_memory", sentence.number_of(match))
    for match in sentence.take(rf"{N} (?:gpus?|cards)(?![a-z])"):
        sentence.set_number("gpus", sentence.number_of(match), whole=True)
    for match in sentence.take(
        rf"(?:a |an |the )?{N} ?(?:parameters?|params?)(?: models?)?|(?:a |an |the |my |our )?{number('m')} ?(?:dense )?models?"
    ):
        size = sentence.number_of(match, "n" if match["n"] else "m")
        if size.billions or "param" in match[0]:
            sentence.set_number("params", size)
    for match in sentence.take(N):
        size = sentence.number_of(match)
        if size.billions and size.kind == "plain" and "params" not in sentence.fields:
            sentence.set_number("params", size)
        else:
            sentence.text = sentence.text[: match.start()] + match[0] + sentence.text[match.start() + 1 :]
            break


def read_terms(sentence: Sentence) -> None:
    """Read the method, the customer, the currency, the visibility, the serving, all offers, and the name."""
    for method, words in (
        ("qlora", r"q-?lora|4[- ]bit lora"),
        ("dpo", r"dpo|preference (?:tuning|optimi[sz]ation)"),
        ("rft", r"rft|rlhf|grpo|reinforcement(?: (?:fine[- ]?tuning|learning))?"),
        ("cpt", r"continued pre-?training|cpt"),
        (
            "full",
            r"full[- ](?:fine[- ]?tun(?:e|ing)|parameter(?: (?:fine[- ]?)?tuning)?|tuning|finetune|finetuning|weights?|ft|sft|param)|all weights",
        ),
        ("lora", r"lora"),
    ):
        for _ in sentence.take(
            rf"(?<![a-z])(?:with |using |via |by )?(?:{words})(?![a-z])(?: (?:adapters?|method|fine[- ]?tun(?:e|ing)|tuning))?"
        ):
            sentence.set("method", method)
    for match in sentence.take(
        r"(?:(?:we(?:'re| are)|i(?:'m| am)|being) )?(?:already )?(?:an? )?(?:existing )?(?:⟦p(?P<p>\d+)⟧ customers?|customers? (?:of|at|with) ⟦p(?P<p2>\d+)⟧(?: and ⟦p(?P<p3>\d+)⟧)?)"
    ):
        indexes = [match[group] for group in ("p", "p2", "p3") if match[group]]
        sentence.set("customer", ",".join(sentence.mentions[int(index)].name for index in indexes))
    for match in sentence.take(
        r"(?P<kind>existing|new) customers?(?! (?:support|service|chat|e-?mail|ticket|quer|question))(?![a-z])"
    ):
        sentence.set("customer", match["kind"])
    currencies = {"euros": "EUR", "euro": "EUR", "eur": "EUR", "pounds": "GBP", "gbp": "GBP", "sterling": "GBP", "yen": "JPY", "jpy": "JPY",
                  "francs": "CHF", "chf": "CHF", "rupees": "INR", "inr": "INR", "cad": "CAD", "aud": "AUD", "usd": "USD", "us dollars": "USD", "dollars": "USD", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "brl": "BRL"}  # fmt: skip
    for match in sentence.take(
        rf"(?:in|to|as|show(?: it| me)?(?: the answer)? in|convert(?: it)? to|^) ?(?P<code>{'|'.join(currencies)})(?![a-z])"
    ):
        sentence.set("currency", currencies[match["code"]])
    for _ in sentence.take(
        r"(?:just|only|privately)(?: (?:for|to|show|post|send|it|this|visible))* me(?![a-z])|(?:show|post)(?: (?:it|this))?(?: to)? me only|privately"
    ):
        sentence.set("share", "me")
    for match in sentence.take(
        r"(?P<dedicated>dedicated|provisioned)(?: (?:endpoints?|deployments?|capacity|serving|throughput))?|(?:on[- ]demand|serverless)(?: (?:serving|inference))?"
    ):
        sentence.set("serving", "dedicated" if match["dedicated"] else "on-demand")
    for _ in sentence.take(r"(?:on )?(?:all|every|any)(?: the)? (?:platforms?|providers?|vendors?|offers?)|everywhere"):
        sentence.set("on", "all")
    for match in sentence.take(r"(?:call it|name it|named|name this) \"?(?P<name>[^\".,;⟦¦]{1,60})\"?"):
        sentence.set("name", sentence.as_typed(match["name"].strip()))


def unused_number(sentence: Sentence) -> Number | None:
    """Return a number that no rule has taken."""
    match = re.search(N, sentence.text)
    return sentence.numbers[int(match["n"])] if match else None
