"""The role of each model and platform of a sentence: tuned, prompted today, or asked about."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from bot.language.tagging import vocabulary as v
from bot.language.tagging.mentions import Mention
from bot.language.tagging.sentence import Sentence

_PLACE = r"(?: (?:models?|api|deployments?|endpoints?))?(?: (?:today|currently|now|in prod(?:uction)?))? (?:on|via|through|at|from|over|in|(?:hosted|served|running|deployed) (?:on|by|at|in))(?: (?:the|our|my|an?))* ⟦p\d+⟧"
_SOLD_AT = (
    rf"⟦m\d+⟧({_PLACE}(?:(?: and | or | ?/ ?)⟦p\d+⟧)?| \(⟦p\d+⟧\))|⟦p\d+⟧(?:'s)? ⟦m\d+⟧|"
    rf"⟦m\d+⟧ {v.CALLS}(?: ?{v.PER_WORDS})? (?:on|via|through|at|to) ⟦p\d+⟧|"
    r"(?:^|[.;!?] )(?:on|at|via|with) ⟦p\d+⟧,? (?:we|i)(?: \w+)? (?:use|prompt|run|call|pay for)(?: (?:the|an?))* ⟦m\d+⟧"
)
"""A model with the platform that sells it: `gpt-4o on azure`, `azure gpt-4o`, `on azure we use gpt-4o`."""
_ARTICLE = r"(?: (?:a|an|the|our|my|own|own a|to|prompting|prompt|using|model|models|plain|stock|just|simply|with|on|calling|staying on|staying with|keeping|base|prompted))*"
_BASELINE_LEAD = (
    r"(?:compar(?:e|ed|ing)(?: (?:it|this|that))? (?:with|to|against)|versus|vs\.?|v\.|against|instead of|rather than|replac(?:e|es|ing)|beats?|outperforms?|undercuts?|"
    r"over(?! ⟦n)|than|prompting|prompt|prompts?(?: \w+){0,3} on|prompted|(?:currently|today|now)(?: (?:we|i))? (?:use|using|on|run|running|call|calling|prompt|pay for)|"
    r"(?:we|i)(?: (?:currently|now|already|still|just|today))? (?:use|prompt|call|run on|run|pay for|rely on)|(?:currently|still|now) on|(?:we're|we are|i'm|i am)(?: currently| now| still)? (?:on|using|prompting|calling|running)|"
    r"using|calls?¦? (?:to|on|of|against|with|via|through)|requests? (?:to|on|against)|traffic (?:to|on)|base(?:line)?(?: model)?(?: (?:is|to|=|:|with))*|switch(?:ing)? from|(?:stay|stick|remain|stuck)(?:s|ing)? (?:on|with)|(?:leav(?:e|ing)|left|ditch(?:ing)?|abandon(?:ing)?|keep(?:ing)?(?: using)?|continu(?:e|ing)(?: to use| with| using)?)|mov(?:e|ing) (?:from|off|away from)|migrat(?:e|ing) from|"
    r"distil(?:l|ling|lation)?(?: (?:from|of))?|paying(?: for)?|(?:today's|current|present|existing) (?:model|llm)(?: (?:is|=|:))+|"
    r"(?:^|(?<=[,.;:!?(¦-]) ?|\b(?:and|but|so) )(?:today|currently|(?:right )?now|(?:current|existing)(?: model)?)(?:,? (?:it's|it is|that's|that is))?(?: is|:| =)?|"
    r"compare)"
)
_SWAPPED = r"(?:swap(?:ping)?|exchang(?:e|ing)|trad(?:e|ing)|substitut(?:e|ing)|replac(?:e|ing))(?: our| the)? $"
_NOT = r"(?:\bnot|\bno longer|\bisn't|\baren't)(?: (?:on|the|a|our|with))* "
_TRIED = r"\b(?:tried|tested|evaluated|(?:quality|performance|level|accuracy|results)(?: (?:of|like|similar to|close to|near))+)(?: (?:out|with|on))* $"
"""The words before a model that is only mentioned: it has been tried, or its quality is a yardstick."""
_IS_PROMPTED = (
    rf"(?:{_PLACE})?,? (?:is what we use|{v.TODAY}(?!:?(?: is| it's| we use)? ⟦m)|as (?:the |our |a )?(?:base(?:line)?|reference)|is (?:our|the) (?:current|base)|"
    r"(?:as[- ]is|prompted|un-?tuned|(?:with|by|just) prompting|off[- ]the[- ]shelf|out of the box|zero[- ]shot|few[- ]shot)(?![a-z]))"
)


Role = Literal["tuned", "baseline", "loose", "excluded", "mentioned"]
"""The role of a model's name in a sentence; `loose` if no word beside it decides."""


