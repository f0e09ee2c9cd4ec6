"""The fields that the names of a sentence set: the offers to tune, the model prompted today, the model to train."""

from __future__ import annotations

import re

from bot.language.intents import Intent
from bot.language.roles import Names
from bot.language.rules.hardware import owns_gpus
from bot.language.tagging import vocabulary as v
from bot.language.tagging.mentions import Mention
from bot.language.tagging.sentence import Sentence

_RENTED = r"\b(?:rent(?:ed|ing)?|own|self[- ]?host(?:ed|ing)?) (?:\w+ )?gpus?\b|self[- ]?host"
_INSTEAD_OF = r"\b(?:instead of|rather than)\b"


def rents_gpus(text: str) -> bool:
    """Return whether a text asks for GPUs that are rented or owned."""
    return bool(re.search(_RENTED, text))


def place_names(sentence: Sentence, intent: Intent, roles: Names, text: str) -> None:
    """Set `on`, `base` and `model` from the names of a sentence.

    Args:
        sentence: The sentence, whose other fields are read.
        intent: Its intent.
        roles: Its names by their role.
        text: Its text with tagged names and numbers, before the rules have taken any.
    """
    for mention in [*roles.tuned, *roles.baseline]:
        if mention.is_unknown:
            sentence.name_of(mention)
            return
    if intent == "fit":
        _place_shape(sentence, roles)
        return
    tuned, baseline = list(roles.tuned), _kept_baseline(sentence, roles, text)
    if len(tuned) == len(baseline) == 1 and _replaces_baseline(sentence, tuned[0], baseline[0], text):
        tuned, baseline = [], tuned
    if baseline and baseline[0] in roles.tuned and baseline[0].seller:
        roles = roles._replace(platforms=[name for name in roles.platforms if name != baseline[0].seller])
    if len(tuned) == 1 and not baseline and intent == "change":
        tuned, baseline = _tuned_or_prompted(sentence, tuned[0], text)
    if len(tuned) == 1 and not baseline and _is_used_today(sentence, intent, roles, text):
        tuned, baseline = [], tuned
    if baseline and (name := sentence.base_of(baseline[0])):
        sentence.set("base", name)
    if len(baseline) > 1:
        sentence.ask(f"Which model do you use today: {' or '.join(mention.text for mention in baseline)}?")
    if intent == "price" and "gpu" in sentence.fields:
        sentence.set("on", sentence.fields.pop("gpu"))
    else:
        named = [*tuned, *baseline] if intent in ("models", "price") else tuned
        _place_offers(sentence, named, intent, roles, text)
    if owns_gpus(text) and intent in ("estimate", "breakeven", "change") and not _has_gpu_price(sentence):
        sentence.ask(
            "What does an hour of one of your GPUs cost you? Write it as gpu_rate=2.10; gpu_rate=0 if nothing."
        )
    if sentence.fields.get("on") == "gpu" and sentence.fields.keys() >= {"gpu", "gpu_rate"}:
        sentence.fields["on"] = "your-gpus"  # compared with rented GPUs only on request


def _has_gpu_price(sentence: Sentence) -> bool:
    return "gpu_rate" in sentence.fields or "gpu_rate" in sentence.present


def _place_offers(sentence: Sentence, tuned: list[Mention], intent: Intent, roles: Names, text: str) -> None:
    platforms = list(roles.platforms)
    if intent in ("models", "price"):
        platforms += [mention.seller for mention in roles.baseline if mention.seller]
        offers = [mention.names.get("offer", mention.name) for mention in tuned]
        for mention in tuned:
            if mention.assumed:
                sentence.assume(mention.assumed)
    else:
        offers = [name for mention in tuned if (name := sentence.name_of(mention, "offer", "base", "shape"))]
    if roles.sellers:
        sentence.fields["on"] = ",".join([*platforms, *roles.sellers])
        if len(tuned) == 1 and "shape" in tuned[0].names:
            sentence.set("model", tuned[0].names["shape"])
        return
    on_gpus = "gpu" in sentence.fields or sentence.fields.get("on") == "gpu"
    if on_gpus and len(tuned) == 1 and not platforms and "shape" in tuned[0].names:
        sentence.set("on", "gpu")
        sentence.set("model", tuned[0].names["shape"])
    elif offers and platforms:
        sentence.set("on", ",".join(_offer_of(platform, offer) for platform in platforms for offer in offers))
    elif offers or platforms:
        names = [*offers, *platforms]
        if intent == "change" and re.search(r"\b(?:add|include)\b", text):
            present = sentence.present.get("on")
            if present is None:
                sentence.ask(f"Which platforms or models should I compare besides {' and '.join(names)}?")
            names = [*(present or "").split(","), *names]
        sentence.set("on", ",".join(dict.fromkeys(filter(None, names))))


