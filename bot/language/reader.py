"""The reader of plain English: a sentence becomes an intent and the fields of the question, without guessing."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct, structs

from bot.language import vocabulary as v
from bot.language.command import MAX_LENGTH, split_word, split_words, value_errors
from bot.language.mentions import MentionIndex
from bot.language.roles import Names, name_for, read_names
from bot.language.rules import RULES, read_gpus, read_terms, unused_number
from bot.language.sentence import Sentence
from bot.language.token_counts import read_token_counts
from calculator import KEYS, UserError, unknown_key

Intent = Literal["estimate", "change", "breakeven", "fit", "price", "models", "compare", "help", "unclear"]

EXAMPLES = (
    "10k support chats of 600 tokens, GPT-4.1 mini, 20k calls a day",
    "does Llama 3.1 8B fit on one H100 with LoRA?",
    "what if we have 100k calls a day?",
)
"""Sentences that the reader understands, shown where it didn't."""
NOT_UNDERSTOOD = "I didn't understand that. What would you like to know? `help` lists what I can do."

_FIT = (
    r"in (?:gpu )?(?:memory|vram)\b|⟦g\d+⟧[^.?]* (?:hold|enough|handle)|(?:is|are) [^.?]*⟦g\d+⟧ enough|^(?:can|could) [^.?]*q?lora [^.?]*⟦g\d+⟧|"
    r"on (?:my |a |an |one |our )*⟦n\d+⟧ ?gb (?:gpu|card)|"
    r"\bfits?\b|out of memory|\boom\b|enough (?:memory|vram)|⟦n\d+⟧ ?gb (?:be )?enough|how (?:much|many) (?:memory|vram|gpus?|cards|⟦g\d+⟧)|(?:which|what) gpus?\b|"
    rf"(?:can|could|will|would) (?:i|we|you|one|it|a|an|the|my|our)\b[^.?]*(?:{v.TUNE}|run)[^.?]*⟦g\d+⟧"
)
_BREAK_EVEN = r"(?:at|from) (?:what|which|how (?:much|many)) (?:volume|traffic|calls?|load)|pay(?:s|ing)?[ -]?(?:back|off|for itself|itself back|itself)|break[ -]?even|breaks even|payback|\broi\b|return on investment|recoup|amorti[sz]|worthwhile|when (?:is|will|would|does|do) [^.?]*(?:cheaper|profit|save|beat|undercut)"
_MODELS = (
    r"(?:which|what|list of|any) (?:\w+ ){0,2}(?:models?|offers?|llms?|platforms?|providers?)\b|(?:list|show)(?: me)?(?: all| the)? (?:models|offers|platforms)|what can (?:i|we|be) |"
    rf"(?:can|could) (?:i|we|you|⟦[mp]\d+⟧|it) (?:be )?{v.TUNE}|who (?:sells|offers|tunes|supports|hosts)|(?:is|are) ⟦m\d+⟧ (?:tun|fine|avail|support)|"
    r"(?:does|do) ⟦p\d+⟧ (?:still |also |even )?(?:offer|support|sell|have|tune|allow)|(?:do you|does ftcost) (?:support|know|have)"
)
_COST = r"\b(?:price|prices|pricing|priced|costs?|how much|rates?|charges?|expensive|fees?|what does it cost)\b"
_QUESTION = (
    r"\b(?:should|shall|worth|how much|what (?:would|does|will|do|is|are)[^.]* (?:costs?|price|bill)|costs? (?:of|to|for)|estimate|make sense|good idea|save money|sensible)\b|"
    r"\b(?:is|would|are) [^.?]*cheaper\b"
)
_HELP = (
    r"^(?:hi|hello|hey|yo|hiya|howdy|greetings|good (?:morning|afternoon|evening)|help|help me|thanks|thank you|thx|ta|what can you do|what do you do|how does this work|"
    r"how do (?:i|you) (?:use|work)[^?]*|who are you|what is this|what are you|getting started|start|\?|commands?|usage|examples?)(?: (?:there|ftcost|bot|everyone|team|all|please|me|to me|work))*(?:, (?:i )?need (?:some )?help)?[^a-z0-9]*$"
)


class Reading(Struct, frozen=True, kw_only=True):
    """What a sentence says."""

    intent: Intent
    fields: dict[str, str]
    """The fields of the question, as the grammar writes them."""
    assumed: tuple[str, ...] = ()
    """What was assumed, in sentences."""
    unread: tuple[str, ...] = ()
    """Words that were not understood."""
    ask: str | None = None
    """A question to the person, whose answer is needed first; None if everything is clear."""


