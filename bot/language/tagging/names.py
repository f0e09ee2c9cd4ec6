"""The names that a sentence may contain, from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from bot.language.tagging.mentions import MentionIndex
from pricing import Catalog

_ENGLISH_WORDS = frozenset({"lambda", "modal", "replicate", "vast"})
"""Names that are mostly something else in a sentence."""


@lru_cache(maxsize=4)
def mention_index(catalog: Catalog) -> MentionIndex:
    """Return the index of a catalogue's names. It is built once per catalogue.

    Args:
        catalog: The current catalogue.
    """
    facts = catalog.gpus.facts
    platforms = {
        name: offer.platform for offer in catalog.offers.values() for name in (offer.platform, offer.platform_title)
    }
    return MentionIndex(
        offers=[offer.id.partition("/")[2].partition("@")[0] for offer in catalog.offers.values()],
        bases=catalog.base_models.names,
        shapes=[name for model in facts.models.values() for name in (model.name, *model.aliases)],
        gpus={name: gpu.name for gpu in facts.gpus.values() for name in (gpu.name, *gpu.aliases)},
        platforms={
            name: name for entry in catalog.not_sold for name in entry.names if _is_platform(name, facts.frameworks)
        }
        | platforms,
        frameworks=facts.frameworks,
        sellers={
            name: offer.platform
            for offer in catalog.gpus.offers.values()
            for name in (offer.platform, offer.platform_title)
            if offer.platform not in platforms and name.lower() not in _ENGLISH_WORDS
        },
        find_base=lambda name: catalog.base_models.resolve(name).default,
    )


def _is_platform(name: str, frameworks: Collection[str]) -> bool:
    """Return whether a name of what isn't sold is a platform's: a word, not the pattern of models."""
    return re.fullmatch(r"[a-z]{4,}|ai21|xai", name) is not None and name != "chatgpt" and name not in frameworks
