"""The catalogue: every offer by id, alias or platform, at a version. Immutable; no I/O."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Protocol

from pricing.capability.load import shipped_capability
from pricing.capability.table import CapabilityTable
from pricing.gpu.names import resolve_model
from pricing.gpu.offers import GpuCatalog
from pricing.names.decoration import without_snapshot
from pricing.names.index import NameResolution, either
from pricing.names.prefixes import read_reference
from pricing.names.spelling import words
from pricing.offers.names import OfferNames, shorten_name
from pricing.offers.not_sold import NotSold
from pricing.offers.offer import Offer
from pricing.price import Assumption, Source, exact_dollars

MAX_SELLERS = 4  # other sellers of a base model that a note names

HINTS = {
    "offer": "`models` lists every offer.",
    "GPU": "Write a GPU such as h100, a100-80 or l40s.",
    "base model": "Write the name that its provider uses, such as gpt-4.1-mini, or its prices: base_rates=0.40/1.60.",
}


class UnknownName(LookupError):
    """No offer, model or GPU has this name, or several have it. `str()` is the message for the user."""

    def __init__(self, kind: str, name: str, near: Iterable[str], reason: str = "") -> None:
        self.name, self.near = name, tuple(near)
        short_name = name if len(name) <= 60 else name[:57] + "…"
        sentences = [reason or f"Unknown {kind} “{short_name}”."]
        if self.near:
            sentences.append(f"Did you mean {either(self.near)}?")
        elif not reason:
            sentences.append(HINTS.get(kind, ""))
        super().__init__(" ".join(filter(None, sentences)))


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
    also_at: tuple[str, ...] = ()
    """Other sellers of the same model, in the order of the price list, if the question doesn't name the seller."""
    cache_write_usd: Decimal | None = None
    """Price of writing tokens to the cache; None: that of input, if the model has a cache."""
    peak_hours: tuple[tuple[str, str], ...] = ()
    """Hours in UTC with other prices, such as 01:00 to 04:00; the peak prices hold then."""
    peak_input_usd: Decimal | None = None
    peak_cached_input_usd: Decimal | None = None
    peak_output_usd: Decimal | None = None
    longer_input_usd: Decimal | None = None
    """Prices of calls with more than `max_call_input_tokens`; of several steps the dearest."""
    longer_cached_input_usd: Decimal | None = None
    longer_output_usd: Decimal | None = None
    ends: date | None = None
    """The first day on which the model doesn't answer; None if no day is known."""
    replaced_by: str | None = None
    """The model that the seller suggests instead."""
    ends_source: Source | None = None
    conflict: str | None = None
    """Figures or days of another source, if sources disagree."""
    thinks: bool = True
    """False for a model that is known never to think before it answers."""
    later: tuple[tuple[date, BasePrice], ...] = ()
    """Announced prices with the first day of each, in the order of the days."""
    context_tokens: int | None = None
    """Most tokens of a call, prompt and answer together; None if the price list doesn't say."""
    gone: str | None = None
    """The end of the model at the seller that comes first by default, in words; None if that seller is priced."""
    successor: BasePrice | None = None
    """The model that its seller suggests for the time after its end; None if none with a price is known."""

    def model_on(self, day: date) -> BasePrice | None:
        """Return the model that answers on a day: this one, or one that replaces it; None if that isn't known."""
        model: BasePrice | None = self
        while model and model.ends and model.ends <= day:
            model = model.successor
        return model

    @property
    def last_end(self) -> date | None:
        """The first day without the model and all that replace it; None if the last of them has no announced end."""
        return self.successor.last_end if self.successor else self.ends

    def notes(self, day: date, until: date | None = None) -> tuple[str, ...]:
        """Return sentences that a reader of an answer must know: the seller, the end, and prices that vary.

        Args:
            day: The date of the question.
            until: The day after the horizon; an end on or after it isn't mentioned. None: any end is.
        """
        name = f"{self.model} at {self.provider}"
        texts: list[str] = []
        if self.also_at:
            texts.append(f"The base model is {name}; also sold by {', '.join(self.also_at[:MAX_SELLERS])}.")
        if self.gone:
            texts.append(f"{self.gone}; {name} is priced instead.")
        if self.ends and (until is None or self.ends < until):
            successor = f" {self.provider} suggests {self.replaced_by} instead." if self.replaced_by else ""
            texts.append(f"{name} {'ended' if self.ends <= day else 'ends'} on {self.ends}.{successor}")
        for since, price in self.later:
            changes = (price.input_usd, price.output_usd) != (self.input_usd, self.output_usd)
            if changes and (until is None or since < until):
                texts.append(
                    f"From {since} on, {name} costs ${price.input_usd} for input and ${price.output_usd} for output, "
                    f"instead of ${self.input_usd} and ${self.output_usd}."
                )
        if self.peak_hours and self.peak_input_usd is not None:
            hours = " and ".join(f"{start} to {end}" for start, end in self.peak_hours)
            texts.append(
                f"From {hours} UTC, {name} costs ${self.peak_input_usd} for input and ${self.peak_output_usd} for "
                f"output, instead of ${self.input_usd} and ${self.output_usd}."
            )
        if self.max_call_input_tokens and self.longer_input_usd is not None:
            texts.append(
                f"In calls over {self.max_call_input_tokens:,} input tokens, {name} costs ${self.longer_input_usd} for "
                f"input and ${self.longer_output_usd} for output."
            )
        if self.conflict:
            texts.append(f"{name}: {self.conflict}")
        return tuple(texts)


