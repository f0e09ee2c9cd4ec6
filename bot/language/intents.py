"""The intent of a sentence, such as an estimate or a price."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from bot.language.roles import Names
from bot.language.tagging import vocabulary as v

Intent = Literal["estimate", "change", "breakeven", "fit", "price", "models", "compare", "help", "unclear"]

_GPU = r"⟦g\d+⟧"
_FIT = "|".join((
    r"\bfits?\b|out of memory|\boom\b|(?:in|enough|much|more) (?:gpu )?(?:memory|vram)\b|⟦n\d+⟧ ?gb (?:of [a-z ]+)?(?:be )?enough",
    rf"{_GPU}[^.?]* (?:hold|enough|handle)|(?:is|are) [^.?]*{_GPU} enough|^(?:can|could) [^.?]*q?lora [^.?]*{_GPU}",
    rf"\bpossible\b[^.?]*{_GPU}|{_GPU}[^.?]*\bpossible\b|on (?:my |a |an |one |our )*⟦n\d+⟧ ?gb (?:gpu|card)",
    rf"^(?:an? )?(?:⟦[mn]\d+⟧|q?lora)[^.,;?]*{_GPU}[^.,;?]*\?$",
    rf"how (?:much|many) (?:memory|vram|gpus?|cards|{_GPU})|(?:which|what) gpus?\b",
    rf"^(?:can|could|will|would|does|do) [^.?]*(?:lora|{v.TUNE}|run)[^.?]*⟦n\d+⟧ ?gb",
    rf"(?:can|could|will|would) (?:i|we|you|one|it|a|an|the|my|our|⟦m\d+⟧)(?![a-z])[^.?]*(?:{v.TUNE}|lora|run)[^.?]*{_GPU}",
))  # fmt: skip
_BREAK_EVEN = "|".join((
    r"(?:at|from) (?:what|which|how (?:much|many)) (?:volume|traffic|calls?|load)|break[ -]?even|breaks even|\broi\b|return on investment",
    r"pay(?:s|ing)?[ -]?(?:back|off|for itself|itself back|itself)|paid (?:back|off)|payback|recoup|amorti[sz]|(?:recover|regain|earn|win|make|get)[^.?⟦]{0,20} back\b|recover (?:the|our|its)|(?:money|investment) back",
    r"when (?:is|will|would|does|do) [^.?]*(?:cheaper|profit|save|beat|undercut|worth)|how long (?:until|till|before|does it take)[^.?]*(?:save|saving|cheaper|profit|worth)",
))  # fmt: skip
_MODELS = "|".join((
    r"(?:which|what|list of|any) (?:[\w-]+ ){0,2}(?:models?|offers?|llms?|platforms?|providers?)\b",
    r"(?:list|show)(?: me)?(?: all)?(?: the| of)? (?:available |⟦[pm]\d+⟧(?:'s)? )?(?:models|offers|platforms)|what can (?:i|we|be) (?:be )?[^?]*(?:⟦p\d+⟧|tun|train)",
    rf"(?:can|could) (?:i|we|you|⟦[mp]\d+⟧|it) (?:be )?{v.TUNE}|is it possible to {v.TUNE}|(?:does|do|can) (?:anyone|anybody|someone|any \w+) (?:\w+ )?(?:sell|offer|{v.TUNE}|support|host)|who (?:sells|offers|tunes|supports|hosts|can|lets)|what(?:'s| is| else is)? (?:available|offered|on offer|supported|possible) (?:on|at|from|by|with)|(?:is|are) ⟦m\d+⟧ (?:tun|fine|avail|support)",
    r"(?:does|do) ⟦p\d+⟧ (?:still |also |even )?(?:offer|support|sell|have|tune|allow)|(?:do you|does ftcost) (?:support|know|have)",
))  # fmt: skip
_COST = r"\b(?:price|prices|pricing|priced|costs?|how much|rates?|charges?|expensive|fees?|what does it cost)\b"
_QUESTION = (
    r"(?:^|[.,;:!?¦-] ?|\b(?:so|and|but|or|wondering if|know if) )(?:should|shall)\b|\b(?:should|shall) (?:we|i|you)\b|"
    r"\b(?:worth(?:while)?|how (?:much|many dollars)|what (?:would|does|will|do|is|are|'s)[^.]* (?:costs?|price|bill)|costs? (?:of|to|for)|estimate|(?:mak(?:e|es|ing)) (?:[a-z]+ )?sense|good idea|save money|sensible)\b|"
    r"\b(?:is|would|are) [^.?]*cheaper\b"
)
_END = (
    r"⟦m\d+⟧ (?:\w+ )?(?:ends?|retires?|(?:is|be|being|gets?) (?:retired|deprecated|discontinued|shut down))\b[^.⟦]*(?:\?|when)|"
    r"\bwhen (?:does|do|is|will) ⟦m\d+⟧ (?:be )?(?:end|retired?|deprecated|discontinued|shut down)\b"
)
_HELP = (
    r"^(?:(?:ok(?:ay)?|great|cool|perfect|nice|hey|hi|hello)[ ,!]+)?(?:hi|hello|hey|yo|hiya|howdy|greetings|good (?:morning|afternoon|evening)|help|help me|(?:(?:hi|hello|hey),? )?how are you(?: doing)?|can you help(?: me)?|i need help|thanks(?: a lot| so much)?|thank you(?: so much| very much)?|thx|ta|cheers|"
    r"what can (?:you do(?: for me)?|i (?:ask|do|say|type)|you help(?: me)? with)(?: here| you)?|what do you do|how (?:does|do) (?:this|it|that|you) work|how do i (?:use|ask|start)[^?]*|how can you help(?: me| us)?|who are you|what(?: is|'s) (?:this|ftcost)|what are you|getting started|start|\?|commands?|usage|examples?)"
    r"(?: (?:there|ftcost|bot|everyone|team|all|please|me|to me|work|folks|again))*(?:, (?:i )?need (?:some )?help)?[^a-z0-9]*$"
)
_NOT_A_COST = {"method", "customer", "share", "currency"}
_NOT_A_MODEL = {"method", "customer", "share", "currency", "on", "licence", "needs", "size", "like", "task"}
_COMPARABLE = (
    r"\b(?:these|those|them|both|two|the ⟦n\d+⟧|last ⟦n\d+⟧|all|(?:my|our|the)? ?estimates|last|options)(?![a-z])"
)


def is_help(text: str) -> bool:
    """Return whether a text, in lower case, greets or asks for help."""
    return bool(re.match(_HELP, text))


def asks_about_memory(text: str) -> bool:
    """Return whether a tagged text asks whether a model fits on GPUs."""
    return bool(re.search(_FIT, text)) and bool(re.search(r"⟦m\d+⟧|param|⟦n\d+⟧|gpu", text))


def names_estimates(text: str) -> bool:
    """Return whether a tagged text says which estimates to compare."""
    return bool(re.search(_COMPARABLE, text))


def intent_of(text: str, fields: Collection[str], roles: Names) -> Intent:
    """Return the intent of a sentence.

    Args:
        text: The sentence with tagged names and numbers, before the rules have taken any.
        fields: The keys that it sets, without those of its names.
        roles: Its names by their role.
    """
    keys = set(fields)
    has_names = any(roles)
    if asks_about_memory(text) and not keys & {"examples", "example"}:
        return "fit"
    if re.search(_BREAK_EVEN, text):
        return "breakeven"
    if lookup := _lookup(text, keys, has_names=has_names):
        return lookup
    if re.match(r"(?:please |can you |could you )?compare\b", text) and not keys:
        names = len(roles.tuned) + len(roles.baseline)
        if names != 1 or not re.search(r"compare(?: \w+)? (?:with|to|against)", text):
            return "compare" if has_names or names_estimates(text) else "unclear"
    asks = bool(re.search(_QUESTION, text)) or (bool(roles.tuned) and bool(re.search(v.TUNE, text)))
    replaces = bool(re.search(r"\binstead\b", text)) and not re.search(_QUESTION, text)
    if {"examples", "example"} <= keys or (asks and not replaces and (keys or has_names)):
        return "estimate"
    if keys or has_names:
        return "change"
    return "estimate" if asks and re.search(v.TUNE, text) else "unclear"


def _lookup(text: str, keys: set[str], *, has_names: bool) -> Intent | None:
    """Return `price` or `models` if a text only asks for one of them."""
    if re.search(_COST, text) and (keys == {"gpu"} if not has_names else not keys - _NOT_A_COST):
        return "price"
    if has_names and not keys and re.search(_END, text):
        return "models"
    if re.search(_MODELS, text) and not keys - _NOT_A_MODEL and not re.search(r"⟦n\d+⟧", text):
        return "models"
    return None
