"""Rules for the horizon, money, methods and other terms of the question."""

from __future__ import annotations

import re

from bot.language.tagging import vocabulary as v
from bot.language.tagging.numbers import Number
from bot.language.tagging.sentence import ABOUT, N, Sentence, needs_words, number, scale_amount, write_amount


def read_horizon(sentence: Sentence) -> None:
    """Read the months that are priced."""
    lead = r"(?:over|for|during|across|within|next|horizon(?: of| is| to|:)?|price|look at)(?: the| a| an| period of| next| first| coming| whole| full)*"
    for match in sentence.take(
        rf"{lead} {ABOUT}{N} (?P<unit>months?|years?|quarters?)|{number('m')}[- ](?P<unit2>months?|years?|quarters?) (?:horizon|period|view|plan|window|outlook|contract|basis)"
    ):
        count = sentence.number_of(match, "n", "m")
        _set_months(sentence, match, count, match["unit"] or match["unit2"])
    for match in sentence.take(
        rf"(?:^|[,;¦] ?|(?:make it|say|assume|use|try|with|horizon) ){N} (?P<unit>months|years)(?![a-z])(?= ?(?:[.,;!?¦-]|only|instead|please|and|$))"
    ):
        _set_months(sentence, match, sentence.number_of(match), match["unit"])
    for match in sentence.take(
        r"(?:over|for|during|across|next|coming|first|horizon(?: (?:is|of|to))*)(?: (?:a|one|the|next|coming|first|full|whole|only))* (?P<half>half )?(?P<unit>year|quarter)(?: and a (?P<more>half))?(?! ?[-a-z]* ?retrain)"
    ):
        half_years = 2 - bool(match["half"]) + bool(match["more"])
        sentence.set("months", str(6 * half_years) if match["unit"] == "year" else "3")
    for _ in sentence.take(r"(?:over|for) half a year"):
        sentence.set("months", "6")


def _set_months(sentence: Sentence, match: re.Match[str], count: Number, unit: str) -> None:
    months = scale_amount(count.amount, {"month": 1, "quarter": 3, "year": 12}[unit.removesuffix("s")])
    if count.question:
        sentence.ask(count.question)
    elif months.low % 1 or months.high % 1:
        sentence.ask(f"How many whole months is “{sentence.typed(match)}”?")
    else:
        sentence.set("months", write_amount(months))


@needs_words(r"prep|label|annotat|clean|curat|collect|budget|cap|limit|spend")
def read_money(sentence: Sentence) -> None:
    """Read costs of preparation; ask about budgets."""
    prep = r"(?:prep(?:aration|aring)?|label(?:l?ing|ed|led)?|annotat(?:ion|ing)|clean(?:ing)?|curat(?:ion|ing)|collect(?:ion|ing))(?: (?:of|the|our|data|examples|costs?|them|this|it|is|about|for|would|will|us|be))*"
    for match in sentence.take(
        rf"(?!label?led|annotated|cleaned){prep}[^.,;¦⟦]{{0,40}}? {ABOUT}{N}(?! ?(?:/|per|an?|each))",
        lambda match: sentence.number_of(match).kind == "money",
    ):
        sentence.set_number("prep", sentence.number_of(match))
    for pattern in (rf"{prep} {ABOUT}{N}", rf"{N} (?:for |on |to |of |in )?(?:the |our |data )*{prep}"):
        for match in sentence.take(pattern, lambda match: _is_cost(sentence, match)):
            cost = sentence.number_of(match)
            unit = re.match(
                r" ?(?:usd |dollars )?(?:/ ?|per |an? |each |for (?:each|every|an?) )(?:example|row|sample|hour|day)",
                sentence.text[match.start() + 1 :],
            )
            if cost.kind == "money" and not unit:
                sentence.set_number("prep", cost)
            else:
                sentence.ask(f"“{sentence.typed(match)}”: what does the preparation cost in all, in US dollars?")
    for _ in sentence.take(
        rf"{prep}(?: (?:is|are|costs?|comes?))* (?:free|nothing)(?![a-z])|(?:no|zero|without) (?:costs? (?:of|for) )?(?:data )?(?:prep(?:aration)?|labell?ing|annotation) costs?"
    ):
        sentence.set("prep", "0")
    for match in sentence.take(
        rf"(?:budget|cap|limit|(?:can|could|may|to) spend|spend(?:ing)? (?:at most|up to))(?P<words>[^.;¦]{{0,30}}?) {N}(?: ?{v.PER_WORDS})?|{number('m')} (?:budget|cap|limit)(?!\w)",
        lambda match: _is_budget(sentence, match),
    ):
        amount = sentence.number_of(match, "n", "m")
        sentence.budgets.append(amount.text)


