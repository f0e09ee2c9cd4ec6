"""Parts of names that don't change what is meant: snapshot dates, serving variants, and the format of weights."""

from __future__ import annotations

import re
from functools import lru_cache

# Dates of snapshots and revisions of an API model: 2025-04-14, 20251001, 0613, @20251001, v1:0, 1:0, :0, -001, -latest.
_SNAPSHOT = re.compile(
    r"(?:[-@ ](?:20\d\d-?[01]\d-?[0-3]\d|latest|0\d[0-3]\d|1[0-2][0-3]\d|00\d)"
    r"|-?v\d(?::\d+)+(?::\w+)?|-v1|-\d(?::\d+)+|:\d+)+$"
)
# What sellers append to an open model's name. They change neither the weights that are tuned nor their size.
_SERVING = re.compile(
    r"[- ](?:instruct|chat|it|hf|reference|turbo|versatile|instant|basic|maas|fast|lite|tput|bf16|fp16|fp8|int4|int8"
    r"|awq|gptq|nvfp4|bnb|4bit|8bit|gguf|2507|2506|2503|2407|0324|0528|v0\.\d|v1)(?=[- ]|$)"
)
# Months of an open model's release and parts of its version: another one is another set of weights.
_REVISION = re.compile(r"[- ]((?:2[3-9](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])[0-3]\d)|v0\.\d)(?=[- ]|$)")
_SIZE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?b(?![a-z])")
_EXPERTS = re.compile(r"(?<=[- ])17b(?:[- ](?:16|128)e)?(?=[- ]|$)")  # Llama 4's names give its active parameters
_INSTRUCT = re.compile(r"[- ]instruct(?=[- ]|$)")

# Parts of checkpoint names that do not change the shape of a transformer.
_SHAPE = re.compile(
    r"-(instruct|chat|base|it|pt|hf|sft|dpo|rlhf|bf16|fp16|fp8|bnb|4bit|8bit|gptq|awq|int4|int8|nf4|qlora|lora|unsloth"
    r"|hermes|tuned|text|deduped|\d{4,}|\d{1,3}k|1m|thinking|preview|v0\.[12])(?=-|$)"
)
# A version may change the shape: it is dropped only if the name with it is unknown.
_SHAPE_VERSION = re.compile(r"-(v\d+(\.\d+)*|beta|alpha)(?=-|$)")


# Tiers and routes of a router, which serve the same weights.
_TIER = re.compile(r":(?:batch|beta|exacto|extended|floor|free|nitro|online|thinking)$", re.IGNORECASE)


def without_tier(name: str) -> str:
    """Return a name without a router's tier, such as the `:free` of `llama-3.1-8b-instruct:free`."""
    return _TIER.sub("", name.strip())


def without_snapshot(name: str) -> str:
    """Return an API model's name, in lower case, without the date or revision of its snapshot."""
    return _SNAPSHOT.sub("", name.strip().lower().replace("_", "-"))


def without_serving(name: str) -> str:
    """Return an open model's name, in lower case, without snapshot and serving variant.

    A name without a size keeps what could be a tier of a closed model, such as the turbo of `gpt-4-turbo`.
    """
    plain = without_snapshot(name)
    plain = _EXPERTS.sub("", plain) if "llama" in plain else plain
    is_open = _SIZE.search(plain) is not None or (plain != name.strip().lower().replace("_", "-") and "llama" in plain)
    pattern, previous = (_SERVING if is_open else _INSTRUCT), ""
    plain = plain.removeprefix("meta-").removeprefix("databricks-").removeprefix("meta-")
    while previous != plain:
        previous, plain = plain, pattern.sub("", plain)
    return re.sub(r"[- ]+$", "", plain)


def revisions_of(name: str) -> frozenset[str]:
    """Return the revisions in an open model's name: `2507` of Qwen3-235B-A22B-Instruct-2507, `v0.3` of Mistral 7B."""
    plain = name.strip().lower().replace("_", "-")
    return frozenset() if "gpt-3" in plain or "gpt-4" in plain else frozenset(_REVISION.findall(plain))


@lru_cache(maxsize=4_096)  # a question asks for the shapes of a hundred offers, most of the same models
def shape_name(text: str) -> str:
    """Return a model's name in lower case without owner and decoration of the checkpoint.

    `meta-llama/Meta-Llama-3.1-8B-Instruct` becomes `llama-3.1-8b`.
    """
    name = text.strip().lower().rsplit("/", 1)[-1]
    name = re.sub(r"[\s_]+", "-", name).removeprefix("meta-")
    name = re.sub(r"\bcode-llama", "codellama", name)
    name = re.sub(r"^phi-1-5\b", "phi-1.5", name)
    name = re.sub(r"^(llama|gemma|phi|qwen|smollm|internlm|chatglm|glm|olmo|baichuan|yi)(\d)", r"\1-\2", name)
    name = re.sub(r"^(qwen|smollm|internlm|chatglm|baichuan)-(?=\d(\.\d+)?-)", r"\1", name)
    name = re.sub(r"(?<=\d)-?billion\b", "b", name)
    previous = ""
    while previous != name:
        previous, name = name, _SHAPE.sub("", name)
    return name.strip("-")


def shape_names(text: str) -> tuple[str, ...]:
    """Return the names under which a checkpoint's shape may be known, the most exact one first."""
    plain = shape_name(text)
    return tuple(dict.fromkeys((text.strip().lower(), plain, shape_name(_SHAPE_VERSION.sub("", plain)))))