class SoldModel(NamedTuple):
    """A base model at one seller, as a list to choose from shows it."""

    id: str
    """Seller/name; `BaseModels.resolve` finds the model by it."""
    name: str
    title: str
    seller: str
    seller_title: str
    ends: date | None = None
    """The first day on which the model doesn't answer; None if no day is known."""


class BaseModels(Protocol):
    """A source of base-model prices."""

    @property
    def sold(self) -> tuple[SoldModel, ...]:
        """The chat models that can be prompted, each at all of its sellers, its maker at the top."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The name of every model, as its seller writes it."""
        ...

    def resolve(self, name: str) -> NameResolution:
        """Return the base models that a name can mean, as provider/model."""
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
        self.offer_names = OfferNames(self.offers.values())

    @cached_property
    def capability(self) -> CapabilityTable:
        """Return what is published about models. Read on first use, because many commands don't need it."""
        return self._load_capability()

    def find(self, name: str) -> Offer:
        """Return the offer with this id, or the first one with this name. Raises UnknownName."""
        return self.offers.get(name) or self.named(name)[0]

    def knows(self, name: str) -> bool:
        """Return whether an offer has this name."""
        return name in self.offers or bool(self.resolve_offers(name).ids)

    def resolve_offers(self, name: str) -> NameResolution:
        """Return the offers that a name can mean: of an id, a platform, a model or a part of model names."""
        if name in self.offers:
            return NameResolution("offer", name, (name,), "exact")
        resolution = self.offer_names.resolve(name)
        if resolution.ids and resolution.match != "part":
            return resolution
        if entry := self.not_sold_entry(name):
            return NameResolution("offer", name, near=entry.nearest, reason=entry.text)
        if resolution.ids or resolution.reason:
            return resolution
        rented = resolve_model(name, self.gpus.facts)
        if rented.id is None and not self.base_models.resolve(name).ids:
            return resolution
        reason = f"No platform in the catalogue fine-tunes “{shorten_name(name)}”."
        if rented.id is None or rented.match == "part":
            return replace(resolution, reason=reason)
        reason += f" You can tune it on rented GPUs: ask with on=gpu model={rented.id}."
        family = next((word for word in words(rented.id) if word.isalpha()), None)
        related = tuple(offer_id for offer_id in resolution.near if family in words(offer_id))
        if not related and (sized := self._near_in_size(rented.id)):
            reason += f" Nearest in size: {either(sized)}."
        return replace(resolution, near=related, reason=reason)

    def _near_in_size(self, model: str) -> tuple[str, ...]:
        """Return the offers whose models are nearest in size to one that is known for rented GPUs."""
        size = self.gpus.facts.models[model].parameters / 1e9
        sized = [
            (abs(math.log(float(offer.parameters_billion) / size)), offer.id)
            for offer in self.offers.values()
            if offer.parameters_billion and not offer.nearest and not offer.lifecycle
        ]
        return tuple(offer_id for _, offer_id in sorted(sized)[:3])

    def named(self, name: str) -> tuple[Offer, ...]:
        """Return every offer that a name means. Raises UnknownName."""
        resolution = self.resolve_offers(name)
        if resolution.ids:
            return tuple(self.offers[offer_id] for offer_id in resolution.ids)
        entry = self.not_sold_entry(name)
        raise NotSoldName(name, entry) if entry else UnknownName("offer", name, resolution.near, resolution.reason)

    def refusal(self, error: UnknownName, day: date) -> str:
        """Return the message for a name that isn't an offer, with the prices on a day of what is sold instead.

        Args:
            error: As `named` raises it.
            day: The day of the prices.
        """
        if not isinstance(error, NotSoldName) or not error.near:
            return str(error)
        return f"{error.entry.fact} {self.nearest_sold(error.near, day)}"

    def base_refusal(self, error: UnknownName, day: date) -> str:
        """Return the message for a base model without a price, with the recorded prices of a tuned model's calls.

        Args:
            error: As `base_models.price` raises it.
            day: The day of the prices.
        """
        offer_ids = self.resolve_offers(error.name).ids if read_reference(error.name).is_tuned else ()
        for offer in map(self.offers.__getitem__, offer_ids):
            prices = [offer.price_on(kind, day) for kind in ("input", "output")]
            rates = [price.usd for price in prices if price and price.usd is not None and price.per == "1M tokens"]
            if len(rates) == len(prices):
                dollars = [exact_dollars(usd) for usd in rates]
                example = "/".join(dollars).replace("$", "")
                return (
                    f"The list of base models has no price of “{shorten_name(error.name)}”. Calls of a "
                    f"tuned {offer.id} cost {' in and '.join(dollars)} out per 1M tokens: ask with "
                    f"base_rates={example}, or name the model that you would prompt without tuning."
                )
        return str(error)

    def nearest_sold(self, offer_ids: Iterable[str], day: date) -> str:
        """Return the sentence that names offers to buy instead, with their training prices on a day."""
        names = [self.offers[offer_id].with_training_price(day) for offer_id in offer_ids]
        return f"Nearest that is sold: {either(names)}."

    def not_sold_entry(self, name: str) -> NotSold | None:
        """Return what is known of a name that isn't sold: a closed platform, or a model that no platform tunes."""
        reference = read_reference(name)
        model = "-".join(without_snapshot(reference.name).split())
        folded = ["-".join(name.strip().lower().replace("_", "-").split()), model]
        folded += [f"{seller}/{model}" for seller in reference.sellers]
        return next((entry for entry in self.not_sold if any(map(entry.matches, folded))), None)

    def is_untuned(self, model: str) -> bool:
        """Return whether a model, written without its seller, is known as one that no platform fine-tunes."""
        return self.not_sold_entry(model) is not None and not self.resolve_offers(model).ids

    def trainable(self, day: date) -> tuple[Offer, ...]:
        """Return the offers that can still be trained on a day: the meaning of `on=all`."""
        return tuple(offer for offer in self.offers.values() if offer.status_on(day) in ("open", "closing"))

    def search(self, text: str) -> tuple[Offer, ...]:
        """Return the offers that a text names; else those whose id, title or alias contains every word of it."""
        offers = tuple(self.offers[offer_id] for offer_id in self.resolve_offers(text).ids)
        fragments = text.strip().lower().replace("_", "-").split()
        return offers or tuple(
            offer for offer in self.offers.values() if all(fragment in _haystack(offer) for fragment in fragments)
        )

    def near(self, name: str) -> tuple[str, ...]:
        """Return offer ids that resemble `name`, best match first."""
        return self.offer_names.resolve(name).near


def _haystack(offer: Offer) -> str:
    names = (offer.id, offer.platform_title, offer.title, offer.model, *offer.aliases)
    return " ".join(names).lower().replace("_", "-")
