"""The price list as it is looked up: the best seller of each model first, with the names of the listed models."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from pricing.base.prices import BasePriceList, ListedModel, Seller
from pricing.files.snapshot import load_snapshot
from pricing.names.index import IndexedNames, NameEntry, index_names
from pricing.names.prefixes import bedrock_name

# The maker of a closed model sells it by default.
_MAKERS = (
    (re.compile(r"(gpt-(?!oss)|chatgpt|o\d|davinci|babbage|text-embedding|codex)"), "openai"),
    (re.compile(r"claude"), "anthropic"),
    (re.compile(r"gemini"), "google"),
    (re.compile(r"grok"), "x-ai"),
    (re.compile(r"(mistral|ministral|codestral|devstral|magistral|pixtral|voxtral)"), "mistral"),
    (re.compile(r"deepseek"), "deepseek"),
    (re.compile(r"(command|c4ai|embed-v)"), "cohere"),
    (re.compile(r"glm"), "zai"),
    (re.compile(r"kimi"), "moonshotai"),
    (re.compile(r"minimax"), "minimax"),
    (re.compile(r"(nova|titan)"), "aws"),
    (re.compile(r"sonar"), "perplexity"),
    (re.compile(r"muse"), "meta"),
)
# The seller of an open model by default is the first of these that sells it; then the others in the list's order.
_DEFAULT_SELLERS = ("together", "fireworks", "groq", "aws", "azure", "google", "novita", "cerebras", "databricks")
LESS_KNOWN = 50  # the place of a seller that isn't one of these
# Gateways, and products whose prices aren't those of an API, are a default only if nobody else sells the model.
_LAST_SELLERS = ("cloudflare", "openrouter", "github-copilot", "cursor", "quicksilverpro", "huggingface")
# Found by their exact names only: :free, :batch and :thinking (not the :0 of Bedrock), a router's aliases, tuned
# models, and models that don't answer in text.
_UNLISTED = re.compile(
    r":(?!\d)[\w-]+$|^~|^ft:|[.-]ft-|embed|rerank|whisper|transcri|[-_](?:tts|image|audio|live|realtime|guard|ocr)(?![a-z])"
    r"|guard|moderation|voxtral|lyria|veo|imagen|banana|robotics|orpheus|eleven_"
)


class PreparedPriceList(Struct, frozen=True):
    """The price list, the best seller of each model first, and the names of the listed models."""

    version: str
    sellers: dict[str, Seller]
    models: tuple[ListedModel, ...]
    names: IndexedNames


def load_prepared(prices: BasePriceList) -> PreparedPriceList:
    """Return a price list prepared for look-ups, from its snapshot if that is current."""
    text = prices.path.read_text(encoding="utf-8")
    return load_snapshot(prices.path, PreparedPriceList, [text], lambda: _prepare(prices))


def _prepare(prices: BasePriceList) -> PreparedPriceList:
    models = tuple(sorted(prices.models, key=rank))
    return PreparedPriceList(prices.version, prices.sellers, models, indexed_names(models, listed=True))


def indexed_names(models: Iterable[ListedModel], *, listed: bool) -> IndexedNames:
    """Return the names of the listed models, or of those that are found by their exact names only."""
    chosen = (model for model in models if listed is is_listed(model))
    return index_names(NameEntry(model.id, _names(model), model.seller) for model in chosen)


def is_listed(model: ListedModel) -> bool:
    """Return whether a model is offered by parts of its name."""
    return not _UNLISTED.search(model.name)


def _names(model: ListedModel) -> tuple[str, ...]:
    texts = (model.name, *model.aliases)
    return (*texts, *[text.rpartition("/")[2] for text in texts if "/" in text], model.title)


def rank(model: ListedModel) -> int:
    """Return the place of a model's seller among those that sell it: its maker is the first."""
    name = bedrock_name(model.name).rpartition("/")[2].lower()
    maker = next((maker for pattern, maker in _MAKERS if pattern.match(name)), None)
    if model.seller == maker:
        return 0
    if model.seller in _DEFAULT_SELLERS:
        return 1 + _DEFAULT_SELLERS.index(model.seller)
    last = next((number for number, seller in enumerate(_LAST_SELLERS) if model.seller.startswith(seller)), None)
    return LESS_KNOWN if last is None else 2 * LESS_KNOWN + last
