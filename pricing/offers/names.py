"""The names of offers: ids, platforms, models as people write them, router prefixes, ARNs and ids of tuned models."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cached_property

from pricing.names.decoration import without_serving, without_tier
from pricing.names.index import NameEntry, NameIndex, NameResolution, index_names
from pricing.names.prefixes import OWNERS, Reference, bedrock_name, read_reference, seller_of
from pricing.names.spelling import spell, words
from pricing.offers.offer import Offer

FAMILIES = frozenset({"gemini"})  # as a prefix the seller, alone a family of its models
MAX_SHOWN = 60  # characters of a name in a message


class OfferNames:
    """Look-up of offers by name. The indexes are built on first use."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self._offers = tuple(offers)

    @cached_property
    def _index(self) -> NameIndex:
        entries = [NameEntry(offer.id, _names(offer), offer.platform) for offer in self._offers]
        return NameIndex("offer", index_names(entries), without_serving, bedrock_name)

    @cached_property
    def _platforms(self) -> dict[str, str]:
        """Platforms by the spelling of their ids and titles."""
        names = {spell(offer.platform_title).key: offer.platform for offer in self._offers}
        return names | {spell(offer.platform).key: offer.platform for offer in self._offers}

    def platform(self, name: str) -> str | None:
        """Return the id of the platform with this name, such as `Bedrock` or `vertex_ai`; None if unknown."""
        known = set(self._platforms.values())
        seller = None if name.strip().lower() in FAMILIES else seller_of(name, known)
        return self._platforms.get(spell(name).key) or (seller if seller in known else None)

    def resolve(self, name: str) -> NameResolution:
        """Return the offers that a name means, or the nearest ones of the same platform."""
        if platform := self.platform(name):
            offers = tuple(offer.id for offer in self._offers if offer.platform == platform)
            return NameResolution("offer", name, offers, "exact")
        known = frozenset(self._platforms.values())
        reference = read_reference(without_tier(name), known)
        if reference.is_opaque:
            return NameResolution("offer", name, reason=opaque_reason(name))
        sold_by = reference.sellers & known
        if reference.sellers and not sold_by and not _is_maker(reference):
            return self._not_a_platform(name, reference, min(reference.sellers))
        if platform := self._misspelt_platform(reference):
            near = self._firsts(_ids(self._index.find(reference.name, {platform})[0])) or self._near(reference.name)
            reason = f"Unknown platform “{shorten_name(reference.owner)}”."
            return NameResolution("offer", name, near=near[:3], reason=reason)
        for sellers in (sold_by, frozenset[str]()) if sold_by and reference.names_maker else (sold_by,):
            entries, match = self._index.find(reference.name, sellers)
            if match == "exact" and "@" not in name:  # one seller's own spelling means the model at every seller
                entries = tuple(dict.fromkeys((*entries, *self._index.find_plain(reference.name, sellers))))
            if entries:
                return NameResolution("offer", name, _ids(entries), match)
        return self._unknown(name, reference, sold_by)

    def _unknown(self, name: str, reference: Reference, sold_by: frozenset[str]) -> NameResolution:
        is_near = bool(self._index.near(reference.name, sold_by))
        near = self._near(reference.name, sold_by if is_near or not reference.names_maker else frozenset())
        elsewhere, match = self._index.find(reference.name) if sold_by else ((), None)
        if not elsewhere or match == "part":
            return NameResolution("offer", name, near=near)
        sellers = ", ".join(dict.fromkeys(self._titles[entry.seller] for entry in elsewhere))
        platform = " and ".join(self._titles[platform] for platform in sorted(sold_by))
        reason = f"The catalogue has no “{shorten_name(reference.name)}” at {platform}, but at {sellers}."
        return NameResolution("offer", name, near=near or self._firsts(_ids(elsewhere))[:3], reason=reason)

    def _not_a_platform(self, name: str, reference: Reference, prefix: str) -> NameResolution:
        elsewhere, _ = self._index.find(reference.name)
        near = self._firsts(_ids(elsewhere))[:3] or self._near(reference.name)
        reason = f"The catalogue has no fine-tuning by “{shorten_name(prefix)}”."
        return NameResolution("offer", name, near=near, reason=reason)

    def _near(self, name: str, sellers: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Return the nearest offers, without those for which the catalogue suggests another one."""
        family = next((word for word in words(name) if len(word) > 2 and word.isalpha()), None)
        near = self._index.near(name, sellers, count=24)
        if not near and family:
            near = _ids(self._index.find(family, sellers)[0])
        firsts = self._firsts(near)
        return tuple(offer_id for offer_id in firsts if offer_id not in self._replaced)[:3] or firsts[:3]

    def _firsts(self, offer_ids: Iterable[str]) -> tuple[str, ...]:
        """Return the first offer of each model of a platform, whose others differ in their tier only."""
        return tuple(dict.fromkeys(self._by_model[offer_id.partition("@")[0]] for offer_id in offer_ids))

    @cached_property
    def _by_model(self) -> dict[str, str]:
        """The first offer by platform and model."""
        return {offer.id.partition("@")[0]: offer.id for offer in reversed(self._offers)}

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {offer.platform: offer.platform_title for offer in self._offers}

    @cached_property
    def _replaced(self) -> frozenset[str]:
        return frozenset(offer.id for offer in self._offers if offer.nearest)

    def _misspelt_platform(self, reference: Reference) -> str | None:
        """Return the platform whose id an unknown prefix resembles."""
        if not reference.owner or reference.owner in OWNERS or reference.sellers:
            return None
        return next(iter(difflib.get_close_matches(reference.owner, self._titles, n=1, cutoff=0.8)), None)


def _ids(entries: Iterable[NameEntry]) -> tuple[str, ...]:
    return tuple(entry.id for entry in entries)


def shorten_name(name: str) -> str:
    """Return a name for a message, at most 60 characters long."""
    return name if len(name) <= MAX_SHOWN else name[: MAX_SHOWN - 3] + "…"


def opaque_reason(name: str) -> str:
    """Return the sentence for an identifier that doesn't say which model it is."""
    return f"“{shorten_name(name)}” doesn't say which model it is. Name the model, such as nova-lite."


def _is_maker(reference: Reference) -> bool:
    """Return whether the seller's prefix also names the maker of models that others sell."""
    return reference.names_maker or "openrouter" in reference.sellers


def _names(offer: Offer) -> tuple[str, ...]:
    model = offer.id.partition("/")[2]
    return (
        model,
        model.partition("@")[0],
        offer.id.partition("@")[0],
        offer.title,
        f"{offer.title} ({offer.platform_title})",
        f"{offer.platform_title} {offer.title}",
        offer.model,
        read_reference(offer.model).name,
        *offer.aliases,
    )