def _is_cost(sentence: Sentence, match: re.Match[str]) -> bool:
    """Return whether the number of a match about preparation is its cost, not that of `11k labelled examples`."""
    is_money = sentence.number_of(match).kind == "money"
    return is_money or not (_counts_noun(sentence, match) or re.match(r"⟦n\d+⟧ (?!for|on|to|of|in)", match[0]))


def _counts_noun(sentence: Sentence, match: re.Match[str]) -> bool:
    """Return whether a match of a number that isn't money is followed by a noun, which it then counts."""
    kind = sentence.number_of(match, "n", "m").kind
    return kind != "money" and re.match(r" [a-z⟦]", sentence.text[match.end() :]) is not None


def _is_budget(sentence: Sentence, match: re.Match[str]) -> bool:
    """Return whether the number of a match is the budget: money, or right behind the word."""
    amount = sentence.number_of(match, "n", "m")
    beside = re.fullmatch(r"(?: (?:is|of|at|to|it|the|a|us|our|=|around|about))*", match["words"] or "")
    counts_a_noun = _counts_noun(sentence, match) and not re.match(
        r" (?:for|in|on|a|per|please|max)\b", sentence.text[match.end() :]
    )
    return amount.kind == "money" or bool(beside and not counts_a_noun)


_METHODS = (
    ("qlora", r"q-?lora|int4 lora"),
    ("dpo", r"dpo|preference (?:tuning|optimi[sz]ation)"),
    ("rft", r"rft|rlhf|grpo|reinforcement(?: (?:fine[- ]?tuning|learning))?"),
    ("cpt", r"continued pre-?training|cpt"),
    ("full", r"full[- ](?:fine[- ]?tun(?:e|ing)|parameter(?: (?:fine[- ]?)?tuning)?|tuning|finetune|finetuning|weights?|ft|sft|param)|fully (?:fine[- ]?)?tun(?:e|ed|ing)|all (?:weights|parameters)"),
    ("lora", r"lora"),
)  # fmt: skip


def read_method(sentence: Sentence) -> None:
    """Read the training method. A method that is replaced or excluded isn't one."""
    any_method = "|".join(words for _, words in _METHODS)
    dropped = [
        sentence.typed(match)
        for match in sentence.take(
            rf"(?:instead of|rather than|not|no|without|no longer|don't use) (?:{any_method})(?![a-z])(?:,? but)?"
        )
    ]
    for method, words in _METHODS:
        for _ in sentence.take(
            rf"(?<![a-z])(?:with |using |via |by )?(?:{words})(?![a-z])(?: (?:adapters?|method|fine[- ]?tun(?:e|ing)|tuning))?"
        ):
            sentence.set("method", method)
    if dropped and "method" not in sentence.fields:
        sentence.ask(f"“{dropped[0]}”: which method should I price, LoRA or all weights?")


