"""Rules for GPUs: which and how many, their price, their memory, and the set-up of a training run."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.language.rules.training import after
from bot.language.tagging import vocabulary as v
from bot.language.tagging.numbers import Number
from bot.language.tagging.sentence import ABOUT, N, Sentence, needs_words, number

_CONTEXT_SIZES = {Decimal(k * 1000): k * 1024 for k in (1, 2, 4, 8, 16, 32, 64, 128, 256)}
"""Context lengths that people round: 8k stands for 8,192 tokens."""


def read_gpus(sentence: Sentence) -> None:
    """Read the GPU and the number of GPUs."""
    for match in sentence.take(
        rf"(?:{N}|(?P<single>a single|single|one|just one|a|an)|(?P<pair>a pair of|a couple of|both)) ?(?:x |× |\* )?(?:nvidia |amd )?⟦g(?P<g>\d+)⟧(?: (?:gpus?|cards?))?|⟦g(?P<g2>\d+)⟧(?: gpus?)? ?(?:x|×|\*) ?{number('m')}|⟦g(?P<g3>\d+)⟧"
    ):
        index = match["g"] or match["g2"] or match["g3"]
        sentence.set("gpu", sentence.mentions[int(index)].name)
        if match["n"] or match["m"]:
            sentence.set_number("gpus", sentence.number_of(match, "n", "m"), whole=True)
        elif match["pair"]:
            sentence.set("gpus", "2")
        elif match["single"] in ("a single", "single", "one", "just one"):
            sentence.set("gpus", "1")
    for match in sentence.take(rf"(?:a |an |in )?{N} ?gb(?: (?:of )?(?:gpu|card|vram|memory))?(?![a-z])"):
        if sentence.has(r"data|stored|storage"):
            sentence.set_number("data_gb", sentence.number_of(match))
        else:
            sentence.set_number("gpu_memory", sentence.number_of(match))
    for match in sentence.take(rf"{N} (?:gpus?|cards)(?![a-z])"):
        sentence.set_number("gpus", sentence.number_of(match), whole=True)


_OWNED = (
    r"\b(?:own|owned|bought|purchased|on[- ]?prem(?:ises)?|in[- ]house)(?: [a-z]+){0,2}? (?:⟦n\d+⟧ ?(?:x |× )?)?(?:nvidia |amd )?(?:⟦g\d+⟧|gpus?\b)|"
    r"\b(?:our|my) (?:⟦n\d+⟧ ?(?:x |× )?)?(?:nvidia |amd )?⟦g\d+⟧|"
    r"\b(?:we|i)(?: (?:already|do|also))?(?: have|'ve got| got)(?: (?:already|got|an?|our|some|about))* (?:⟦n\d+⟧ ?(?:x |× )?)?(?:nvidia |amd )?⟦g\d+⟧"
)
_NO_COST = (
    r"(?:(?:they|these|those|which|that|(?:the |our )?(?:gpus|cards|hardware|cluster)) (?:(?:all|do|already|now|would|will|also) )*"
    r"(?:costs? (?:us )?nothing|(?:(?:are|is|have|has|been|already|all|long) )*(?:paid(?: for| off)?|free)(?! (?:until|for|in|on|at|by|between)\b))|"
    r"(?:(?<=⟧)|(?<=gpus)) (?:(?:that|which|are|have|been|already) )*(?:cost (?:us )?nothing|(?:already |been )paid(?: for| off)?)|"
    r"(?<=⟧) ?\((?:already )?paid(?: for| off)?\))(?![a-z])"
)


def owns_gpus(text: str) -> bool:
    """Return whether a tagged text says that the GPUs are the asker's own."""
    return bool(re.search(_OWNED, text))


def read_gpu_price(sentence: Sentence) -> None:
    """Read the price of a GPU-hour."""
    if sentence.has(_OWNED):
        for _ in sentence.take(_NO_COST):
            sentence.set("gpu_rate", "0")
    for match in sentence.take(
        rf"{N} ?(?:/ ?|per |for an? |an? )⟦g(?P<g>\d+)⟧[ -]?(?:gpu[ -])?(?:hours?|hr|h)(?![a-z])"
    ):
        sentence.set("gpu", sentence.mentions[int(match["g"])].name)
        sentence.set_number("gpu_rate", sentence.number_of(match))
    for match in sentence.take(
        rf"(?:at |for |costs? (?:us )?|pay(?:ing)? |price of )?{N} ?(?:/ ?|per |an |a |each )(?:gpu[- ]?)?(?:hours?|hr|h)(?![a-z])(?: (?:per|a|for (?:a|each)) gpu| each)?"
    ):
        price = sentence.number_of(match)
        if "gpu" in match[0] or (
            price.kind == "money" and ("gpu" in sentence.fields or sentence.has(r"⟦g\d+⟧|gpu|hardware|cluster"))
        ):
            sentence.set_number("gpu_rate", price)
        else:
            sentence.ask(f"What does “{sentence.typed(match)}” count?")


_AFTER_SIZE = r"(?:q?lora|dpo|full|fine|fit|model|llm|dense|moe|param|on|with|at|in|using|via|by|for|and|or|is|be|can|will|would|to|train|tune|tuned|run|version|instead|please)(?![a-z])"
"""Words that may follow the size of a model that is tuned; `a 70B teacher` isn't."""


