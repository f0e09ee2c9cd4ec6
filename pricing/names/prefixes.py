"""Prefixes and wrappers of names: routers, clouds, owners on Hugging Face, ARNs, and ids of tuned models."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

SELLERS = {
    "aws": "aws-bedrock",
    "aws-bedrock": "aws-bedrock",
    "bedrock": "aws-bedrock",
    "amazon-bedrock": "aws-bedrock",
    "amazon": "aws-bedrock",
    "azure": "azure",
    "azure-ai": "azure",
    "azure-openai": "azure",
    "microsoft-azure": "azure",
    "azure-foundry": "azure",
    "microsoft-foundry": "azure",
    "vertex": "google",
    "vertex-ai": "google",
    "vertexai": "google",
    "google": "google",
    "google-vertex": "google",
    "gemini": "google",
    "fireworks": "fireworks",
    "fireworks-ai": "fireworks",
    "fireworks.ai": "fireworks",
    "together": "together",
    "together-ai": "together",
    "together.ai": "together",
    "togetherai": "together",
    "openai": "openai",
    "anthropic": "anthropic",
    "mistral": "mistral",
    "mistralai": "mistral",
    "deepseek": "deepseek",
    "xai": "x-ai",
    "x-ai": "x-ai",
    "groq": "groq",
    "openrouter": "openrouter",
    "cerebras": "cerebras",
    "cloudflare": "cloudflare",
    "databricks": "databricks",
    "deepinfra": "deepinfra",
    "cohere": "cohere",
    "nebius": "nebius",
    "novita": "novita",
    "ovhcloud": "ovhcloud",
    "perplexity": "perplexity",
    "baseten": "baseten",
    "github-copilot": "github-copilot",
    "huggingface": "huggingface",
    "moonshot": "moonshotai",
    "dashscope": "alibaba",
    "aliyun": "alibaba",
    "model-studio": "alibaba",
    "wandb": "wandb",
    "w&b": "wandb",
    "weights-&-biases": "wandb",
    "weights-and-biases": "wandb",
    "coreweave": "wandb",
    "rubrik": "predibase",
    "nebius-ai-studio": "nebius",
    "token-factory": "nebius",
    "cortex": "snowflake",
    "sagemaker": "sagemaker",
    "alibaba-cloud": "alibaba",
    "thinking-machines": "tinker",
    **{
        seller: seller
        for seller in (
            *("anyscale", "fal", "friendli", "hyperbolic", "lamini", "lepton", "modal", "octoai"),
            *("predibase", "replicate", "runpod", "sambanova", "siliconflow", "snowflake"),
        )
    },
}
"""A prefix, with hyphens, and the seller that it means."""

ROUTERS = frozenset({"openrouter", "litellm", "hosted-vllm", "vllm", "ollama", "lm-studio", "huggingface", "hf"})
"""Prefixes that say how a model is called, not who tunes it."""

OWNERS = frozenset(
    {
        *("meta-llama", "meta", "qwen", "google", "mistralai", "openai", "deepseek-ai", "microsoft", "nvidia"),
        *("moonshotai", "ibm-granite", "allenai", "tiiuae", "unsloth", "huggingfacetb", "minimaxai", "z-ai", "amazon"),
        *("deepseek", "mistral", "moonshot", "xai", "x-ai", "zai", "minimax", "ai21", "zai-org"),
        *("anthropic", "thinkingmachines", "nousresearch", "cohere", "cohereforai", "internlm", "thudm", "01-ai"),
    }
)
"""Owners on Hugging Face, and makers in a router's ids: the model is the same wherever it is sold."""