def read_text(text: str, names: MentionIndex) -> Reading:
    """Return what a text says, in plain English, as key=value words, or both.

    Args:
        text: At most `MAX_LENGTH` characters.
        names: The names of models, platforms and GPUs.
    """
    if len(text) > MAX_LENGTH:
        return _unclear(f"That is longer than {MAX_LENGTH:,} characters. Can you say it shorter?")
    text = re.sub(r"(?<!\S)--([a-z_]{2,})[ =]+(?=\S)", r"\1=", text)
    problem: str | None = None
    try:
        words = split_words(text)
    except UserError as error:
        words, problem = text.split(), str(error)
    typed: dict[str, str] = {}
    sentence: list[str] = []
    for word in words:
        key, equals, value = split_word(word)
        key = key.lower()
        if not equals or not re.fullmatch(r"[a-z_]{2,}", key) or value.startswith(">"):
            sentence.append(word)
        elif key not in KEYS:
            return _unclear(unknown_key(key))
        elif key in typed and typed[key] != value:
            return _unclear(f"{key}= appears twice. Which one holds?")
        else:
            typed[key] = value.rstrip(",;" if key != "on" else "")
            sentence.append(f"¦{key}¦")
    reading = read_sentence(" ".join(sentence) if typed else text, names, typed)
    if problem and typed:
        return structs.replace(reading, ask=reading.ask or problem)
    errors = value_errors({key: value for key, value in reading.fields.items() if key in KEYS})
    return structs.replace(reading, ask=reading.ask or next(iter(errors.values()), None))


def _unclear(question: str) -> Reading:
    return Reading(intent="unclear", fields={}, ask=question)


def read_sentence(text: str, names: MentionIndex, typed: dict[str, str] | None = None) -> Reading:
    """Return what a sentence in plain English says.

    Args:
        text: The sentence, without its key=value words.
        names: The names of models, platforms and GPUs.
        typed: The fields of its key=value words, which hold against the sentence.
    """
    typed = typed or {}
    bare = " ".join(text.lower().split())
    if re.match(_HELP, bare) and not typed:
        return Reading(intent="help", fields={})
    sentence = Sentence(text, names)
    sentence.fields.update(typed)
    intent_text = sentence.text
    for rule in RULES:
        rule(sentence)
    read_token_counts(sentence)
    is_fit = bool(re.search(_FIT, intent_text)) and bool(re.search(r"⟦m\d+⟧|param|⟦n\d+⟧|gpu", intent_text))
    read_gpus(sentence)
    read_terms(sentence)
    parts = read_names(sentence)
    intent = _intent(sentence, intent_text, parts, typed, is_fit=is_fit)
    _place_names(sentence, intent, parts, intent_text)
    fields = sentence.fields | typed
    loose = unused_number(sentence)
    unread = _unread(sentence)
    stray = next((word for word in unread if word[0].isdigit()), None)
    if loose is not None and loose.question:
        sentence.ask(loose.question)
    elif stray is not None and not sentence.questions:
        sentence.ask(f"What does “{loose.text if loose else stray}” count?")
    if intent == "change" and not fields and not sentence.questions:
        intent = "unclear"
    if intent == "unclear" and not sentence.questions:
        sentence.ask(NOT_UNDERSTOOD)
    if intent == "compare" and not fields and not re.search(r"\b(?:these|those|them|both|two|all|last)\b", intent_text):
        sentence.ask("Which estimates should I compare? Name them by id, such as compare k7m2 p3x9.")
    ask = sentence.questions[0] if sentence.questions else None
    return Reading(intent=intent, fields=fields, assumed=tuple(sentence.assumed), unread=unread, ask=ask)


