"""Names of models, folded so that two spellings of one checkpoint are equal and two checkpoints never are."""

from __future__ import annotations

import re
from functools import lru_cache

_REGION = re.compile(r"^(?:global|regional|us|eu|apac|jp|au)\.")
_OWNER = re.compile(r"^(?:anthropic|meta|amazon|openai|mistral|cohere|deepseek|qwen|google|moonshotai|zai)\.")
# Bedrock's revision. v0:2 of Mistral 7B is a version of the model, so 0 is kept.
_REVISION = re.compile(r"-v?[1-9]\d*:\d+$")
# Sellers add these to the name of the same weights. `gpt-3.5-turbo-instruct` is a model of its own.
_DECORATION = re.compile(r"(?<!turbo)-(?:instruct|it|reference|basic|bf16|fp8)$")
_TUNED = re.compile(r"^ft:([^:]+):.*$|\.ft-[\w-]+$", re.DOTALL)  # ft:gpt-4.1-mini:org::id, gpt-35-turbo-0613.ft-1a2b
_VARIANT = re.compile(r":(?:peft:\d+|free)$")  # Tinker's longer context in training, OpenRouter's free tier
_FIREWORKS_POINT = re.compile(r"(?<=\d)p(?=\d)")  # qwen3p5 is Qwen3.5
# A hyphen between two numbers separates a version from a size, so it is kept: qwen3-4b isn't qwen-34b.
_SPARE_HYPHEN = re.compile(r"(?<=[a-z])-|-(?=[a-z])")


@lru_cache(maxsize=4096)  # an answer folds the names of all offers
def fold_model_name(name: str) -> str:
    """Return a model's name without owner, region, revision, case and spare hyphens.

    Versions, sizes and dates of snapshots are kept: `Qwen/Qwen3-4B` and `Qwen3-4B-Instruct-2507` stay different.

    Args:
        name: As a platform or a person writes it.
    """
    text = re.sub(r"[\s_]+", "-", name.strip().lower())
    text = _VARIANT.sub("", _TUNED.sub(r"\1", text)).rsplit("/", 1)[-1]
    text = _FIREWORKS_POINT.sub(".", text)
    text = _REVISION.sub("", _OWNER.sub("", _REGION.sub("", text)))
    previous = ""
    while previous != text:
        previous, text = text, _DECORATION.sub("", text)
    return _SPARE_HYPHEN.sub("", text)