@needs_words(r"customer|account|contract|subscription|new to")
def read_customer(sentence: Sentence) -> None:
    """Read the platforms of which the asker is a customer."""
    have = r"(?:we|i)(?: (?:already|do|currently|still))?(?: have|'ve got| got|'ve)(?: (?:already|an?|our|existing|some|got))*"
    platforms = r"⟦p(?P<{}>\d+)⟧(?:(?:,| and|, and) ⟦p(?P<{}>\d+)⟧)?"
    for match in sentence.take(
        rf"(?:(?:we(?:'re| are)|i(?:'m| am)|being) )?(?:already )?(?:an? )?(?:existing )?(?:{platforms.format('p1', 'q1')} customers?|customers? (?:of|at|with) {platforms.format('p2', 'q2')})|{have} {platforms.format('p3', 'q3')} (?:accounts?|contracts?|subscriptions?)|{have} (?:accounts?|contracts?|subscriptions?) (?:with|at) {platforms.format('p4', 'q4')}"
    ):
        indexes = [index for index in match.groupdict().values() if index]
        sentence.set("customer", ",".join(sentence.mentions[int(index)].name for index in indexes))
    for match in sentence.take(
        r"(?P<kind>existing|new) customers?(?! (?:support|service|chat|e-?mail|ticket|quer|question))(?![a-z])|(?:we're|we are|i'm|i am) (?P<new>new) to (?:all|any|every|these|those)(?: of them)?(?: platforms?| providers?)?"
    ):
        sentence.set("customer", match["kind"] or match["new"])


_CURRENCIES = {
    "euros": "EUR", "euro": "EUR", "eur": "EUR", "pounds": "GBP", "british pounds": "GBP", "gbp": "GBP", "sterling": "GBP", "yen": "JPY",
    "jpy": "JPY", "francs": "CHF", "swiss francs": "CHF", "chf": "CHF", "rupees": "INR", "inr": "INR", "canadian dollars": "CAD", "cad": "CAD",
    "australian dollars": "AUD", "aud": "AUD", "usd": "USD", "us dollars": "USD", "dollars": "USD", "sek": "SEK", "nok": "NOK", "dkk": "DKK",
    "pln": "PLN", "brl": "BRL", "krw": "KRW", "won": "KRW", "cny": "CNY", "yuan": "CNY", "sgd": "SGD", "mxn": "MXN",
}  # fmt: skip


def read_display(sentence: Sentence) -> None:
    """Read the currency, where the answer goes, and its name."""
    for match in sentence.take(
        rf"(?:in|to|as|show|show(?: (?:it|me|that|this|us|everything))*(?: the (?:answer|cost|price)s?)?(?: in| as)?|convert(?: (?:it|this|that))?(?: in)?to|currency(?: (?:is|should be|to))*[:=]?|^) ?(?P<code>{'|'.join(_CURRENCIES)})(?![a-z])"
    ):
        sentence.set("currency", _CURRENCIES[match["code"]])
    for _ in sentence.take(
        r"(?:just|only|privately)(?: (?:for|to|show|post|send|it|this|visible))* me(?![a-z])(?:,? (?:and )?not (?:in |to )?(?:the )?(?:channel|everyone|everybody))?|(?:show|post|send)(?: (?:it|this|the answer))?(?: (?:only )?to)? me (?:only|privately|as a dm)|(?:show|post|send)(?: (?:it|this|the answer))* only to me|privately|keep (?:it|this) private|(?:only )?for my eyes(?: only)?"
    ):
        sentence.set("share", "me")
    for _ in sentence.take(
        r"(?:post|share|show|put|send)(?: (?:it|this|that|the answer|the result))*(?: (?:in|to|with|for))+ (?:the channel|everyone|everybody|all of us|the team)"
    ):
        sentence.set("share", "channel")
    for match in sentence.take(r"(?:call it|name it|named|name this) \"?(?P<name>[^\".,;⟦¦]{1,60})\"?"):
        sentence.set("name", sentence.as_typed(match["name"].strip()))