def _intent(sentence: Sentence, text: str, parts: Names, typed: dict[str, str], *, is_fit: bool) -> Intent:
    fields = sentence.fields.keys() | typed.keys()
    has_names = bool(parts.tuned or parts.baseline or parts.platforms)
    sized = "examples" in fields or "example" in fields
    if is_fit and not sized:
        return "fit"
    if re.search(_BREAK_EVEN, text):
        return "breakeven"
    if re.search(_COST, text) and fields == {"gpu"} and not has_names:
        return "price"
    if re.search(_COST, text) and has_names and not fields - {"method", "customer", "share", "currency"}:
        return "price"
    if (
        re.search(_MODELS, text)
        and not fields - {"method", "customer", "on", "share", "currency"}
        and not re.search(r"⟦n\d+⟧", text)
    ):
        return "models"
    if (
        re.match(r"(?:please |can you |could you )?compare\b", text)
        and not fields
        and (
            len(parts.tuned) + len(parts.baseline) != 1 or not re.search(r"compare(?: \w+)? (?:with|to|against)", text)
        )
    ):
        return (
            "compare"
            if has_names or re.search(r"\b(?:these|those|them|both|two|all|estimates?|last|options)\b", text)
            else "unclear"
        )
    asks = bool(re.search(_QUESTION, text)) or (bool(parts.tuned) and bool(re.search(v.TUNE, text)))
    if {"examples", "example"} <= fields or (asks and (fields or has_names)):
        return "estimate"
    if fields or has_names:
        return "change"
    return "estimate" if asks and re.search(rf"{v.TUNE}", text) else "unclear"


def _place_names(sentence: Sentence, intent: Intent, parts: Names, text: str) -> None:
    """Set `on`, `base` and `model` from the names of a sentence."""
    if intent == "fit":
        _place_shape(sentence, parts)
        return
    tuned, baseline = list(parts.tuned), list(parts.baseline)
    if len(tuned) == 1 and not baseline and _is_used_today(sentence, intent, parts, text):
        tuned, baseline = [], tuned
    if baseline and (name := name_for(sentence, baseline[0], "base", "offer")):
        sentence.set("base", name)
    if len(baseline) > 1:
        sentence.ask(f"Which model do you use today: {' or '.join(mention.text for mention in baseline)}?")
    if intent == "price" and "gpu" in sentence.fields:
        sentence.set("on", sentence.fields.pop("gpu"))
        return
    if intent in ("models", "price"):
        offers = [mention.names.get("offer", mention.name) for mention in [*tuned, *baseline]]
        for mention in tuned:
            if mention.assumed:
                sentence.assume(mention.assumed)
    else:
        offers = [name for mention in tuned if (name := name_for(sentence, mention, "offer", "base", "shape"))]
    if "gpu" in sentence.fields and len(tuned) == 1 and not parts.platforms and "shape" in tuned[0].names:
        sentence.set("on", "gpu")
        sentence.set("model", tuned[0].names["shape"])
    elif offers and parts.platforms:
        sentence.set("on", ",".join(f"{platform}/{offer}" for platform in parts.platforms for offer in offers))
    elif offers or parts.platforms:
        sentence.set("on", ",".join(dict.fromkeys([*offers, *parts.platforms])))
    elif re.search(r"\b(?:rent(?:ed|ing)?|own|self[- ]?host(?:ed|ing)?) (?:\w+ )?gpus?\b|self[- ]?host", text):
        sentence.set("on", "gpu")


def _place_shape(sentence: Sentence, parts: Names) -> None:
    for mention in [*parts.tuned, *parts.baseline][:1]:
        if name := name_for(sentence, mention, "shape", "offer", "base"):
            sentence.set("model", name)
            sentence.fields.pop("params", None)


def _is_used_today(sentence: Sentence, intent: Intent, parts: Names, text: str) -> bool:
    """Return whether the only model of a sentence is the one that is prompted today."""
    if parts.platforms or intent == "compare":
        return False
    names = parts.tuned[0].names
    has_traffic = "calls" in sentence.fields or "prompt" in sentence.fields
    if has_traffic and not re.search(v.TUNE, text):
        return True
    should = re.search(r"\b(?:should|shall|worth|make sense|good idea)\b", text)
    if intent in ("estimate", "breakeven") and should and "base" in names:
        return "shape" not in names  # an open model is rather the one to tune
    return intent == "change" and "offer" not in names


def _unread(sentence: Sentence) -> tuple[str, ...]:
    """Return the words that nothing was made of."""
    rest = sentence.untag(re.sub(r"¦\w+¦|¦", " , ", sentence.text))
    words = re.findall(r"[^\s,;:!?()\"]+", rest)
    return tuple(
        dict.fromkeys(
            word.strip(".'-→>/")
            for word in words
            if word.strip(".'-→>/") and word.strip(".'-→>/") not in v.STOP_WORDS and word not in KEYS
        )
    )