def read_model_size(sentence: Sentence) -> None:
    """Read the parameters of a model that isn't named, and any other number in billions."""
    for match in sentence.take(
        rf"(?:a |an |the )?{N} ?(?:parameters?|params?)(?: models?)?|(?:a |an |the |my |our )?{number('m')} ?(?:dense )?models?"
    ):
        size = sentence.number_of(match, "n", "m")
        if size.billions or "param" in match[0]:
            sentence.set_number("params", size)
    for match in sentence.take(
        rf"(?<=⟧)(?:,? (?:or|and|vs)|,|/) ?{N}(?! ?[a-z])", lambda match: _is_size(sentence.number_of(match))
    ):
        sentence.ask(f"Which model is “{sentence.number_of(match).text}”? Write its name in full.")
    if "params" not in sentence.fields:
        for match in sentence.take(
            rf"{N}(?! (?!{_AFTER_SIZE})[a-z])", lambda match: _is_size(sentence.number_of(match))
        ):
            sentence.set_number("params", sentence.number_of(match))


def _is_size(number_read: Number) -> bool:
    return number_read.billions and number_read.kind == "plain"


def read_sequences(sentence: Sentence) -> None:
    """Read the tokens of a sequence."""
    length = r"(?:context(?: length| window| size)?|ctx|seq(?:uence)?s?(?: len(?:gth)?)?|max(?:imum)? (?:seq(?:uence)?|length)(?: len(?:gth)?)?|token sequences?|tokens? (?:context|sequences?|seqs?|long sequences?))"
    for pattern in (rf"{N}(?:[ -]{v.TOKENS})?[ -]{length}", after(length) + rf"(?: {v.TOKENS})?"):
        for match in sentence.take(pattern):
            tokens = sentence.number_of(match)
            size = _CONTEXT_SIZES.get(tokens.amount.likely) if tokens.text.endswith(("k", "K")) else None
            if size:
                sentence.set("seq", str(size))
            else:
                sentence.set_number("seq", tokens, whole=True)


_WHOLE_NUMBERS = (
    ("micro_batch", r"(?:micro[- ]?batch(?:es)?|per[- ]device batch)(?: size)?"),
    ("rank", r"rank"),
    ("rank", r"r(?==| =)"),
    ("tp", r"(?:tensor[- ]parallel(?:ism)?|tp)(?: (?:size|degree))?"),
    ("cp", r"(?:context[- ]parallel(?:ism)?|cp)(?: (?:size|degree))?"),
    ("ep", r"(?:expert[- ]parallel(?:ism)?|(?<!\d )ep)(?: (?:size|degree))?"),
)
_CHOICES = (
    ("checkpointing", "none", r"(?:no|without|turn off|disable) (?:gradient |activation )?checkpointing|(?:gradient |activation )?checkpointing (?:is )?off"),
    ("checkpointing", "selective", r"selective (?:gradient |activation )?checkpointing"),
    ("checkpointing", "full", r"(?:(?:turn on|enable|use|using|with) )?(?:full )?(?:gradient|activation) checkpointing(?: on)?|full checkpointing"),
    ("packing", "off", r"(?:no|without|turn off|disable) (?:sequence |sample )?packing|(?:un|not )packed|packing (?:is )?off"),
    ("packing", "on", r"(?:(?:turn on|enable|use|using|with) )(?:sequence |sample )?packing|(?:turn )?packing (?:is )?on"),
    ("optimizer", "paged-adamw-8bit", r"paged (?:int8 adamw?|adamw?[ -]int8)"),
    ("optimizer", "adamw-8bit", r"int8 adamw?|adamw?[ -]int8"),
    ("optimizer", "adafactor", r"adafactor"),
    ("optimizer", "paged-adamw", r"paged adamw?"),
    ("optimizer", "adamw", r"adamw"),
    ("offload", "optimiser", r"(?:offload(?:ing)?(?: the)? optimi[sz]er(?: states?)?|optimi[sz]er offload(?:ing)?)"),
)  # fmt: skip


@needs_words(r"checkpoint|pack|adam|adafactor|offload|flash|rank|batch|⟦f|parallel|\b[tce]p\b|\br ?=|gb")
def read_setup(sentence: Sentence) -> None:
    """Read what decides memory and speed on GPUs: rank, micro-batch, checkpointing, optimiser, framework."""
    for key, value, words in _CHOICES:
        for _ in sentence.take(rf"(?<![a-z])(?:{words})(?![a-z])"):
            sentence.set(key, value)
    for key, noun in _WHOLE_NUMBERS:
        for pattern in (rf"(?<![a-z]){noun}(?: (?:of|is|to|at|=))* ?[:=]? ?{ABOUT}{N}", rf"{N} {noun}(?![a-z=])"):
            if pattern.startswith("⟦") and key not in ("rank", "micro_batch"):
                continue
            for match in sentence.take(pattern):
                sentence.set_number(key, sentence.number_of(match), whole=True)
    for match in sentence.take(rf"flash[- ]?att(?:ention|n)(?:[- ]?(?P<digit>[123])(?!\d)| {N})"):
        version = match["digit"] or sentence.number_of(match).amount
        sentence.set("kernel", f"flash{version}")
    for match in sentence.take(
        r"(?:(?:with|using|use|via|on|in|by|framework(?: is)?:?) )?⟦f(?P<f>\d+)⟧(?: framework)?"
    ):
        sentence.set("framework", sentence.mentions[int(match["f"])].name)
    for match in sentence.take(
        rf"(?:stor(?:e|ing|age)(?: of)? )?{N} ?gb (?:of )?(?:stored |training )?(?:data|storage|files?)"
    ):
        sentence.set_number("data_gb", sentence.number_of(match))
