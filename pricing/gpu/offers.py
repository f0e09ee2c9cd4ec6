"""Rented GPUs: the prices, node sizes and billing steps of each platform. Frozen, dated, sourced; no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pricing.files.record import Limits, Record
from pricing.gpu.facts import GpuFacts
from pricing.gpu.names import resolve_gpu
from pricing.names.spelling import spell_key
from pricing.price import Price, SourceRef, price_on

_COUNT = re.compile(r"^\s*\d+\s*[x×]\s*")

BillingStep = Literal["second", "minute", "hour"]


class GpuOffer(Record):
    """One kind of GPU on one platform."""

    id: str
    """platform/name, e.g. aws/p5.48xlarge."""
    platform: str
    platform_title: str
    title: str
    gpu: str
    """A key of gpus.yml."""
    gpus_per_node: Annotated[int, Limits(ge=1, le=72)]
    """GPUs joined by the fast link, in one machine."""
    whole_nodes: bool = False
    """Rented by the node only: 8, 16, 24… GPUs of an eight-GPU node."""
    nodes: bool = True
    """Whether several nodes can be joined for one job."""
    billed_per: BillingStep | None = None
    """The step that time is billed in; None if unknown."""
    billing_source: SourceRef | None = None
    region: str | None = None
    prices: Annotated[tuple[Price, ...], Limits(min_length=1)]
    """US dollars per GPU-hour, on demand; other terms have a variant."""
    note: str | None = None

    def _check(self) -> None:
        if any(price.per != "GPU-hour" for price in self.prices):
            raise ValueError("prices are per GPU-hour; divide a node's price by its GPUs and say so in the note")
        if (self.billed_per is None) != (self.billing_source is None):
            raise ValueError("billed_per and billing_source belong together; add the missing one")

    @cached_property
    def usual_prices(self) -> tuple[Price, ...]:
        """Return the prices on standard terms, oldest first."""
        usual = [price for price in self.prices if price.variant is None]
        return tuple(sorted(usual, key=lambda price: price.since or date.min))

    def price_on(self, day: date) -> Price | None:
        """Return the on-demand price in force on a day."""
        return price_on(self.usual_prices, day)

    def counts(self, max_gpus: int) -> tuple[int, ...]:
        """Return the numbers of GPUs that one job can rent: powers of two in a node, then whole nodes."""
        inside = [self.gpus_per_node] if self.whole_nodes else [*_powers(self.gpus_per_node), self.gpus_per_node]
        beyond = (
            [self.gpus_per_node * nodes for nodes in _powers(max_gpus // self.gpus_per_node + 1)] if self.nodes else []
        )
        return tuple(sorted({count for count in (*inside, *beyond) if count <= max_gpus}))


class GpuCatalog(NamedTuple):
    """Facts about GPUs, and the offers that rent them."""

    facts: GpuFacts
    offers: Mapping[str, GpuOffer]
    """By id."""

    def named(self, name: str) -> tuple[GpuOffer, ...]:
        """Return the offer with this id or title, or all offers of a platform or of a GPU; empty if unknown."""
        folded = name.strip().lower()
        if folded in self.offers:
            return (self.offers[folded],)
        key = spell_key(_COUNT.sub("", name))
        offers = tuple(offer for offer in self.offers.values() if key in map(spell_key, _names(offer)))
        gpu = None if offers else resolve_gpu(name, self.facts).id
        return offers or tuple(offer for offer in self.offers.values() if offer.gpu == gpu)


def _names(offer: GpuOffer) -> tuple[str, ...]:
    title, platform = offer.title, offer.platform_title
    return (offer.id, offer.platform, platform, f"{title} ({platform})", f"{platform} {title}")


def _powers(limit: int) -> list[int]:
    """Return the powers of two below `limit`."""
    return [1 << exponent for exponent in range((limit - 1).bit_length())]
