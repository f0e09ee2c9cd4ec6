"""GPUs by the hour: what a platform rents, in which numbers, how it counts the time. Frozen, dated, sourced; no I/O."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from pricing.offer import Price, Record, SourceRef

BillingStep = Literal["second", "minute", "hour"]


class GpuOffer(Record):
    """One kind of GPU at one platform."""

    id: str
    """platform/name, e.g. aws/p5.48xlarge."""
    platform: str
    platform_title: str
    title: str
    gpu: str
    """A key of gpus.yml."""
    gpus_per_node: int = Field(ge=1, le=72)
    """GPUs joined by the fast link."""
    whole_nodes: bool = False
    """Rented by the node only: 8, 16, 24… GPUs of an eight-GPU node."""
    nodes: bool = True
    """Whether several nodes may be joined for one job."""
    billed_per: BillingStep | None = None
    """The step that time is counted in; None where it is not known."""
    billing_source: SourceRef | None = None
    region: str | None = None
    prices: tuple[Price, ...] = Field(min_length=1)
    """US dollars per GPU-hour, on demand; other terms have a variant."""
    note: str | None = None

    @model_validator(mode="after")
    def _check(self) -> GpuOffer:
        if any(price.per != "GPU-hour" for price in self.prices):
            raise ValueError("prices are per GPU-hour; divide a node's price by its GPUs and say so in the note")
        if (self.billed_per is None) != (self.billing_source is None):
            raise ValueError("billed_per and billing_source stand together; add the other one")
        return self

    def price_on(self, day: date) -> Price | None:
        """The on-demand price in force on a day: of those that hold by then the newest, of the usual terms."""
        holding = [price for price in self.prices if price.variant is None and (price.since or date.min) <= day]
        return max(holding, key=lambda price: price.since or date.min, default=None)

    def counts(self, most: int) -> tuple[int, ...]:
        """Numbers of GPUs up to `most` that can be rented for one job: powers of two in a node, then whole nodes."""
        inside = [self.gpus_per_node] if self.whole_nodes else [*_powers(self.gpus_per_node), self.gpus_per_node]
        beyond = [self.gpus_per_node * nodes for nodes in _powers(most // self.gpus_per_node + 1)] if self.nodes else []
        return tuple(sorted({count for count in (*inside, *beyond) if count <= most}))


def _powers(limit: int) -> list[int]:
    """Powers of two below `limit`."""
    return [1 << exponent for exponent in range((limit - 1).bit_length())]