def read_choice(sentence: Sentence) -> None:
    """Read the choice of all offers or of rented GPUs, and the asker's own prices."""
    for _ in sentence.take(
        r"(?:on )?(?:all|every|any|each)(?: of)?(?: the)? (?:platforms?|providers?|vendors?|offers?)|everywhere"
    ):
        sentence.set("on", "all")
    for match in sentence.take(
        rf"base(?:line)? (?:model )?(?:rates?|prices?|pricing)(?: (?:is|are|of|at))*[:=]? {ABOUT}{N} ?/ ?{number('m')}(?! ?/)(?: per 1?m(?:illion)? tokens)?"
    ):
        prices = [sentence.number_of(match, group) for group in ("n", "m")]
        sentence.set("base_rates", "/".join(write_amount(price.amount) for price in prices))
    per_million = r" ?(?:/ ?|per )(?:1 ?)?(?:m|1m|million|⟦n(?P<{}>\d+)⟧)(?: ?tok(?:en)?s?)?(?![a-z])"
    for match in sentence.take(
        rf"(?:at |for )?{N} ?/ ?{number('m')}{per_million.format('u')}|(?:at |for )?{number('k')} (?:in|input)(?:,| and| ?/)? ?{number('j')} (?:out|output)(?:{per_million.format('w')}|(?! ?(?:/|per )))",
        lambda match: _are_prices(sentence, match),
    ):
        prices = [sentence.number_of(match, group) for group in "nmkj" if match[group]]
        pair = "/".join(write_amount(price.amount) for price in prices)
        before, after = sentence.text[: match.start()], sentence.text[match.start() :]
        if re.search(rf"{v.TUNE}[^.;,]*$", before) or re.match(rf"[^.;,]*{v.TUNE}", after):
            sentence.ask(
                f"Is “{sentence.typed(match)}” the price of the model you prompt today? Write base_rates={pair}."
            )
        else:
            sentence.set("base_rates", pair)
    for match in sentence.take(
        rf"(?:our|own|custom|contract|negotiated|my)(?: own)? (?:rates?|prices?|pricing)(?: (?:is|are|of|at))*[:=]? {ABOUT}{N} ?/ ?{number('m')} ?/ ?{number('k')}(?: per 1?m(?:illion)? tokens)?"
    ):
        rates = [sentence.number_of(match, group) for group in ("n", "m", "k")]
        sentence.set("rates", "/".join(write_amount(rate.amount) for rate in rates))


def _are_prices(sentence: Sentence, match: re.Match[str]) -> bool:
    """Return whether the numbers of a match are exact prices in dollars of a million tokens."""
    prices = [sentence.number_of(match, group) for group in "nmkj" if match[group]]
    units = [sentence.number_of(match, group) for group in "uw" if match[group]]
    return all(unit.amount.likely == 1_000_000 for unit in units) and all(
        price.kind == "money" and price.question is None and not price.amount.is_range for price in prices
    )


def read_asides(sentence: Sentence) -> None:
    """Drop numbers that change nothing: a year, `in 3 languages`, `7 days a week`, `phase 1`."""
    crowd = r"(?:languages?|countries|markets?|teams?|departments?|people|persons|annotators?|engineers?|colleagues?|apps?|products?|categories|classes|labels?|intents?|topics?)(?![a-z])"
    score = r"(?:f1|accuracy|precision|recall|auc|bleu|score|temperature|top_p)(?![a-z])"
    for _ in sentence.take(
        rf"{score}(?: (?:score|is|of|at|around|about))* {N}|{number('m')} {score}|(?:team|group|crew|staff|company) of {number('k')}(?: {crowd})?|{number('j')} years? of (?:data|experience|history|tickets|logs)"
    ):
        pass
    for _ in sentence.take(
        rf"(?:across|in|from|by|for|of|over|with)(?: (?:all|our|the|about|these))* {N} {crowd}|{number('m')} days (?:a|per) week|(?:phase|step|option|part|round|sprint|stage|version|tier|question|item|point|no\.?) {number('k')}(?= ?(?:[.,:;!?)]|of\b|is\b|$))"
    ):
        pass
    for _ in sentence.take(
        rf"(?:(?:in|from|since|by|until|during|starting|q[1-4]|early|late|mid|end of|of|for|january|february|march|april|may|june|july|august|september|october|november|december)[ -])+{N}(?! ?(?:{v.TOKENS}|{v.EXAMPLES}|{v.CALLS}|{v.PER_WORDS}|%))|q[1-4] {number('m')}",
        lambda match: bool(re.fullmatch(r"20[2-3]\d", sentence.number_of(match, "n", "m").text)),
    ):
        pass