class Names(NamedTuple):
    """The names of a sentence by their role in it."""

    tuned: list[Mention]
    baseline: list[Mention]
    platforms: list[str]
    """The platforms to tune on. The platform on which a model is prompted today is the model's `seller`."""
    sellers: list[str]
    """The companies that rent out GPUs."""


def read_names(sentence: Sentence, tagged: str) -> Names:
    """Take the names of models, platforms and sellers, and return them by their role.

    Args:
        sentence: The sentence, whose other fields are read.
        tagged: Its text with tagged names and numbers, before the rules have taken any.
    """
    text = sentence.text
    sold_at = _pair_platforms(sentence, tagged)
    by_role: dict[Role, list[Mention]] = {"tuned": [], "baseline": [], "loose": [], "excluded": [], "mentioned": []}
    unread = text
    for match in re.finditer(r"⟦m(\d+)⟧", text):
        mention = sentence.mentions[int(match[1])]
        role = _role_of(text[: match.start()], text[match.end() :])
        by_role[role].append(mention)
        if role == "mentioned":
            unread = unread.replace(match[0], mention.text)
    sentence.text = re.sub(rf"{_NOT}(?=⟦[mp])|\bbetween (?=(?:[a-z-]+ ){{0,2}}⟦[mp])|⟦[mps]\d+⟧", "¦", unread)
    tuned, baseline, loose = by_role["tuned"], by_role["baseline"], by_role["loose"]
    if tuned and loose and not baseline:  # “we summarise with GPT-4o; could a tuned 4o-mini do it?”
        baseline = [mention for mention in loose if _is_used(text, sentence.mentions.index(mention))]
        loose = [mention for mention in loose if mention not in baseline]
    prompted_at = {place for mention in baseline for place in sold_at.get(sentence.mentions.index(mention), ())}
    platforms, sellers = (
        list(
            dict.fromkeys(
                sentence.mentions[int(index)].name
                for index in re.findall(rf"⟦{letter}(\d+)⟧", text)
                if int(index) not in prompted_at
            )
        )
        for letter in "ps"
    )
    return Names(tuned + loose, baseline, platforms, sellers)


def _pair_platforms(sentence: Sentence, tagged: str) -> dict[int, list[int]]:
    """Give each model the platform that a text names beside it, and return the indexes of both."""
    pairs: dict[int, list[int]] = {}
    for match in re.finditer(_SOLD_AT, tagged):
        model = next(int(index) for index in re.findall(r"⟦m(\d+)⟧", match[0]))
        pairs[model] = places = [int(index) for index in re.findall(r"⟦p(\d+)⟧", match[0])]
        names = " or ".join(sentence.mentions[place].name for place in places)
        sentence.mentions[model] = sentence.mentions[model]._replace(seller=names)
    return pairs


def _role_of(before: str, after: str) -> Role:
    """Return the role of a model by the text before and after its name."""
    if re.search(_NOT + "$", before):
        return "excluded"
    if re.search(_TRIED, before) or re.match(r"[- ](?:level|quality|style|grade|performance|like)(?![a-z])", after):
        return "mentioned"
    if _is_baseline_first(before, after):
        return "baseline"
    if re.search(rf"{v.TUNE}{_ARTICLE} (?:⟦m\d+⟧(?:,| and| or) )*$", before):
        return "tuned"
    if re.match(rf"(?:'s)? \(?{v.TUNE}", after):
        return "tuned"
    if re.search(rf"\bcompare{_ARTICLE} $", before) and re.match(r",? (?:and|or) (?:⟦m\d+⟧)", after):
        return "loose"
    compares = re.search(r"^compare [^⟦]*$", before) and not re.search(r"⟦m", after)
    return "baseline" if compares or re.search(rf"(?:{_BASELINE_LEAD}){_ARTICLE} $", before) else "loose"


def _is_used(text: str, index: int) -> bool:
    """Return whether the words beside a model use it or compare it."""
    return bool(
        re.search(
            rf"[a-z¦⟧] (?:with|on|via|through|by|from) ⟦m{index}⟧|⟦m{index}⟧,? (?:vs\.?|versus|against|compared)(?![a-z])",
            text,
        )
    )


def _is_baseline_first(before: str, after: str) -> bool:
    """Return whether the words beside a name make it the model prompted today even near a verb of tuning."""
    return bool(
        re.search(_SWAPPED, before)
        or re.match(_IS_PROMPTED, after)
        or re.search(r"distil(?:l|ling|lation)?(?: (?:from|of))? $", before)
    )
