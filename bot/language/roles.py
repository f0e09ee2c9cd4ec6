"""The part that each model and platform of a sentence plays: tuned, prompted today, or asked about."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.language import vocabulary as v
from bot.language.mentions import Mention, NameUse
from bot.language.sentence import Sentence

_ARTICLE = r"(?: (?:a|an|the|our|my|own|own a|to|prompting|prompt|using|model|models|plain|stock|just|simply|with|on|calling|staying on|staying with|keeping|base))*"
_BASELINE_LEAD = (
    r"(?:compar(?:e|ed|ing)(?: (?:it|this|that))? (?:with|to|against)|versus|vs\.?|v\.|against|instead of|rather than|replac(?:e|es|ing)|beats?|outperforms?|undercuts?|"
    r"over(?! ⟦n)|than|prompting|prompts?(?: \w+){0,3} on|prompted|(?:currently|today|now)(?: (?:we|i))? (?:use|using|on|run|running|call|calling|prompt|pay for)|"
    r"(?:we|i)(?: (?:currently|now|already|still|just|today))? (?:use|prompt|call|run on|run|pay for|rely on)|(?:currently|still|now) on|(?:we're|we are|i'm|i am)(?: currently| now| still)? (?:on|using|prompting|calling|running)|"
    r"using|calls? (?:to|on|of|against)|requests? (?:to|on|against)|traffic (?:to|on)|base(?:line)?(?: model)?(?: (?:is|to|=|:|with))*|switch(?:ing)? from|mov(?:e|ing) (?:from|off|away from)|migrat(?:e|ing) from|"
    r"(?:^|(?<=[,.;:(¦]) ?)(?:today|currently|now|(?:current|existing)(?: model)?)(?: is|:| =)?|"
    r"compare)"
)


class Names(NamedTuple):
    """The names of a sentence by their part in it."""

    tuned: list[Mention]
    baseline: list[Mention]
    platforms: list[str]


def read_names(sentence: Sentence) -> Names:
    """Take the names of models and platforms, and return them by their part."""
    text = sentence.text
    tuned: list[Mention] = []
    baseline: list[Mention] = []
    loose: list[Mention] = []
    for match in re.finditer(r"⟦m(\d+)⟧", text):
        mention = sentence.mentions[int(match[1])]
        before, after = text[: match.start()], text[match.end() :]
        if re.search(
            r"(?:swap(?:ping)?|exchang(?:e|ing)|trad(?:e|ing)|substitut(?:e|ing)|replac(?:e|ing))(?: our| the)? $",
            before,
        ) or re.match(
            rf",? (?:is what we use|{v.TODAY}(?!:?(?: is| it's| we use)? ⟦m)|as (?:the |our )?base(?:line)?|is our (?:current|base))",
            after,
        ):
            baseline.append(mention)
        elif re.search(rf"{v.TUNE}{_ARTICLE} (?:⟦m\d+⟧(?:,| and| or) )*$", before) or re.match(
            rf"(?:'s)? {v.TUNE}", after
        ):
            tuned.append(mention)
        elif re.search(rf"\bcompare{_ARTICLE} $", before) and re.match(r",? (?:and|or) (?:⟦m\d+⟧)", after):
            loose.append(mention)
        elif re.search(rf"(?:{_BASELINE_LEAD}){_ARTICLE} $", before) or (
            re.search(r"^compare [^⟦]*$", before) and not re.search(r"⟦m", after)
        ):
            baseline.append(mention)
        else:
            loose.append(mention)
    platforms = list(dict.fromkeys(sentence.mentions[int(index)].name for index in re.findall(r"⟦p(\d+)⟧", text)))
    sentence.text = re.sub(r"⟦[mp]\d+⟧", "¦", text)
    if loose and not tuned:
        tuned, loose = loose, []
    return Names(tuned + loose, baseline, platforms)


def name_for(sentence: Sentence, mention: Mention, *uses: NameUse) -> str | None:
    """Return a model's name for the first of some uses, noting what was assumed; None if it has to be asked."""
    if mention.choices and not mention.names:
        sentence.ask(f"Which “{mention.text}” do you mean? For example {', '.join(mention.choices[:3])}.")
        return None
    if mention.assumed:
        sentence.assume(mention.assumed)
    return next((mention.names[use] for use in uses if use in mention.names), mention.name)