def _offer_of(platform: str, offer: str) -> str:
    """Return the offer of a platform, or of one of its kinds: `azure/gpt-4.1-mini@regional` for `azure@regional`."""
    name, at, kind = platform.partition("@")
    return f"{name}/{offer}{at}{kind}"


def _place_shape(sentence: Sentence, roles: Names) -> None:
    if sentence.fields.get("on") == "gpu":
        del sentence.fields["on"]
    for mention in [*roles.tuned, *roles.baseline][:1]:
        if name := sentence.name_of(mention, "shape", "offer", "base"):
            sentence.set("model", name)
            sentence.fields.pop("params", None)


def _tuned_or_prompted(sentence: Sentence, mention: Mention, text: str) -> tuple[list[Mention], list[Mention]]:
    """Return the only model of a change as the tuned or the prompted model, asking where it may be either."""
    swaps = r"\b(?:instead|switch to|swap to|replace (?:it|that) with|what if)\b"
    if not re.search(swaps, text) or re.search(v.TUNE, text):
        return [mention], []
    if re.search(r"\bprompt", text):
        return [], [mention]
    if "base" in mention.names and "offer" not in mention.names:
        sentence.ask(f"Is “{mention.text}” the model you use today? It isn't sold for tuning.")
        return [], [mention]
    if "base" in mention.names and re.search(r"\binstead\b", text):
        sentence.ask(f"Is “{mention.text}” the model to tune, or the one you use today?")
    return [mention], []


def _kept_baseline(sentence: Sentence, roles: Names, text: str) -> list[Mention]:
    """Return the models prompted today, without those of `instead of` that the present estimate tunes."""
    if not (roles.tuned and re.search(_INSTEAD_OF, text)):
        return list(roles.baseline)
    priced = {name.rpartition("/")[2].partition("@")[0] for name in sentence.present.get("on", "").split(",")}
    return [mention for mention in roles.baseline if mention.names.get("offer") not in priced - {""}]


def _replaces_baseline(sentence: Sentence, wanted: Mention, unwanted: Mention, text: str) -> bool:
    """Return whether `use A instead of B` replaces the model prompted today: if that is B, or A isn't sold for tuning."""
    if re.search(v.TUNE, text) or not re.search(_INSTEAD_OF, text) or "base" not in wanted.names:
        return False
    is_present = "base" in unwanted.names and unwanted.names["base"] == sentence.present.get("base")
    return is_present or not {"offer", "shape"} & wanted.names.keys()


def _is_used_today(sentence: Sentence, intent: Intent, roles: Names, text: str) -> bool:
    """Return whether the only model of a sentence is the one that is prompted today."""
    if roles.platforms or intent == "compare":
        return False
    names = roles.tuned[0].names
    index = sentence.mentions.index(roles.tuned[0])
    if not {"offer", "shape"} & names.keys() and not re.search(
        rf"{v.TUNE}(?: \w+){{0,2}} ⟦m{index}⟧|⟦m{index}⟧ {v.TUNE}", text
    ):
        return intent in ("estimate", "breakeven", "change")
    has_traffic = "calls" in sentence.fields or "prompt" in sentence.fields
    if has_traffic and not re.search(v.TUNE, text):
        return True
    should = re.search(r"\b(?:should|shall|worth(?:while)?|mak(?:e|es|ing) (?:[a-z]+ )?sense|good idea)\b", text)
    if intent in ("estimate", "breakeven") and should and "base" in names:
        return "shape" not in names  # an open model is rather the one to tune
    return intent == "change" and "offer" not in names
