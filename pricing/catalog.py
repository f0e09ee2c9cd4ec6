"""The catalogue: every offer by id, alias or platform, at a version. Immutable; no I/O."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Protocol

from pricing.capability.load import shipped_capability
from pricing.capability.table import CapabilityTable
from pricing.gpu.offers import GpuCatalog
from pricing.not_sold import NotSold
from pricing.offer import Offer
from pricing.price import Assumption, Source


class UnknownName(LookupError):
    """No offer or base model has this name. `str()` is the message for the user."""

    def __init__(self, kind: str, name: str, near: Iterable[str]) -> None:
        self.name, self.near = name, tuple(near)
        short_name = name if len(name) <= 60 else name[:57] + "…"
        hint = f" Did you mean {_either(self.near)}?" if self.near else f" `models` lists every {kind}."
        super().__init__(f"Unknown {kind} “{short_name}”.{hint}")


class NotSoldName(UnknownName):
    """The name is known, and nothing of it is sold. `str()` is the message for the user."""

    def __init__(self, name: str, entry: NotSold) -> None:
        self.name, self.near, self.entry = name, entry.nearest, entry
        LookupError.__init__(self, entry.text)


class BasePrice(NamedTuple):
    """Inference prices of a base model, in US dollars per 1M tokens; None if unknown."""

    model: str
    provider: str
    input_usd: Decimal | None
    cached_input_usd: Decimal | None
    output_usd: Decimal | None
    batch_input_usd: Decimal | None
    batch_cached_input_usd: Decimal | None
    batch_output_usd: Decimal | None
    source: Source
    max_call_input_tokens: int | None
    """The prices hold for calls up to this many input tokens."""


class BaseModels(Protocol):
    """A source of base-model prices."""

    @property
    def names(self) -> tuple[str, ...]:
        """The id of every model."""
        ...

    def price(self, name: str, day: date) -> BasePrice:
        """Return the prices of a model on a day. Raises UnknownName."""
        ...


class Catalog:
    """Offers by id, in the order of their files, and base models.

    Attributes:
        offers: By id.
        assumptions: Numbers that no platform publishes, by name.
        base_models: Prices of prompting base models.
        gpus: Rented GPUs and the facts that their cost model reads.
        version: Identifies the exact content, so that an estimate can name the prices it used.
        not_sold: Platforms that have closed and models that no platform tunes, with the nearest offers.
    """

    def __init__(
        self,
        offers: Iterable[Offer],
        assumptions: Mapping[str, Assumption],
        base_models: BaseModels,
        gpus: GpuCatalog,
        version: str,
        not_sold: Iterable[NotSold] = (),
        capability: Callable[[], CapabilityTable] = shipped_capability,
    ) -> None:
        self.offers: Mapping[str, Offer] = MappingProxyType({offer.id: offer for offer in offers})
        self.assumptions: Mapping[str, Assumption] = MappingProxyType(dict(assumptions))
        self.base_models = base_models
        self.gpus = gpus
        self.version = version
        self.not_sold = tuple(not_sold)
        self._load_capability = capability
        names: dict[str, list[Offer]] = {}
        for offer in self.offers.values():
            for name in (
                offer.id,
                offer.platform,
                offer.platform_title,
                offer.model,
                _model_of(offer.id),
                _unvaried(offer.id),
                *offer.aliases,
            ):
                group = names.setdefault(_fold(name), [])
                if offer not in group:
                    group.append(offer)
        self._by_name = {name: tuple(group) for name, group in names.items()}

    @cached_property
    def capability(self) -> CapabilityTable:
        """Return what is published about models. Read on first use, because many commands don't need it."""
        return self._load_capability()

    def find(self, name: str) -> Offer:
        """Return the offer with this id, or the first one with this name. Raises UnknownName."""
        return self.offers.get(name) or self.named(name)[0]

    def knows(self, name: str) -> bool:
        """Return whether an offer has this name."""
        return name in self.offers or _fold(name) in self._by_name

    def named(self, name: str) -> tuple[Offer, ...]:
        """Return the offer with this id, or every offer of this platform, model or alias. Raises UnknownName."""
        if name in self.offers:
            return (self.offers[name],)
        offers = self._by_name.get(_fold(name))
        if not offers:
            entry = self.not_sold_entry(name)
            raise NotSoldName(name, entry) if entry else UnknownName("offer", name, self.near(name))
        return offers

    def not_sold_entry(self, name: str) -> NotSold | None:
        """Return what is known of a name that isn't sold: a closed platform, or a model that no platform tunes."""
        return next((entry for entry in self.not_sold if entry.matches(_fold(name))), None)

    def trainable(self, day: date) -> tuple[Offer, ...]:
        """Return the offers that can still be trained on a day: the meaning of `on=all`."""
        return tuple(offer for offer in self.offers.values() if offer.status_on(day) in ("open", "closing"))

    def search(self, text: str) -> tuple[Offer, ...]:
        """Return the offers whose id, title or alias contains every word of `text`."""
        words = _fold(text).split()
        return tuple(offer for offer in self.offers.values() if all(word in _haystack(offer) for word in words))

    def near(self, name: str, count: int = 3) -> tuple[str, ...]:
        """Return offer ids that resemble `name`, best match first."""
        folded = _fold(name)[:100]
        contained = [offer.id for offer in self.offers.values() if len(folded) >= 3 and folded in _haystack(offer)]
        close = [
            self._by_name[key][0].id
            for key in difflib.get_close_matches(folded, self._by_name, n=count + 3, cutoff=0.6)
        ]
        return tuple(dict.fromkeys(contained + close))[:count]


def _fold(name: str) -> str:
    return name.strip().lower().replace("_", "-")


def _model_of(offer_id: str) -> str:
    return offer_id.partition("/")[2]


def _unvaried(offer_id: str) -> str:
    return offer_id.partition("@")[0]


def _haystack(offer: Offer) -> str:
    return _fold(" ".join((offer.id, offer.platform_title, offer.title, offer.model, *offer.aliases)))


def _either(names: tuple[str, ...]) -> str:
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