_ARN = re.compile(r"arn:aws[\w-]*:(?:bedrock|sagemaker):[\w-]*:\d*:([\w-]+)/(.+)", re.IGNORECASE)
# Ids of tuned models, and the platform that gives them.
_TUNED_IDS = (
    (re.compile(r"ft:([^:/]+)(?::.*)?", re.IGNORECASE), "openai"),
    (re.compile(r"(.+?)\.ft-[\w-]+", re.IGNORECASE), "azure"),
    (re.compile(r"(.+?)(?::[^:/]+)?:ft-[\w-]+", re.IGNORECASE), "together"),
)
_ADDRESS = re.compile(r"^(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_REGION = re.compile(r"^(?:us|eu|apac|jp|au|ca|global|regional|us-gov)\.(?=[a-z0-9]+\.)", re.IGNORECASE)
_MAKER = re.compile(
    r"^(?:amazon|anthropic|meta|mistral|cohere|ai21|deepseek|openai|qwen|google|nvidia|writer|moonshotai?|zai|minimax)"
    r"\.(?=[a-z])",
    re.IGNORECASE,
)
_PATHS = re.compile(
    r"^(?:accounts/[\w-]+/(?:models|deployments)/|publishers/[\w-]+/models/|models/|converse/|invoke/|deployments/)",
    re.IGNORECASE,
)
_AT_SELLER = re.compile(r"(.+?)(?:\s*\(([^()]+)\)|,?\s+(?:at|on|via|from|by)\s+([\w -]+))", re.IGNORECASE)
_AWS_REGION = re.compile(r"^(?:us|eu|ap|ca|sa|me|af)(?:-gov)?-[a-z]+-\d/", re.IGNORECASE)
# Resources of Vertex AI, tuned models of the Gemini API, models of an account of Fireworks, artifacts of W&B.
_OPAQUE = re.compile(
    r"projects/.+/(?:models|endpoints|tuningJobs)/|tunedModels/|accounts/(?!fireworks/)[\w-]+/|wandb-artifact:",
    re.IGNORECASE,
)
_OPAQUE_ARNS = frozenset({"provisioned-model", "application-inference-profile", "custom-model-deployment", "endpoint"})


class Reference(NamedTuple):
    """A name without its wrappers."""

    name: str
    """The model's name; empty if the text names none."""
    sellers: frozenset[str] = frozenset()
    """The sellers that the text names; empty for any."""
    owner: str = ""
    """A prefix that isn't a seller, such as the owner on Hugging Face."""
    is_tuned: bool = False
    """The text is the id of a tuned model, which has other prices than its base."""
    is_opaque: bool = False
    """The text is an identifier that doesn't say which model it is."""
    names_maker: bool = False
    """The seller's prefix also names the maker of models that others sell, such as openai/gpt-oss-20b."""


def seller_of(prefix: str, platforms: Collection[str] = ()) -> str | None:
    """Return the seller that a prefix such as `together_ai` means; None if it means none.

    Args:
        prefix: The text before a slash.
        platforms: Further ids of sellers, which mean themselves.
    """
    folded = "-".join(prefix.strip().lower().replace("_", " ").split())
    return folded if folded in platforms else SELLERS.get(folded)


def read_reference(text: str, platforms: Collection[str] = ()) -> Reference:
    """Return the model, and the sellers if any, that an id, ARN, address or prefixed name refers to.

    Args:
        text: As typed.
        platforms: Ids of sellers, besides the well-known ones.
    """
    name = _ADDRESS.sub("", text.strip().strip("`'\"“”„ "))
    if resource := _read_resource(name):
        return resource
    sellers: frozenset[str] = frozenset()
    owner, names_maker = "", False
    if (placed := _AT_SELLER.fullmatch(name)) and (seller := seller_of(placed[2] or placed[3], platforms)):
        sellers, name = frozenset({seller}), placed[1].strip(" ,")
    if name.lower().startswith("@cf/"):
        sellers, name = frozenset({"cloudflare"}), name[4:]
    while "/" in name:
        if path := _PATHS.match(name):
            if name.lower().startswith("accounts/fireworks/"):
                sellers = sellers or frozenset({"fireworks"})
            name = name[path.end() :]
            continue
        if sellers and (region := _AWS_REGION.match(name)):
            name = name[region.end() :]
            continue
        prefix, _, rest = name.partition("/")
        folded = prefix.strip().lower().replace("_", "-").replace(" ", "-")
        if folded in ROUTERS and "/" in rest:
            sellers = sellers or (frozenset({folded}) if folded == "openrouter" else frozenset())
        elif not sellers and not owner and (seller := seller_of(prefix, platforms)):
            sellers = frozenset({seller})
            owner = folded if folded in OWNERS else ""
            names_maker = bool(owner)
        else:
            owner = folded
        name = rest
    for pattern, platform in _TUNED_IDS:
        if tuned := pattern.fullmatch(name):
            return Reference(tuned[1], sellers or frozenset({platform}), owner, is_tuned=True)
    plain = bedrock_name(name)
    if plain != name and not sellers:
        sellers = frozenset({"aws-bedrock"})
    return Reference(plain, sellers, owner, names_maker=names_maker)


def bedrock_name(name: str) -> str:
    """Return a model id of Bedrock without its region and maker; any other name unchanged."""
    return _MAKER.sub("", _REGION.sub("", name))


def _read_resource(name: str) -> Reference | None:
    """Return what a cloud's name of a resource refers to; None for other names."""
    if arn := _ARN.fullmatch(name):
        return _read_arn(arn[1].lower(), arn[2])
    return Reference("", is_tuned=True, is_opaque=True) if _OPAQUE.match(name) else None


def _read_arn(kind: str, resource: str) -> Reference:
    sellers = frozenset({"aws-bedrock"})
    if kind in _OPAQUE_ARNS:
        return Reference("", sellers, is_opaque=True)
    model = resource.partition("/")[0]
    is_tuned = kind in ("custom-model", "imported-model")
    if kind == "imported-model":
        return Reference("", sellers, is_tuned=True, is_opaque=True)
    return Reference(bedrock_name(model), sellers, is_tuned=is_tuned)
